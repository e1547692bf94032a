"""How surely each bit of a message is a mark or a space, by all that the two bits before it and after it tell.

The phase of FSK goes on from bit to bit, so that the neighbours say how the sound of a bit had to begin and to end.
Five bits are compared with all 32 courses that they can take; the phase itself need not be known (multiple-symbol
noncoherent detection of continuous-phase FSK, Osborne and Luntz 1974). At 8 dB of signal to noise this is worth 2 dB
or more over judging each bit alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsp.fsk import Modulation
from dsp.fsk.baseband import CENTRE, HALF_BAND, Complex, Float64
from dsp.receiver import RATE

_TOGETHER = (5, 3)
"""Bits that are compared together; of both likelihoods the mean is taken. Five say more of a phase that goes on as it
should. Senders that change frequency only at their next sample wander a little, which disturbs three less.
"""
_EACH = 4
"""Samples that are compared in a bit."""
FINER = 4
"""The envelope is wanted at so many samples for each of the line, to be read between."""


@dataclass(frozen=True, slots=True)
class Bits:
    """Where the bits are. centres: their middles (samples, any shape). length: of each, in samples.

    sample: so many from the first on show level and noise.
    """

    centres: Float64
    length: float
    sample: int


@dataclass(frozen=True, slots=True)
class SoftBits:
    """likelihood: natural logarithm of how much likelier a mark is than a space, for each bit.

    snr: signal to noise in dB (noise over 300-3400 Hz) if all that does not fit is noise.
    """

    likelihood: Float64
    snr: float


def weigh(envelope: Complex, modulation: Modulation, places: Bits) -> SoftBits:
    """Judge bits. envelope: FINER samples for each of the line."""
    judged = [_judge(envelope, modulation, places, span) for span in _TOGETHER]
    likelihood = np.mean([soft.likelihood for soft in judged], axis=0)
    return SoftBits(np.asarray(likelihood), judged[0].snr)


def _judge(envelope: Complex, modulation: Modulation, places: Bits, together: int) -> SoftBits:
    count = together * _EACH
    inside = ((np.arange(count) + 0.5) / _EACH - together / 2) * places.length
    heard = _between(envelope, FINER * (places.centres.reshape(-1, 1) + inside))
    fits = np.abs(heard @ _courses(modulation, places.length, together)) / count
    middle = (np.arange(2**together) >> (together // 2) & 1).astype(np.bool_)
    mark, space = fits[:, middle].max(axis=1), fits[:, ~middle].max(axis=1)
    best = np.maximum(mark, space)
    seen = 2 * HALF_BAND * places.length / (_EACH * RATE)
    freedom = count * seen + 0.5
    rest = np.maximum(np.mean(np.abs(heard) ** 2, axis=1) - best**2, 0) * freedom / (freedom - 1)
    level = float(np.median(best[: places.sample])) + 1e-9
    usual = float(np.mean(rest[: places.sample])) + 1e-4 * level**2
    clear = 2 * level * count * seen * (np.minimum(mark, level) - np.minimum(space, level)) / np.maximum(rest, usual)
    snr = 10 * np.log10(level**2 / usual * 2 * HALF_BAND / 3100)
    return SoftBits(clear.reshape(places.centres.shape), float(snr))


def _courses(modulation: Modulation, bit: float, span: int) -> Complex:
    """(samples, courses): the conjugate of the envelope for each course of so many bits, the earliest the highest."""
    mark, space = modulation.mark - CENTRE, modulation.space - CENTRE
    bits = np.arange(2**span)[:, None] >> np.arange(span)[::-1] & 1
    turn = np.repeat(np.where(bits == 1, mark, space), _EACH, axis=1) * bit / RATE / _EACH
    phase = np.cumsum(turn, axis=1) - 0.5 * turn
    return np.asarray(np.exp(-2j * np.pi * phase).T)


def _between(envelope: Complex, places: Float64) -> Complex:
    """The envelope between its samples; silence beyond its ends."""
    inside = (places >= 0) & (places < len(envelope) - 1)
    whole = np.where(inside, places, 0).astype(np.int64)
    part = np.where(inside, places - whole, 0)
    return np.asarray((envelope[whole] * (1 - part) + envelope[whole + 1] * part) * inside)
