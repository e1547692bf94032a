"""The last half second of every line, emphasised, in batches of 160 ms: what the ear compares its clips with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import TICK, Float32
from hw_sim.ear.landmarks import AFTER, BEFORE, REACH, WIDTH, Positions, emphasised

BLOCKS = 8
BATCH = BLOCKS * TICK
"""Samples that are looked at together: one set of matrix operations for all lines."""

PAST_BLOCKS = 24
PAST = PAST_BLOCKS * TICK
"""Samples kept before the batch."""

LATE = REACH + AFTER
"""A landmark is known this many samples after it has passed."""

QUIET = 12.0
"""A landmark lower than this (linear, emphasised: below -60 dBm0) is no sound."""

ABOVE = 4.5
"""Nor is one below so many times the effective value of the quietest block kept: noise alone seldom reaches it."""


class StreamMemory:
    """now: the sample after the newest batch. energies: float32 (rows, blocks), of the 32 newest blocks."""

    def __init__(self, rows: int) -> None:
        self.now = 0
        self._kept = np.zeros((rows, PAST + BATCH * 8), np.float32)
        self._blocks = self._kept.reshape(rows, -1, TICK)
        self._end = PAST
        self._last = np.zeros(rows, np.float32)
        self._windows = np.lib.stride_tricks.sliding_window_view(self._kept, WIDTH, axis=1)
        self._around = np.lib.stride_tricks.sliding_window_view(self._kept, 2 * REACH + 1, axis=1)
        self.energies = np.zeros((rows, PAST_BLOCKS + BLOCKS), np.float32)

    def add(self, x: Float32) -> None:
        """The next batch, (rows, BATCH)."""
        if self._end == self._kept.shape[1]:
            self._kept[:, :PAST] = self._kept[:, -PAST:].copy()
            self._end = PAST
        emphasised(x, self._last, self._kept[:, self._end : self._end + BATCH])
        self._last = x[:, -1].copy()
        blocks = self._blocks[:, self._end // TICK : self._end // TICK + BLOCKS]
        self._end += BATCH
        self.now += BATCH
        self.energies[:, :PAST_BLOCKS] = self.energies[:, BLOCKS:].copy()
        np.vecdot(blocks, blocks, out=self.energies[:, PAST_BLOCKS:])

    def recent(self, rows: Positions, samples: int) -> Float32:
        """The newest samples of some rows: (rows, samples)."""
        return self._kept[rows, self._end - samples : self._end]

    def lively(self) -> NDArray[np.bool_]:
        """Rows that hold more than an even noise: some block of late is 3 dB above the quietest one."""
        return np.asarray(self.energies[:, -BLOCKS - 2 :].max(axis=1) > 2.0 * self.energies.min(axis=1) + TICK)

    def landmarks(self, rows: Positions) -> tuple[Positions, Positions, Float32]:
        """The highest landmark of each block in these rows: its row, its time, the sound around it.

        They lie in the 160 ms that end LATE samples before now: what comes after a landmark must be known.
        """
        first = self._end - LATE - BATCH
        area = np.abs(self._kept[rows, first : first + BATCH]).reshape(len(rows) * BLOCKS, TICK)
        best = area.argmax(axis=1)
        least = np.maximum(QUIET, ABOVE * np.sqrt(self.energies[rows].min(axis=1) / TICK))
        loud = np.flatnonzero(area[np.arange(len(area)), best] > np.repeat(least, BLOCKS))
        row, at = rows[loud // BLOCKS], first + (loud % BLOCKS) * TICK + best[loud]
        around = np.abs(self._around[row, at - REACH])
        highest = np.flatnonzero(around.max(axis=1) == around[:, REACH])
        row, at = row[highest], at[highest]
        return row, at - self._end + self.now, self._windows[row, at - BEFORE]
