"""Load: calls of a traffic, one after the other and many at once, on an office; and the figures of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Protocol

from dsp.events import Event
from dsp.receiver import TICK
from hw_sim.caller.events import Action, CallerProtocol, Entry
from hw_sim.caller.outcome import Outcome
from hw_sim.caller.person import Caller
from hw_sim.people.ends import WHEN_OPEN
from hw_sim.traffic.arrivals import arrivals
from hw_sim.traffic.cast import Cast
from hw_sim.traffic.config import Traffic
from hw_sim.traffic.figures import Tally, table

LOOK = 5 * TICK
"""How often it is looked at who has finished."""

Finished = Callable[[str, Caller, Outcome], object]
"""Told of every call that is over: the script's name, the caller, how it came out."""


class World(Protocol):
    """What a load uses of an office."""

    @property
    def now(self) -> int: ...
    def add_callers(self, callers: Sequence[tuple[CallerProtocol, int]]) -> None: ...
    def make_room(self, people: int) -> None: ...


class Doorbell:
    """Somebody who is there when the equipment opens its first line, says so, and leaves."""

    number = ""
    level = 0.0
    noise: float | None = None
    wake: int | None = None
    finished = False
    succeeded = True

    def __init__(self, rung: Callable[[int], None]) -> None:
        self.report: list[Entry] = []
        self._rung = rung

    def advance(self, now: int, events: Sequence[Event]) -> list[Action]:
        """See CallerProtocol."""
        self._rung(now)
        self.finished = True
        return []


class Load:
    """Offers the traffic to the office from now on: `advance` after each tick of it.

    cast: who calls; the same seed gives the same calls. finished: told of every call that is over; after that only the
    essence of its report is kept, so that a load may run for days.
    when_open: begin when the equipment opens its first line, and not before.
    """

    def __init__(
        self,
        office: World,
        traffic: Traffic,
        cast: Cast,
        finished: Finished | None = None,
        when_open: bool = False,
    ) -> None:
        self.tallies = {name: Tally() for name in cast.names}
        self._office, self._traffic, self._cast = office, traffic, cast
        self._told = finished
        self._began: int | None = office.now
        self._arrivals = arrivals(traffic.arrivals, Random(f"arrivals {traffic.seed}"))
        self._present: list[tuple[str, Caller]] = []
        self._next = office.now
        self._room = False
        if when_open:
            self._began = None
            office.add_callers([(Doorbell(self._open), WHEN_OPEN)])

    @property
    def present(self) -> int:
        """How many are calling."""
        return len(self._present)

    @property
    def begun(self) -> bool:
        """Has the equipment opened a line?"""
        return self._began is not None

    @property
    def finished(self) -> bool:
        """Is the time over, and has everybody hung up?"""
        return not self._present and self._began is not None and self._since(self._office.now) >= self._traffic.lasting

    def advance(self, now: int) -> None:
        """Time has passed: who has finished is counted, and others begin."""
        if now < self._next or self._began is None:
            return
        self._next = now + LOOK
        if not self._room:
            self._room = True
            self._office.make_room(self._traffic.most)
        self._harvest()
        if self._since(now) < self._traffic.lasting:
            self._begin(now)

    def _open(self, now: int) -> None:
        self._began = now

    def _since(self, now: int) -> int:
        return now - (self._began or 0)

    def _begin(self, now: int) -> None:
        due = self._arrivals.due(self._since(now), len(self._present))
        seated: list[tuple[CallerProtocol, int]] = []
        for _ in range(due):
            name, caller = self._cast.next()
            self.tallies[name].offered += 1
            if len(self._present) >= self._traffic.most:
                self.tallies[name].turned_away += 1
                continue
            self._present.append((name, caller))
            seated.append((caller, now))
        if seated:
            self._office.add_callers(seated)

    def _harvest(self) -> None:
        over = [(name, caller) for name, caller in self._present if caller.finished]
        if over:
            self._present = [(name, caller) for name, caller in self._present if not caller.finished]
        for name, caller in over:
            self._count(name, caller)

    def _count(self, name: str, caller: Caller) -> None:
        result = self.tallies[name].add(caller)
        if self._told is not None:
            self._told(name, caller, result)
        caller.release()

    def stop(self) -> None:
        """No more calls; those that are under way are counted as unfinished."""
        self._harvest()
        present, self._present = self._present, []
        for name, caller in present:
            self._count(name, caller)

    def summary(self) -> dict[str, dict[str, Any]]:
        """Figures by script, and of all together ("all")."""
        total = Tally()
        for tally in self.tallies.values():
            total = total.merged(tally)
        return {name: tally.summary() for name, tally in self.tallies.items()} | {"all": total.summary()}

    def lines(self) -> list[str]:
        """The summary for a terminal."""
        return table(self.summary())
