"""A capture of a line as the complex envelope round 1700 Hz, the middle of Bell 202 as of V.23, and its soft bits.

Both modulations are one at this stage: a bit is so short that 1250 Hz is 1200 and 1300, and 2150 is 2100 and 2200.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsp.fsk import BAUD
from dsp.receiver import RATE, Float32

Float64 = NDArray[np.float64]
Complex = NDArray[np.complex128]

BIT = RATE / BAUD
CENTRE = 1700.0
HALF_BAND = 1250.0
"""Hz on either side of the centre that are let through; beyond there is more noise than keying."""
_SKIRT = 250.0
_SHIFT = 450.0
"""Hz between the centre and the mark or the space, midway between the two modulations."""
_TAPS = 8


class Capture:
    """One row of samples, ready to be looked at again and again. Its length is filled up to a multiple of 80."""

    def __init__(self, samples: Float32) -> None:
        self.length = len(samples)
        whole = -(-max(self.length, 160) // 80) * 80
        spectrum = np.fft.fft(np.asarray(samples, np.float64), whole)
        spectrum = np.roll(spectrum, -round(CENTRE * whole / RATE))
        self._offset = np.fft.fftfreq(whole, 1 / RATE)
        skirt = np.clip((HALF_BAND - np.abs(self._offset)) / _SKIRT, 0, 1)
        self._spectrum = 2 * spectrum * np.sin(0.5 * np.pi * skirt) ** 2

    def envelope(self, finer: int = 1, tilt: float = 0.0) -> Complex:
        """The complex envelope, `finer` samples for each one of the capture.

        tilt: dB by which the line favours the space over the mark, to be made good.
        """
        slope = np.clip(self._offset / (2 * _SHIFT), -1.2, 1.2) if tilt else 0.0
        level = self._spectrum * 10 ** (-tilt * slope / 20)
        half = len(level) // 2
        padded = np.zeros(finer * len(level), np.complex128)
        padded[:half], padded[-half:] = level[:half], level[-half:]
        return np.asarray(np.fft.ifft(padded) * finer)


def sides(envelope: Complex) -> tuple[Float64, Float64]:
    """How much mark and how much space there is in the bit round each sample (amplitudes)."""
    offset = np.arange(_TAPS) - (_TAPS - 1) / 2
    shape = np.clip((BIT + 1) / 2 - np.abs(offset), 0, 1)
    turn = np.exp(-2j * np.pi * _SHIFT / RATE * offset)
    mark = np.convolve(envelope, shape / shape.sum() * turn, "full")
    space = np.convolve(envelope, shape / shape.sum() * turn.conj(), "full")
    middle = slice(_TAPS // 2, _TAPS // 2 + len(envelope))
    return np.abs(mark[middle]), np.abs(space[middle])


def tilt_of(mark: Float64, space: Float64) -> float:
    """dB by which the space is stronger than the mark, where each of them is sent."""
    levels = [
        float(np.median(side[side > other])) if np.any(side > other) else 1.0
        for side, other in ((mark, space), (space, mark))
    ]
    return float(20 * np.log10(max(levels[1], 1e-9) / max(levels[0], 1e-9)))
