"""The close look at what may be a DTMF key: 32 ms of one line, as seven spectra.

A key is two steady sines: each turns by the same angle from window to window (the angle tells its frequency to a
hertz), both are there from the first window to the last, and together they are most of what is heard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import Bank, Index
from dsp.dtmf_signal import HIGH, LOW
from dsp.receiver import RATE, Float32

SPAN = 7
"""Windows that are looked at together."""
_BEFORE = 3
CONTEXT = SPAN - 1 + _BEFORE
"""Windows before the newest that must be at hand: the rest of its span, and where the key may have begun."""

_HOP = 32
_OFF_FREQUENCY = (0.006, 0.024)
"""How far off a tone may be: where much else is heard (see _CLEAR), and where nothing is. The latter lies between the
1.5 % that must be accepted and the 3.5 % that must not; the former knows that a voice is seldom on two frequencies."""
_RIPPLE = 0.1
"""Deviation of a tone's amplitude, relative to its mean, up to which it may be as far off as the standard says."""
_CLEAR = (0.75, 0.87)
"""The tones' share of all that is heard, from which the bounds of _OFF_FREQUENCY hold."""
_PURITY = 0.80
_EDGE = 0.62
"""Least amplitude of the outer windows, relative to the middle: keeps tones of 23 ms and less out."""
_UNEVEN = 0.3
"""The same for a first look, where other tones of the group may have been stronger for a moment."""
_SHARE = 0.5
_TWIST = (10 ** (-10.5 / 10), 10 ** (6.5 / 10))

_FREQUENCIES = np.array([*LOW, *HIGH], np.float64)
_TURN = np.exp(-2j * np.pi * _FREQUENCIES * _HOP / RATE).astype(np.complex64)
_OFF_PER_TURN = (RATE / (2 * np.pi * _HOP * _FREQUENCIES)).astype(np.float32)
"""Relative deviation for each radian that a tone turns too far from window to window."""
_SPAN = np.arange(1 - SPAN, 1)
_EARLY = np.arange(-CONTEXT, -CONTEXT + _BEFORE + 2)
_FIRST_ROW = np.array([[0], [4]])


@dataclass(frozen=True, slots=True)
class Findings:
    """A key found in a span. low, high: its row and column. amplitudes: of its tones (root of the energy in a window).

    age: how many windows before the newest it began.
    """

    low: int
    high: int
    amplitudes: tuple[float, float]
    age: float


def check(bank: Bank, lines: Index, ends: Index) -> Iterator[tuple[int, Findings]]:
    """The spans that hold a key, as (number of the span, findings).

    bank: its record has the rows real parts, imaginary parts, energy, power of the strongest low and of the strongest
    high tone. lines, ends: span by span the line and the newest window (0 is the newest of the bank).
    """
    heard = bank.gather(ends[:, None] + _SPAN, lines[:, None])
    rows, total, tones = _strongest(heard)
    share = (total[0] + total[1]) / np.add.reduce(heard[16], axis=1)
    turn = np.vecdot(tones[..., :-1], tones[..., 1:])
    turn *= _TURN.take(rows)
    off = np.abs(np.arctan2(turn.imag, turn.real))
    off *= _OFF_PER_TURN.take(rows)
    bound = _OFF_FREQUENCY[0] + (_OFF_FREQUENCY[1] - _OFF_FREQUENCY[0]) * (share > _CLEAR[0])
    good = np.maximum(off[0], off[1]) <= bound
    good &= share >= _SHARE
    near = good.nonzero()[0]
    if not len(near):
        return  # as nearly always when somebody speaks
    tones = tones[:, near]
    powers = tones.real * tones.real + tones.imag * tones.imag
    good = _is_even(heard[16:19, near])
    good &= _is_whole(powers, total[:, near], turn[:, near], off[:, near] <= _allowed(powers, share[near]))
    for i in good.nonzero()[0].tolist():
        span = int(near[i])
        row, column = rows[:, span].tolist()
        amplitudes, age = _began(bank.gather(ends[span] + _EARLY, lines[span]), row, column, powers[:, i])
        yield span, Findings(row, column - 4, amplitudes, age)


