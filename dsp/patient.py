"""A receiver that is given the stream in longer stretches: what it finds is told a little later and costs much less."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsp.blocks import checked, checked_line, checked_loss
from dsp.events import Event
from dsp.receiver import TICK, Float32, Receiver


class Patient:
    """A `dsp.receiver.Receiver` that lets the other one hear `ticks` ticks at a time. The events are the same.

    For what nobody has to know within a tick: with few lines it is the number of operations that takes the time.
    receiver: the one that listens.
    """

    def __init__(self, lines: int, receiver: Receiver, ticks: int) -> None:
        self.receiver = receiver
        self._stretch = np.zeros((lines, ticks * TICK), np.float32)
        self._filled = 0
        self._pending: list[Event] = []

    def __call__(self, rx: Float32) -> Sequence[Event]:
        """Take the next samples, float32 (lines, any number); give what was found in the stretches that are whole."""
        checked(rx, len(self._stretch))
        taken, length = 0, self._stretch.shape[1]
        while taken < rx.shape[1]:
            part = min(length - self._filled, rx.shape[1] - taken)
            self._stretch[:, self._filled : self._filled + part] = rx[:, taken : taken + part]
            taken += part
            self._filled += part
            if self._filled == length:
                self._hear()
        found, self._pending = self._pending, []
        return found

    def skip(self, samples: int) -> None:
        """That many samples of every line were lost."""
        checked_loss(samples)
        self._hear()
        self.receiver.skip(samples)

    def reset(self, line: int) -> None:
        """A new call begins on the line: what was heard of the last one is forgotten, and what was to be heard yet."""
        checked_line(line, len(self._stretch))
        self._pending = [event for event in self._pending if event.line != line]
        self._stretch[line, : self._filled] = 0
        self.receiver.reset(line)

    def _hear(self) -> None:
        filled, self._filled = self._filled, 0
        self._pending += self.receiver(self._stretch[:, :filled])
