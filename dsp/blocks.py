"""What the receivers share: what they take, and cutting the stream into blocks of their own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import Float32

Index = NDArray[np.intp]

LIMIT = 20
"""Blocks that are handed over together at most."""


def checked(rx: Float32, lines: int) -> None:
    """Raises ValueError for what is no matrix of that many lines of float32, saying which and what was wanted."""
    if not isinstance(rx, np.ndarray):
        raise ValueError(f"this receiver takes {lines} lines, a matrix ({lines}, samples), not a {type(rx).__name__}")
    if rx.ndim != 2 or rx.shape[0] != lines:
        raise ValueError(f"this receiver takes {lines} lines, a matrix ({lines}, samples), not one of {rx.shape}")
    if rx.dtype != np.float32:
        raise ValueError(f"this receiver takes samples as float32 (full scale 32768), not {rx.dtype}")


def checked_line(line: int, lines: int) -> None:
    """Raises ValueError for a line that is not there; a negative one would be taken for one of the last."""
    if not 0 <= line < lines:
        raise ValueError(f"there is no line {line}: this receiver has {lines}, counted from 0")


def checked_loss(samples: int) -> None:
    """Raises ValueError for what is no number of samples that went by."""
    if samples < 0:
        raise ValueError(f"the samples that were lost are counted from 0: {samples} is no number of them")


class Blocks:
    """The stream of all lines in blocks of a fixed size, whatever its cut.

    Blocks lie time by time, and line by line within a time: everything that is done to them later runs along
    unbroken memory, however few lines there are. They are handed over as soon as they are whole, in multiples of
    `batch` and at most LIMIT at a time.
    """

    def __init__(self, lines: int, size: int, batch: int = 1) -> None:
        self.lines, self.size = lines, size
        self._batch = batch
        self._limit = max(batch, LIMIT - LIMIT % batch)
        self._buffer = np.zeros((self._limit, lines, size), np.float32)
        self._filled = 0

    def feed(self, rx: Float32) -> Iterator[Float32]:
        """Take samples (lines, any number), give views (blocks, lines, size) in order, each valid until the next.

        Raises ValueError for a matrix of another shape or type.
        """
        checked(rx, self.lines)
        if not self._filled and self._is_whole(rx.shape[1]):
            yield self._view(rx)
            return
        taken = 0
        while taken < rx.shape[1]:
            taken += self._take(rx[:, taken:])
            ready = self._filled // self.size
            ready -= ready % self._batch
            if ready and (ready == self._limit or taken == rx.shape[1]):
                yield self._buffer[:ready]
                self._keep_rest(ready)

    def forget(self, line: int) -> None:
        """As if the line had been silent since the last block."""
        self._buffer[:, line] = 0

    def _is_whole(self, samples: int) -> bool:
        """Is that what is handed over at once, as a tick mostly is?"""
        blocks = samples // self.size
        return 0 < blocks <= self._limit and blocks * self.size == samples and blocks % self._batch == 0

    def _view(self, rx: Float32) -> Float32:
        count = rx.shape[1] // self.size
        blocks = self._buffer[:count]
        blocks[:] = rx.reshape(self.lines, count, self.size).swapaxes(0, 1)
        return blocks

    def _take(self, rx: Float32) -> int:
        """Put samples into the buffer: whole blocks together, or what fits into the block that was begun."""
        block, inside = divmod(self._filled, self.size)
        whole = min(rx.shape[1] // self.size, self._limit - block) if inside == 0 else 0
        if whole:
            count = whole * self.size
            blocks = rx[:, :count].reshape(self.lines, whole, self.size)
            self._buffer[block : block + whole] = blocks.transpose(1, 0, 2)
        else:
            count = min(rx.shape[1], self.size - inside)
            self._buffer[block, :, inside : inside + count] = rx[:, :count]
        self._filled += count
        return count

    def _keep_rest(self, blocks: int) -> None:
        self._filled -= blocks * self.size
        rest = -(-self._filled // self.size)
        if rest:
            self._buffer[:rest] = self._buffer[blocks : blocks + rest]
