"""Measure the tables and print them, a row as soon as it is measured."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from workbench.selftest import report
from workbench.selftest.anchor import ABSENT, Anchor, load
from workbench.selftest.material import Absent
from workbench.selftest.measure import EFFORTS, Effort, Row, measured

STANDARD_OUTPUT = "-"
_WIDTH = 132


def tables(areas: Sequence[str], effort: str, hours: float | None, seed: int, json_file: str | None) -> int:
    """Measure the areas, print each table, write the JSON; give how many rows were missed. Raises OSError."""
    anchor = load()
    console = Console(stderr=json_file == STANDARD_OUTPUT, width=None if sys.stdout.isatty() else _WIDTH)
    console.print("anchor: libspandsp, on the same signals" if anchor else ABSENT)
    much = replace(EFFORTS[effort], seed=seed)
    much = much if hours is None else replace(much, hours=hours)
    rows = [row for area in areas for row in _table(console, area, much, anchor)]
    console.print(report.summary(rows))
    if json_file:
        about = {"effort": effort, "seed": seed, "hours": much.hours, "anchor": anchor is not None}
        _write(json_file, report.as_json(rows, about))
    return sum(not row.reached for row in rows)


def _table(console: Console, area: str, effort: Effort, anchor: Anchor | None) -> list[Row]:
    console.print(report.heading(area))
    rows = []
    with console.status(area) as status:
        told: Callable[[str], None] = status.update if console.is_terminal else lambda _: None
        try:
            for row in measured([area], replace(effort, news=told), anchor):
                rows.append(row)
                for line in report.lines(row):
                    console.print(line)
        except Absent as absent:
            console.print(f"the other rows of {area} need what is not installed: {absent}")
    return rows


def _write(file: str, text: str) -> None:
    if file == STANDARD_OUTPUT:
        sys.stdout.write(text)
    else:
        Path(file).write_text(text, encoding="utf-8")