def _strongest(heard: Float32) -> tuple[Index, Float32, NDArray[np.complex64]]:
    """Of records (rows, spans, SPAN): the row of the strongest tone of each group (2, spans), its power summed over the
    span, and its windows (2, spans, SPAN).
    """
    spans = heard.shape[1]
    parts = np.vecdot(heard[:16], heard[:16])
    powers = np.add(parts[:8], parts[8:]).reshape(2, 4, spans)
    rows = powers.argmax(axis=1)
    rows += _FIRST_ROW
    places = rows * spans
    places += np.arange(spans)
    flat = heard.reshape(-1, SPAN)
    tones = np.empty((2, spans, SPAN), np.complex64)
    tones.real = flat.take(places, axis=0)
    places += 8 * spans
    tones.imag = flat.take(places, axis=0)
    return rows, np.maximum.reduce(powers, axis=1), tones


def _is_even(heard: Float32) -> NDArray[np.bool_]:
    """Are both tones in proportion, and there at both ends? heard (3, spans, SPAN): energy, strongest low and high."""
    energy, low, high = np.add.reduce(heard, axis=2)
    ends = np.minimum(heard[1:, :, 0], heard[1:, :, -1]) * SPAN
    good = low + high >= _SHARE * energy
    good &= (high >= _TWIST[0] * low) & (high <= _TWIST[1] * low)
    good &= (ends[0] >= _UNEVEN * low) & (ends[1] >= _UNEVEN * high)
    return np.asarray(good)


def _is_whole(
    powers: Float32, total: Float32, turn: NDArray[np.complex64], on_frequency: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Are both tones of a span (2, spans, SPAN) one sine each, on its frequency, from the first window to the last?"""
    good = np.abs(turn) >= _PURITY * (total - 0.5 * (powers[..., 0] + powers[..., -1]))
    good &= np.minimum(powers[..., 0], powers[..., -1]) >= _EDGE**2 * np.sort(powers, axis=-1)[..., SPAN // 2]
    good &= on_frequency
    return np.asarray(good[0] & good[1])


def _allowed(powers: Float32, share: Float32) -> Float32:
    """How far off frequency the tones may be: where either swells or fades, as a voice does, or much else is heard,
    not as far.
    """
    inner = powers[..., 1:-1]
    mean = np.add.reduce(np.sqrt(inner), axis=-1) / (SPAN - 2)
    even = np.add.reduce(inner, axis=-1) <= (SPAN - 2) * (1 + _RIPPLE**2) * mean * mean
    clear = np.minimum(np.maximum((share - _CLEAR[0]) / (_CLEAR[1] - _CLEAR[0]), 0), even[0] & even[1])
    return np.asarray(_OFF_FREQUENCY[0] + (_OFF_FREQUENCY[1] - _OFF_FREQUENCY[0]) * clear)


def _began(early: Float32, row: int, column: int, powers: Float32) -> tuple[tuple[float, float], float]:
    """The amplitudes of both tones, and how many windows before the newest they came up to half of it.

    early: the record (rows, windows) of the windows in which they may have.
    """
    low, high = np.sqrt(np.sort(powers, axis=-1)[:, SPAN // 2]).tolist()
    fill = (
        0.5 * np.hypot(early[row], early[row + 8]) / low + 0.5 * np.hypot(early[column], early[column + 8]) / high
    ).tolist()
    for k in range(len(fill) - 2, -1, -1):
        if fill[k] < 0.5 <= fill[k + 1]:
            crossing = k + (0.5 - fill[k]) / (fill[k + 1] - fill[k])
            return (low, high), float(SPAN + _BEFORE - 1 - crossing)
    return (low, high), float(SPAN + _BEFORE - 1 if min(fill) >= 0.5 else SPAN - 1)
