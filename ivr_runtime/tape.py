"""The last second of every line, both directions: one copy of two matrices a tick, whoever listens.

Whoever wants the sound of a line starts a take; it gets the samples second by second, and the rest when it stops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from dsp.receiver import RATE, Int16

Take = Callable[[Int16, Int16], None]
"""Called with (received, sent), int16 of one length each; own copies, to keep."""


class Takes(Protocol):
    """What a message needs of the tape."""

    @property
    def position(self) -> int: ...
    def start(self, line: int, take: Take) -> None: ...
    def stop(self, line: int, take: Take) -> None: ...


class Tape:
    """Both directions of all lines. position: the sample that will be written next."""

    def __init__(self, lines: int, length: int = RATE) -> None:
        self.position = 0
        self._rx = np.zeros((lines, length), np.int16)
        self._tx = np.zeros((lines, length), np.int16)
        self._length = length
        self._filled = 0
        self._takes: dict[tuple[int, Take], int] = {}

    def write(self, rx: Int16, tx: Int16) -> None:
        """A tick: int16 (lines, n), n at most the tape's length."""
        n = rx.shape[1]
        if self._filled + n > self._length:
            self._turn_over()
        if self._takes:
            self._rx[:, self._filled : self._filled + n] = rx
            self._tx[:, self._filled : self._filled + n] = tx
        self._filled += n
        self.position += n

    def skip(self, samples: int) -> None:
        """Samples were lost: silence in both directions, so that a recording keeps its length."""
        while samples > 0:
            if self._filled == self._length:
                self._turn_over()
            n = min(samples, self._length - self._filled)
            self._rx[:, self._filled : self._filled + n] = 0
            self._tx[:, self._filled : self._filled + n] = 0
            self._filled += n
            self.position += n
            samples -= n

    def start(self, line: int, take: Take) -> None:
        """Give the line's sound from `position` on to `take`."""
        self._takes[line, take] = self._filled

    def stop(self, line: int, take: Take) -> None:
        """Hand over what is left, and no more. Stopping a take that does not run does nothing."""
        begin = self._takes.pop((line, take), None)
        if begin is not None:
            self._hand_over(line, take, begin)

    def _turn_over(self) -> None:
        for (line, take), begin in self._takes.items():
            self._hand_over(line, take, begin)
        self._takes = dict.fromkeys(self._takes, 0)
        self._filled = 0

    def _hand_over(self, line: int, take: Take, begin: int) -> None:
        if begin < self._filled:
            part = slice(begin, self._filled)
            take(self._rx[line, part].copy(), self._tx[line, part].copy())
