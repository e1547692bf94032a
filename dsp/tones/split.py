"""A burst of several sounds that follow each other without a pause, as the special information tone, cut into them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from dsp.receiver import RATE, Float32

_HOP = 40
_WINDOW = 240
_SHORTEST = 12
"""Steps that a sound must be the strongest one to be a burst of its own."""


def split(frequencies: Sequence[float], samples: Float32, start: int, end: int) -> list[tuple[int, int]]:
    """The bursts (start, end) in samples of a stretch from start to end; the stretch itself when it is of one sound.

    frequencies: Hz, of which one sounds at a time. samples: of the stretch, as far as they are kept.
    """
    if len(frequencies) < 2 or len(samples) < 2 * _WINDOW or len(samples) < end - start:
        return [(start, end)]
    windows = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP] * np.hanning(_WINDOW)
    tones = np.exp(-2j * np.pi * np.outer(np.arange(_WINDOW), frequencies) / RATE)
    strongest = np.abs(windows @ tones).argmax(axis=1)
    turns = np.flatnonzero(np.diff(strongest)) + 1
    edges = [0, *turns.tolist(), len(strongest)]
    runs = [(a, b) for a, b in itertools.pairwise(edges) if b - a >= _SHORTEST]
    if len(runs) < 2:
        return [(start, end)]
    joints = [start + ((b + c) * _HOP + _WINDOW) // 2 for (_, b), (c, _) in itertools.pairwise(runs)]
    return list(zip([start, *joints], [*joints, end], strict=True))
