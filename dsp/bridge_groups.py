"""Lines that hear each other, gathered so that all groups of one size are mixed by one product."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import TICK, Float32, Int16

TOP = 32768.0
ATTACK = 40
"""Samples in which the automatic gain goes down (5 ms); what is too loud until then is cut off."""

RECOVERY = 10 ** (1 / 20 / (8000 / 10))
"""Factor a sample at which it comes back: 1 dB in 100 ms."""


Rows = NDArray[np.int64]


class Group:
    """Groups of one size. rows: their lines, (groups, size). before, after: factors, (groups, listener, talker)."""

    def __init__(self, rows: Rows, before: Float32, after: Float32) -> None:
        self.rows = rows
        self.lines: list[int] = rows.ravel().tolist()
        self._before = before
        self._after = after
        self._moves = bool((before != after).any())
        self._room(TICK)

    def _room(self, samples: int) -> None:
        """Arrays for a tick, made once."""
        shape = (*self.rows.shape, samples)
        self._whole: Int16 = np.empty(shape, np.int16)
        self._talk: Float32 = np.empty(shape, np.float32)
        self._mix: Float32 = np.empty(shape, np.float32)

    def add(self, tx: Int16, rx: Int16 | Float32, ramp: Float32 | None, automatic: Float32) -> None:
        """Add what each hears of the others to its row. automatic: (lines,), the gain that keeps sums in range."""
        if tx.shape[1] != self._talk.shape[2]:
            self._room(tx.shape[1])
        self._listen(rx)
        np.matmul(self._after, self._talk, out=self._mix)
        if ramp is not None and self._moves:
            self._mix *= ramp
            self._mix += (self._before @ self._talk) * (1 - ramp)
        self._keep_in_range(automatic)
        np.take(tx, self.rows, axis=0, out=self._whole, mode="clip")
        self._mix += self._whole
        np.rint(self._mix, out=self._mix)
        np.clip(self._mix, -32768, 32767, out=self._mix)
        np.copyto(self._whole, self._mix, casting="unsafe")
        tx[self.rows] = self._whole

    def _listen(self, rx: Int16 | Float32) -> None:
        if rx.dtype == np.int16:
            np.take(rx, self.rows, axis=0, out=self._whole, mode="clip")
            np.copyto(self._talk, self._whole)
        else:
            np.take(rx, self.rows, axis=0, out=self._talk, mode="clip")
            np.nan_to_num(self._talk, copy=False, nan=0.0, posinf=0.0, neginf=0.0)

    def _keep_in_range(self, automatic: Float32) -> None:
        """Down at once when the sum is too loud, gently up again."""
        mix = self._mix
        peaks = np.maximum(mix.max(axis=2), -mix.min(axis=2))
        before = automatic[self.rows]
        if peaks.max(initial=0.0) <= TOP and (before == 1.0).all():
            return
        samples = mix.shape[2]
        after = np.minimum(TOP / np.maximum(peaks, TOP), before * np.float32(RECOVERY**samples))
        automatic[self.rows] = np.minimum(after, np.float32(1))
        way = np.minimum(np.arange(1, samples + 1, dtype=np.float32) / min(ATTACK, samples), 1)
        mix *= before[..., None] + (automatic[self.rows] - before)[..., None] * way


def group_up(before: Float32, after: Float32) -> list[Group]:
    """The groups that these factors (lines, lines) make, those of one size together."""
    listeners, talkers = np.divmod(np.flatnonzero(before + after > 0), len(before))
    first = _joined(len(before), listeners, talkers)
    lines = np.unique(np.concatenate([listeners, talkers]))
    lines = lines[np.argsort(first[lines], kind="stable")]  # the lines of a group stand together, in their order
    _, begins, sizes = np.unique(first[lines], return_index=True, return_counts=True)
    groups = []
    for size in np.unique(sizes).tolist():
        rows = lines[begins[sizes == size][:, None] + np.arange(size)]
        pairs = rows[:, :, None], rows[:, None, :]
        groups.append(Group(rows, before[pairs], after[pairs]))
    return groups


def _joined(lines: int, a: Rows, b: Rows) -> Rows:
    """For each line the lowest line that it is joined to by these pairs, directly or over others."""
    lowest = np.arange(lines)
    while True:
        lower = lowest.copy()
        np.minimum.at(lower, a, lowest[b])
        np.minimum.at(lower, b, lowest[a])
        lower = lower[lower]
        if (lower == lowest).all():
            return lowest
        lowest = lower
