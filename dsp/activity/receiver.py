"""Is anyone speaking? Speech or other sound that changes, on all lines at once, against each line's own floor.

Noise, hum, a direct current, clicks are nobody; a steady tone (or one with a cadence) is somebody for 3 s at most,
whether a tone plan knows it or not: the far end has gone.
"""

from __future__ import annotations

from itertools import pairwise
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from dsp.activity.floor import GROUP, PERIOD, Floor
from dsp.activity.look import BLOCK, sounding
from dsp.blocks import checked, checked_line, checked_loss
from dsp.events import Activity
from dsp.levels import power_dbm0
from dsp.receiver import Float32

_BEGIN_BLOCKS = 3
"""60 ms: longer than a click."""
_SKIP = 8000


class ActivityReceiver:
    """`Activity`: begins with 60 ms of sound, ends with a pause of `hang` samples, or when it is found to be steady.

    `at` is where the sound began, or where it stopped (before the pause, before the tone); `level` its mean while it
    lasted. Length 0: it was steady from its beginning, nobody spoke; the level is the steady one. See
    `dsp.receiver.Receiver`. Takes 1.5 KB a line.
    """

    def __init__(self, lines: int, hang: int = 6400) -> None:
        self._lines = lines
        self._hang = max(round(hang / BLOCK), 1)
        self._floor = Floor(lines, self._hang + 2 * GROUP)
        self._carry = np.zeros((lines, BLOCK), np.float32)
        self._carried = 0
        self._active: NDArray[np.bool_] = np.zeros(lines, np.bool_)
        self._idle: NDArray[np.bool_] = np.ones(lines, np.bool_)
        self._due: NDArray[np.int32] = np.full(lines, _BEGIN_BLOCKS, np.int32)
        """How long a run turns the line: `hang` while it is active."""
        self._run: NDArray[np.int32] = np.zeros(lines, np.int32)
        """Blocks in a row that speak against the state of the line: loud ones before it is active, quiet ones after."""
        self._loud: NDArray[np.bool_] = np.zeros(lines, np.bool_)
        self._before: NDArray[np.bool_] = np.zeros(lines, np.bool_)
        self._change: NDArray[np.bool_] = np.zeros(lines, np.bool_)
        self._awake = False
        """Is there anything on any line that silence would change?"""
        self._began: NDArray[np.int64] = np.zeros(lines, np.int64)
        self._base: NDArray[np.float64] = np.zeros(lines, np.float64)
        """Energy of the line before its sound began."""
        self._blocks = 0
        self._pending: list[Activity] = []

    def __call__(self, rx: Float32) -> list[Activity]:
        """Take the next samples (lines, any number), float32, full scale 32768; give what began or ended.

        Raises ValueError for a matrix of another type or number of lines.
        """
        checked(rx, self._lines)
        events, self._pending = self._pending, []
        with np.errstate(over="ignore", invalid="ignore"):
            if rx.shape[1] == BLOCK and not self._carried:  # as cards hand it over
                return events + self._hear(rx)
            first = min((BLOCK - self._carried) % BLOCK, rx.shape[1])
            if first:
                events += self._fill(rx[:, :first])
            whole = (rx.shape[1] - first) // BLOCK * BLOCK + first
            for begin, end in pairwise(range(first, whole + 1, BLOCK)):
                events += self._hear(rx[:, begin:end])
            if whole < rx.shape[1]:
                events += self._fill(rx[:, whole:])
        return events

    def skip(self, samples: int) -> None:
        """That many samples of every line were lost: as if there had been silence."""
        checked_loss(samples)
        settled = self._floor.settled * BLOCK
        whole = max(samples - settled, 0) // PERIOD * PERIOD
        silence = np.zeros((self._lines, min(samples, _SKIP)), np.float32)
        found: list[Activity] = []
        for left in range(samples - whole, 0, -_SKIP):
            found += self(silence[:, :left])
        self._pending = found
        self._blocks += whole // BLOCK

    def reset(self, line: int) -> None:
        """A new call: nobody speaks, and the noise is learned anew. The clock goes on."""
        checked_line(line, self._lines)
        self._pending = [event for event in self._pending if event.line != line]
        self._set(line, active=False)
        self._floor.forget(line)
        self._before[line] = False
        self._carry[line] = 0

    def levels(self) -> NDArray[np.float64]:
        """Level of each line in the last 20 ms in dBm0, shape (lines,)."""
        return power_dbm0(self._floor.ring[self._floor.newest] / BLOCK)

    def noise(self) -> NDArray[np.float64]:
        """Level of each line's noise in dBm0, without its hum, as far as it is known: shape (lines,)."""
        return power_dbm0(self._floor.noise())

    def _fill(self, rx: Float32) -> list[Activity]:
        """Samples that end or begin a block."""
        count = rx.shape[1]
        self._carry[:, self._carried : self._carried + count] = rx
        self._carried = (self._carried + count) % BLOCK
        return [] if self._carried else self._hear(self._carry)

    def _hear(self, block: Float32) -> list[Activity]:
        """The next block of all lines, (lines, BLOCK)."""
        power = self._floor.next()
        np.vecdot(block, block, out=power)
        if not isfinite(np.dot(power, power)):  # NaN, infinity: as if those lines had been silent
            power[~np.isfinite(power)] = 0
        self._blocks += 1
        events = self._judge(block, power)
        if self._blocks % GROUP == 0:
            for line in self._floor.close(block):
                if self._active[line]:
                    events.append(self._turn(line, self._floor.where_steady(line, self._since(line))))
        return events

    def _judge(self, block: Float32, power: Float32) -> list[Activity]:
        """What the block's power changes."""
        loud = np.greater(power, self._floor.threshold, out=self._loud)
        if self._floor.any_steady:
            loud &= ~self._floor.is_steady(power)
        any_loud = np.count_nonzero(loud)
        if not (self._awake or any_loud):
            return []
        new = np.logical_and(loud, self._idle, out=self._change)
        if np.count_nonzero(new):
            suspects = new.nonzero()[0]
            loud[suspects] = sounding(block[suspects], (self._floor.threshold - self._floor.hum)[suspects])
        # A line that is not active counts its loud blocks; an active one is kept so by two of them together, or
        # crackle would keep it for ever.
        np.logical_or(self._before, self._idle, out=self._change)
        np.logical_and(self._change, loud, out=self._change)
        np.not_equal(self._change, self._active, out=self._change)
        self._run += 1
        np.multiply(self._run, self._change, out=self._run)
        self._loud, self._before = self._before, loud
        due = np.greater_equal(self._run, self._due, out=self._change)
        events = [self._turn(line) for line in due.nonzero()[0].tolist()] if np.count_nonzero(due) else []
        self._awake = bool(any_loud or np.count_nonzero(self._active))
        return events

    def _turn(self, line: int, blocks: int | None = None) -> Activity:
        """The line begins or ends, that many blocks ago (None: as long as its run)."""
        ago = int(self._run[line]) if blocks is None else blocks
        edge, energy = (self._blocks - ago) * BLOCK, self._floor.energy(line, ago)
        active = not self._active[line]
        self._set(line, active)
        self._floor.turn(line, active)
        if active:
            self._began[line], self._base[line] = edge, energy
            return Activity(line, edge, "began", 0, self._level(self._floor.energy(line, 0) - energy, ago * BLOCK))
        length = edge - int(self._began[line])
        if not length:  # it was steady from its beginning: the level is that of all that was heard of it
            energy, length = self._floor.energy(line, 0), ago * BLOCK
            return Activity(line, edge, "ended", 0, self._level(energy - self._base[line], length))
        return Activity(line, edge, "ended", length, self._level(energy - self._base[line], length))

    def _set(self, line: int, active: bool) -> None:
        self._active[line], self._idle[line] = active, not active
        self._due[line] = self._hang if active else _BEGIN_BLOCKS
        self._run[line] = 0

    def _since(self, line: int) -> int:
        """Blocks since the line's sound began."""
        return self._blocks - int(self._began[line]) // BLOCK

    @staticmethod
    def _level(energy: float, length: int) -> float:
        return round(power_dbm0(energy / max(length, BLOCK)).item(), 1)
