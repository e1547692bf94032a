"""The close look at what may be a DTMF key: 28 ms of a line, explained as two sines and what remains.

First the two frequencies, from how far the tones turn from window to window. Then least squares: each tone with an
amplitude and a trend of it (t times the tone, whose imaginary part corrects the frequency). A voice is never two sines
and nothing else for 28 ms; a key under noise, clicks or a prompt's echo nearly is, on its frequencies and even.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from dsp.blocks import Index
from dsp.dtmf_samples import Samples
from dsp.dtmf_screen import band
from dsp.dtmf_signal import HIGH, LOW
from dsp.receiver import RATE, Float32

SPAN = 224
"""Samples that are looked at together: more than the 23 ms of what is no key yet, with a little at either end."""
_HALF = SPAN / 2
_WINDOW, _HOP, _WINDOWS = 68, 26, 7
_COHERENT = 0.7
"""Least share of a tone's power in windows that turn by the same angle."""
_COARSE = 0.045
"""A tone that is farther off than this share of its frequency is nobody's."""
_DIAL_SHARE = 0.05
"""Share of the band of dial tones from which it is taken out first."""

Float64 = NDArray[np.float64]
_TIME = np.arange(SPAN) - (SPAN - 1) / 2
_TREND = _TIME / _HALF
_FREQUENCIES = np.array([[low, high] for low in LOW for high in HIGH], np.float64)
"""By key: Hz of its tones."""
_DIAL = band(SPAN, 14)


def _windows() -> NDArray[np.complex64]:
    """(8, SPAN, _WINDOWS): each tone in Hann windows, its phase that at the middle of the span."""
    offset = np.arange(_WINDOW) - (_WINDOW - 1) / 2
    shapes = np.zeros((SPAN, _WINDOWS))
    for i in range(_WINDOWS):
        shapes[i * _HOP : i * _HOP + _WINDOW, i] = np.cos(np.pi * offset / _WINDOW) ** 2
    tones = np.exp(-2j * np.pi * np.outer([*LOW, *HIGH], _TIME) / RATE)
    return (tones[:, :, None] * shapes).astype(np.complex64)


