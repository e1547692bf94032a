"""The path by which what a line says comes back: least squares over the last second or so, for many lines at once.

A tick gives ROWS equations: what was heard is what was said during the last `taps` samples, times the path, plus a
caller. Each tick counts by the reciprocal of how loud it was, so that what was heard while the caller spoke counts
little, and a line that is mute for a moment not for ever. The normal equations are solved by a few steps of conjugate
gradients from where the last tick ended: the directions in which there is much echo come right within a tick or two,
and those are the ones that matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import Index
from dsp.levels import power
from dsp.receiver import TICK, Float32

THIN = 4
"""Every fourth sample gives an equation: there are many more than unknowns in any case."""
ROWS = TICK // THIN

_SLAB = 16
"""Lines at a time: their matrices stay in the cache."""
_DOUBTED = np.float32(0.005)
_NOISE = np.float32(power(-58.0))
_MUTE = np.float32(0.03)
"""A return loss of 15 dB: what is heard less loud counts no more."""
_PRIOR = 0.05 / 0.25
"""Before anything was heard: what comes back is 6 dB below what is said; what is no echo, 13 dB below what is heard."""
_TINY = np.float32(1e-20)


@dataclass(frozen=True, slots=True)
class _Effort:
    """kept: of the equations, from tick to tick. steps: of conjugate gradients."""

    kept: np.float32
    steps: int


_SEARCH = _Effort(np.float32(0.95), 8)
"""While a path is looked for: 0.4 s, so that one that has changed is soon forgotten."""
_UPKEEP = _Effort(np.float32(0.98), 2)
"""When it is known: 1 s, and more as it is learned from less often."""


class Paths:
    """Estimates for so many lines. taps (lines, taps): to be multiplied with what was said, oldest sample first."""

    def __init__(self, lines: int, taps: int) -> None:
        self.taps: Float32 = np.zeros((lines, taps), np.float32)
        self._prior = np.float32(_PRIOR * taps)
        self._matrix = np.zeros((lines, taps, taps), np.float32)
        self._right = np.zeros((lines, taps), np.float32)

    def forget(self, line: int) -> None:
        """Nothing is known of the line."""
        self.taps[line] = self._matrix[line] = self._right[line] = 0

    def doubt(self, lines: Index) -> None:
        """The estimates have turned out to be wrong: little is kept of what was learned."""
        self._matrix[lines] *= _DOUBTED
        self._right[lines] *= _DOUBTED

    def learn(self, lines: Index, said: Float32, heard: Float32, known: NDArray[np.bool_]) -> None:
        """Take the equations of a tick: said (lines, ROWS, taps), heard (lines, ROWS).

        known: whose path is known, so that there is no hurry.
        """
        loud = np.mean(np.vecdot(said, said), axis=1) / said.shape[2]
        weight = 1 / np.sqrt(np.vecdot(heard, heard) / ROWS + _MUTE * loud + _NOISE)
        for effort, group in ((_SEARCH, ~known), (_UPKEEP, known)):
            chosen = np.flatnonzero(group)
            for first in range(0, len(chosen), _SLAB):
                slab = chosen[first : first + _SLAB]
                weighted = said[slab] * weight[slab, None, None], heard[slab] * weight[slab, None]
                self._learn(lines[slab], *weighted, effort)

    def _learn(self, lines: Index, said: Float32, heard: Float32, effort: _Effort) -> None:
        matrix = self._matrix[lines]
        matrix *= effort.kept
        matrix += said.swapaxes(1, 2) @ said
        right = self._right[lines]
        right *= effort.kept
        right += times(said.swapaxes(1, 2), heard)
        self._matrix[lines], self._right[lines] = matrix, right
        self.taps[lines] = self._solve(matrix, right, self.taps[lines], effort.steps)

    def _solve(self, matrix: Float32, right: Float32, taps: Float32, steps: int) -> Float32:
        """Some steps of conjugate gradients from `taps` towards (matrix + prior)^-1 right."""
        rest = right - self._bend(matrix, taps)
        way = rest
        size = np.vecdot(rest, rest)
        for _ in range(steps):
            bent = self._bend(matrix, way)
            far = size / np.maximum(np.vecdot(way, bent), _TINY)
            taps = taps + far[:, None] * way
            rest = rest - far[:, None] * bent
            before, size = size, np.vecdot(rest, rest)
            way = rest + (size / np.maximum(before, _TINY))[:, None] * way
        return taps

    def _bend(self, matrix: Float32, vector: Float32) -> Float32:
        return np.asarray(times(matrix, vector) + self._prior * vector, np.float32)


def times(matrices: Float32, vectors: Float32) -> Float32:
    """(lines, m, n) times (lines, n): (lines, m)."""
    return np.asarray((matrices @ vectors[..., None])[..., 0])
