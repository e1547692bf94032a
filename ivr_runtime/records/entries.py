"""What the journal takes: plain data, so that whoever makes it needs no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class CallEntry:
    """All that is known of a call by now. call: its id. started, answered, ended: samples of the card's clock.

    started_at, answered_at, ended_at: the same for people, with their time zone. recording: the file of the whole call.
    """

    call: str
    card: str = ""
    line: str = ""
    caller_number: str = ""
    caller_name: str = ""
    language: str = ""
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    started: int | None = None
    answered: int | None = None
    ended: int | None = None
    end_reason: str = ""
    recording: str = ""


@dataclass(frozen=True, slots=True)
class StepEntry:
    """One entry of a call's trace. number: 1, 2 ... within the call. path: the step's place in the flow. at: sample.

    what: the kind of step. outcome: what came of it. facts: anything that JSON can hold; the rest is kept as text.
    """

    call: str
    number: int
    path: str
    at: int
    what: str
    outcome: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


Entry = CallEntry | StepEntry
