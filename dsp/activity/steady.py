"""Which lines have kept one level, of many at once: an office's dial tone is on all lines together."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import Float32

_EVEN: Final = np.float32(1.2)
_MOST: Final = 0.65


def even(powers: Float32, lowest: Float32) -> NDArray[np.bool_]:
    """Have most sounding blocks of each line one level to 0.8 dB? Of the most compressed speech half have.

    powers: (blocks, lines). lowest: (lines,), the least that is a sound.
    """
    loud = powers > lowest
    sounding = loud[1:] & loud[:-1]
    pairs = powers[1:] + powers[:-1]  # two tones beat
    usual = medians(pairs, sounding)
    near = sounding & (pairs * _EVEN > usual) & (pairs < usual * _EVEN)
    count = np.count_nonzero(sounding, axis=0)
    return np.asarray((np.count_nonzero(near, axis=0) >= _MOST * count) & (count > 0))


def medians(powers: Float32, chosen: NDArray[np.bool_]) -> Float32:
    """The middle one of the chosen blocks of each line, both (blocks, lines): shape (lines,), 0 where none is."""
    ranked = np.sort(np.where(chosen, powers, np.float32(np.inf)), axis=0)
    count = np.count_nonzero(chosen, axis=0)
    middle = np.take_along_axis(ranked, np.minimum(count // 2, len(ranked) - 1)[None], axis=0)[0]
    return np.asarray(np.where(count, middle, np.float32(0)), np.float32)
