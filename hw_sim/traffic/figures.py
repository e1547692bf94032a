"""What a load came to: calls by their outcome, and how long callers waited, by their own ears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dsp.receiver import RATE
from hw_sim.caller.events import CallerProtocol, Entry
from hw_sim.caller.outcome import Outcome, outcome

OUTCOMES: tuple[Outcome, ...] = ("succeeded", "failed", "blocked", "strayed", "abandoned", "unfinished")
WAITS = ("first_prompt", "response", "call")


@dataclass(slots=True)
class Tally:
    """Calls of one script. offered: all; turned_away: those who found no telephone. waits in samples.

    first_prompt: from dialling to the first prompt. response: from the last key, as it goes down, to what is said then.
    call: from dialling to hanging up.
    """

    offered: int = 0
    turned_away: int = 0
    answered: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    waits: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in WAITS})

    def add(self, caller: CallerProtocol) -> Outcome:
        """A call that is over. How it came out."""
        result = outcome(caller)
        self.outcomes[result] += 1
        self.waits["response"] += getattr(caller, "responses", [])
        for dialled, heard, ended in _calls(caller.report):
            self.answered += heard is not None
            self.waits["first_prompt"] += [] if heard is None else [heard - dialled]
            self.waits["call"] += [] if ended is None else [ended - dialled]
        return result

    def merged(self, other: Tally) -> Tally:
        """Both."""
        return Tally(
            self.offered + other.offered,
            self.turned_away + other.turned_away,
            self.answered + other.answered,
            self.outcomes + other.outcomes,
            {name: self.waits[name] + other.waits[name] for name in WAITS},
        )

    def summary(self) -> dict[str, Any]:
        """For JSON; waits in milliseconds."""
        counts: dict[str, Any] = {str(name): self.outcomes.get(name, 0) for name in OUTCOMES}
        waits = {f"{name}_ms": spread(self.waits[name]) for name in WAITS}
        return {"offered": self.offered, "turned_away": self.turned_away, "answered": self.answered, **counts, **waits}


def spread(samples: Sequence[int]) -> dict[str, float] | None:
    """How long these took: half of them no longer, 95 % no longer, the longest; in milliseconds. None of none."""
    if not samples:
        return None
    p50, p95, most = np.percentile(np.array(samples) * (1000 / RATE), (50, 95, 100))
    return {
        "count": len(samples),
        "p50": round(float(p50), 1),
        "p95": round(float(p95), 1),
        "max": round(float(most), 1),
    }


def _calls(report: Sequence[Entry]) -> list[tuple[int, int | None, int | None]]:
    """When each call of a report was dialled, when the first prompt was heard, when it was over."""
    made: list[tuple[int, int | None, int | None]] = []
    for entry in report:
        if entry.kind == "dialled":
            made.append((entry.at, None, None))
        elif made and entry.kind == "heard" and made[-1][1] is None:
            made[-1] = (made[-1][0], entry.at, made[-1][2])
        elif made and entry.kind == "hung_up" and made[-1][2] is None:
            made[-1] = (made[-1][0], made[-1][1], entry.at)
    return made


def table(summary: dict[str, dict[str, Any]]) -> list[str]:
    """Summaries by script as lines for a terminal."""
    head = ("script", "offered", "answered", *OUTCOMES, "first prompt p50/p95/max ms", "key to response p50/p95/max ms")
    rows = [head, *(_row(name, facts) for name, facts in summary.items())]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(name: str, facts: dict[str, Any]) -> tuple[str, ...]:
    counts = (str(facts[key]) for key in ("offered", "answered", *OUTCOMES))
    waits = (facts[key] for key in ("first_prompt_ms", "response_ms"))
    told = ("-" if w is None else f"{w['p50']:.0f} / {w['p95']:.0f} / {w['max']:.0f}" for w in waits)
    return name, *counts, *told
