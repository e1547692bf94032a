"""Tables for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text


def show(kept: Any, columns: Sequence[str], as_json: bool, nothing: str) -> None:
    """Print rows as a table of these columns, or whatever was kept as JSON, or `nothing`."""
    if as_json:
        typer.echo(json.dumps(kept, ensure_ascii=False, indent=1, default=str))
    elif not kept:
        typer.echo(nothing)
    else:
        table = Table(*(column.replace("_", " ") for column in columns))
        for row in kept:
            table.add_row(*(_text(name, row[name]) for name in columns))
        _console().print(table)


def show_facts(values: dict[str, Any]) -> None:
    """Print names and values below each other; those that say nothing are left out."""
    table = Table(show_header=False, box=None)
    for name, value in values.items():
        if value not in ("", None, []):
            table.add_row(name.replace("_", " "), _text(name, value))
    _console().print(table)


def _console() -> Console:
    """As wide as the terminal; a pipe gets whole lines."""
    console = Console()
    return console if console.is_terminal else Console(width=240)


def _text(name: str, value: Any) -> Text:
    """A cell; never markup, for callers' names come from the exchange."""
    form = FORMS.get(name, str)
    return Text("-" if value is None else form(value))


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


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
    "facts": lambda facts: " ".join(f"{name}={value}" for name, value in facts.items()),
    "orders": ", ".join,
    "messages": lambda numbers: ", ".join(map(str, numbers)),
}
"""Column -> how people read it; money in yuan. Wall times are UTC."""
