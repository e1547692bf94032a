"""When faults begin and end. Sans-I/O: samples in, happenings out; the same seed gives the same schedule."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hw_sim.faults.model import Fault


@dataclass(frozen=True, slots=True)
class Happening:
    """A fault begins or ends at a sample. place: which of the schedule's faults; a repeated one keeps its place."""

    at: int
    place: int
    fault: Fault
    begins: bool


class Schedule:
    """All faults of a run. `due` gives each happening once, in the order of time. running: faults that have begun."""

    def __init__(self, faults: Sequence[Fault], seed: int = 1) -> None:
        self.running: dict[int, Fault] = {}
        self._rng = np.random.default_rng(seed)
        self._queue: list[tuple[int, int, int, Happening]] = []
        self._order = 0
        for place, fault in enumerate(faults):
            self._plan(place, fault, 0)

    def due(self, now: int) -> list[Happening]:
        """What begins or ends by now."""
        happened = []
        while self._queue and self._queue[0][0] <= now:
            _, _, turn, happening = heapq.heappop(self._queue)
            self._happen(turn, happening)
            happened.append(happening)
        return happened

    @property
    def over(self) -> bool:
        """Is nothing left to happen?"""
        return not self._queue

    def _happen(self, turn: int, happening: Happening) -> None:
        place, fault = happening.place, happening.fault
        if not happening.begins:
            self.running.pop(place, None)
            return
        self.running[place] = fault
        if fault.lasts is not None:
            self._add(happening.at + fault.lasts, turn, Happening(happening.at + fault.lasts, place, fault, False))
        if fault.every is not None and (fault.times is None or turn + 1 < fault.times):
            self._plan(place, fault, turn + 1)

    def _plan(self, place: int, fault: Fault, turn: int) -> None:
        late = int(self._rng.integers(0, fault.jitter + 1)) if fault.jitter else 0
        at = fault.at + turn * (fault.every or 0) + late
        self._add(at, turn, Happening(at, place, fault, True))

    def _add(self, at: int, turn: int, happening: Happening) -> None:
        self._order += 1
        heapq.heappush(self._queue, (at, self._order, turn, happening))
