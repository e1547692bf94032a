"""Which bits of an asynchronous stream are characters: the likeliest of all ways to divide it.

A character is a start bit (space), eight of data and a stop bit (mark); between two of them the line may be at rest
(mark) for any number of bits. One wrong bit may look like a start or hide one; what follows then tells.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsp.fsk.baseband import Float64

BITS = 10
_REST = 1.0
"""What each bit of rest costs, so that noise is not taken for it."""


def divide(likelihood: Float64) -> NDArray[np.intp]:
    """Where characters begin, of which the first begins with the first bit. likelihood: above 0 for a mark, a row."""
    count = len(likelihood)
    whole = _characters(likelihood)
    best, came = np.full(count + 1, -np.inf), np.zeros(count + 1, np.intp)
    best[0] = 0.0
    scores, values, marks = best.tolist(), whole.tolist(), (likelihood - _REST).tolist()
    for at in range(count):
        here = scores[at]
        if here == -np.inf:
            continue
        end = at + BITS
        if end <= count and here + values[at] > scores[end]:
            scores[end], came[end] = here + values[at], BITS
        if at and here + marks[at] > scores[at + 1]:
            scores[at + 1], came[at + 1] = here + marks[at], 1
    return _path(scores, came)


def _characters(likelihood: Float64) -> Float64:
    """How well each place suits as the beginning of a character."""
    free = np.concatenate([[0.0], np.cumsum(np.abs(likelihood))])
    whole = np.full(len(likelihood), -np.inf)
    if len(likelihood) >= BITS:
        first = np.arange(len(likelihood) - BITS + 1)
        whole[first] = free[first + 9] - free[first + 1] - likelihood[first] + likelihood[first + 9]
    return whole


def _path(scores: list[float], came: NDArray[np.intp]) -> NDArray[np.intp]:
    """Back from the best end, of which the last bits may be of a character that was cut short."""
    at = max(range(max(len(scores) - BITS, 0), len(scores)), key=lambda end: scores[end])
    found: list[int] = []
    while at > 0:
        step = int(came[at])
        at -= step
        if step == BITS:
            found.append(at)
    return np.array(found[::-1], np.intp)
