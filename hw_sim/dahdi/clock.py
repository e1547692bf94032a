"""The office's clock: the world's time, a multiple of it, or as fast as the programs keep up. No I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dsp.receiver import RATE, TICK

PERIOD = TICK / RATE
BREATH = PERIOD / 4
"""Least time between two ticks while lateness is made up for: programs must get to write what the next one sends."""

FORGIVEN = 5.0
"""Seconds. A machine that slept longer does not have to make up for it: the clock jumps."""

LOOK = 0.0002
"""Seconds between two looks at what the programs have read and written."""


@dataclass(slots=True)
class Lateness:
    """How the clock was kept. late: ticks begun a whole tick or more after their time; worst: seconds.
    excused: how often lockstep has stopped waiting for a program."""

    ticks: int = 0
    late: int = 0
    worst: float = 0.0
    jumps: int = 0
    excused: int = 0

    def __str__(self) -> str:
        return f"the office's clock was late {self.late} of {self.ticks} ticks, at worst {self.worst * 1000:.0f} ms"


class Clock(Protocol):
    """Seconds are those of time.monotonic()."""

    @property
    def lateness(self) -> Lateness: ...
    def start(self, now: float) -> None:
        """The first tick comes a tick from now."""
        ...

    def wake(self, now: float) -> float:
        """When to ask again, at the latest."""
        ...

    def due(self, now: float) -> bool:
        """Is it time for a tick? When it is, it must be made."""
        ...

    def moment(self, samples: int) -> float:
        """When so many samples of the last tick have passed."""
        ...


class Paced:
    """The world's time by absolute deadlines, or `speed` times as fast. Late ticks are made up for."""

    def __init__(self, speed: float = 1.0) -> None:
        if not speed > 0:
            raise ValueError(f"a clock of {speed} times the world's")
        self.lateness = Lateness()
        self.period = PERIOD / speed
        self._next = 0.0
        self._earliest = 0.0

    def start(self, now: float) -> None:
        """The first tick comes a tick from now."""
        self._next = now + self.period

    def wake(self, now: float) -> float:
        """The next tick."""
        return max(self._next, self._earliest)

    def due(self, now: float) -> bool:
        """At its deadline, or a breath after the last one."""
        if now < max(self._next, self._earliest):
            return False
        self._earliest = now + self.period * BREATH / PERIOD
        self._keep(now - self._next)
        return True

    def moment(self, samples: int) -> float:
        """By the deadlines, whenever the tick really came."""
        return self._next - self.period + samples / TICK * self.period

    def _keep(self, late: float) -> None:
        kept = self.lateness
        kept.ticks += 1
        kept.worst = max(kept.worst, late)
        kept.late += late >= self.period
        if late > FORGIVEN:
            kept.jumps += 1
            self._next += late
        self._next += self.period


class Part(Protocol):
    """Who takes part in lockstep: the programs on the office's devices."""

    def behind(self) -> int:
        """How many devices' programs are not ready for the next tick."""
        ...

    def excuse(self) -> None:
        """Wait no longer for those that are behind, until they have caught up."""
        ...

    def taking_part(self) -> bool:
        """Is anybody there to be waited for?"""
        ...


class Lockstep:
    """A tick as soon as every program has read what the last one brought and (while it is sending) has written the
    next one. grace: seconds, after which one that does neither is not waited for until it has caught up. While nobody
    takes part, time goes by as in the world: a program that is still starting must not miss an hour of calls."""

    def __init__(self, part: Part, grace: float = 1.0) -> None:
        self.lateness = Lateness()
        self._part = part
        self._grace = grace
        self._last = 0.0

    def start(self, now: float) -> None:
        """The first tick comes a tick from now, or sooner."""
        self._last = now

    def wake(self, now: float) -> float:
        """Nobody tells when a program has read: it is looked at again and again."""
        return now + LOOK if self._part.taking_part() else self._last + PERIOD

    def due(self, now: float) -> bool:
        """When all are ready, or were waited for long enough."""
        if not self._part.taking_part():
            if now < self._last + PERIOD:
                return False
        elif self._part.behind():
            if now < self._last + self._grace:
                return False
            self._part.excuse()
            self.lateness.excused += 1
        self._last = now
        self.lateness.ticks += 1
        return True

    def moment(self, samples: int) -> float:
        """Every block comes with its tick."""
        return 0.0


MakeClock = Callable[[Part], Clock]
"""How a clock is chosen: `real_time`, `times(n)`, `lockstep(grace)`."""


def real_time(part: Part) -> Clock:
    """The world's time."""
    return Paced()


def times(speed: float) -> MakeClock:
    """So many times as fast as the world. Raises ValueError for a speed that is not above 0."""
    Paced(speed)
    return lambda part: Paced(speed)


def lockstep(grace: float = 1.0) -> MakeClock:
    """As fast as the programs keep up."""
    return lambda part: Lockstep(part, grace)
