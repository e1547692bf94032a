"""Names that stand for values in a script: parameters, known when it is read, and notes, known in the call."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from drivers.yaml_source import ConfigError, Problem, Source, did_you_mean
from drivers.yaml_source import Path as Place

NAME = re.compile(r"\$(?:(\w+)|\{(\w+)\})")


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the values of the names it knows; the others stay as they are."""
    return NAME.sub(lambda m: values.get(m[1] or m[2], m[0]), text)


def names_in(text: str) -> list[str]:
    """The names that stand in a text."""
    return [m[1] or m[2] for m in NAME.finditer(text)]


def fill(source: Source, values: Mapping[str, str], notes: Sequence[str], keys: Sequence[str]) -> None:
    """Put values in the place of names everywhere below these keys of the document.

    A name that is neither a value nor a note becomes a fault of the source. A value that stands alone keeps the quotes
    of the file: it is a text.
    """
    known = {*values, *notes}
    if not isinstance(source.data, dict):
        return
    for key in keys:
        if key in source.data:
            source.data[key] = _filled(source, (key,), source.data[key], values, known)


def _filled(source: Source, place: Place, value: Any, values: Mapping[str, str], known: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(source, (*place, key), below, values, known) for key, below in value.items()}
    if isinstance(value, list):
        return [_filled(source, (*place, i), below, values, known) for i, below in enumerate(value)]
    if not isinstance(value, str) or "$" not in value:
        return value
    for name in names_in(value):
        if name not in known:
            hint = did_you_mean(name, known) or "parameters stand under `parameters:`, notes are taken by note_number"
            source.problems.append(source.problem(place, f"nothing has the name {name!r}", hint))
    return filled(value, values)


def notes_of(data: Any) -> Iterator[str]:
    """The names of all notes that a script takes, wherever in it."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in ("note_number", "note_date") and isinstance(value, str):
                yield value
            else:
                yield from notes_of(value)
    elif isinstance(data, list):
        for item in data:
            yield from notes_of(item)


def read_table(file: Path) -> tuple[dict[str, str], ...]:
    """A CSV file with a head line: a row for each caller. Raises ConfigError."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            rows = tuple({k: v for k, v in row.items() if k} for row in reader)
            names = reader.fieldnames or ()
    except OSError as error:
        raise ConfigError([Problem(str(file), 1, 1, error.strerror or "cannot be read", "check the path")]) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError([Problem(str(file), 1, 1, "is no CSV table in UTF-8", str(error))]) from error
    if not rows:
        raise ConfigError([Problem(str(file), 1, 1, "has no rows", "a head line with names, then a line a caller")])
    short = [i for i, row in enumerate(rows) if None in row.values()]
    if short:
        told = f"this row has fewer than the {len(names)} values of the head line"
        raise ConfigError([Problem(str(file), i + 2, 1, told) for i in short])
    return rows
