"""What a stretch of sound consists of: its sines, measured, and how much of it they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dsp.receiver import RATE, Float32

_MOST = 6
_LEAST = 0.03
"""A sine that is less of all the sound than that is not looked for."""


@dataclass(frozen=True, slots=True)
class Sine:
    """frequency: Hz. power: mean square."""

    frequency: float
    power: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """The strongest sines, strongest first, and the mean square of all that sounds."""

    sines: tuple[Sine, ...]
    power: float


def analyse(samples: Float32) -> Analysis:
    """The sines in samples (n,): at most six, told apart when they are 2 / duration apart (10 Hz in 200 ms)."""
    count = len(samples)
    if count < 3:
        return Analysis((), 0.0)
    window = _window(count)
    faded = samples * window
    faded -= window * (faded.sum() / window.sum())  # the direct current of a port is no sound
    power = float(np.dot(faded, faded)) / float(np.dot(window, window))
    if not 0 < power < np.inf:
        return Analysis((), 0.0)
    points = 1 << (2 * count - 1).bit_length()
    spectrum = np.fft.rfft(faded, points)
    powers: Float32 = np.square(np.abs(spectrum)) * np.float32(2 / float(window.sum()) ** 2)
    return Analysis(tuple(_sines(powers, 2 * points // count + 1, points, power)), power)


@lru_cache(maxsize=256)
def _window(count: int) -> Float32:
    return np.hanning(count).astype(np.float32)


def _sines(powers: Float32, lobe: int, points: int, whole: float) -> list[Sine]:
    """The peaks one after the other; what lies within the main lobe of one is its own."""
    found: list[Sine] = []
    while len(found) < _MOST:
        top = int(powers.argmax())
        if powers[top] < _LEAST * whole:
            break
        shift, power = _summit(powers, top)
        found.append(Sine((top + shift) * RATE / points, power))
        powers[max(top - lobe, 0) : top + lobe + 1] = 0
    return found


def _summit(powers: Float32, top: int) -> tuple[float, float]:
    """Where between the bins a peak lies, and how high it is: a parabola through three logarithms."""
    if not 0 < top < len(powers) - 1 or min(powers[top - 1], powers[top + 1]) <= 0:
        return 0.0, float(powers[top])
    left, middle, right = map(math.log, powers[top - 1 : top + 2].tolist())
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return shift, math.exp(middle - 0.25 * (left - right) * shift)
