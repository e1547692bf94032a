"""Call-progress and fax tones of a plan (ITU-T E.180, T.30) on all lines at once.

Every 10 ms the spectrum of 20 ms is taken at the plan's frequencies; where one of its sounds is at least half of what
is heard, a tone is sounding. In silence that is true of a window exactly while its middle is inside the burst, so
bursts and pauses are measured to 5 ms whatever the level. Only lines with a tone are followed one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import Bank, Blocks
from dsp.events import Tone
from dsp.levels import power
from dsp.plans import TonePlan
from dsp.receiver import Float32
from dsp.tone_match import HOP, Complex, Sound, clusters, middle, sounds
from dsp.tone_track import BRIDGE, Ear, Track

_SHARE = 0.5
_FLOOR = power(-46.0)
_BATCH = 2
_SKIP = 8000


@dataclass(frozen=True, slots=True)
class _Window:
    """One window of all lines: the sample at its middle, is there a tone, its spectrum (bins, lines), its energy."""

    at: int
    on: NDArray[np.bool_]
    spectrum: Complex
    energy: Float32


class ToneReceiver:
    """Tones of a plan on any of the lines: `Tone` events, begun and ended. See `dsp.receiver.Receiver`."""

    def __init__(self, lines: int, plan: TonePlan) -> None:
        columns: dict[Sound, int] = {}
        for sound in sounds(plan):
            for cluster in clusters(sound):
                columns.setdefault(cluster, len(columns))
        self._ear = Ear.of(plan, columns)
        self._blocks = Blocks(lines, HOP, batch=_BATCH)
        self._bank = Bank(lines, [middle(cluster) for cluster in columns], HOP)
        self._beats = any(len(sound) > 1 for sound in self._ear.rows)
        self._before = np.zeros((2, 2 * lines), np.float32)
        """What plans with beating tones need of the two windows before: their power and energy."""
        self._streak = np.zeros(lines, np.int64)
        self._last: list[_Window] = []
        self._lines = lines
        self._now = 0
        self._tracks: dict[int, Track] = {}
        self._pending: list[Tone] = []

    def __call__(self, rx: Float32) -> list[Tone]:
        """Take the next samples (lines, any number), float32, full scale 32768; give the tones that began or ended."""
        events, self._pending = self._pending, []
        for blocks in self._blocks.feed(rx):
            events += self._hear(blocks)
            self._now += len(blocks) * HOP
        return events

    def skip(self, samples: int) -> None:
        """That many samples of every line were lost: as if there had been silence."""
        whole = max(samples - 4 * 8 * _SKIP, 0) // _SKIP * _SKIP
        self._pending = self(np.zeros((self._lines, samples - whole), np.float32))
        self._now += whole

    def reset(self, line: int) -> None:
        """A new call: nothing was heard. The clock goes on."""
        self._tracks.pop(line, None)
        self._blocks.forget(line)
        self._bank.forget(line)
        self._before[:, line :: self._lines] = 0
        self._streak[line] = 0

    def _hear(self, blocks: Float32) -> list[Tone]:
        spectrum, energy = self._bank(blocks)
        on = self._sounding(spectrum, energy)
        if not self._tracks and not on.any():
            self._streak[:] = 0
            self._last = []
            return []
        return self._follow(spectrum, energy, on.reshape(len(blocks), self._lines))

    def _sounding(self, spectrum: Float32, energy: Float32) -> NDArray[np.bool_]:
        """Is one of the sounds at least half of each window (windows * lines)?

        Where a sound has several frequencies they beat, and a window shows more of one or the other: then everything
        at the plan's frequencies counts, and windows before count too. Which sound it is, is asked of the whole burst.
        """
        squares = spectrum * spectrum
        powers = squares[: self._bank.bins] + squares[self._bank.bins :]
        if not self._beats:
            return np.asarray(powers.max(axis=0) > _SHARE * energy + _FLOOR)
        both = np.concatenate([self._before, np.stack([powers.sum(axis=0), energy])], axis=1)
        self._before = both[:, -2 * self._lines :]
        total, lines = len(energy), self._lines
        smooth = both[:, :total] + both[:, lines : total + lines] + both[:, 2 * lines :]
        return np.asarray(smooth[0] > _SHARE * smooth[1] + _FLOOR)

    def _follow(self, spectrum: Float32, energy: Float32, on: NDArray[np.bool_]) -> list[Tone]:
        """The lines with a tone, window by window."""
        count, bins = len(on), self._bank.bins
        heard = (spectrum[:bins] + 1j * spectrum[bins:]).reshape(bins, count, self._lines)
        energies = energy.reshape(count, self._lines)
        events: list[Tone] = []
        for i in range(count):
            window = _Window(self._now + i * HOP, on[i], heard[:, i], energies[i])
            self._last = [*self._last[-BRIDGE + 1 :], window]
            self._streak = (self._streak + 1) * on[i]
            for line in sorted(set(np.flatnonzero(self._streak == BRIDGE).tolist()) | self._tracks.keys()):
                events += self._hear_line(line)
        return events

    def _hear_line(self, line: int) -> Iterator[Tone]:
        """The newest window for a line that is followed, or all of a burst that has just been believed."""
        track = self._tracks.get(line)
        windows = self._last[-1:] if track is not None else self._last
        if track is None:
            track = self._tracks[line] = Track(self._ear, line, windows[0].at, release=2 * HOP if self._beats else 0)
        for window in windows:
            yield from track.hear(
                window.at, bool(window.on[line]), window.spectrum[:, line], float(window.energy[line])
            )
        if track.idle(windows[-1].at):
            del self._tracks[line]
