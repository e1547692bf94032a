"""What a call did in a flow: one entry for every step, with what was said, keyed and decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ivr_runtime.records.entries import StepEntry


@dataclass(slots=True)
class Entry:
    """One step of a call.

    path: where it stands in the flow: "ask_code.0", "main.1.on.2.0". action: its kind (say, menu, collect ...).
    at, until: samples of the card's clock when it began and when its own work ended.
    said: ids of the clips that were begun, in order. keys: one text for each time that keys were awaited ("" for
    silence, stars for a secret). outcome: what came of it: the menu's key, "digits", "exhausted", "missing", "ended"
    when the call was over ... facts: what else is worth keeping (the service asked, the file recorded).
    """

    path: str
    action: str
    at: int
    until: int = 0
    said: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    outcome: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


class Journal(Protocol):
    """What keeps the entries (`ivr_runtime.records.journal.Journal`). It never blocks."""

    def step(self, entry: StepEntry) -> None: ...


def kept(call_id: str, number: int, entry: Entry) -> StepEntry:
    """The entry as the records keep it. number: counted from 1 within the call."""
    facts = {"until": entry.until, "said": list(entry.said), "keys": list(entry.keys), **short(entry.facts)}
    return StepEntry(call_id, number, entry.path, entry.at, entry.action, entry.outcome, facts)


def outline(trace: Sequence[Entry]) -> list[tuple[str, str]]:
    """The way through the flow: (path, outcome) of every entry."""
    return [(entry.path, entry.outcome) for entry in trace]


def short(facts: Mapping[str, Any], longest: int = 200) -> dict[str, Any]:
    """Facts that fit a record: numbers stay, anything else becomes short text."""
    return {
        name: value if isinstance(value, (bool, int, float)) or value is None else str(value)[:longest]
        for name, value in facts.items()
    }
