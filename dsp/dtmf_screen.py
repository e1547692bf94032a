"""The first question to every line: could there be a DTMF key? Speech mostly fails it, and it costs little.

Windows of 10 ms that do not overlap are held against the eight tones. On a line that sounded like a dial tone a moment
ago, what stands between 330 and 475 Hz is taken out of the reckoning: a key over a dial tone that is 6 dB louder must
not be missed. Two such windows of three are enough for suspicion; `dsp.dtmf_check` decides.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dsp.dtmf_signal import HIGH, LOW
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
    """(16 + _BAND, WINDOW): real and imaginary parts at the eight tones, scaled so that the energy of a sine that is
    alone is found 1 / _SHARE times, and the waveforms of dial tones.
    """
    offset = np.arange(WINDOW) - (WINDOW - 1) / 2
    shape = np.cos(np.pi * offset / WINDOW)
    angle = 2 * np.pi * np.outer([*LOW, *HIGH], offset) / RATE
    tones = np.concatenate([np.cos(angle), np.sin(angle)]) * shape * np.sqrt(2 * WINDOW / _SHARE) / shape.sum()
    return np.concatenate([tones, band(WINDOW, _BAND)]).astype(np.float32)


_WEIGHTS = _weights()


class _Room:
    """The arrays for so many windows, and the views into them, made once."""

    def __init__(self, lines: int, windows: int) -> None:
        count = lines * windows
        self.made = np.empty((len(_WEIGHTS), count), np.float32)
        self.tones, self.imaginary, self.dial = self.made[:8], self.made[8:16], self.made[16:]
        self.groups = self.tones.reshape(2, 4, count)
        self.strongest = np.empty((2, count), np.float32)
        self.energy, self.other = np.empty((2, count), np.float32)
        self.energies, self.others = (x.reshape(lines, windows) for x in (self.energy, self.other))
        self.looks = np.empty(count, np.bool_)


class Screen:
    """The first question, to all lines, with what the windows before have answered."""

    def __init__(self, lines: int) -> None:
        self._lines = lines
        self._total = 0
        self._before = np.zeros((lines, 2), np.bool_)
        self._any_before = False
        self._dial = np.zeros(lines, np.int8)
        """How many more questions for a dial tone the line is taken for one that has it."""
        self._any_dial = False
        self._rooms: dict[int, _Room] = {}

    def __call__(self, rx: Float32) -> Iterator[tuple[int, int, int]]:
        """Take whole windows (lines, samples), none beyond a multiple of GROUP; give (line, window, key) where a line
        is suspect.

        window: which of these. key: index into `dtmf_signal.KEYS` of the two strongest tones.
        """
        windows = rx.shape[1] // WINDOW
        room = self._rooms.get(windows)
        if room is None:
            room = self._rooms[windows] = _Room(self._lines, windows)
        asks = (self._total + windows) % GROUP == 0
        self._total += windows
        looks = self._looks(rx.reshape(-1, WINDOW), room, asks)
        return self._suspects(room, windows, looks) if looks or self._any_before else iter(())

    def forget(self, line: int) -> None:
        """As if the line had been silent until now."""
        self._before[line] = False
        self._dial[line] = 0

    def _looks(self, flat: Float32, room: _Room, asks: bool) -> bool:
        """Does any window look like a key? Leaves the squares of all tones in the room."""
        np.matmul(_WEIGHTS, flat.T, out=room.made)
        np.vecdot(flat, flat, out=room.energy)
        np.multiply(room.made, room.made, out=room.made)
        if asks or self._any_dial:
            self._leave_dial_tone_out(room, asks)
        np.add(room.tones, room.imaginary, out=room.tones)
        low, high = np.maximum.reduce(room.groups, axis=1, out=room.strongest)
        np.minimum(low, high, out=room.other)
        np.multiply(room.other, _SHARE / _EACH, out=room.other)
        np.add(low, high, out=low)
        np.minimum(low, room.other, out=low)
        np.greater(low, room.energy, out=room.looks)
        return bool(np.count_nonzero(room.looks))

    def _leave_dial_tone_out(self, room: _Room, asks: bool) -> None:
        """On lines that had a dial tone; and ask for one in the last window, which counts from the next on."""
        np.add.reduce(room.dial, axis=0, out=room.other)
        pure = room.others[:, -1] > _PURE * room.energies[:, -1] if asks else None
        if self._any_dial:
            room.others *= (self._dial > 0)[:, None]
            np.subtract(room.energy, room.other, out=room.energy)
        if pure is not None and (self._any_dial or np.count_nonzero(pure)):
            np.maximum(np.maximum(self._dial, 1) - np.int8(1), _DIAL_HOLDS * pure, out=self._dial)
            self._any_dial = bool(np.count_nonzero(self._dial > 0))

    def _suspects(self, room: _Room, windows: int, looks: bool) -> Iterator[tuple[int, int, int]]:
        record = np.concatenate([self._before, room.looks.reshape(self._lines, windows)], axis=1)
        self._before = record[:, -2:]
        self._any_before = bool(np.count_nonzero(self._before))
        if not looks:
            return
        suspect = (record[:, 1:-1] | record[:, :-2]) & record[:, 2:]
        if np.count_nonzero(suspect):
            places = suspect.reshape(-1).nonzero()[0]
            low, high = room.groups[:, :, places].argmax(axis=1)
            for place, key in zip(places.tolist(), (4 * low + high).tolist(), strict=True):
                yield *divmod(place, windows), key
