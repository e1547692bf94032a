"""The close look at what may be a DTMF key: 32 ms of one line, as seven spectra.

A key is two steady sines: each turns by the same angle from window to window (the angle tells its frequency to a
hertz), both are there from the first window to the last, and together they are most of what is heard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

_FREQUENCIES = np.array([LOW, HIGH], np.float64)
_TURN = np.exp(-2j * np.pi * _FREQUENCIES * _HOP / RATE)

Index = NDArray[np.intp]
Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Findings:
    """A key found in a span. low, high: its row and column. amplitudes: of its tones (root mean square).

    age: how many windows before the newest it began.
    """

    low: int
    high: int
    amplitudes: tuple[float, float]
    age: float


def check(windows: Float32, lines: Index, ends: Index) -> Iterator[tuple[int, int, Findings]]:
    """The spans that hold a key, as (line, end, findings).

    windows: (19, CONTEXT + new, all lines): real parts, imaginary parts, energy, power of the strongest low and of the
    strongest high tone. lines, ends: span by span the line and the newest window, counted from the first new one.
    """
    span = CONTEXT + ends[:, None] + np.arange(1 - SPAN, 1)
    promising = _promising(windows[16:, span, lines[:, None]])
    if not promising.any():
        return
    lines, ends, span = lines[promising], ends[promising], span[promising]
    heard = windows[:, span, lines[:, None]]
    tones = (heard[:8] + 1j * heard[8:16]).reshape(2, 4, len(lines), SPAN)
    chosen, tones = _strongest(tones)
    powers = np.square(np.abs(tones))
    share = np.sum(powers, axis=(0, 2)) / np.maximum(np.sum(heard[16], axis=-1), 1e-9)
    allowed = np.where(_even(powers), np.interp(share, _CLEAR, _OFF_FREQUENCY), _OFF_FREQUENCY[0])
    good = (share >= _SHARE) & np.all(_steady(tones, powers, chosen, allowed), axis=0)
    for i in np.flatnonzero(good):
        row, column = int(chosen[0, i]), int(chosen[1, i])
        track = windows[:, : CONTEXT + ends[i] + 1, lines[i]]
        amplitudes, age = _began(track, row, column, powers[:, i])
        yield int(lines[i]), int(ends[i]), Findings(row, column, amplitudes, age)


def _promising(heard: Float32) -> NDArray[np.bool_]:
    """A first look at (energy, low, high) of many spans: loud enough, in proportion, and even at both ends."""
    energy, low, high = np.sum(heard, axis=-1)
    good = (low + high >= _SHARE * energy) & (high >= _TWIST[0] * low) & (high <= _TWIST[1] * low)
    ends = np.minimum(heard[1:, :, 0], heard[1:, :, -1])
    even = ends * SPAN >= _UNEVEN * np.stack([low, high])
    return np.asarray(good & even[0] & even[1])


def _strongest(tones: NDArray[np.complex64]) -> tuple[Index, NDArray[np.complex64]]:
    """The strongest tone of each group (2, spans), and its windows (2, spans, SPAN)."""
    chosen = np.argmax(np.sum(np.square(np.abs(tones)), axis=-1), axis=1)
    groups, spans = np.arange(2)[:, None], np.arange(tones.shape[2])
    return chosen, tones[groups, chosen, spans]


def _even(powers: Float32) -> NDArray[np.bool_]:
    """Does either tone keep its level, but for the outer windows? A voice swells and fades."""
    inner = np.sqrt(powers[..., 1:-1])
    return np.asarray(np.all(np.std(inner, axis=-1) <= _RIPPLE * np.mean(inner, axis=-1), axis=0))


def _steady(tones: NDArray[np.complex64], powers: Float32, chosen: Index, allowed: Float64) -> NDArray[np.bool_]:
    """(2, spans): is the tone one sine, on its frequency, from the first window of the span to the last?"""
    turn = np.sum(tones[..., 1:] * np.conj(tones[..., :-1]), axis=-1) * _TURN[np.arange(2)[:, None], chosen]
    mean = np.sum(powers, axis=-1) - 0.5 * (powers[..., 0] + powers[..., -1])
    off = np.angle(turn) * RATE / (2 * np.pi * _HOP * _FREQUENCIES[np.arange(2)[:, None], chosen])
    edge = np.minimum(powers[..., 0], powers[..., -1])
    pure = np.abs(turn) >= _PURITY * mean
    whole = edge >= _EDGE**2 * np.median(powers, axis=-1)
    return np.asarray(pure & whole & (np.abs(off) <= allowed))


def _began(track: Float32, row: int, column: int, powers: Float32) -> tuple[tuple[float, float], float]:
    """The amplitudes of both tones, and how many windows before the newest they came up to half of it."""
    low, high = (float(a) for a in np.sqrt(np.median(powers, axis=-1)))
    first = track.shape[1] - SPAN - _BEFORE
    fill = [
        0.5 * (np.hypot(track[row, k], track[row + 8, k]) / low)
        + 0.5 * (np.hypot(track[column + 4, k], track[column + 12, k]) / high)
        for k in range(first, first + _BEFORE + 2)
    ]
    for k in range(len(fill) - 2, -1, -1):
        if fill[k] < 0.5 <= fill[k + 1]:
            crossing = k + (0.5 - fill[k]) / (fill[k + 1] - fill[k])
            return (low, high), float(SPAN + _BEFORE - 1 - crossing)
    return (low, high), float(SPAN + _BEFORE - 1 if min(fill) >= 0.5 else SPAN - 1)
