"""Levels in dBm0 (ITU-T G.711): a sine that just fills the 16-bit range is +3.14 dBm0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import Float32, Int16

FULL_SCALE = 32768.0
FULL_SCALE_DBM0 = 3.14
SILENCE_DBM0 = -99.0
"""What `dbm0` calls a row of zeros; nothing on a telephone line is quieter."""

MOST_GAIN = 60.0
"""dB: more than lies between the quietest line and full scale."""

_FULL_SCALE_POWER = FULL_SCALE**2 / 2


def amplitude(dbm0: float) -> float:
    """Peak of a sine of that level."""
    return float(FULL_SCALE * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20))


def gain(decibels: float) -> float:
    """Factor on samples."""
    return float(10 ** (decibels / 20))


def asked_gain(decibels: float) -> float:
    """Factor of a gain that a caller of this layer asks for. Raises ValueError for no number, or more than +60 dB."""
    if not decibels <= MOST_GAIN:
        raise ValueError(f"a gain is a number of dB, at most {MOST_GAIN:.0f}, not {decibels}")
    return gain(decibels)


def power(dbm0: float) -> float:
    """Mean square of a signal of that level."""
    return float(_FULL_SCALE_POWER * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 10))


def power_dbm0(mean_square: float | NDArray[np.floating]) -> NDArray[np.float64]:
    """Level of a mean square (a number or an array), never below SILENCE_DBM0."""
    floor = power(SILENCE_DBM0)
    ratio = np.maximum(np.asarray(mean_square, np.float64), floor) / _FULL_SCALE_POWER
    return np.asarray(10 * np.log10(ratio) + FULL_SCALE_DBM0)


def dbm0(x: NDArray[np.generic]) -> NDArray[np.float64]:
    """Level of each line of a matrix (lines, n): shape (lines,). A single signal (n,) gives shape ()."""
    samples = np.asarray(x, np.float64)
    if samples.shape[-1] == 0:
        return np.full(samples.shape[:-1], SILENCE_DBM0)
    return power_dbm0(np.mean(samples * samples, axis=-1))


def saturate(x: Float32, out: Int16 | None = None) -> Int16:
    """Linear samples as int16, rounded, those out of range at its ends."""
    made = np.empty(x.shape, np.int16) if out is None else out
    np.copyto(made, np.clip(np.rint(x), -32768, 32767), casting="unsafe")
    return made
