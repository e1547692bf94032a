"""The last second of every line, cut into blocks of its own, so that a burst can be looked at again when it is over."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dsp.receiver import Float32


class Tape:
    """A ring of blocks (capacity, lines, size) that is written once and read where it lies.

    Blocks are handed over in multiples of `batch` and at most `limit` together, whatever the cut of the stream. The
    last `keep` blocks before them can be read: memory is 4 * size * (keep + limit) bytes a line, a little more by
    rounding.
    """

    def __init__(self, lines: int, size: int, keep: int, batch: int, limit: int) -> None:
        self.lines, self.size, self.keep = lines, size, keep
        self.total = 0
        """Blocks handed over so far."""
        self._batch, self._limit = batch, limit
        self._ring = np.zeros((-(-(keep + limit) // limit) * limit, lines, size), np.float32)
        self._place = 0
        """Where the next block to be handed over begins: always a multiple of `batch`."""
        self._filled = 0
        """Samples behind that place."""

    def feed(self, rx: Float32) -> Iterator[Float32]:
        """Take samples (lines, any number), give views (blocks, lines, size) in order, each valid until the next."""
        taken = 0
        while taken < rx.shape[1]:
            taken += self._take(rx[:, taken:])
            ready = self._filled // self.size
            ready -= ready % self._batch
            if ready and (ready == self._room() or taken == rx.shape[1]):
                yield self._ring[self._place : self._place + ready]
                self._place = (self._place + ready) % len(self._ring)
                self._filled -= ready * self.size
                self.total += ready

    def stretch(self, line: int, first: int, end: int, given: int) -> Float32:
        """Samples (n,) of a line from one sample up to another, counted from the first that was ever taken.

        given: blocks of the view that is being looked at, which `total` does not count yet. What is no longer kept is
        left out at the front.
        """
        newest = self.total + given
        oldest = max(newest - self.keep - given, 0)
        begin, behind = max(first // self.size, oldest), min(-(-end // self.size), newest)
        if behind <= begin:
            return np.zeros(0, np.float32)
        turn = len(self._ring)
        first_place, behind_place = (
            (begin - self.total + self._place) % turn,
            (behind - self.total + self._place) % turn,
        )
        if first_place < behind_place:
            samples = self._ring[first_place:behind_place, line].reshape(-1)
        else:
            samples = np.concatenate([self._ring[first_place:, line], self._ring[:behind_place, line]]).reshape(-1)
        return np.asarray(samples[max(first - begin * self.size, 0) : end - begin * self.size])

    def forget(self, line: int) -> None:
        """As if the line had been silent until now."""
        self._ring[:, line] = 0

    def _room(self) -> int:
        return min(self._limit, len(self._ring) - self._place)

    def _take(self, rx: Float32) -> int:
        """Write what fits: whole blocks together, or a part of the block that was begun."""
        block, inside = divmod(self._filled, self.size)
        first = self._place + block
        whole = min(rx.shape[1] // self.size, self._room() - block) if inside == 0 else 0
        if whole:
            count = whole * self.size
            self._ring[first : first + whole] = rx[:, :count].reshape(self.lines, whole, self.size).swapaxes(0, 1)
        else:
            count = min(rx.shape[1], self.size - inside)
            self._ring[first, :, inside : inside + count] = rx[:, :count]
        self._filled += count
        return count
