"""What a stretch of sound consists of: its sines, measured, and how much of it they are."""

from __future__ import annotations

from dataclasses import dataclass

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
    window = np.hanning(count).astype(np.float32)
    faded = samples * window
    power = float(np.dot(faded, faded) / np.dot(window, window)) if count > 2 else 0.0
    if not 0 < power < np.inf:
        return Analysis((), 0.0)
    points = 1 << (2 * count - 1).bit_length()
    spectrum = np.fft.rfft(faded, points)
    powers = (spectrum.real**2 + spectrum.imag**2).astype(np.float64) * (2 / float(window.sum()) ** 2)
    return Analysis(tuple(_sines(powers, 2 * points // count + 1, points, power)), power)


def _sines(powers: np.typing.NDArray[np.float64], lobe: int, points: int, whole: float) -> list[Sine]:
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


def _summit(powers: np.typing.NDArray[np.float64], top: int) -> tuple[float, float]:
    """Where between the bins a peak lies, and how high it is: a parabola through three logarithms."""
    if not 0 < top < len(powers) - 1 or min(powers[top - 1], powers[top + 1]) <= 0:
        return 0.0, float(powers[top])
    left, middle, right = np.log(powers[top - 1 : top + 2])
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return float(shift), float(np.exp(middle - 0.25 * (left - right) * shift))
