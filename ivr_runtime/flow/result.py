"""What a step leads to."""

from __future__ import annotations

from dataclasses import dataclass

from ivr_runtime.flow.model import Branch
from ivr_runtime.flow.walk import Path


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a step, for the trace, and what follows: a named step, or a branch (steps at a path), or the next.

    After a branch that comes to its end the step after this one follows.
    """

    outcome: str = "done"
    branch: Branch = ()
    path: Path = ()
    goto: str | None = None
