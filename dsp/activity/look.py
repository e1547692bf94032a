"""A close look at blocks of 20 ms: is it a sound, or hum, a direct current, a click?"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import RATE, Float32

BLOCK: Final = 160
"""20 ms: a whole period of 50 Hz mains."""

_PARTS = 8
_TAIL = 4.0
"""Half of a voiced block's parts are at most 6 dB below the threshold; a click's are at the noise."""
_PEAK = 40.0
"""... and at most 16 dB below the block: between two pulses of a low voice its formants still ring."""


def _low() -> Float32:
    """(samples, 13) orthonormal: direct current, the mains of either kind and two harmonics."""
    angle = 2 * np.pi * np.outer(np.arange(BLOCK), [50, 60, 100, 120, 150, 180]) / RATE
    whole = np.concatenate([np.ones((BLOCK, 1)), np.cos(angle), np.sin(angle)], axis=1)
    return np.ascontiguousarray(np.linalg.qr(whole)[0], np.float32)


_LOW = _low()


def low_energy(x: Float32) -> Float32:
    """Sum of squares of each row (rows, BLOCK) up to 180 Hz: hum and direct current."""
    parts = x @ _LOW
    energy: Float32 = np.vecdot(parts, parts)
    return energy


def high_energy(x: Float32) -> Float32:
    """Sum of squares of each row (rows, BLOCK) above 180 Hz."""
    energy: Float32 = np.maximum(np.vecdot(x, x) - low_energy(x), np.float32(0))
    return energy


def sounding(x: Float32, least: Float32) -> NDArray[np.bool_]:
    """Is each row (rows, BLOCK) a sound above 180 Hz of at least that sum of squares, and through all of the block?"""
    usual = 3 * np.sort(np.abs(x), axis=1)[:, BLOCK // 2, None]
    low = np.clip(x, -usual, usual) @ _LOW  # a click has all frequencies: it must not be smeared over the block
    high = x - low @ _LOW.T
    parts = np.square(high).reshape(len(x), _PARTS, -1).sum(axis=2)
    energy = parts.sum(axis=1)
    half = np.sort(parts, axis=1)[:, _PARTS // 2 - 1] * _PARTS
    return np.asarray((energy > least) & (half * _TAIL > least) & (half * _PEAK > energy))
