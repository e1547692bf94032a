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
from dsp.dtmf.screen import band
from dsp.dtmf.signal import HIGH, LOW
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
_NO_OVERTONE = 0.97
"""Share of both tones from which there is no room for an overtone that counts."""
_DIAL_SHARE = 0.05
"""Share of the band of dial tones from which it is taken out first."""

Float64 = NDArray[np.float64]
_TIME = (np.arange(SPAN) - (SPAN - 1) / 2).astype(np.float32)
_TREND = _TIME / np.float32(_HALF)
_SHAPE = (np.cos(np.pi * _TIME / SPAN) ** 2 * (4 / SPAN)).astype(np.float32)
_TINY = np.float32(1e-9)
_LITTLE = 1e-6 * np.eye(8, dtype=np.float32)
_ENDS = np.array([np.arange(_END), np.arange(SPAN - _END, SPAN)])
FREQUENCIES = np.array([[low, high] for low in LOW for high in HIGH], np.float64)
"""By key: Hz of its tones."""
_DIAL = band(SPAN, 14).astype(np.float32)


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
_NEW = _LATE * _HOP
_LATE_TABLE = _TABLE.reshape(SPAN, 8, _WINDOWS, 2)[_NEW:, :, _LATE:].reshape(SPAN - _NEW, -1).copy()
_ROWS = np.array([[key // 4, 4 + key % 4] for key in range(16)])


@dataclass(frozen=True, slots=True)
class Fits:
    """Spans that were looked at closely, one row each. which: number of the span. key: index into KEYS.

    amplitude (n, 2): of the tones. offset (n, 2): deviation from their frequencies, as a share. trend (n, 2): by what
    share a tone grows in half a span. share: of the energy that both tones explain. dial: share of the energy that was
    a dial tone. ends: how much of the key there is in the first and the last 3 ms, 1 being all of it.
    phase (n, 2): of the tones in the middle of the span, radians. rest: amplitude of a sine as strong as all that the
    tones do not explain, a dial tone not counted. overtone: amplitude of the second harmonic of a tone in that, as a
    share of the tone, the greater one of both.
    """

    which: Index
    key: Index
    amplitude: Float64
    offset: Float64
    trend: Float64
    share: Float32
    dial: Float32
    ends: Float32
    phase: Float64
    rest: Float32
    overtone: Float32

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


@dataclass(frozen=True, slots=True)
class Candidates:
    """Spans that may hold a key, for `fit`. which: numbers of the spans. key: index into KEYS. heard (n, SPAN): without
    clicks. offset (n, 2): how far off each tone seems to be, as a share.
    """

    which: Index
    key: Index
    heard: Float32
    offset: Float64

    def some(self, rows: Index) -> Candidates:
        """Some of them."""
        return Candidates(self.which[rows], self.key[rows], self.heard[rows], self.offset[rows])

    @classmethod
    def joined(cls, parts: list[Candidates]) -> Candidates:
        """All of them, in order."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


def glance(spans: Float32, keys: Index) -> tuple[Candidates, Index] | None:
    """Look at spans (n, SPAN) for the key that each is suspected of: do both tones turn steadily?

    Gives those that do, and the numbers of those that are worth another look 5 ms later, as far as there are any.
    """
    most = np.add.reduce(np.abs(spans), axis=1, keepdims=True)
    most *= np.float32(_CREST)
    clipped = np.minimum(spans, most)
    np.maximum(clipped, np.negative(most, out=most), out=clipped)
    hopeful = _steady(_tones(clipped[:, _NEW:], _LATE_TABLE, keys), keys)
    if not len(hopeful):
        return None  # as nearly always when somebody speaks
    tones = _tones(clipped[hopeful], _TABLE, keys[hopeful])
    whole = _steady(tones, keys[hopeful])
    which = hopeful[whole]
    return Candidates(which, keys[which], clipped[which], _off(_turn(tones[whole]), keys[which])), hopeful


def _tones(heard: Float32, table: Float32, keys: Index) -> NDArray[np.complex64]:
    """Both tones of a key in all windows of a table: (n, 2, windows)."""
    tones = (heard @ table).view(np.complex64).reshape(len(keys), 8, -1)
    return np.asarray(tones[np.arange(len(keys))[:, None], _ROWS[keys]])


def _turn(tones: NDArray[np.complex64]) -> NDArray[np.complex64]:
    """By how much tones (n, 2, windows) turn from one window to the next, summed."""
    return np.asarray(np.vecdot(tones[..., :-1], tones[..., 1:]))


def _off(turn: NDArray[np.complex64], keys: Index) -> Float64:
    """How far off each tone is, as a share, from its turns (n, 2)."""
    return np.asarray(np.angle(turn) * (RATE / (2 * np.pi * _HOP)) / FREQUENCIES[keys], np.float64)


def _steady(tones: NDArray[np.complex64], keys: Index) -> Index:
    """The rows where both tones turn steadily, and by about as much as they should."""
    turn = _turn(tones)
    power = np.vecdot(tones[..., :-1], tones[..., :-1]).real + np.vecdot(tones[..., 1:], tones[..., 1:]).real
    rows: Index = np.logical_and.reduce(np.abs(turn) > np.float32(_COHERENT / 2) * power, axis=1).nonzero()[0]
    if not len(rows):
        return rows
    near = np.abs(_off(turn[rows], keys[rows])) < _COARSE
    return np.asarray(rows[np.logical_and.reduce(near, axis=1)])


def fit(what: Candidates) -> Fits:
    """Least squares: rest = sum over both tones of (amplitude + trend * t) * tone."""
    keys, offset, rest = what.key, what.offset, what.heard
    in_band = rest @ _DIAL.T
    dial = np.vecdot(in_band, in_band) / (np.vecdot(rest, rest) + _TINY)
    dial[dial < _DIAL_SHARE] = 0
    basis = _basis(keys, offset)
    over = dial.nonzero()[0]
    if len(over):
        rest = rest.copy()
        rest[over] -= in_band[over] @ _DIAL
        basis[over] -= (basis[over] @ _DIAL.T) @ _DIAL
    gram = basis @ basis.swapaxes(1, 2) + _LITTLE
    weights = np.linalg.solve(gram, basis @ rest[..., None])[..., 0]
    made = (weights[:, None] @ basis)[:, 0]
    residue = rest - made
    level = weights[:, 0:2] - 1j * weights[:, 2:4]
    slope = (weights[:, 4:6] - 1j * weights[:, 6:8]) / np.where(level == 0, 1, level)
    offset = offset + slope.imag * (RATE / (2 * np.pi * _HALF)) / FREQUENCIES[keys]
    left = np.vecdot(residue, residue)
    share = 1 - left / (np.vecdot(rest, rest) + _TINY)
    ends = _gain(made[:, _ENDS], residue[:, _ENDS])
    strength, phase = np.abs(level), np.angle(level)
    overtone = _overtone(share, residue, basis, strength)
    left *= np.float32(2 / SPAN)
    return Fits(
        what.which, keys, strength, offset, slope.real, share, dial, ends, phase, np.sqrt(left, out=left), overtone
    )


def _overtone(share: Float32, residue: Float32, basis: Float32, strength: Float64) -> Float32:
    """The second harmonic of each tone in what is left, relative to it, where so much is left: the greater one."""
    found = np.zeros(len(share), np.float32)
    rows = (share < _NO_OVERTONE).nonzero()[0]
    if len(rows):
        cosine, sine = basis[rows, 0:2], basis[rows, 2:4]
        left = (residue[rows] * _SHAPE)[:, None]
        real, imaginary = np.vecdot(cosine * cosine - sine * sine, left), np.vecdot(2 * cosine * sine, left)
        found[rows] = (np.hypot(real, imaginary) / (strength[rows] + _TINY)).max(axis=1)
    return found


def _basis(keys: Index, offset: Float64) -> Float32:
    """(n, 8, SPAN): cosine of either tone, sine, and the trends of all four."""
    basis = np.empty((len(keys), 8, SPAN), np.float32)
    angle = (2 * np.pi / RATE * FREQUENCIES[keys] * (1 + offset)).astype(np.float32)[..., None] * _TIME
    np.cos(angle, out=basis[:, 0:2])
    np.sin(angle, out=basis[:, 2:4])
    np.multiply(basis[:, :4], _TREND, out=basis[:, 4:])
    return basis


def _gain(made: Float32, residue: Float32) -> Float32:
    """How much of what was made of the tones is there."""
    return np.asarray(1 + np.vecdot(made, residue) / (np.vecdot(made, made) + _TINY))
