"""Sound that was lost between programs and the office: on which channels, when, and why."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from dsp.receiver import RATE
from hw_sim.dahdi.programs import Program, condition, numbers

Kind = Literal["underrun", "overrun"]
Reason = Literal[
    "line on hook", "program starting", "program closing", "program stopped", "program late", "office late"
]

AROUND = RATE
"""Samples: what is lost so soon after a program has opened a device, or before it closes the channel, has that reason;
and so long an office that was late has it."""

MOST = 1000
"""Moments that are kept; the counts count all."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A channel began to lose sound. on_hook: nobody was to hear it. state: of the program, at that time."""

    at: int
    kind: Kind
    channel: int
    program: Program
    on_hook: bool
    late: bool
    state: str


@dataclass(slots=True)
class Moment:
    """Channels that lost sound within a second, for one reason. since, until: samples of the office's clock."""

    since: int
    until: int
    kind: Kind
    reason: Reason
    channels: set[int]

    def __str__(self) -> str:
        return f"{self.since / RATE:.2f} s: {self.kind} of {numbers(self.channels)}: {self.reason}"


class Losses:
    """counts: how often each channel began to lose sound, by kind and reason. moments: the same by time."""

    def __init__(self) -> None:
        self.counts: dict[tuple[Kind, Reason], Counter[int]] = {}
        self.moments: list[Moment] = []
        self._waiting: deque[Lost] = deque()
        self._opened: dict[Program, int] = {}
        self._closed: dict[int, int] = {}
        self._states: dict[Program, str] = {}
        self._late = -AROUND

    def opened(self, program: Program, now: int) -> None:
        """A program has opened a device."""
        self._opened[program] = now

    def closed(self, channel: int, now: int) -> None:
        """A program has closed a channel."""
        self._closed[channel] = now

    def late(self, now: int) -> None:
        """The office itself was late."""
        self._late = now

    def note(self, kind: Kind, channel: int, program: Program, now: int, on_hook: bool = False) -> None:
        """A channel begins to lose sound. on_hook: of a line that carries no call."""
        if program not in self._states:
            self._states[program] = condition(program)
        late = now - self._late < AROUND
        self._waiting.append(Lost(now, kind, channel, program, on_hook, late, self._states[program]))

    def tick(self, now: int) -> None:
        """What was lost long enough ago has its reason by now."""
        self._states.clear()
        while self._waiting and self._waiting[0].at <= now - AROUND:
            self._count(self._waiting.popleft())

    def finish(self) -> None:
        """No more comes: all that was lost has its reason."""
        while self._waiting:
            self._count(self._waiting.popleft())

    def _count(self, lost: Lost) -> None:
        reason = self._reason(lost)
        self.counts.setdefault((lost.kind, reason), Counter())[lost.channel] += 1
        for moment in reversed(self.moments[-4:]):
            same = (moment.kind, moment.reason) == (lost.kind, reason)
            if same and lost.at - moment.until <= AROUND:
                moment.until = lost.at
                moment.channels.add(lost.channel)
                return
        if len(self.moments) < MOST:
            self.moments.append(Moment(lost.at, lost.at, lost.kind, reason, {lost.channel}))

    def _reason(self, lost: Lost) -> Reason:
        if 0 <= self._closed.get(lost.channel, -1) - lost.at <= AROUND or lost.state == "gone":
            return "program closing"
        if lost.state == "stopped":
            return "program stopped"
        if lost.at - self._opened.get(lost.program, -RATE) < AROUND:
            return "program starting"
        if lost.on_hook:
            return "line on hook"
        return "office late" if lost.late else "program late"

    def summary(self) -> list[dict[str, Any]]:
        """For JSON: how often, on which channels, and when first."""
        return [
            {
                "kind": kind, "reason": reason, "times": counts.total(),
                "channels": {str(number): counts[number] for number in sorted(counts)},
                "first_s": next((m.since / RATE for m in self.moments if (m.kind, m.reason) == (kind, reason)), None),
            }
            for (kind, reason), counts in self.counts.items()
        ]  # fmt: skip

    def lines(self) -> list[str]:
        """For a terminal: each kind and reason, with the moments at which it was so."""
        return [
            f"{kind}s: {counts.total()} on {numbers(counts)}: {reason}, at {_when(self._of(kind, reason))}"
            for (kind, reason), counts in self.counts.items()
        ]

    def _of(self, kind: Kind, reason: Reason) -> list[Moment]:
        return [moment for moment in self.moments if (moment.kind, moment.reason) == (kind, reason)]


def _when(moments: Iterable[Moment]) -> str:
    """10.2 s, 15.4-16.8 s and 3 times more."""
    every = list(moments)
    spans = [
        f"{m.since / RATE:.1f}" + (f"-{m.until / RATE:.1f}" if m.until - m.since > RATE // 10 else "")
        for m in every[:5]
    ]
    more = f" and {len(every) - 5} times more" if len(every) > 5 else ""
    return ", ".join(spans) + " s" + more
