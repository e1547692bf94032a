"""What lines that place a call sound like, every 20 ms: how loud, and which pure tone if it is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsp.activity.look import BLOCK, high_energy
from dsp.pure_tones import WINDOW, Index, frequencies
from dsp.receiver import Float32

_LOUDEST = 32768.0
_DRIFT = 25.0
"""Hz: of two that beat, now one and now the other is stronger."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Twenty milliseconds of a line, ending at sample `end`.

    power: sum of squares above 180 Hz. low, high: frequencies in Hz of the tones that are nearly all of the last 40 ms:
    the same for a single one, 0 when there is none.
    """

    end: int
    power: float
    low: float = 0.0
    high: float = 0.0

    def goes_on(self, before: Moment) -> bool:
        """Is it the same tone as 20 ms before?"""
        return self.low > 0 and abs(self.low - before.low) <= _DRIFT and abs(self.high - before.high) <= _DRIFT


class Sounds:
    """The last block of every line, and moments of some of them."""

    def __init__(self, lines: int) -> None:
        self._windows = np.zeros((lines, WINDOW), np.float32)

    def __call__(self, block: Float32, rows: Index, end: int) -> list[Moment]:
        """The next block (lines, BLOCK), that ends at sample `end`; the moment of each of those rows."""
        self._windows[:, :BLOCK] = self._windows[:, BLOCK:]
        clean = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
        np.clip(clean, -_LOUDEST, _LOUDEST, out=self._windows[:, BLOCK:])
        if not len(rows):
            return []
        heard = self._windows[rows]
        powers = high_energy(heard[:, BLOCK:])
        tones = frequencies(heard)
        return [Moment(end, power, *tone) for power, tone in zip(powers.tolist(), tones.tolist(), strict=True)]

    def forget(self, line: int) -> None:
        """As if the line had been silent."""
        self._windows[line] = 0
