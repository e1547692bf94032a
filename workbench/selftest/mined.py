"""The moments of speech that come nearest to a key, found by a plain criterion that no receiver uses.

The criterion: of 30 ms of sound, how much is power at one low and one high frequency of DTMF together, both alike? Each
moment found is cut out with its surroundings and played at the paces, within 20 %, at which it comes nearest.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import RATE, Float32
from workbench.selftest.pace import played_at

_LOW = (697, 770, 852, 941)
_HIGH = (1209, 1336, 1477, 1633)
_WINDOW = 240
_HOP = 40
_AROUND = 1800
"""Samples before and after the moment."""
_PAUSE = 300
_PACES = 20
_KEPT = 5
"""Of the paces at which a moment was tried."""
_LOUDEST = 0.02
"""Windows quieter than this share of the loudest are no moments of speech."""


def fragments(rng: np.random.Generator, speech: Float32, samples: int) -> Float32:
    """So many samples of the moments of a stretch of speech that come nearest to a key, nearest first."""
    nearness = _nearness(speech)
    parts: list[Float32] = []
    made = 0
    while made < samples and nearness.any():
        at = int(np.argmax(nearness))
        nearness[max(at - _AROUND // _HOP, 0) : at + _AROUND // _HOP] = 0
        around = speech[max(at * _HOP - _AROUND, 0) : at * _HOP + _WINDOW + _AROUND]
        for part in _nearest(rng, around):
            parts += [part * rng.uniform(0.3, 1.0) / max(float(np.abs(part).max()), 1.0), np.zeros(_PAUSE, np.float32)]
            made += len(part) + _PAUSE
    whole = np.concatenate(parts) if parts else np.zeros(samples)
    return np.resize(whole, samples).astype(np.float32)


def _nearest(rng: np.random.Generator, sound: Float32) -> list[Float32]:
    """The sound at those of some paces at which its best moment comes nearest to a key."""
    tried = [played_at(sound, float(pace)) for pace in rng.uniform(0.8, 1.2, _PACES)]
    return sorted(tried, key=lambda sound: -float(_nearness(sound).max(initial=0.0)))[:_KEPT]


def _nearness(sound: Float32) -> NDArray[np.float64]:
    """Of each window: 1 for a key alone, 0 for silence or for a sound that is nowhere near."""
    if len(sound) < _WINDOW:
        return np.zeros(0)
    windows = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[::_HOP]
    energy = np.einsum("ij,ij->i", windows, windows, dtype=np.float64)
    powers = np.abs(windows @ _weights()) ** 2
    low, high = powers[:, :4].max(axis=1), powers[:, 4:].max(axis=1)
    both = 4 * np.sqrt(low * high) / (_WINDOW / 2 * np.maximum(energy, 1e-9))
    return np.asarray(np.where(energy > _LOUDEST * energy.max(), both, 0.0))


@functools.cache
def _weights() -> NDArray[np.complex64]:
    """(_WINDOW, 8): a Hamming window at the eight frequencies, its power that of a square one."""
    shape = np.hamming(_WINDOW)
    time = np.arange(_WINDOW) / RATE
    turns = np.exp(-2j * np.pi * np.outer(time, _LOW + _HIGH))
    return np.asarray(shape[:, None] / shape.mean() / np.sqrt(2) * turns, np.complex64)
