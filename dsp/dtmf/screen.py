"""The first question to every line: could there be a DTMF key? Speech mostly fails it, and it costs little.

Windows of 10 ms that do not overlap are held against the eight tones. On a line that sounded like a dial tone a moment
ago, what stands between 330 and 475 Hz is taken out of the reckoning: a key over a dial tone that is 6 dB louder must
not be missed. Two such windows of three are enough for suspicion; `dsp.dtmf.check` decides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import Index
from dsp.dtmf.signal import HIGH, LOW
from dsp.receiver import RATE, Float32

WINDOW = 80
"""Samples of a window."""
DIAL = (330.0, 475.0)
"""Hz between which dial tones lie (ITU-T E.180 supplement 2: 350 + 440, 425 and 450 Hz are nearly all of them)."""

_SHARE = 0.56
"""Least share of both tones in the energy of a window."""
_EACH = 0.06
"""Least share of either: 11.5 dB of twist."""
_BAND = 5
"""Dimensions that hold all but a thousandth of any sine of DIAL in a window."""
_PURE = 0.9
"""Share of DIAL in a window's energy from which it is a dial tone."""
GROUP = 4
"""Every so many windows it is asked for."""
_DIAL_HOLDS = np.int8(12)
"""For how many such questions a line that had a dial tone is taken for one that has it."""


def band(samples: int, dimensions: int) -> NDArray[np.float64]:
    """Waveforms (dimensions, samples), orthonormal, of which any sine of DIAL is nearly a sum."""
    angle = 2 * np.pi * np.outer(np.linspace(*DIAL, 121), np.arange(samples) - (samples - 1) / 2) / RATE
    _, _, waveforms = np.linalg.svd(np.concatenate([np.cos(angle), np.sin(angle)]), full_matrices=False)
    return np.asarray(waveforms[:dimensions])


def _weights() -> Float32:
    """(16, WINDOW): real and imaginary parts at the eight tones, scaled so that the energy of a sine that is alone is
    found 1 / _SHARE times.
    """
    offset = np.arange(WINDOW) - (WINDOW - 1) / 2
    shape = np.cos(np.pi * offset / WINDOW)
    angle = 2 * np.pi * np.outer([*LOW, *HIGH], offset) / RATE
    tones = np.concatenate([np.cos(angle), np.sin(angle)]) * shape * np.sqrt(2 * WINDOW / _SHARE) / shape.sum()
    return np.asarray(tones, np.float32)


_WEIGHTS = _weights()
_NEVER = (-3, -1, -3, -1)
_DIAL_BAND = band(WINDOW, _BAND).T.astype(np.float32, order="C")


class _Room:
    """The arrays for so many windows, and the views into them, made once."""

    def __init__(self, lines: int, windows: int) -> None:
        count = lines * windows
        self.made = np.empty((len(_WEIGHTS), count), np.float32)
        self.tones, self.imaginary = self.made[:8], self.made[8:]
        self.groups = self.tones.reshape(2, 4, count)
        self.strongest = np.empty((2, count), np.float32)
        self.energy, self.both = np.empty((2, count), np.float32)
        self.energies = self.energy.reshape(lines, windows)
        self.looks = np.empty(count, np.bool_)


class Screen:
    """The first question, to all lines, with what the windows before have answered."""

    def __init__(self, lines: int) -> None:
        self._lines = lines
        self._total = 0
        self._seen: dict[int, tuple[int, int, int, int]] = {}
        """By line the last window that looked like a key, and the key; the same of the one before it."""
        self._dial = np.zeros(lines, np.int8)
        """How many more questions for a dial tone the line is taken for one that has it."""
        self._dialling: Index = np.zeros(0, np.intp)
        """The lines where that is not none."""
        self._rooms: dict[int, _Room] = {}

    def __call__(self, rx: Float32) -> Sequence[tuple[int, int, int]]:
        """Take whole windows (lines, samples), none beyond a multiple of GROUP; give (line, window, key) where a line
        is suspect.

        window: which of these. key: index into `dtmf_signal.KEYS` of the two strongest tones.
        """
        windows = rx.shape[1] // WINDOW
        room = self._rooms.get(windows)
        if room is None:
            room = self._rooms[windows] = _Room(self._lines, windows)
        self._total += windows
        self._listen(rx.reshape(-1, WINDOW), room, asks=self._total % GROUP == 0)
        return self._suspects(room, windows) if np.count_nonzero(room.looks) else ()

    def forget(self, line: int) -> None:
        """As if the line had been silent until now."""
        self._seen.pop(line, None)
        self._dial[line] = 0
        self._dialling = self._dial.nonzero()[0]

    def _listen(self, flat: Float32, room: _Room, asks: bool) -> None:
        """Where are both tones most of what is heard? Leaves the squares of all tones in the room."""
        np.matmul(_WEIGHTS, flat.T, out=room.made)
        np.vecdot(flat, flat, out=room.energy)
        np.multiply(room.made, room.made, out=room.made)
        np.add(room.tones, room.imaginary, out=room.tones)
        np.maximum.reduce(room.groups, axis=1, out=room.strongest)
        if asks or len(self._dialling):
            self._leave_dial_tone_out(flat.reshape(self._lines, -1, WINDOW), room, asks)
        np.add(room.strongest[0], room.strongest[1], out=room.both)
        np.greater(room.both, room.energy, out=room.looks)

    def _leave_dial_tone_out(self, heard: Float32, room: _Room, asks: bool) -> None:
        """On lines that had a dial tone; and ask for one in the last window, which counts from the next on."""
        pure = None
        if asks:
            last = heard[:, -1] @ _DIAL_BAND
            pure = np.vecdot(last, last) > np.float32(_PURE) * room.energies[:, -1]
        if len(self._dialling):
            part = heard[self._dialling] @ _DIAL_BAND
            room.energies[self._dialling] -= np.vecdot(part, part)
        if pure is not None and (len(self._dialling) or np.count_nonzero(pure)):
            np.maximum(np.maximum(self._dial, 1) - np.int8(1), _DIAL_HOLDS * pure, out=self._dial)
            self._dialling = self._dial.nonzero()[0]

    def _suspects(self, room: _Room, windows: int) -> list[tuple[int, int, int]]:
        """Where both tones are there, and were there in one of the two windows before."""
        places = room.looks.nonzero()[0]
        found: list[tuple[int, int, int]] = []
        begun = self._total - windows
        one, other = room.strongest[:, places].tolist()
        rows = room.groups[:, :, places].argmax(axis=1).tolist()
        told = zip(places.tolist(), room.energy[places].tolist(), one, other, *rows, strict=True)
        for place, energy, low, high, row, column in told:
            if min(low, high) * (_SHARE / _EACH) <= energy:
                continue
            key = 4 * row + column
            line, which = divmod(place, windows)
            window = begun + which
            last, last_key, before, key_before = self._seen.get(line, _NEVER)
            self._seen[line] = (window, key, last, last_key)
            if (key == last_key and window - last <= 2) or (key == key_before and window - before <= 2):
                found.append((line, which, key))
        return found
