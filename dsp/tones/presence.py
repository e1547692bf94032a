"""Is one of the sounds of a plan most of what is heard? For all lines at once, every 10 ms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dsp.levels import power
from dsp.plans import Sound
from dsp.receiver import RATE, Float32

HOP = 80
"""Samples from one window to the next; a window is two of them."""

_CLOSE = 60.0
"""Frequencies nearer than that (Hz) are looked at together: a window of 20 ms does not tell them apart."""
_OFF = 25.0
"""By how many hertz a tone may be off."""
_SHARE = 0.5
_SHARE_OF_SEVERAL = 0.42
"""Of sounds with several frequencies a window shows now more, now less."""
_FLOOR = power(-50.0) * 2 * HOP


class Presence:
    """Power at each sound against all power, in Hann windows of two blocks: the fading-in of one block plus the
    fading-out of the next, so that each sample is taken up once although windows overlap.

    In silence a window shows a sound exactly while its middle is inside the burst, so that edges are right to 5 ms
    whatever the level.
    """

    def __init__(self, lines: int, sounds: Sequence[Sound], limit: int) -> None:
        self.lines = lines
        frequencies = sorted({frequency for sound in sounds for frequency in sound})
        clusters = sorted({cluster for sound in sounds for cluster in _clusters(sound)})
        close = any(len(cluster) > 1 for cluster in clusters)
        self._rows = 2 * len(frequencies)
        self._weights = np.concatenate([_weights(frequencies), np.full((1, HOP), HOP**-0.5, np.float32)])
        """The last row for the direct current of a port, which is no sound."""
        gathered = [[(f in cluster) * _weight(cluster) for f in frequencies] for cluster in clusters]
        self._gathered = np.asarray(gathered, np.float32) if close else None
        shares = [[(c in _clusters(sound)) / len(_clusters(sound)) ** 0.5 for c in clusters] for sound in sounds]
        self._shares = np.asarray([each for each in shares if max(each) < 1], np.float32)
        self._share = np.float32(_SHARE_OF_SEVERAL if len(self._shares) or close else _SHARE)
        self._singles = [row for row, cluster in enumerate(clusters) if cluster in sounds]
        self._faded = np.zeros((2 * self._rows + 1, (limit + 1) * lines), np.float32)
        self._energy = np.zeros((limit + 1) * lines, np.float32)
        self._windows = np.zeros((self._rows, limit * lines), np.float32)
        self._needed = np.zeros(limit * lines, np.float32)
        self.release = HOP if close else 0
        """Samples by which a burst seems to last longer than it does: where frequencies are close they beat, one window
        shows nothing and the next one all, and two windows are looked at together.
        """
        self._before = np.zeros((2, lines), np.float32)

    def __call__(self, blocks: Float32) -> NDArray[np.bool_]:
        """Take blocks (count, lines, HOP); give (count, lines): is there a sound in the window that ends with each?"""
        lines, count = self.lines, len(blocks) * self.lines
        flat = blocks.reshape(count, HOP)
        faded, energy = self._faded[:, : lines + count], self._energy[: lines + count]
        # An infinite or missing sample makes its own windows silent, and nothing else.
        with np.errstate(invalid="ignore", over="ignore"):
            np.matmul(self._weights, flat.T, out=faded[:, lines:])
            np.vecdot(flat, flat, out=energy[lines:])
            current = faded[-1, lines:]
            current *= current
            energy[lines:] -= current
            windows, needed = self._windows[:, :count], self._needed[:count]
            np.add(faded[: self._rows, :-lines], faded[self._rows : -1, lines:], out=windows)
            np.add(energy[:-lines], energy[lines:], out=needed)
            strongest = self._strongest(windows)
            if self.release:
                strongest, needed = self._together(strongest, needed)
            on = strongest > self._share * needed + np.float32(_FLOOR)
        faded[:, :lines] = faded[:, count:]
        energy[:lines] = energy[count:]
        return on.reshape(len(blocks), lines)

    def forget(self, line: int) -> None:
        """As if the line had been silent until now."""
        self._faded[:, line] = 0
        self._energy[line] = 0
        self._before[:, line] = 0

    def _together(self, strongest: Float32, energy: Float32) -> tuple[Float32, Float32]:
        """The sums over each window and the one before it."""
        both = np.concatenate([self._before, np.stack([strongest, energy])], axis=1)
        self._before = both[:, -self.lines :]
        sums = both[:, : -self.lines] + both[:, self.lines :]
        return sums[0], sums[1]

    def _strongest(self, windows: Float32) -> Float32:
        """The power of the strongest sound in each window. Of several frequencies the amplitudes are added, so that one
        of them alone is not taken for all.
        """
        half = self._rows // 2
        windows *= windows
        powers = np.add(windows[:half], windows[half:], out=windows[:half])
        if self._gathered is not None:
            powers = self._gathered @ powers
        if not len(self._shares):
            return np.asarray(np.maximum.reduce(powers, axis=0))
        together = np.maximum.reduce(self._shares @ np.sqrt(powers), axis=0)
        together *= together
        for row in self._singles:
            np.maximum(together, powers[row], out=together)
        return np.asarray(together)


def _clusters(sound: Sound) -> list[Sound]:
    """The frequencies of a sound, those that cannot be told apart in one window together."""
    made: list[Sound] = []
    for frequency in sorted(sound):
        if made and frequency - made[-1][-1] < _CLOSE:
            made[-1] = (*made[-1], frequency)
        else:
            made.append((frequency,))
    return made


def _may_be_off(frequency: float) -> float:
    """Hz. T.30 lets the calling tone, 1100 Hz, be 38 Hz off; E.180/Q.35 the special information tones 50 Hz."""
    if 1000 <= frequency <= 1200:
        return 40.0
    return 50.0 if 900 <= frequency <= 1900 else _OFF


def _weight(cluster: Sound) -> float:
    """What to count the power at each frequency of a cluster for: their lobes overlap, and how much they show of the
    cluster must not fall below what is seen of a single frequency that is as far off as it may be.
    """
    apart = np.subtract.outer(np.asarray(cluster), np.asarray(cluster))
    seen = [float(np.mean(np.sum(_lobe(apart + off), axis=1))) for off in (-_OFF, 0.0, _OFF)]
    return float(_lobe(np.asarray(_OFF))) / min(seen)


def _lobe(off: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a window shows of the power of a sine so many hertz beside."""
    offset = np.arange(2 * HOP) - (2 * HOP - 1) / 2
    shape = 0.5 + 0.5 * np.cos(np.pi * offset / HOP)
    return np.asarray(np.square(np.cos(2 * np.pi * off[..., None] * offset / RATE) @ shape / shape.sum()))


def _weights(frequencies: Sequence[float]) -> Float32:
    """(4 * frequencies, HOP): real and imaginary parts of the fading-in half, then of the fading-out half.

    A sine at one of the frequencies that is alone gives as much power as the window has energy; at one that need not be
    precise it gives more, so that farther off it still gives enough.
    """
    offset = np.arange(2 * HOP) - (2 * HOP - 1) / 2
    shape = 0.5 + 0.5 * np.cos(np.pi * offset / HOP)
    angle = 2 * np.pi * np.outer(np.asarray(frequencies), offset) / RATE
    free = np.sqrt(_lobe(np.asarray(_OFF)) / _lobe(np.asarray([_may_be_off(f) for f in frequencies])))
    height = free[:, None] * shape * np.sqrt(4 * HOP) / shape.sum()
    whole = np.concatenate([np.cos(angle) * height, -np.sin(angle) * height])
    return np.concatenate([whole[:, :HOP], whole[:, HOP:]]).astype(np.float32)
