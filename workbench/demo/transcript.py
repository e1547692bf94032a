"""Both sides of a call as lines for a terminal: left the caller, right Loopstart, in the order of the wall clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

Side = Literal["caller", "loopstart"]

CALLER_WORDS = {
    "dialled": ("dials", "bold"), "heard": ("hears", "green"), "cut": ("cuts off", "yellow"), "tone": ("tone", "dim"),
    "pressed": ("presses", "bold cyan"), "said": ("says", "bold magenta"), "noted": ("notes", "bold green"),
    "decided": ("", "dim"), "failed": ("FAILS", "bold red"), "hung_up": ("hangs up", "bold"),
}  # fmt: skip
"""Kind of a report's entry -> what stands before its text, and its colour."""

QUIET = {"serve.stopping", "serve.stopped"}


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """One line of the transcript."""

    time: datetime
    side: Side
    text: str
    style: str = ""


def from_caller(entry: Mapping[str, Any]) -> Said:
    """An entry of the caller's report (`hw_sim.report`)."""
    word, style = CALLER_WORDS.get(entry["kind"], (entry["kind"], ""))
    named = f"{entry['name']}: " if entry["kind"] == "noted" and entry["name"] not in entry["text"] else ""
    return Said(datetime.fromisoformat(entry["time"]), "caller", f"{word} {named}{entry['text']}".strip(), style)


def from_log(record: Mapping[str, Any]) -> Said | None:
    """A record of the server's log; None for one that tells people nothing."""
    event = record.get("event", "")
    if event in QUIET or "time" not in record:
        return None
    if event == "step":
        text, style = _step(record), "dim" if record["action"] in ("set", "if", "goto", "language") else ""
    else:
        text, style = _fact(event, record), "bold" if record["level"] == "info" else "bold red"
    return Said(datetime.fromisoformat(record["time"]), "loopstart", text, style) if text else None


def _step(record: Mapping[str, Any]) -> str:
    keys = " ".join(key or "silence" for key in record.get("keys", ()))
    keyed = f" [{keys}]" if keys else ""
    outcome = f" → {record['outcome']}" if record["outcome"] else ""
    return f"{record['path']} {record['action']}{keyed}{outcome}"


def _fact(event: str, record: Mapping[str, Any]) -> str:
    known = {"time", "level", "node", "event", "card", "call", "sample", "flow", "cards", "exception"}
    facts = "  ".join(f"{k}={v}" for k, v in record.items() if k not in known and v != "")
    return f"{event}  {facts}"


class Transcript:
    """Prints lines in two columns, with the seconds since the first."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began: datetime | None = None
        self._half = max((console.width - 10) // 2, 30)

    def head(self) -> None:
        """The titles of the columns."""
        self._console.print(
            f"[dim]{'seconds':>8}  {set_cell_size('the caller hears and does', self._half)}Loopstart[/]"
        )

    def add(self, lines: Iterable[Said]) -> None:
        """Print lines, oldest first."""
        for line in sorted(lines):
            self._began = self._began or line.time
            seconds = (line.time - self._began).total_seconds()
            self._console.print(self._row(line, seconds), highlight=False)

    def _row(self, line: Said, seconds: float) -> Text:
        row = Text(f"{seconds:8.2f}  ", style="dim")
        if line.side == "loopstart":
            row.append(" " * self._half)
        row.append(_shortened(line.text, self._half - 1), style=line.style)
        return row


def _shortened(text: str, cells: int) -> str:
    return text if cell_len(text) <= cells else set_cell_size(text, cells - 1).rstrip() + "…"
