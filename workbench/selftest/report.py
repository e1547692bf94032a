"""The conformance tables as people and programs read them."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.text import Text

from workbench.selftest.measure import Row

_MEASURE = 66
_COLUMNS = ((12, "requirement"), (9, "goal"), (12, "libspandsp"), (9, "ours"))


def number(value: float | None) -> str:
    """A figure with as many places as it needs; "-" where nothing was measured, "none" where there is none."""
    if value is None:
        return "-"
    return f"{value:.2f}".rstrip("0").rstrip(".") if math.isfinite(value) else "none"


def heading(area: str) -> Text:
    """What stands over the rows of an area."""
    names = "".join(f"{name:>{width}}" for width, name in _COLUMNS)
    return Text(f"\n{area:<{_MEASURE}}{names}{'trials':>19}", "bold")


def lines(row: Row) -> Iterator[Text]:
    """A row: its measure folded where it is long, its figures in the first line, what failed in the last."""
    unit = "" if row.unit == "%" else f", {row.unit}"
    first, *more = textwrap.wrap(row.measure + unit, _MEASURE - 2)
    goal = ("≥ " if row.better == "more" else "≤ ") + number(row.goal)
    cells = (row.requirement, goal, number(row.anchor), number(row.ours))
    figures = "".join(f"{cell:>{width}}" for (width, _), cell in zip(_COLUMNS, cells, strict=True))
    verdict = ("reached", "green") if row.reached else ("MISSED", "bold red")
    yield Text.assemble(f"{first:<{_MEASURE}}{figures}   ", verdict, f"{row.trials:>{16 - len(verdict[0])}}")
    yield from (Text(f"  {rest}") for rest in more)
    if row.note:
        yield Text(f"    ours: {row.note}", "dim")


def summary(rows: Sequence[Row]) -> str:
    """How many rows were reached."""
    reached = sum(row.reached for row in rows)
    return f"\n{reached} of {len(rows)} rows reached" + (
        f", {len(rows) - reached} missed" if reached < len(rows) else ""
    )


def as_json(rows: Sequence[Row], about: dict[str, Any]) -> str:
    """All rows and what they were measured with, as one JSON object; figures that are not finite are null."""
    missed = sum(not row.reached for row in rows)
    document = {**about, "missed": missed, "rows": [_plain(row) for row in rows]}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _plain(row: Row) -> dict[str, Any]:
    return {**{name: _finite(value) for name, value in asdict(row).items()}, "reached": row.reached}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
