"""Is anyone speaking? Speech or other sound on all lines at once, against each line's own noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import Blocks
from dsp.events import Activity
from dsp.levels import power, power_dbm0
from dsp.receiver import Float32

BLOCK = 160
_FLOOR = power(-48.0)
"""Nothing quieter is a voice."""
_ABOVE_NOISE = 6.0
"""A voice is 8 dB above the noise of its line."""
_STAYS = 3.0
_BEGIN_BLOCKS = 3
"""60 ms: longer than a click."""
_RISE = 1.015
"""The estimate of the noise rises by 3 dB a second, and falls at once."""
_LOUDEST_NOISE = power(-28.0)
_SKIP = 8000


class ActivityReceiver:
    """`Activity`: begins with 60 ms of sound, ends with a pause of `hang` samples. See `dsp.receiver.Receiver`.

    `at` is where the sound began, or where it stopped (before the pause); `level` its mean while it lasted.
    """

    def __init__(self, lines: int, hang: int = 6400) -> None:
        self._lines = lines
        self._hang = max(round(hang / BLOCK), 1)
        self._blocks = Blocks(lines, BLOCK)
        self._noise = np.full(lines, _FLOOR / _ABOVE_NOISE, np.float64)
        self._active: NDArray[np.bool_] = np.zeros(lines, np.bool_)
        self._factor = np.full(lines, _ABOVE_NOISE)
        self._due: NDArray[np.int64] = np.full(lines, _BEGIN_BLOCKS)
        """How long a run turns the line: `hang` while it is active."""
        self._awake = False
        """Is there anything on any line that silence would change?"""
        self._run: NDArray[np.int64] = np.zeros(lines, np.int64)
        """Blocks in a row that speak against the state of the line: loud ones before it is active, quiet ones after."""
        self._began: NDArray[np.int64] = np.zeros(lines, np.int64)
        self._total: NDArray[np.float64] = np.zeros(lines, np.float64)
        self._now = 0
        self._pending: list[Activity] = []

    def __call__(self, rx: Float32) -> list[Activity]:
        """Take the next samples (lines, any number), float32, full scale 32768; give what began or ended."""
        events, self._pending = self._pending, []
        for blocks in self._blocks.feed(rx):
            for energy in np.vecdot(blocks, blocks) / BLOCK:
                self._now += BLOCK
                events += self._hear(energy)
        return events

    def skip(self, samples: int) -> None:
        """That many samples of every line were lost: as if there had been silence."""
        whole = max(samples - self._hang * BLOCK - _SKIP, 0) // _SKIP * _SKIP
        self._pending = self(np.zeros((self._lines, samples - whole), np.float32))
        self._now += whole

    def reset(self, line: int) -> None:
        """A new call: nobody speaks, and the noise is learned anew. The clock goes on."""
        self._active[line] = False
        self._factor[line] = _ABOVE_NOISE
        self._due[line] = _BEGIN_BLOCKS
        self._run[line] = 0
        self._total[line] = 0
        self._noise[line] = _FLOOR / _ABOVE_NOISE
        self._blocks.forget(line)

    def _hear(self, energy: Float32) -> list[Activity]:
        """The next block's mean square of each line."""
        threshold = np.multiply(self._noise, self._factor)
        loud = energy > np.maximum(threshold, _FLOOR, out=threshold)
        self._noise *= _RISE
        np.minimum(self._noise, np.maximum(energy, _FLOOR / _ABOVE_NOISE), out=self._noise)
        np.minimum(self._noise, _LOUDEST_NOISE, out=self._noise)
        any_loud = bool(np.count_nonzero(loud))
        if not (self._awake or any_loud):
            return []
        self._run += 1
        self._run *= loud != self._active
        self._total += energy
        self._total *= loud | self._active
        due = self._run >= self._due
        events = [self._turn(int(line)) for line in due.nonzero()[0]] if np.count_nonzero(due) else []
        self._awake = any_loud or bool(np.count_nonzero(self._active) or np.count_nonzero(self._total))
        return events

    def _turn(self, line: int) -> Activity:
        edge = self._now - int(self._run[line]) * BLOCK
        self._run[line] = 0
        self._active[line] = not self._active[line]
        self._factor[line] = _STAYS if self._active[line] else _ABOVE_NOISE
        self._due[line] = self._hang if self._active[line] else _BEGIN_BLOCKS
        if self._active[line]:
            self._began[line] = edge
            return Activity(line, edge, "began", 0, self._level(line, self._now - edge))
        length = edge - int(self._began[line])
        return Activity(line, edge, "ended", length, self._level(line, length))

    def _level(self, line: int, length: int) -> float:
        """Mean level over that many samples, whose block energies are in the total."""
        return round(float(power_dbm0(self._total[line] * BLOCK / max(length, BLOCK))), 1)
