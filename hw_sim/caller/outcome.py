"""How a call came out, told from what the caller wrote down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hw_sim.caller.events import CallerProtocol, Entry

Outcome = Literal["succeeded", "failed", "blocked", "strayed", "abandoned", "unfinished"]
"""succeeded: all that should have been heard was heard. failed: it was not. blocked: busy or congestion, and nobody
answered. strayed: it was not, after the character had done what the script does not say. abandoned: the character ended
it. unfinished: it was still under way, or never began."""

GOOD: frozenset[Outcome] = frozenset({"succeeded", "strayed", "abandoned"})
"""Outcomes for which the service cannot be blamed."""

REFUSALS = ("busy", "congestion")


def outcome(caller: CallerProtocol) -> Outcome:
    """How it came out."""
    kinds = {entry.kind for entry in caller.report}
    if "abandoned" in kinds:
        return "abandoned"
    if not caller.finished:
        return "unfinished"
    if caller.succeeded:
        return "succeeded"
    failure = failed(caller)
    if failure is not None and failure.name in REFUSALS and not _answered(caller):
        return "blocked"
    return "strayed" if "mischief" in kinds else "failed"


TELLING = ("dialled", "heard", "mischief", "failed", "abandoned", "hung_up")


def essence(report: Sequence[Entry]) -> list[Entry]:
    """What of a report still tells how the call came out: the last entry of each kind that matters."""
    last = {entry.kind: i for i, entry in enumerate(report) if entry.kind in TELLING}
    return [report[i] for i in sorted(last.values())]


def failed(caller: CallerProtocol) -> Entry | None:
    """The entry that tells of the failure."""
    return next((entry for entry in reversed(caller.report) if entry.kind == "failed"), None)


def _answered(caller: CallerProtocol) -> bool:
    """Did anybody speak after the caller last dialled?"""
    for entry in reversed(caller.report):
        if entry.kind in ("heard", "dialled"):
            return entry.kind == "heard"
    return False
