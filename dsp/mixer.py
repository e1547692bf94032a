"""What every line says, one tick at a time: clips and made-up sounds end to end, all lines in one matrix.

A silent line costs nothing; lines in the middle of a clip are filled together by one gather from the arena; only a
line at a join is looked at by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import checked_loss
from dsp.bridge import Bridge
from dsp.events import Played
from dsp.joints import FADE, faded
from dsp.levels import asked_gain, saturate
from dsp.mixer_queue import Piece, Queue
from dsp.prompts import Arena
from dsp.receiver import TICK, Float32, Int16


class Mixer:
    """The transmit side of a card with that many lines.

    bridge: which lines hear which; `mix` adds it when it is given what was received.
    `now` counts the samples mixed (or skipped), so events carry the card's sample when the mixer is driven once a tick.
    """

    def __init__(self, lines: int, arena: Arena) -> None:
        self.now = 0
        self._arena = arena
        self.bridge = Bridge(lines)
        self._queues = [Queue() for _ in range(lines)]
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
        self._tails: dict[int, Int16] = {}
        self._tx: Int16 = np.zeros((lines, TICK), np.int16)

    def play(self, line: int, clips: Sequence[int], gain_db: float = 0.0) -> None:
        """Send clips of the arena end to end from the next tick on, in place of whatever was queued.

        What is replaced gives no `Played`. No clips at all, or only empty ones, give `Played(samples=0)` with the next
        tick. Raises ValueError for a clip the arena does not hold, a line there is not, a gain that is no number.
        """
        pieces = self._pieces(line, clips, gain_db)
        self._drop(line)
        self._queues[line].add(pieces)
        self._busy.add(line)

    def loop(self, line: int, clips: Sequence[int], gain_db: float = 0.0, start: int = 0) -> None:
        """As `play`, but over and over without a gap until it is stopped or replaced: music on hold, a tone.

        start: the sample of the round at which it begins, counted on beyond its end: give what `stop` gave to go on
        where the music was, or `now` for music that goes on while nobody listens.
        """
        pieces = self._pieces(line, clips, gain_db)
        self._drop(line)
        self._queues[line].repeat(pieces, start)
        self._busy.add(line)

    def sound(self, line: int, samples: Float32) -> None:
        """Queue a made-up sound (keys, a tone; one row, linear) behind what the line is sending.

        A loop has no end: the sound takes its place. NaN counts as silence. Raises ValueError for anything but a row.
        """
        if samples.ndim != 1 or samples.dtype.kind not in "fi":
            raise ValueError(f"a sound is one row of samples, not {samples.dtype} {samples.shape}")
        queue = self._queues[self._known(line)]
        if queue.endless:
            self._fade(line, FADE)
            self._drop(line)
            queue = self._queues[line]
        clean = np.nan_to_num(samples.astype(np.float32, copy=False), nan=0.0)
        queue.add([Piece(0, len(samples), sound=saturate(clean))])
        self._busy.add(line)

    def stop(self, line: int, fade: int = 0) -> int:
        """Fall silent from the next tick on. How many samples of the queue were sent; `Played(stopped=True)` follows.

        fade: so many samples more are sent, going to nothing, under whatever comes next (`joints.FADE`), so that the
        stop does not click; they are not counted. Stopping a silent line gives 0 and no event.
        """
        if self._known(line) not in self._busy:
            return 0
        sent = int(self._sent[line])
        self._fade(line, fade)
        self._drop(line)
        self._ended.append(Played(line, self.now, sent, stopped=True))
        return sent

    def playing(self, line: int) -> bool:
        """Does the line still have something to send?"""
        return line in self._busy

    def skip(self, samples: int) -> None:
        """That many samples went by without a tick: the card was late. Nothing queued is lost."""
        checked_loss(samples)
        self.now += samples

    def mix(self, samples: int = TICK, rx: Int16 | Float32 | None = None) -> tuple[Int16, list[Played]]:
        """The next samples of every line, int16 (lines, samples), and which queues ran out or were stopped.

        rx: what the lines received in the same time, (lines, samples), for those that hear each other (`bridge`).
        `at` of a `Played` is the first sample after the last one sent. The array is reused by the next mix.
        """
        tx = self._silent(samples)
        if self._busy:
            self._fill(tx, samples)
        if rx is not None and self.bridge:
            self._written += self.bridge.add(tx, rx)
        if self._tails:
            self._end_tails(tx, samples)
        self.now += samples
        ended, self._ended = self._ended, []
        return tx, ended

    def _known(self, line: int) -> int:
        if not 0 <= line < len(self._queues):
            raise ValueError(f"there is no line {line}: the mixer has {len(self._queues)}")
        return line

    def _pieces(self, line: int, clips: Sequence[int], gain_db: float) -> list[Piece]:
        self._known(line)
        factor = asked_gain(gain_db)
        return [Piece(*self._arena.place(clip), factor) for clip in clips]

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
        at = self._send(out, line)
        self._sent[line] += at
        if self._left[line] == 0 and not self._queues[line]:
            self._ended.append(Played(line, self.now + at, int(self._sent[line])))
            self._drop(line)

    def _send(self, out: Int16, line: int) -> int:
        """Fill a row with what comes next on a line; how many samples there were."""
        at = 0
        while at < len(out):
            if self._left[line] == 0 and not self._begin(line):
                break
            count = min(len(out) - at, int(self._left[line]))
            out[at : at + count] = self._piece(line, count)
            at += count
        return at

    def _begin(self, line: int) -> bool:
        """Take the next piece from the queue, if there is one."""
        piece = self._queues[line].take()
        if piece is None:
            return False
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
        self._queues[line] = Queue()
        self._left[line] = self._sent[line] = 0
        self._in_sound[line] = False
        self._busy.discard(line)

    def _fade(self, line: int, samples: int) -> None:
        """Keep that much of what would come next, as the end of what is dropped now; of what never began, nothing."""
        tail = np.zeros(max(samples, 0), np.int16)
        if self._sent[line] and self._send(tail, line):
            self._tails[line] = faded(tail)

    def _end_tails(self, tx: Int16, samples: int) -> None:
        """The last moments of lines that were stopped, under what they say now."""
        tails, self._tails = self._tails, {}
        for line, tail in tails.items():
            part = tail[:samples]
            row = tx[line, : len(part)]
            row[:] = saturate(row.astype(np.float32) + part)
            self._written.append(line)
            if len(tail) > samples:
                self._tails[line] = tail[samples:]
