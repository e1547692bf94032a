"""What was said and heard last, on all lines, tick by tick, for the echo canceller."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from dsp.blocks import Index
from dsp.levels import FULL_SCALE
from dsp.receiver import TICK, Float32

_WILD = 4 * FULL_SCALE
"""What is beyond it, or no number, was not heard."""


class Memory:
    """The sound of lines in one direction. `keep` samples before the tick that is being filled are at hand."""

    def __init__(self, lines: int, keep: int) -> None:
        self._keep = keep
        self._sound = np.zeros((lines, 2 * keep + TICK), np.float32)
        self._at = keep
        self._views: dict[int, Float32] = {}

    @property
    def tick(self) -> Float32:
        """The tick that is being filled (lines, TICK); silence where nothing is yet."""
        return self._sound[:, self._at : self._at + TICK]

    def put(self, first: int, samples: Float32) -> None:
        """Samples of the tick from `first` on."""
        place = self._sound[:, self._at + first : self._at + first + samples.shape[1]]
        np.copyto(place, samples)
        if np.count_nonzero(np.abs(place) < _WILD) != place.size:
            np.copyto(place, sane(samples))

    def windows(self, lines: Index, before: NDArray[np.int64] | int, length: int) -> Float32:
        """A copy (lines, length) that ends so many samples before the tick's end."""
        view = self._views.get(length)
        if view is None:
            view = self._views[length] = sliding_window_view(self._sound, length, axis=1)
        return np.asarray(view[lines, self._at + TICK - length - before])

    def next(self) -> None:
        """The tick is whole."""
        self._at += TICK
        if self._at + TICK > self._sound.shape[1]:
            self._sound[:, : self._keep] = self._sound[:, self._at - self._keep : self._at]
            self._sound[:, self._keep :] = 0
            self._at = self._keep

    def forget(self, line: int) -> None:
        """As if the line had been silent."""
        self._sound[line] = 0


def sane(samples: Float32) -> Float32:
    """Finite, and not beyond all bounds."""
    return np.asarray(np.clip(np.nan_to_num(samples, posinf=0, neginf=0), -_WILD, _WILD), np.float32)
