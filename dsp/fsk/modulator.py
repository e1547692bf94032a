"""FSK at 1200 bit/s for data on a telephone line: Bell 202 and ITU-T V.23 forward channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.levels import amplitude
from dsp.receiver import RATE, Float32

BAUD = 1200
Bits = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Modulation:
    """Two frequencies in Hz: mark is a 1 and the state at rest, space is a 0."""

    mark: float
    space: float


BELL_202 = Modulation(1200, 2200)
V23 = Modulation(1300, 2100)


def characters(data: bytes) -> Bits:
    """Asynchronous characters: a start bit (0), eight bits, least significant first, a stop bit (1)."""
    octets = np.frombuffer(data, np.uint8)
    made = np.ones((len(octets), 10), np.uint8)
    made[:, 0] = 0
    made[:, 1:9] = np.unpackbits(octets[:, None], axis=1, bitorder="little")
    return made.ravel()


def modulate(
    bits: Bits, modulation: Modulation, level: float = -13.0, clock: float = 0.0, tilt: float = 0.0
) -> Float32:
    """Continuous-phase FSK of the bits: float32, linear, level in dBm0.

    clock: relative error of the sender's bit rate. tilt: dB by which the space is louder than the mark.
    """
    rate = BAUD * (1 + clock)
    index = (np.arange(int(len(bits) * RATE / rate)) * rate / RATE).astype(np.int64)
    marks = bits[index].astype(np.bool_)
    phase = 2 * np.pi * np.cumsum(np.where(marks, modulation.mark, modulation.space)) / RATE
    loud = np.where(marks, amplitude(level - tilt / 2), amplitude(level + tilt / 2))
    return np.asarray(loud * np.sin(phase), np.float32)
