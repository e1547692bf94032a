"""What the view shows of an office at one moment: plain data, small enough to be sent to another process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SILENT = -90.0
"""dBm0 below which a line shows nothing."""


@dataclass(frozen=True, slots=True)
class LineView:
    """A row of the office. sent, heard: dBm0 of the last 20 ms, from the equipment and to it."""

    name: str
    number: str
    use: str
    state: str
    peer: str = ""
    sent: float = SILENT
    heard: float = SILENT
    held: bool = False
    alarm: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The office at `now` (samples). late: what was said of its clock. programs: who has devices open, a line each.

    happened: what is new since the last snapshot, as sentences. output: the last lines that the command wrote.
    """

    now: int
    lines: Sequence[LineView] = ()
    programs: Sequence[str] = ()
    callers: int = 0
    calls: int = 0
    late: str = ""
    happened: Sequence[str] = ()
    output: Sequence[str] = ()
    phone: Sequence[str] = ()
    recording: str = ""


def changes(before: Sequence[LineView], after: Sequence[LineView]) -> list[str]:
    """What has become of the lines, as sentences for a log."""
    told = []
    for old, new in zip(before, after, strict=False):
        who = new.number or new.name
        if old.state != new.state:
            told.append(f"{who} {new.state}" + (f" with {new.peer}" if new.peer else ""))
        if old.alarm != new.alarm:
            told.append(f"{who} alarm {new.alarm}" if new.alarm else f"{who} alarm over")
        if old.held != new.held:
            told.append(f"{who} opened" if new.held else f"{who} closed")
    return told
