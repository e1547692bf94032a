"""What every line says, one tick at a time: clips and made-up sounds end to end, all lines in one matrix.

A silent line costs nothing; lines in the middle of a clip are filled together by one gather from the arena; only a
line at a join is looked at by itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dsp.events import Played
from dsp.levels import gain, saturate
from dsp.prompts import Arena
from dsp.receiver import TICK, Float32, Int16


@dataclass(slots=True)
class _Piece:
    """A clip (first sample in the arena) or a made-up sound that waits on a line."""

    first: int
    length: int
    factor: float = 1.0
    sound: Int16 | None = None


@dataclass(slots=True)
class _Queue:
    """One line: what waits behind the current piece, and the current piece itself when it is a made-up sound."""

    pieces: deque[_Piece] = field(default_factory=deque)
    sound: Int16 | None = None


class Mixer:
    """The transmit side of a card with that many lines.

    `now` counts the samples mixed (or skipped), so events carry the card's sample when the mixer is driven once a tick.
    """

    def __init__(self, lines: int, arena: Arena) -> None:
        self.now = 0
        self._arena = arena
        self._queues = [_Queue() for _ in range(lines)]
        # What each line is in the middle of: the next sample in the arena (or sound), how many are left, the factor;
        # and how many samples it sent since its queue was last empty.
        self._next: NDArray[np.int64] = np.zeros(lines, np.int64)
        self._left: NDArray[np.int64] = np.zeros(lines, np.int64)
        self._factor: Float32 = np.ones(lines, np.float32)
        self._sent: NDArray[np.int64] = np.zeros(lines, np.int64)
        self._in_sound: NDArray[np.bool_] = np.zeros(lines, np.bool_)
        self._busy: set[int] = set()
        self._written: list[int] = []
        self._ended: list[Played] = []
        self._tx: Int16 = np.zeros((lines, TICK), np.int16)

    def play(self, line: int, clips: Sequence[int], gain_db: float = 0.0) -> None:
        """Send clips of the arena end to end from the next tick on, in place of whatever was queued.

        What is replaced gives no `Played`. No clips at all give `Played(samples=0)` with the next tick. Raises
        ValueError for a clip the arena does not hold.
        """
        factor = gain(gain_db)
        pieces = [_Piece(*self._arena.place(clip), factor) for clip in clips]
        self._drop(line)
        self._queues[line].pieces.extend(pieces)
        self._busy.add(line)

    def sound(self, line: int, samples: Float32) -> None:
        """Queue a made-up sound (keys, a tone; one row, linear) behind what the line is sending."""
        if samples.ndim != 1:
            raise ValueError(f"a sound is one row of samples, not {samples.shape}")
        self._queues[line].pieces.append(_Piece(0, len(samples), sound=saturate(samples)))
        self._busy.add(line)

    def stop(self, line: int) -> int:
        """Fall silent from the next tick on. How many samples of the queue were sent; `Played(stopped=True)` follows.

        Stopping a silent line gives 0 and no event.
        """
        if line not in self._busy:
            return 0
        sent = int(self._sent[line])
        self._drop(line)
        self._ended.append(Played(line, self.now, sent, stopped=True))
        return sent

    def playing(self, line: int) -> bool:
        """Does the line still have something to send?"""
        return line in self._busy

    def skip(self, samples: int) -> None:
        """That many samples went by without a tick: the card was late. Nothing queued is lost."""
        self.now += samples

    def mix(self, samples: int = TICK) -> tuple[Int16, list[Played]]:
        """The next samples of every line, int16 (lines, samples), and which queues ran out or were stopped.

        `at` of a `Played` is the first sample after the last one sent. The array is reused by the next mix.
        """
        tx = self._silent(samples)
        if self._busy:
            self._fill(tx, samples)
        self.now += samples
        ended, self._ended = self._ended, []
        return tx, ended

    def _silent(self, samples: int) -> Int16:
        """The matrix of the last tick with the rows it used cleared."""
        if samples != self._tx.shape[1]:
            self._tx = np.zeros((len(self._queues), samples), np.int16)
        elif self._written:
            self._tx[self._written] = 0
        self._written = []
        return self._tx

    def _fill(self, tx: Int16, samples: int) -> None:
        busy = np.fromiter(self._busy, np.int64, len(self._busy))
        self._written = busy.tolist()
        steady = (self._left[busy] > samples) & ~self._in_sound[busy]
        rows = busy[steady]
        if rows.size:
            self._gather(tx, rows, samples)
        for line in busy[~steady].tolist():
            self._join(tx[line], line)

    def _gather(self, tx: Int16, rows: NDArray[np.int64], samples: int) -> None:
        """All lines in the middle of a clip at once."""
        tx[rows] = self._arena.windows(samples)[self._next[rows]]
        loud = rows[self._factor[rows] != 1.0]
        if loud.size:
            tx[loud] = saturate(tx[loud] * self._factor[loud, None])
        self._next[rows] += samples
        self._left[rows] -= samples
        self._sent[rows] += samples

    def _join(self, out: Int16, line: int) -> None:
        """One line across the joins of its pieces, sample by exact sample."""
        queue = self._queues[line]
        at = 0
        while at < len(out):
            if self._left[line] == 0 and not self._begin(line):
                break
            count = min(len(out) - at, int(self._left[line]))
            out[at : at + count] = self._piece(line, count)
            at += count
        self._sent[line] += at
        if self._left[line] == 0 and not queue.pieces:
            self._ended.append(Played(line, self.now + at, int(self._sent[line])))
            self._drop(line)

    def _begin(self, line: int) -> bool:
        """Take the next piece from the queue, if there is one."""
        queue = self._queues[line]
        if not queue.pieces:
            return False
        piece = queue.pieces.popleft()
        queue.sound = piece.sound
        self._in_sound[line] = piece.sound is not None
        self._next[line], self._left[line], self._factor[line] = piece.first, piece.length, piece.factor
        return True

    def _piece(self, line: int, count: int) -> Int16:
        """The next samples of the current piece."""
        first = int(self._next[line])
        source = self._queues[line].sound
        samples = (self._arena.samples if source is None else source)[first : first + count]
        self._next[line] += count
        self._left[line] -= count
        factor = self._factor[line]
        return samples if factor == 1.0 else saturate(samples * factor)

    def _drop(self, line: int) -> None:
        self._queues[line] = _Queue()
        self._left[line] = self._sent[line] = 0
        self._in_sound[line] = False
        self._busy.discard(line)
