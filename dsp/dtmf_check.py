"""The close look at what may be a DTMF key: 28 ms of a line, explained as two sines and what remains.

First the two frequencies, from how far the tones turn from window to window. Then least squares: each tone with an
amplitude and a trend of it (t times the tone, whose imaginary part corrects the frequency). A voice is never two sines
and nothing else for 28 ms; a key under noise, clicks or a prompt's echo nearly is, on its frequencies and even.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
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
_END = 24
"""Samples at either end that must hold the key."""
_LATE = 2
"""The windows from this one on are all tone as soon as a line is suspect."""
_CREST = 2.7 / SPAN
"""What stands out from the mean of a span by more than 2.7 times is a click and is cut: both tones never do."""
_DIAL_SHARE = 0.05
"""Share of the band of dial tones from which it is taken out first."""

Float64 = NDArray[np.float64]
_TIME = np.arange(SPAN) - (SPAN - 1) / 2
_TREND = _TIME / _HALF
_FREQUENCIES = np.array([[low, high] for low in LOW for high in HIGH], np.float64)
"""By key: Hz of its tones."""
_DIAL = band(SPAN, 14)


def _windows() -> Float32:
    """(SPAN, 8 * 2 * _WINDOWS): each tone in Hann windows, real and imaginary parts, its phase that at the middle."""
    offset = np.arange(_WINDOW) - (_WINDOW - 1) / 2
    shapes = np.zeros((_WINDOWS, SPAN))
    for i in range(_WINDOWS):
        shapes[i, i * _HOP : i * _HOP + _WINDOW] = np.cos(np.pi * offset / _WINDOW) ** 2
    tones = np.exp(-2j * np.pi * np.outer([*LOW, *HIGH], _TIME) / RATE)
    made = tones[:, None, :] * shapes
    return np.stack([made.real, made.imag], axis=2).reshape(-1, SPAN).T.astype(np.float32, order="C")


_TABLE = _windows()
_ROWS = np.array([[key // 4, 4 + key % 4] for key in range(16)])


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

    def length(self, row: int) -> float:
        """Samples of the span in which the key is, as far as its ends tell."""
        return float(SPAN - _END * np.clip(1 - self.ends[row], 0, 1).sum())

    @classmethod
    def joined(cls, parts: list[Fits]) -> Fits:
        """All of them, in order."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def some(self, rows: list[int]) -> Fits:
        """Some of them."""
        return Fits(*(getattr(self, field.name)[rows] for field in fields(self)))


def fit(spans: Float32, keys: Index) -> tuple[Fits | None, list[bool]]:
    """Look at spans (n, SPAN) for the key that each is suspected of.

    Gives what was found, without the spans that are far from it; and which of all are worth another look 5 ms later.
    """
    most = _CREST * np.add.reduce(np.abs(spans), axis=1, keepdims=True)
    clipped = np.minimum(spans, most)
    np.maximum(clipped, -most, out=clipped)
    tones = (clipped @ _TABLE).view(np.complex64).reshape(-1, 8, _WINDOWS)
    tones = tones[np.arange(len(keys))[:, None], _ROWS[keys]]
    turn = tones[..., 1:] * tones[..., :-1].conj()
    power = tones.real**2 + tones.imag**2
    hopeful = _is_tone(turn[..., _LATE:], power[..., _LATE:], keys)
    which = hopeful.nonzero()[0]
    if not len(which):
        return None, hopeful.tolist()  # as nearly always when somebody speaks
    which = which[_is_tone(turn[which], power[which], keys[which])]
    return _fine(which, keys[which], clipped[which], _off(turn[which], keys[which])), hopeful.tolist()


def _off(turn: NDArray[np.complex64], keys: Index) -> Float64:
    """How far off each tone is, as a share, from its turns from window to window (n, 2, turns)."""
    angle = np.angle(np.add.reduce(turn, axis=-1))
    return np.asarray(angle * (RATE / (2 * np.pi * _HOP)) / _FREQUENCIES[keys], np.float64)


def _is_tone(turn: NDArray[np.complex64], power: Float32, keys: Index) -> NDArray[np.bool_]:
    """Do both tones turn steadily, and by about as much as they should?"""
    inner = np.add.reduce(power, axis=-1) - 0.5 * (power[..., 0] + power[..., -1])
    good = np.abs(np.add.reduce(turn, axis=-1)) > _COHERENT * inner
    if np.count_nonzero(good) > 1:
        good &= np.abs(_off(turn, keys)) < _COARSE
    return np.asarray(good[:, 0] & good[:, 1])


def _fine(which: Index, keys: Index, heard: Float32, offset: Float64) -> Fits:
    """Least squares: rest = sum over both tones of (amplitude + trend * t) * tone."""
    rest = heard.astype(np.float64)
    in_band = rest @ _DIAL.T
    dial = np.vecdot(in_band, in_band) / (np.vecdot(rest, rest) + 1e-9)
    dial[dial < _DIAL_SHARE] = 0
    rest -= (in_band * (dial > 0)[:, None]) @ _DIAL
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


def _gain(made: Float64, residue: Float64) -> Float64:
    """How much of what was made of the tones is there."""
    return np.asarray(1 + np.vecdot(made, residue) / (np.vecdot(made, made) + 1e-9))


_STEP, _BACK, _LOCAL = 4, 60, 40
"""The beginning of a key is looked for in steps of so many samples, so many steps before its span, _LOCAL at a time."""


def began(samples: Samples, lines: Index, ends: Index, fits: Fits) -> list[int]:
    """The first samples of keys that were found in spans (n) of those lines, ending there."""
    count = SPAN // 2 + _STEP * _BACK
    angle = (2 * np.pi / RATE * _FREQUENCIES[fits.key] * (1 + fits.offset))[..., None] * (np.arange(-count, 0) + 0.5)
    made = np.add.reduce(fits.amplitude[..., None] * np.cos(angle + fits.phase[..., None]), axis=1)
    heard = samples.gather(lines, ends - SPAN // 2, count)
    part, whole = (np.cumsum(x, axis=1)[:, ::-_STEP] for x in (heard * made, made * made))
    apart = _LOCAL // _STEP
    there = (part[:, :-apart] - part[:, apart:]) / np.maximum(whole[:, :-apart] - whole[:, apart:], 1e-9)
    there[:, -1] = 0
    gone = np.maximum((there < 0.5).argmax(axis=1), 1)
    rows = np.arange(len(there))
    before, after = there[rows, gone - 1], there[rows, gone]
    steps = gone - 1 + np.clip((before - 0.5) / np.maximum(before - after, 1e-6), 0, 1)
    first = np.rint(ends - SPAN // 2 - _LOCAL // 2 - _STEP * steps)
    return [int(at) for at in np.maximum(first, 0)]
