"""The tape of an answering machine: keeps what comes over the line, and notices silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dsp import levels
from dsp.events import Event
from dsp.receiver import TICK, Float32, Int16

QUIET = levels.power(-45.0)
"""Below it nobody speaks: the noise of bad lines is."""


@dataclass(frozen=True, slots=True)
class TapeOver(Event):
    """Nobody has spoken for the time that the machine allows, or the tape is full."""


class Tape:
    """A `hw_sim.people.source.Source` that says nothing. allowed: samples of silence; longest: of the whole."""

    def __init__(self, allowed: int, longest: int) -> None:
        self._allowed = allowed
        self._longest = longest
        self._ticks: list[Int16] = []
        self._began: int | None = None
        self._spoken = 0

    def speak(self, samples: int) -> Float32:
        """Nothing."""
        return np.zeros(samples, np.float32)

    def listen(self, heard: Float32, now: int) -> Sequence[Event]:
        """Keep it."""
        if self._began is None:
            self._began = now - len(heard)
        self._ticks.append(np.clip(np.rint(heard), -32768, 32767).astype(np.int16))
        if _loud(heard):
            self._spoken = len(self._ticks)
        silent = (len(self._ticks) - self._spoken) * TICK
        over = silent >= self._allowed or len(self._ticks) * TICK >= self._longest
        return [TapeOver(0, now)] if over else []

    def message(self, until: int) -> Int16:
        """What was said before a sample of the clock, without the silence behind it."""
        ticks = self._ticks[: max(until - (self._began or 0), 0) // TICK]
        while ticks and not _loud(ticks[-1].astype(np.float32)):
            ticks.pop()
        return np.concatenate([np.zeros(0, np.int16), *ticks])


def _loud(sound: Float32) -> bool:
    return float(np.mean(sound**2)) > QUIET
