"""What the view shows of an office at one moment: plain data, small enough to be sent to another process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SILENT = -90.0
"""dBm0 below which a line shows nothing."""


@dataclass(frozen=True, slots=True)
class LineView:
    """A row of the office. sent, heard: dBm0 of the last 20 ms, from the equipment and to it. card: its card's name."""

    name: str
    number: str
    use: str
    state: str
    peer: str = ""
    sent: float = SILENT
    heard: float = SILENT
    held: bool = False
    alarm: str = ""
    card: str = ""

    @property
    def who(self) -> str:
        """What people call the line."""
        return self.number or self.name


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
        if old.state != new.state:
            told.append(f"{new.who} {new.state}" + (f" with {new.peer}" if new.peer else ""))
        if old.held != new.held:
            told.append(f"{new.who} opened" if new.held else f"{new.who} closed")
    return [*told, *_alarms(before, after)]


def _alarms(before: Sequence[LineView], after: Sequence[LineView]) -> Iterator[str]:
    """What happens to a whole card is said once."""
    of_card = Counter(line.card for line in after)
    changed: dict[tuple[str, str], list[str]] = {}
    for old, new in zip(before, after, strict=False):
        if old.alarm != new.alarm:
            words = f"alarm {new.alarm}" if new.alarm else "alarm over"
            changed.setdefault((new.card, words), []).append(new.who)
    for (card, words), lines in changed.items():
        whole = card and len(lines) > 1 and len(lines) == of_card[card]
        yield from [f"{card} {words}"] if whole else [f"{who} {words}" for who in lines]
