"""After how long what a line says comes back: correlation of what is heard with what was said, for many lines at once.

What is written to a card is heard back when its buffers have been sent, as much as 300 ms later and always the same.
The cross spectrum is divided by what was said, which leaves the path itself: the delay is where most of its energy
lies, found twice in the same place. A band of 1 kHz is enough to find it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import Index
from dsp.levels import power
from dsp.receiver import TICK, Float32

STRETCH = 4 * TICK
"""Samples that are looked at together."""
THIN = 4

_KEPT = np.float32(0.95)
"""From stretch to stretch: 1.6 s."""
_NOISE = np.float32(power(-58.0) * STRETCH)
_WHITE = np.float32(0.3)
"""Frequencies much weaker than that, relative to the mean, say little."""
_WIDE = 6
"""3 ms: what is looked for is as long as a hybrid rings."""
_CLEAR = 15.0
"""How much more energy lies there than elsewhere. A wrong delay does little harm: nothing can be learned there."""
_NEAR = 3


class Delays:
    """Delays of so many lines, up to `longest` samples."""

    def __init__(self, lines: int, longest: int) -> None:
        self._longest = longest // THIN
        self._size = 1 << (self._longest + 2 * STRETCH // THIN - 1).bit_length()
        bins = self._size // 2 + 1
        self._cross = np.zeros((lines, bins), np.complex64)
        self._power = np.zeros((lines, bins), np.float32)
        self._first: NDArray[np.int64] = np.full(lines, -1 - _NEAR, np.int64)

    def forget(self, line: int) -> None:
        """Nothing is known of the line."""
        self._cross[line] = self._power[line] = 0
        self._first[line] = -1 - _NEAR

    def find(self, lines: Index, said: Float32, heard: Float32) -> NDArray[np.int64]:
        """Take what was heard in a stretch, (lines, STRETCH), and what was said up to its end, (lines, longest +
        STRETCH); give the delay of each line in samples, -1 where it is not sure.
        """
        spectra = np.fft.rfft(_thin(said), self._size)
        heard_at_end = np.zeros((len(lines), said.shape[1] // THIN), np.float32)
        heard_at_end[:, self._longest :] = _thin(heard)
        weight = 1 / (np.vecdot(heard, heard) + _NOISE)
        cross = np.fft.rfft(heard_at_end, self._size) * spectra.conj()
        self._cross[lines] = self._cross[lines] * _KEPT + cross * weight[:, None]
        powers = spectra.real**2 + spectra.imag**2
        self._power[lines] = self._power[lines] * _KEPT + powers * weight[:, None]
        return self._places(lines)

    def _places(self, lines: Index) -> NDArray[np.int64]:
        powers = self._power[lines]
        powers += _WHITE * powers.mean(axis=1, keepdims=True) + np.float32(1e-9)
        path = np.fft.irfft(self._cross[lines] / powers, self._size)[:, : self._longest]
        until = np.cumsum(path * path, axis=1)
        energy = until[:, _WIDE:] - until[:, :-_WIDE]
        first = energy.argmax(axis=1) + 1
        clear = energy.max(axis=1) > _CLEAR * energy.mean(axis=1)
        again = np.abs(first - self._first[lines]) <= _NEAR
        self._first[lines] = first
        return np.where(clear & again, first * THIN, -1)


def _thin(samples: Float32) -> Float32:
    """Every fourth sample of the lower quarter of the band, roughly."""
    return np.asarray(samples.reshape(len(samples), -1, THIN).sum(axis=2))
