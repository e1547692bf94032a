"""docs/operations.md names every event that the runtime logs, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEVELS = {"debug", "info", "warning", "error"}


def logged() -> Iterator[tuple[str, str]]:
    """(event, level) of every constant first argument of a call of a logger's method."""
    for file in (ROOT / "ivr_runtime").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            if isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
                yield str(node.args[0].value), node.func.attr
            elif isinstance(node.func, ast.Name) and node.func.id == "log":  # the command's: always an error
                yield str(node.args[0].value), "error"


def documented() -> Iterator[tuple[str, str]]:
    """(event, level) of every row of the table; where one level is given it is that of all events of the row."""
    for events, levels in re.findall(r"^\| (`[a-z_.]+`(?:, `[a-z_.]+`)*) \| ([a-z, ]+) \|", TEXT, re.MULTILINE):
        names = re.findall(r"`([a-z_.]+)`", events)
        given = levels.split(", ")
        yield from zip(names, given if len(given) > 1 else given * len(names), strict=True)


TEXT = (ROOT / "docs/operations.md").read_text(encoding="utf-8")


def test_the_table_of_events_is_what_the_code_logs() -> None:
    """Names and levels; `log.lost` is written by the sink itself."""
    assert set(documented()) == {*logged(), ("log.lost", "error")}