_TONES = _windows()
_TABLE = np.stack([np.concatenate([_TONES[key // 4], _TONES[4 + key % 4]], axis=1) for key in range(16)])
"""(16, SPAN, 2 * _WINDOWS): the windows of both tones, by key."""


@dataclass(frozen=True, slots=True)
class Fits:
    """Spans that were looked at closely, one row each. which: number of the span. key: index into KEYS.

    amplitude (n, 2): of the tones. offset (n, 2): deviation from their frequencies, as a share. trend (n, 2): by what
    share a tone grows in half a span. share: of the energy that both tones explain. dial: share of the energy that was
    a dial tone. ends: how much of the key there is in the first and the last 3 ms, 1 being all of it.
    phase (n, 2): of the tones in the middle of the span, radians.
    """

    which: Index
    key: Index
    amplitude: Float64
    offset: Float64
    trend: Float64
    share: Float64
    dial: Float64
    ends: Float64
    phase: Float64


def fit(spans: Float32, keys: Index) -> Fits:
    """Look at spans (n, SPAN) for the key that each is suspected of. What is far from it is left out."""
    energy = np.vecdot(spans, spans)
    dial = spans @ _DIAL_32.T
    in_band = np.vecdot(dial, dial)
    has_dial = in_band > _DIAL_SHARE * energy
    rest = np.where(has_dial[:, None], spans - dial @ _DIAL_32, spans) if np.count_nonzero(has_dial) else spans
    offset, steady = _coarse(rest, keys)
    which = steady.nonzero()[0]
    return _fine(which, keys[which], rest[which], offset[which], has_dial[which] * (in_band / (energy + 1e-9))[which])


_DIAL_32 = _DIAL.astype(np.float32)


def _coarse(rest: Float32, keys: Index) -> tuple[Float64, NDArray[np.bool_]]:
    """How far off each tone is, from its turn from window to window; and is it steady and near enough?"""
    tones = (rest[:, None, :] @ _TABLE[keys]).reshape(-1, 2, _WINDOWS)
    turn = np.vecdot(tones[..., :-1], tones[..., 1:])
    power = tones.real**2 + tones.imag**2
    inner = np.add.reduce(power, axis=-1) - 0.5 * (power[..., 0] + power[..., -1])
    offset = np.asarray(np.angle(turn) * (RATE / (2 * np.pi * _HOP)) / _FREQUENCIES[keys], np.float64)
    good = (np.abs(turn) > _COHERENT * inner) & (np.abs(offset) < _COARSE)
    return offset, good[:, 0] & good[:, 1]


def _fine(which: Index, keys: Index, heard: Float32, offset: Float64, dial: Float64) -> Fits:
    """Least squares: rest = sum over both tones of (amplitude + trend * t) * tone."""
    rest = heard.astype(np.float64)
    angle = (2 * np.pi / RATE * _FREQUENCIES[keys] * (1 + offset))[..., None] * _TIME
    tones = np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
    basis = np.concatenate([tones, tones * _TREND], axis=1)
    if np.count_nonzero(dial):
        basis = np.where((dial > 0)[:, None, None], basis - (basis @ _DIAL.T) @ _DIAL, basis)
    gram = basis @ basis.swapaxes(1, 2)
    weights = np.linalg.solve(gram + 1e-6 * np.eye(8), basis @ rest[..., None])
    made = (weights.swapaxes(1, 2) @ basis)[:, 0]
    residue = rest - made
    level = weights[:, 0:2, 0] - 1j * weights[:, 2:4, 0]
    slope = (weights[:, 4:6, 0] - 1j * weights[:, 6:8, 0]) / np.where(level == 0, 1, level)
    offset = offset + slope.imag * (RATE / (2 * np.pi * _HALF)) / _FREQUENCIES[keys]
    share = 1 - np.vecdot(residue, residue) / (np.vecdot(rest, rest) + 1e-9)
    ends = np.stack([_gain(made[:, :_END], residue[:, :_END]), _gain(made[:, -_END:], residue[:, -_END:])], axis=1)
    return Fits(which, keys, np.abs(level), offset, slope.real, share, dial, ends, np.angle(level))


_END = 24
"""Samples at either end that must hold the key."""


def _gain(made: Float64, residue: Float64) -> Float64:
    """How much of what was made of the tones is there."""
    return np.asarray(1 + np.vecdot(made, residue) / (np.vecdot(made, made) + 1e-9))


_STEP, _BACK = 4, 60
"""The beginning of a key is looked for sample by sample four, over 40 samples each, so many steps before its span."""


def began(samples: Samples, line: int, end: int, fits: Fits, i: int) -> int:
    """The first sample of the key that was found in a span that ends there."""
    count = SPAN // 2 + _END + _STEP * _BACK
    time = np.arange(-count, 0) + 0.5
    angle = (2 * np.pi / RATE * _FREQUENCIES[fits.key[i]] * (1 + fits.offset[i]))[:, None] * time
    made = fits.amplitude[i] @ np.cos(angle + fits.phase[i][:, None])
    heard = samples.gather(np.array(line), np.array(end - SPAN // 2), count)
    there = sliding_window_view(heard * made, 40).sum(axis=-1) / sliding_window_view(made * made, 40).sum(axis=-1)
    there = there[::-_STEP]
    first = end - SPAN // 2 - 20
    for k in range(1, len(there)):
        if there[k] < 0.5:
            before = there[k - 1]
            crossing = k - 1 + float((before - 0.5) / max(before - there[k], 1e-6))
            return max(round(first - _STEP * crossing), 0)
    return max(first - _STEP * len(there), 0)
