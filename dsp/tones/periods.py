"""What repeats in a row of bursts: the cadence, measured over all of its cycles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsp.plans import Cadence
from dsp.receiver import RATE
from dsp.tones.bursts import Burst

_LONGEST = 6
"""Bursts of the longest cycle that is looked for."""
_OFF = 0.08
_EDGES = 120
_MOST_PAUSE = 16 * RATE


def repeating(bursts: Sequence[Burst]) -> tuple[Cadence, int]:
    """The cadence with which a row of bursts begins, and how many of them keep it; ((), 0) when nothing repeats.

    The first burst may have begun before the recording did; then it is the next one that counts. A cycle is told when
    it comes twice; of a simple one, two bursts are enough.
    """
    if len(bursts) < 2:
        return (), 0
    first = 0 if bursts[0].whole else 1
    counts = [(_kept(bursts[first:], period), -period) for period in range(1, _LONGEST + 1)]
    count, period = max(counts)
    if count < 2:
        return (), 0
    return _cadence(bursts[first : first + count], -period), first + count


def _kept(bursts: Sequence[Burst], period: int) -> int:
    """How many bursts are as the one a period before. Their first cycle has to come again."""
    count = min(period, len(bursts))
    while count < len(bursts) and _is_again(bursts, count, period):
        count += 1
    return count if count >= max(2 * period, 2) else 0


def _is_again(bursts: Sequence[Burst], at: int, period: int) -> bool:
    before, now = bursts[at - period], bursts[at]
    same_length = abs(now.length - before.length) <= _slack(before.length) or not now.whole
    if now.sound != before.sound or not same_length or _pause(bursts, at) > _MOST_PAUSE:
        return False
    return at <= period or abs(_pause(bursts, at) - _pause(bursts, at - period)) <= _slack(_pause(bursts, at - period))


def _cadence(bursts: Sequence[Burst], period: int) -> Cadence:
    """Bursts and pauses in seconds, each the median of all cycles."""
    made = []
    for i in range(period):
        on = [burst.length for burst in bursts[i::period] if burst.whole] or [bursts[i].length]
        off = [_pause(bursts, at) for at in range(i + 1, len(bursts), period)]
        made.append((_seconds(on), _seconds(off)))
    return tuple(made)


def _pause(bursts: Sequence[Burst], at: int) -> int:
    """Samples of silence before a burst."""
    return max(bursts[at].start - bursts[at - 1].end, 0)


def _seconds(samples: Sequence[int]) -> float:
    return round(float(np.median(samples)) / RATE, 3)


def _slack(length: int) -> float:
    return _OFF * length + _EDGES
