"""What a run took of the machine: processor time of the office and of each program, the clock, what was lost."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hw_sim.dahdi.server import Server

EVERY = 1.0
"""Seconds between two looks at the programs."""

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Share:
    """Processor time of one process, as far as it was watched. began, spent: seconds of processor time; busiest: the
    largest share of a core within a look's time."""

    name: str
    since: float
    began: float
    until: float
    spent: float
    busiest: float = 0.0

    def take(self, now: float, spent: float) -> None:
        """It has used so many seconds by now."""
        if now > self.until:
            self.busiest = max(self.busiest, (spent - self.spent) / (now - self.until))
        self.until, self.spent = now, spent

    @property
    def share(self) -> float:
        """Of a core, on average; 0 when it was not watched long enough."""
        return (self.spent - self.began) / (self.until - self.since) if self.until > self.since else 0.0

    def __str__(self) -> str:
        return f"{self.name} {self.share:.0%} of a core (busiest second {self.busiest:.0%})"


class Cost:
    """`tick` after each tick. The office's share counts from when a program has a device for the first time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._office: Share | None = None
        self._programs: dict[int, Share] = {}
        self._next = 0.0

    def tick(self) -> None:
        """Look, when it is time for it."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + EVERY
        present = {stream.program for stream in self._server.devices.streams.values()}
        spent = time.process_time()
        if self._office is None and present:
            self._office = Share("the office", now, spent, now, spent)
        if self._office is not None:
            self._office.take(now, spent)
        for program in present:
            used = processor_time(program.pid)
            if used is None:
                continue
            share = self._programs.setdefault(program.pid, Share(str(program), now, used, now, used))
            share.take(now, used)

    @property
    def shares(self) -> Sequence[Share]:
        """The office's, and those of the programs that were watched for a second."""
        watched = (self._office, *self._programs.values())
        return [share for share in watched if share is not None and share.until > share.since]

    def summary(self) -> dict[str, Any]:
        """For JSON."""
        kept, devices, losses = self._server.clock.lateness, self._server.devices, self._server.losses
        shares = {s.name: {"of_a_core": round(s.share, 4), "busiest": round(s.busiest, 4)} for s in self.shares}
        late = {"ticks": kept.ticks, "late": kept.late, "worst_ms": round(kept.worst * 1000, 1)}
        losses.finish()
        lost = {"underruns": devices.underruns, "overruns": devices.overruns, "losses": losses.summary()}
        return {"processor": shares, "clock": late, **lost}

    def lines(self) -> list[str]:
        """For a terminal."""
        losses = self._server.losses
        losses.finish()
        return [", ".join(map(str, self.shares)), *losses.lines()] if self.shares else losses.lines()


def processor_time(pid: int) -> float | None:
    """Seconds that a process and its threads have used; None when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / _TICKS
