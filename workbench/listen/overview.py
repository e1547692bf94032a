"""What a picture of a recording needs of its sound, in memory that does not grow with its length.

The picture has so many columns, and the recording so many samples: how much of it one column stands for is known at
the beginning. A column keeps the strongest of its spectra, so that a key of 40 ms can be seen in an hour.
"""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsp import levels
from dsp.receiver import RATE, Float32

COLUMNS = 1800
HOP = 80
WINDOW = 256
"""Samples: a spectrum every 10 ms, over 32 ms: 31 Hz a row."""

_BLANK = -99.0
_SHAPE = np.hanning(WINDOW).astype(np.float32)
_SCALE = 2.0 / float(_SHAPE.sum())

Numbers = NDArray[np.floating[Any]]


class Overview:
    """Spectra and levels of all lines of a recording, column by column. Memory: 1 MB a line.

    spectra: dBm0, (lines, columns, WINDOW // 2 + 1). loudest, quietest: dBm0 of 10 ms, (lines, columns).
    """

    def __init__(self, lines: int, samples: int) -> None:
        self.hops = max(1, ceil(samples / HOP / COLUMNS))
        columns = max(1, ceil(samples / (HOP * self.hops)))
        self.spectra = np.full((lines, columns, WINDOW // 2 + 1), _BLANK, np.float32)
        self.loudest = np.full((lines, columns), _BLANK)
        self.quietest = np.full((lines, columns), np.inf)
        self._rest = np.zeros((lines, WINDOW // 2), np.float32)
        self._done = 0
        """Hops that are in the columns; the rest begins half a window before the next one."""

    @property
    def seconds(self) -> Numbers:
        """Where each column begins, in seconds from the beginning of the part."""
        return np.arange(self.spectra.shape[1] + 1) * (self.hops * HOP / RATE)

    def __call__(self, piece: Float32) -> None:
        """The next samples, (lines, n)."""
        sound = np.concatenate([self._rest, np.nan_to_num(piece, nan=0.0, posinf=0.0, neginf=0.0)], axis=1)
        count = max(0, (sound.shape[1] - WINDOW) // HOP + 1)
        if count:
            self._take(np.lib.stride_tricks.sliding_window_view(sound, WINDOW, axis=1)[:, ::HOP][:, :count])
        self._rest = sound[:, count * HOP :].copy()

    def finish(self) -> None:
        """The recording is over."""
        self(np.zeros((len(self.loudest), WINDOW), np.float32))
        self.quietest = np.where(np.isfinite(self.quietest), self.quietest, _BLANK)

    def _take(self, windows: NDArray[Any]) -> None:
        middle = windows[:, :, (WINDOW - HOP) // 2 : (WINDOW + HOP) // 2]
        level = levels.power_dbm0(np.mean(np.square(middle, dtype=np.float64), axis=2))
        columns = np.minimum((self._done + np.arange(windows.shape[1])) // self.hops, self.loudest.shape[1] - 1)
        spectra = np.abs(np.fft.rfft(windows * _SHAPE, axis=2)) * _SCALE
        decibels = levels.power_dbm0(np.square(spectra) / 2).astype(np.float32)
        firsts = np.flatnonzero(np.diff(columns, prepend=-1))
        into = columns[firsts]
        self.loudest[:, into] = np.maximum(self.loudest[:, into], np.maximum.reduceat(level, firsts, axis=1))
        self.quietest[:, into] = np.minimum(self.quietest[:, into], np.minimum.reduceat(level, firsts, axis=1))
        self.spectra[:, into] = np.maximum(self.spectra[:, into], np.maximum.reduceat(decibels, firsts, axis=1))
        self._done += windows.shape[1]
