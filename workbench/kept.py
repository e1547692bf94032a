"""One call as it was kept: its row, its trace, its recording; and the picture of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsp.receiver import RATE
from ivr_runtime.records import setup
from workbench.picture import CallPicture, Mark, draw, read_recording

Step = Mapping[str, Any]


class Unknown(LookupError):
    """No such call, or no recording of it."""


@dataclass(frozen=True, slots=True)
class KeptCall:
    """A call out of the records."""

    id: str
    facts: Mapping[str, Any]
    steps: Sequence[Step]
    recording: Path | None

    @classmethod
    def read(cls, data: Path, call_id: str) -> KeptCall:
        """Read a call by (a part of) its id. Raises RecordsError, Unknown."""
        setup.setup(data, create=False)
        from ivr_runtime.records import reports  # tables can be imported when Django is ready

        try:
            found = reports.call(call_id)
        except reports.Unknown as error:
            raise Unknown(str(error.args[0])) from None
        recording = data / found["recording"] if found["recording"] else None
        return cls(str(found["id"]), found, found["steps"], recording)

    @property
    def answered(self) -> int:
        """The sample of the answer, where the recording begins; 0 for a call that only rang."""
        return int(self.facts["answered"] or 0)

    @property
    def lasted(self) -> int:
        """Samples from the answer to the end; 0 for a call that was not answered or has not ended."""
        return max(int(self.facts["ended"] or 0) - self.answered, 0) if self.answered else 0

    @property
    def title(self) -> str:
        """One line for people."""
        when = f"{self.facts['started_at']:%Y-%m-%d %H:%M:%S} UTC" if self.facts["started_at"] else ""
        caller = self.facts["caller_number"] or "number withheld"
        parts = (when, f"{caller} → {self.facts['line']}", f"{self.lasted / RATE:.0f} s", self.facts["end_reason"])
        return "     ".join(part for part in parts if part)


def draw_call(call: KeptCall, file: Path) -> None:
    """Draw the call into a PNG. Raises Unknown without a recording, OSError, ValueError."""
    if call.recording is None or not call.recording.is_file():
        raise Unknown(f"call {call.id} has no recording{f' at {call.recording}' if call.recording else ''}")
    caller, system = read_recording(call.recording)
    end = call.lasted or len(caller)
    events = [Mark(end, str(call.facts["end_reason"] or "the recording ends"))]
    draw(CallPicture(call.title, caller, system, rooms(call, end), prompts(call), events), file)


def rooms(call: KeptCall, end: int) -> list[Mark]:
    """The named steps that the call went through, each from its beginning to the next, with what was keyed there."""
    made: list[Mark] = []
    for step in call.steps:
        name, at = str(step["path"]).partition(".")[0], max(step["at"] - call.answered, 0)
        keyed = "".join(f" [{keys}]" for keys in step["facts"].get("keys", ()) if keys)
        if made and made[-1].text.partition(" ")[0] == name:
            made[-1] = Mark(made[-1].at, made[-1].text + keyed, end)
        else:
            if made:
                made[-1] = Mark(made[-1].at, made[-1].text, at)
            made.append(Mark(at, name + keyed, end))
    return made


def prompts(call: KeptCall) -> list[Mark]:
    """What was said, each where its step began."""
    said = ((step["at"] - call.answered, step["facts"].get("said") or ()) for step in call.steps)
    return [Mark(max(at, 0), _in_words(clips)) for at, clips in said if clips]


def _in_words(clips: Sequence[str]) -> str:
    """The clips of a step; a prompt of several pieces is named once."""
    return " ".join(clip_name(clip) for clip in clips if "/" not in clip or "." not in clip)


def clip_name(clip: str) -> str:
    """What a person calls a clip: zh/welcome.2 (second piece of a prompt) is welcome, zh:十二 is 十二, a file is ♪."""
    if clip.startswith("file:"):
        return "♪"
    language, _, word = clip.partition(":")
    return word or language.partition("/")[2].partition(".")[0] or clip
