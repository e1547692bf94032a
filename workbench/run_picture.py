"""A call of a simulated run as a picture: what the caller said and heard, and what became of it."""

from __future__ import annotations

from pathlib import Path

from hw_sim.caller.events import Entry
from hw_sim.report.folder import KeptCall
from workbench.picture import CallPicture, Mark, draw

PROMPTS = ("heard", "cut")
EVENTS = ("dialled", "lifted", "tone", "said", "mischief", "failed", "abandoned", "hung_up")
SHORT = 24
"""Letters of a prompt that are written."""


def draw_run(call: KeptCall, file: Path) -> None:
    """Draw the call into a PNG file. Raises OSError."""
    prompts = [_mark(entry, call.began) for entry in call.entries if entry.kind in PROMPTS]
    events = {entry.at: _mark(entry, call.began) for entry in reversed(call.entries) if entry.kind in EVENTS}
    heard, said = call.samples[:, 0], call.samples[:, 1]
    # Of what happens at one sample the first is written: why somebody hung up, not that they did.
    draw(CallPicture(call.title, said, heard, prompts=prompts, events=list(events.values())), file)


def _mark(entry: Entry, began: int) -> Mark:
    text = entry.text if entry.kind in PROMPTS else f"{entry.kind.replace('_', ' ')} {entry.text}".strip()
    return Mark(max(entry.at - began, 0), text if len(text) <= SHORT else f"{text[:SHORT]}…")
