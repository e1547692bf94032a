"""Tables for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text


def show(kept: Any, columns: Sequence[str], as_json: bool, nothing: str) -> None:
    """Print rows as a table of these columns, or whatever was kept as JSON, or `nothing`."""
    if as_json:
        typer.echo(json.dumps(kept, ensure_ascii=False, indent=1, default=_json))
    elif not kept:
        typer.echo(nothing)
    else:
        _console().print(_table(kept, columns))


def _table(kept: Sequence[dict[str, Any]], columns: Sequence[str]) -> Table:
    """Narrow terminals get fewer columns, which fold; what one types again stays whole."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    fitting = [name for name in columns if name not in SPARE or _console().width >= WIDE]
    for name in fitting:
        table.add_column(name.replace("_", " "), no_wrap=name in NAMES, overflow="fold")
    for row in kept:
        table.add_row(*(_text(name, row[name]) for name in fitting))
    return table


def show_facts(values: dict[str, Any]) -> None:
    """Print names and values below each other; those that say nothing are left out."""
    table = Table(show_header=False, box=None)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in values.items():
        if value not in ("", None, []):
            table.add_row(name.replace("_", " "), _text(name, value))
    _console().print(table)


def _console() -> Console:
    """As wide as the terminal; a pipe gets whole lines."""
    console = Console()
    return console if console.is_terminal else Console(width=240)


def _json(value: Any) -> str:
    """What JSON has no form for: times, in ISO 8601."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _text(name: str, value: Any) -> Text:
    """A cell; never markup, for callers' names come from the exchange."""
    form = FORMS.get(name, str)
    return Text("-" if value is None else form(value))


def _facts(facts: Mapping[str, Any]) -> str:
    """What a step left in the trace; `until` is for programs."""
    words = {
        name: " ".join(str(item) or "silence" for item in value) if isinstance(value, (list, tuple)) else str(value)
        for name, value in facts.items()
        if name != "until"
    }
    return "  ".join(f"{name}: {value}" for name, value in words.items() if value)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


NAMES = frozenset({"id", "number", "code"})
"""Columns that are never cut or folded."""

SPARE = frozenset({"started_at", "language", "call", "file"})
"""Columns that a narrow terminal can do without: `show` has them, and an id begins with its time."""

WIDE = 110

FORMS: dict[str, Callable[[Any], str]] = {
    "price": _yuan,
    "total": _yuan,
    "amount": _yuan,
    "seconds": "{:.1f}".format,
    "time": "{:8.2f}".format,
    "started_at": "{:%Y-%m-%d %H:%M:%S}".format,
    "answered_at": "{:%Y-%m-%d %H:%M:%S}".format,
    "ended_at": "{:%Y-%m-%d %H:%M:%S}".format,
    "created": "{:%Y-%m-%d %H:%M:%S}".format,
    "active": lambda active: "yes" if active else "no",
    "facts": _facts,
    "orders": ", ".join,
    "messages": lambda numbers: ", ".join(map(str, numbers)),
}
"""Column -> how people read it; money in yuan. Wall times are UTC."""
