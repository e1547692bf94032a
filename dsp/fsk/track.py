"""Where the characters of a message are: its beginning after the mark, and the step of the sender from there on.

All of this works on rough soft bits, above zero for a mark and below for a space, one for each sample of the capture.
What a bit is, is decided afterwards (`dsp.fsk.likelihood`), when it is known where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from dsp.fsk import characters
from dsp.fsk.baseband import BIT, Float64

_MARK_BITS = 10
"""Bits of mark that must go before a message: one more than can follow each other inside it."""
_ALIKE = 0.65
"""How like the mark and the first character of a message the soft bits must be, 1 being all of it."""
_TRIES = 4
_MOST = 258
"""Characters of the longest message."""
_STEPS = np.arange(-1.5, 1.6, 0.25)
_CENTRES = BIT * (np.arange(10) + 0.5)
_FRAME = np.array([-1.0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
_FOLLOW = 0.4
"""How much of a step is believed: less would lag behind a clock that is 2 % off, more would follow the noise."""
_HOLD = 0.03
_MOST_STUFFING = 24
"""Bits of mark that may stand between two characters."""
_AT_REST = 0.5
_STEADY = 0.7
"""Samples by which characters may miss a common clock (root mean square) if they are to be taken to have one."""
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Steps:
    """Where characters begin (samples), and how long a bit takes the sender.

    steady: they have one clock, and whole bits between them; then every bit from the first on is on its grid.
    """

    starts: Float64
    bit: float
    steady: bool


def beginnings(soft: Float64, types: Sequence[int]) -> list[float]:
    """Where a message of one of these types may begin, likeliest first: the sample at which the start bit begins."""
    strength = np.abs(soft)
    reach = round((_MARK_BITS + 10) * BIT) + 1
    if len(soft) <= reach:
        return []
    places = np.rint((np.arange(_MARK_BITS + 10) + 0.5) * BIT).astype(np.int64)
    count = len(soft) - reach
    windows = np.lib.stride_tricks.sliding_window_view(soft, count)[places]
    total = np.sum(np.lib.stride_tricks.sliding_window_view(strength, count)[places], axis=0)
    alike = np.max(_patterns(types) @ windows, axis=0) / (total + 0.1 * len(places) * np.mean(strength) + 1e-9)
    return [float(at + _MARK_BITS * BIT) for at in _peaks(alike)]


def follow(soft: Float64, start: float, most: int = _MOST) -> Steps | None:
    """The characters from there on as long as there are any, up to so many; None if there are not even three."""
    typical = float(np.median(np.abs(soft[max(int(start), 0) : int(start) + 200])))
    found = np.array(list(islice(_characters(soft, start, typical), most)))
    return _on_one_clock(found) if len(found) >= _FEWEST else None


def _patterns(types: Sequence[int]) -> Float64:
    """Mark and first character, for each type of message."""
    rows = [np.concatenate([np.ones(_MARK_BITS), 2.0 * characters(bytes([kind])) - 1]) for kind in types]
    return np.array(rows)


def _peaks(alike: Float64) -> list[int]:
    """The best few places, no two of them within three bits."""
    left = np.where(alike > _ALIKE, alike, 0.0)
    peaks: list[int] = []
    while len(peaks) < _TRIES and left.size and left.max() > 0:
        at = int(np.argmax(left))
        peaks.append(at)
        left[max(at - round(3 * BIT), 0) : at + round(3 * BIT)] = 0
    return peaks


def _characters(soft: Float64, start: float, typical: float) -> Iterator[float]:
    """Where one character after the other begins, kept in step with."""
    at, bit = start, BIT
    for number in range(_MOST):
        at = _after_stuffing(soft, at, typical)
        if at < 2 or at + 10.5 * BIT + 2 > len(soft):
            return
        span = _at(soft, at + _STEPS[:, None] + _CENTRES * (bit / BIT))
        score = np.where(_FRAME == 0, np.abs(span), _FRAME * span).sum(axis=1) - 0.02 * typical * _STEPS**2
        best = int(np.argmax(score))
        if score[best] < 2.0 * typical:
            return
        step = float(_STEPS[best])
        yield at + step
        gain = 1.0 if number == 0 else _FOLLOW
        bit = min(max(bit + _HOLD * step * (number > 0), 0.975 * BIT), 1.025 * BIT)
        at += gain * step + 10 * bit


def _after_stuffing(soft: Float64, at: float, typical: float) -> float:
    """Where the next start bit begins: here, unless the line is clearly at rest."""
    if at + BIT >= len(soft) or _at(soft, np.array([at + 0.5 * BIT]))[0] < _AT_REST * typical:
        return at
    first = int(at + 0.5 * BIT)
    rest = soft[first : first + round(_MOST_STUFFING * BIT)]
    fallen = np.flatnonzero((rest[:-3] <= 0) & (rest[3:] < -0.5 * typical)) if len(rest) > 3 else np.zeros(0)
    return float(first + fallen[0]) if len(fallen) else float(len(soft))


def _on_one_clock(found: Float64) -> Steps:
    """The places smoothed: senders mostly keep one clock through a message, with whole bits between characters."""
    gaps = np.rint(np.diff(found) / BIT)
    bits = np.concatenate([[0], np.cumsum(gaps)])
    bit, first = np.polyfit(bits, found, 1)
    smooth = first + bit * bits
    if np.sqrt(np.mean((smooth - found) ** 2)) < _STEADY:
        return Steps(smooth, float(bit), True)
    return Steps(found, float(np.clip(np.median(np.diff(found) / gaps), 0.975 * BIT, 1.025 * BIT)), False)


def _at(soft: Float64, places: Float64) -> NDArray[np.float64]:
    """The soft bits between samples."""
    whole = places.astype(np.int64)
    part = places - whole
    return np.asarray(soft[whole] * (1 - part) + soft[whole + 1] * part)
