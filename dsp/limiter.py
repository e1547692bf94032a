"""Peaks kept under a ceiling without distortion: the gain goes down before a peak comes, and comes back after it.

Peaks are true peaks (ITU-R BS.1770): those of the wave between the samples, seen with four times the rate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import Float32

AHEAD = 40
"""Samples before and after a peak over which the gain moves (5 ms): too slow to be heard as distortion."""

_REACH = 12
_OVER = 4


def true_peaks(samples: Float32) -> Float32:
    """The largest magnitude of the wave at each sample and up to the next one: float32 (n,)."""
    largest: Float32 = np.abs(samples).astype(np.float32)
    if samples.size:
        for part in range(1, _OVER):
            np.maximum(largest, np.abs(_between(samples, part / _OVER)), out=largest)
    return largest


def _between(samples: Float32, part: float) -> Float32:
    """The wave that far after each sample."""
    offsets = np.arange(1 - _REACH, _REACH + 1) - part
    taps = np.sinc(offsets) * np.cos(np.pi / 2 * offsets / (_REACH + 1)) ** 2
    whole = np.convolve(samples, taps[::-1].astype(np.float32))
    return np.asarray(whole[_REACH : _REACH + samples.size], np.float32)


def limited(samples: Float32, ceiling: float) -> tuple[Float32, float]:
    """The sound with its true peaks under `ceiling`, and by how many dB the loudest of them was lowered (0: none)."""
    peaks = true_peaks(samples)
    highest = float(peaks.max(initial=0.0))
    if highest <= ceiling:
        return samples, 0.0
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    return np.asarray(samples * _glided(needed), np.float32), float(20 * np.log10(highest / ceiling))


def _glided(needed: NDArray[np.floating]) -> NDArray[np.float64]:
    """A gain that moves smoothly and is nowhere above what is needed: the mean of minima that all see the peak."""
    lowest = np.pad(np.asarray(needed, np.float64), 2 * AHEAD, constant_values=1.0)
    reached, width = 1, 2 * AHEAD + 1
    while reached < width:
        step = min(reached, width - reached)
        lowest = np.minimum(lowest[:-step], lowest[step:])
        reached += step
    window = np.hanning(width + 2)[1:-1]
    return np.convolve(lowest, window / window.sum(), mode="valid")
