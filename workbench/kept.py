"""One call as it was kept: its row, its trace, its recording; and the picture of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr_runtime.records import setup
from workbench.picture import CallPicture, Mark, draw, read_recording


class Unknown(LookupError):
    """No such call, or no recording of it."""


@dataclass(frozen=True, slots=True)
class KeptCall:
    """A call out of the records. answered: sample of the card's clock, where its recording begins."""

    id: str
    facts: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]]
    recording: Path | None

    @classmethod
    def read(cls, data: Path, call_id: str) -> KeptCall:
        """Read a call by (a part of) its id. Raises RecordsError, Unknown."""
        setup.setup(data, create=False)
        from ivr_runtime.records import reports

        try:
            found = reports.call(call_id)
        except reports.Unknown as error:
            raise Unknown(str(error.args[0])) from None
        recording = data / found["recording"] if found["recording"] else None
        return cls(str(found["id"]), found, found["steps"], recording)

    @property
    def answered(self) -> int:
        """The sample of the answer; 0 for a call that only rang."""
        return int(self.facts["answered"] or 0)

    @property
    def title(self) -> str:
        """One line for people."""
        facts = self.facts
        seconds = ((facts["ended"] or self.answered) - self.answered) / 8000
        when = f"{facts['started_at']:%Y-%m-%d %H:%M:%S} UTC" if facts["started_at"] else ""
        caller = facts["caller_number"] or "number withheld"
        return f"{when}   {caller} → {facts['line']}   {seconds:.0f} s   {facts['end_reason']}"


def draw_call(call: KeptCall, file: Path) -> None:
    """Draw the call into a PNG. Raises Unknown without a recording, OSError, ValueError."""
    if call.recording is None or not call.recording.is_file():
        raise Unknown(f"call {call.id} has no recording{f' at {call.recording}' if call.recording else ''}")
    caller, system = read_recording(call.recording)
    steps = [Mark(step["at"] - call.answered, step_label(step)) for step in call.steps]
    ended = int(call.facts["ended"] or 0) - call.answered
    events = [Mark(max(ended, 0), str(call.facts["end_reason"]))] if ended > 0 else []
    draw(CallPicture(call.title, caller, system, steps, events), file)


def step_label(step: Mapping[str, Any]) -> str:
    """A step in a few words: where, and what came of it."""
    outcome = f" → {step['outcome']}" if step["outcome"] else ""
    return f"{step['path']}{outcome}"[:48]
