"""How late ticks were: counted always, told once when it happens and then at most every ten seconds."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.receiver import RATE, TICK

BUDGET = TICK / RATE
"""A tick that takes longer than 20 ms makes the next one late."""

QUIET = 10 * RATE


@dataclass(slots=True)
class Lateness:
    """late: ticks over budget since the start. worst: the longest, in seconds."""

    late: int = 0
    worst: float = 0.0
    _told: int = -QUIET
    _since: int = 0

    def note(self, now: int, seconds: float) -> dict[str, float] | None:
        """A tick took that long from read to written. What to log, if it is time to."""
        self.worst = max(self.worst, seconds)
        if seconds <= BUDGET:
            return None
        self.late += 1
        self._since += 1
        if now - self._told < QUIET:
            return None
        since, self._since, self._told = self._since, 0, now
        milliseconds = {"ms": round(1000 * seconds, 1), "worst_ms": round(1000 * self.worst, 1)}
        return {"ticks": since, "total": self.late, **milliseconds}
