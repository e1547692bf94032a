"""The picture of a caller's call, for the folder of a run (`hw_sim.report.folder`)."""

from __future__ import annotations

from pathlib import Path

from hw_sim.caller.events import Entry
from hw_sim.report.folder import KeptCall
from workbench.picture import CallPicture, Mark, draw

DEEDS = {"dialled": "dials", "pressed": "presses", "said": "says", "noted": "notes", "lifted": "lifts"}
BREAKS = ("failed", "abandoned", "hung_up")


def draw_call(call: KeptCall, file: Path) -> None:
    """Draw the call into a PNG: what was said and heard, what the caller did, where it went wrong. Raises OSError."""
    heard, said = call.samples[:, 0], call.samples[:, 1]
    draw(CallPicture(call.title, said, heard, _deeds(call, len(heard)), _prompts(call), _breaks(call)), file)


def _at(call: KeptCall, entry: Entry) -> int:
    return max(entry.at - call.began, 0)


def _prompts(call: KeptCall) -> list[Mark]:
    return [Mark(_at(call, entry), entry.text) for entry in call.entries if entry.kind in ("heard", "tone")]


def _deeds(call: KeptCall, end: int) -> list[Mark]:
    """Each from when it was done to the next."""
    done = [entry for entry in call.entries if entry.kind in (*DEEDS, "mischief")]
    ends = [*(_at(call, entry) for entry in done[1:]), end][: len(done)]
    return [
        Mark(_at(call, entry), f"{DEEDS.get(entry.kind, entry.name)} {entry.text}", until)
        for entry, until in zip(done, ends, strict=True)
    ]


def _breaks(call: KeptCall) -> list[Mark]:
    """Of two at one sample the first: why somebody hung up, not that they did."""
    first = {_at(call, entry): entry for entry in reversed(call.entries) if entry.kind in BREAKS}
    return [Mark(at, entry.text or "hangs up") for at, entry in sorted(first.items())]
