"""Reading characters out of captured FSK at 1200 bit/s, as a whole and after the event: the message is short.

Each bit is judged over its own length by how much of the mark and of the space frequency is in it. The receiver
keeps step with the sender at every character's start bit, so that clocks may differ by a percent or two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.fsk import BAUD, Modulation
from dsp.receiver import RATE, Float32

Float64 = NDArray[np.float64]

BIT = RATE / BAUD
_TAPS = 8
_MARKS_BEFORE = 70
"""Samples of unbroken mark before a message: more than the nine bits that can follow each other inside it."""
_MOST_STUFFING = 24.0
"""Bits of mark that may stand between two characters."""
_CENTRES = BIT * (np.arange(10) + 0.5)
_STEPS = np.arange(-1.5, 1.6, 0.5)


@dataclass(frozen=True, slots=True)
class Reading:
    """Characters that followed a mark.

    margin: the weakest bit but for those of one character, of 0 (undecided) to about 1 (as clear as the median). A
    checksum notices any error within one character. mark: the end of the mark, as heard.
    """

    data: bytes
    margin: float
    mark: Float32


def read(samples: Float32, modulation: Modulation, complete: Callable[[bytes], bool]) -> Iterator[Reading]:
    """What follows each long mark in a capture (one row), until `complete` says that it is whole or could never be.

    Readings that end in a broken character are given as far as they go.
    """
    soft = _soft_bits(samples, modulation)
    typical = float(np.median(np.abs(soft))) + 1e-12
    for start in _ends_of_marks(soft):
        data, margins, at = bytearray(), [np.inf], float(start)
        while not complete(bytes(data)):
            character = _character(soft, at)
            if character is None:
                break
            value, weak, at = character
            data.append(value)
            margins.append(weak)
        if data:
            mark = samples[max(start - _MARKS_BEFORE, 0) : start]
            yield Reading(bytes(data), float(sorted(margins)[1] / typical), mark)


def amount(samples: Float32, frequency: float) -> float:
    """How much of a frequency is in a short row of samples."""
    return float(np.abs(np.dot(samples, np.exp(-2j * np.pi * frequency / RATE * np.arange(len(samples))))))


def _envelopes(samples: Float32, modulation: Modulation) -> tuple[Float64, Float64]:
    """How much of each frequency is in the bit round each sample."""
    offset = np.arange(_TAPS) - (_TAPS - 1) / 2
    shape = np.clip((BIT + 1) / 2 - np.abs(offset), 0, 1)
    made = []
    for frequency in (modulation.mark, modulation.space):
        taps = shape * np.exp(2j * np.pi * frequency / RATE * offset)
        made.append(np.abs(np.convolve(samples, taps, "same")))
    return made[0], made[1]


def _soft_bits(samples: Float32, modulation: Modulation) -> Float64:
    """Above zero for a mark, below for a space, both equally strong even when the line favours one of them."""
    mark, space = _envelopes(samples, modulation)
    strong = [float(np.percentile(side, 90)) + 1e-9 for side in (mark, space)]
    return np.asarray(mark / strong[0] - space / strong[1])


def _ends_of_marks(soft: Float64) -> NDArray[np.intp]:
    """Where a long mark gives way to a start bit."""
    space = np.concatenate([[-1], np.flatnonzero(soft <= 0)])
    return np.asarray(space[1:][np.diff(space) > _MARKS_BEFORE])


def _character(soft: Float64, start: float) -> tuple[int, float, float] | None:
    """Value, weakest bit, and start of the next character, for a character whose start bit begins about there."""
    span = _at(soft, start + _STEPS[:, None] + _CENTRES)
    if span is None:
        return None
    framed = np.where((span[:, 0] < 0) & (span[:, 9] > 0), np.sum(np.abs(span), axis=1), -1)
    best = int(np.argmax(framed))
    if framed[best] < 0:
        return None
    bits = span[best]
    value = int(np.packbits(bits[1:9] > 0, bitorder="little")[0])
    return value, float(np.min(np.abs(bits))), _next_start(soft, start + float(_STEPS[best]) + 9.5 * BIT)


def _next_start(soft: Float64, stop: float) -> float:
    """Where the mark of the stop bit gives way to the next start bit."""
    first = round(stop)
    fallen = np.flatnonzero(soft[first : first + round(_MOST_STUFFING * BIT)] <= 0)
    if not fallen.size or fallen[0] == 0:
        return stop + 0.5 * BIT
    k = first + int(fallen[0])
    return float(k - soft[k] / (soft[k] - soft[k - 1]))


def _at(soft: Float64, places: Float64) -> Float64 | None:
    """The soft bits between samples; None beyond the ends of the capture."""
    if places.min() < 0 or places.max() >= len(soft) - 1:
        return None
    whole = places.astype(np.int64)
    part = places - whole
    return np.asarray(soft[whole] * (1 - part) + soft[whole + 1] * part)
