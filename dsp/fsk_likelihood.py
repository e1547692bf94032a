"""How surely each bit of a message is a mark or a space, by all that the two bits before it and after it tell.

The phase of FSK goes on from bit to bit, so that the neighbours say how the sound of a bit had to begin and to end.
Five bits are compared with all 32 courses that they can take; the phase itself need not be known (multiple-symbol
noncoherent detection of continuous-phase FSK, Osborne and Luntz 1974). At 8 dB of signal to noise this is worth 2 dB
or more over judging each bit alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from dsp.fsk import Modulation
from dsp.fsk_baseband import CENTRE, HALF_BAND, Complex, Float64
from dsp.fsk_track import Steps
from dsp.receiver import RATE

BITS = 10
"""In a character: start, eight of data, stop."""
_SPAN = 5
_EACH = 4
"""Samples that are compared in a bit."""
FINER = 4
"""The envelope is wanted at so many samples for each of the line, to be read between."""


@dataclass(frozen=True, slots=True)
class SoftBits:
    """likelihood: (characters, 10) natural logarithm of how much likelier a mark is than a space.

    snr: signal to noise in dB (noise over 300-3400 Hz) if all that does not fit is noise. level: amplitude at the line.
    """

    likelihood: Float64
    snr: float
    level: float


def weigh(envelope: Complex, modulation: Modulation, steps: Steps) -> SoftBits:
    """Judge the bits of all characters. envelope: FINER samples for each of the line."""
    count = _SPAN * _EACH
    centres = steps.starts[:, None] + (np.arange(BITS) + 0.5) * steps.bit
    inside = ((np.arange(count) + 0.5) / _EACH - _SPAN / 2) * steps.bit
    heard = _between(envelope, FINER * (centres.ravel()[:, None] + inside))
    fits = np.abs(heard @ _courses(modulation, steps.bit)) / count
    middle = (np.arange(2**_SPAN) >> (_SPAN // 2) & 1).astype(np.bool_)
    mark, space = fits[:, middle].max(axis=1), fits[:, ~middle].max(axis=1)
    best = np.maximum(mark, space)
    rest = np.maximum(np.mean(np.abs(heard) ** 2, axis=1) - best**2, 0) * count / (count - 1)
    level = float(np.median(best)) + 1e-9
    noise = np.maximum(np.maximum(rest, np.mean(rest)), 1e-4 * level**2)
    seen = 2 * HALF_BAND * steps.bit / (_EACH * RATE)
    clear = 2 * level * count * seen * (np.minimum(mark, level) - np.minimum(space, level)) / noise
    snr = 10 * np.log10(level**2 / (float(np.mean(rest)) + 1e-9) * 2 * HALF_BAND / 3100)
    return SoftBits(clear.reshape(-1, BITS), float(snr), level)


@cache
def _turns(modulation: Modulation) -> tuple[float, float]:
    """Cycles a second of mark and space round the centre."""
    return modulation.mark - CENTRE, modulation.space - CENTRE


def _courses(modulation: Modulation, bit: float) -> Complex:
    """(samples, courses): the conjugate of the envelope for each course of five bits, the earliest bit the highest."""
    mark, space = _turns(modulation)
    bits = np.arange(2**_SPAN)[:, None] >> np.arange(_SPAN)[::-1] & 1
    turn = np.repeat(np.where(bits == 1, mark, space), _EACH, axis=1) * bit / RATE / _EACH
    phase = np.cumsum(turn, axis=1) - 0.5 * turn
    return np.asarray(np.exp(-2j * np.pi * phase).T)


def _between(envelope: Complex, places: Float64) -> Complex:
    """The envelope between its samples; silence beyond its ends."""
    inside = (places >= 0) & (places < len(envelope) - 1)
    whole = np.where(inside, places, 0).astype(np.int64)
    part = np.where(inside, places - whole, 0)
    return np.asarray((envelope[whole] * (1 - part) + envelope[whole + 1] * part) * inside)
