"""Both sides of a call as lines for a terminal, in the order of the wall clock.

A wide terminal has two columns, left the caller, right Loopstart; a narrow one names the side in each line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from rich.cells import set_cell_size
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from workbench.kept import clip_name

Side = Literal["caller", "Loopstart"]

CALLER_WORDS = {
    "dialled": ("dials", "bold"), "heard": ("hears", "green"), "cut": ("cuts off", "yellow"), "tone": ("tone", "dim"),
    "pressed": ("presses", "bold cyan"), "said": ("says", "bold magenta"), "noted": ("notes", "bold green"),
    "decided": ("", "dim"), "failed": ("FAILS", "bold red"), "hung_up": ("hangs up", "bold"),
}  # fmt: skip
"""Kind of a report's entry -> what stands before its text, and its colour."""

QUIET = frozenset({"serve.stopping", "serve.stopped"})
SILENT_STEPS = frozenset({"goto", "set", "language"})
"""Steps that neither say nor decide anything."""

KNOWN = frozenset({"time", "level", "node", "event", "card", "call", "sample", "flow", "cards", "exception"})
WIDE = 110
STAMP = 10


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """One line of the transcript."""

    time: datetime
    side: Side
    text: str
    style: str = ""


def from_caller(entry: Mapping[str, Any]) -> Told:
    """An entry of the caller's report (`hw_sim.report.lines`)."""
    word, style = CALLER_WORDS.get(entry["kind"], (entry["kind"], ""))
    named = f"{entry['name']}: " if entry["kind"] == "noted" else ""
    return Told(datetime.fromisoformat(entry["time"]), "caller", f"{word} {named}{entry['text']}".strip(), style)


@dataclass(frozen=True, slots=True)
class LogReader:
    """Records of the server's log as lines. texts: what each clip of the book says."""

    texts: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, record: Mapping[str, Any]) -> Told | None:
        """One record; None for one that tells people nothing."""
        event = record.get("event", "")
        if event in QUIET or "time" not in record:
            return None
        if event == "step":
            text, style = self._step(record), "" if record.get("said") else "dim"
        else:
            text, style = _fact(event, record), "bold" if record["level"] == "info" else "bold red"
        return Told(datetime.fromisoformat(record["time"]), "Loopstart", text, style) if text else None

    def _step(self, record: Mapping[str, Any]) -> str:
        if record["action"] in SILENT_STEPS:
            return ""
        said = " ".join(self.texts.get(clip, clip_name(clip)) for clip in record.get("said", ()))
        keys = " ".join(key or "silence" for key in record.get("keys", ()))
        parts = (
            record["path"].partition(".")[0],
            f"says {said}" if said else "",
            f"got {keys}" if keys else "",
            f"→ {record['outcome']}" if record["outcome"] not in ("", "said") else "",
        )
        return "  ".join(part for part in parts if part)


def _fact(event: str, record: Mapping[str, Any]) -> str:
    return f"{event}  " + "  ".join(f"{k}={v}" for k, v in record.items() if k not in KNOWN and v != "")


class Transcript:
    """Prints lines with the seconds since the first."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began: datetime | None = None
        self._wide = console.width >= WIDE

    def head(self) -> None:
        """The titles of the columns."""
        if self._wide:
            half = (self._console.width - STAMP) // 2
            title = set_cell_size("the caller hears and does", half)
            self._console.print(f"[dim]{'seconds':>8}  {title}Loopstart says and decides[/]")

    def add(self, lines: Iterable[Told]) -> None:
        """Print lines, oldest first."""
        for line in sorted(lines):
            self._began = self._began or line.time
            seconds = f"{(line.time - self._began).total_seconds():8.2f}"
            text = Text(line.text, style=line.style)
            self._console.print(self._in_columns(seconds, line, text) if self._wide else _tagged(seconds, line, text))

    def _in_columns(self, seconds: str, line: Told, text: Text) -> Table:
        row = Table.grid(padding=(0, 2))
        half = (self._console.width - STAMP) // 2
        row.add_column(width=STAMP - 2)
        row.add_column(width=half - 2, overflow="fold")
        row.add_column(overflow="fold")
        row.add_row(Text(seconds, style="dim"), *((text, "") if line.side == "caller" else ("", text)))
        return row


def _tagged(seconds: str, line: Told, text: Text) -> Padding:
    row = Table.grid(padding=(0, 1))
    for _ in range(3):
        row.add_column(overflow="fold")  # nothing that was said is cut
    row.add_row(Text(seconds, style="dim"), Text(f"{line.side:<9}", style="dim"), text)
    return Padding(row, 0)
