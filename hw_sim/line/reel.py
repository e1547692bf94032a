"""Sounds that are given to rows of a matrix tick by tick: tones that go round, and one-shot sounds.

All of them stand in one array of ticks, so that one gather makes the tick of all rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsp.receiver import TICK, Float32

Span = tuple[int, int]
"""First tick and the tick after the last, in the reel's array."""


@dataclass(frozen=True, slots=True)
class Over:
    """A one-shot sound ends on a row. sample: of this tick, 1..160, the one after it. samples: how many were given."""

    row: int
    sample: int
    samples: int


class Reel:
    """What each of so many rows is given. Row 0 of the array is silence, then the tones kept, then one-shot sounds."""

    def __init__(self, rows: int) -> None:
        self._ticks = np.zeros((256, TICK), np.float32)
        self._kept = self._used = 1
        self._at = np.zeros(rows, np.intp)
        self._end = np.full(rows, -1, np.intp)
        self._step = np.zeros(rows, np.intp)
        self._back = [0] * rows
        self._left = [0] * rows
        self._begin = [0] * rows
        self._queued = [0] * rows
        self._playing = 0
        self._until = 0
        self._out = np.zeros((rows, TICK), np.float32)

    def keep(self, sound: Float32) -> Span:
        """Keep a sound for `turn`; its length must be whole ticks. Only before the first `play`."""
        if len(sound) % TICK or self._used != self._kept:
            raise ValueError("a kept sound has whole ticks and comes before the first that is played")
        span = self._store(sound)
        self._kept = self._used
        return span

    def turn(self, row: int, span: Span) -> None:
        """Give a row a kept sound round and round, from its beginning."""
        self._start(row, span, back=span[0], left=0)

    def play(self, row: int, sound: Float32) -> None:
        """Give a row a sound once; behind what is left of the one before, sample by sample."""
        queued = self._queued[row] + len(sound)
        sound = np.concatenate([self._rest(row), np.asarray(sound, np.float32)])
        if len(sound):
            self._start(row, self._store(sound, busy_row=row), back=0, left=len(sound))
            self._queued[row] = queued

    def stop(self, row: int) -> None:
        """Silence from the next tick on."""
        self._playing -= int(self._step[row])
        self._at[row], self._end[row], self._step[row] = 0, -1, 0
        self._left[row] = self._queued[row] = 0
        self._count_down()

    def resize(self, rows: int) -> None:
        """More rows at the end, silent."""
        more = rows - len(self._at)
        self._at = np.append(self._at, np.zeros(more, np.intp))
        self._end = np.append(self._end, np.full(more, -1, np.intp))
        self._step = np.append(self._step, np.zeros(more, np.intp))
        for values in (self._back, self._left, self._begin, self._queued):
            values.extend([0] * more)
        self._out = np.zeros((rows, TICK), np.float32)

    def tick(self) -> tuple[Float32 | None, list[Over]]:
        """The next tick of all rows, float32 (rows, 160), None when all are silent; and which sounds end in it.

        The array is used again at the next tick.
        """
        if not self._playing:
            return None, []
        np.take(self._ticks, self._at, axis=0, out=self._out, mode="clip")
        self._at += self._step
        self._until -= 1
        return self._out, [] if self._until else self._ends()

    def _ends(self) -> list[Over]:
        over = np.flatnonzero(self._at == self._end)
        made = [end for row in over.tolist() for end in self._over(row)]
        self._count_down()
        return made

    def _count_down(self) -> None:
        """How many ticks until the next sound ends or turns."""
        left = (self._end - self._at)[self._step > 0]
        self._until = int(left.min()) if len(left) else 0

    def _over(self, row: int) -> list[Over]:
        if self._back[row]:
            self._at[row] = self._back[row]
            return []
        sample = self._left[row] - (int(self._end[row]) - 1 - self._begin[row]) * TICK
        length = self._queued[row]
        self.stop(row)
        return [Over(row, sample, length)]

    def _rest(self, row: int) -> Float32:
        """What a row has still to be given of a one-shot sound."""
        if not self._left[row]:
            return np.zeros(0, np.float32)
        first = int(self._at[row])
        left = self._left[row] - (first - self._begin[row]) * TICK
        return self._ticks[first : int(self._end[row])].ravel()[:left]

    def _start(self, row: int, span: Span, back: int, left: int) -> None:
        self._playing += 1 - int(self._step[row])
        self._at[row], self._end[row] = span
        self._step[row] = 1
        self._back[row], self._left[row], self._begin[row] = back, left, span[0]
        self._count_down()

    def _store(self, sound: Float32, busy_row: int = -1) -> Span:
        need = -(-len(sound) // TICK)
        if self._used + need > len(self._ticks):
            self._make_room(need, busy_row)
        first, self._used = self._used, self._used + need
        flat = self._ticks[first : self._used].reshape(-1)
        flat[: len(sound)] = sound
        flat[len(sound) :] = 0
        return first, self._used

    def _make_room(self, need: int, busy_row: int) -> None:
        """Move the sounds that are still wanted together; take a bigger array when that is not enough."""
        wanted = [r for r in range(len(self._left)) if self._left[r] and r != busy_row]
        sizes = [int(self._end[r] - self._at[r]) for r in wanted]
        size = max(len(self._ticks), 2 * (self._kept + sum(sizes) + need))
        fresh = np.zeros((size, TICK), np.float32)
        fresh[: self._kept] = self._ticks[: self._kept]
        self._used = self._kept
        for row, ticks in zip(wanted, sizes, strict=True):
            first, at = self._used, int(self._at[row])
            fresh[first : first + ticks] = self._ticks[at : at + ticks]
            self._begin[row] -= at - first
            self._at[row], self._end[row] = first, first + ticks
            self._used += ticks
        self._ticks = fresh
