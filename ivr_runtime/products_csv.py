"""Products from a spreadsheet: CSV (RFC 4180) in UTF-8, every fault with file:line:column.

code,name_zh,name_en,price,quota,stock,active
1001,中华硬盒,Chunghwa Hard Box,450.00,5,200,yes

price is in yuan with at most two decimals; `active` may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from drivers.yaml_source import ConfigError, Problem, did_you_mean

HIGHEST_PRICE = 99_999_999
"""In fen; the most that the flow can speak."""
HIGHEST_COUNT = 9_999_999


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product as the file has it. price in fen."""

    code: str
    name_zh: str
    name_en: str
    price: int
    quota: int
    stock: int
    active: bool = True

    def fields(self) -> dict[str, Any]:
        """Its values by the names of the table's columns."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of the file and where it stands, counted from 1."""

    text: str
    line: int
    column: int


def read_products(file: Path) -> list[ProductRow]:
    """All products of a file. Raises ConfigError with all its faults."""
    return parse_products(str(file), _text(file))


def parse_products(file: str, text: str) -> list[ProductRow]:
    """All products of a text; `file` is its name in faults. Raises ConfigError."""
    rows = [row for row in _rows(file, text.removeprefix("\ufeff")) if any(cell.text for cell in row)]
    if not rows:
        raise ConfigError([Problem(file, 1, 1, "the file is empty", f"its first line is {','.join(COLUMNS)}")])
    heads, problems = _heads(file, rows[0])
    products: list[ProductRow] = []
    for row in rows[1:] if not problems else ():
        made, faults = _product(file, heads, row)
        products += made
        problems += faults
    problems += _twice(file, heads, rows[1:]) if "code" in heads else []
    if problems:
        raise ConfigError(problems)
    return products


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except OSError as error:
        raise ConfigError([Problem(str(file), 1, 1, f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        hint = "save it as CSV UTF-8"
        raise ConfigError([Problem(str(file), line, 1, "is not in UTF-8", hint)]) from error


CELL = re.compile(r'(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r\n|\n|\r|\Z)')


def _rows(file: str, text: str) -> Iterator[list[Cell]]:
    """Rows of cells (RFC 4180)."""
    row: list[Cell] = []
    position, line, line_start = 0, 1, 0
    while True:
        found = CELL.match(text, position)
        column = position - line_start + 1
        if found is None:
            hint = 'a cell with a quote is written "like ""this"""'
            raise ConfigError([Problem(file, line, column, "a quote stands wrong", hint)])
        quoted, plain, end = found.groups()
        value = plain if quoted is None else quoted.replace('""', '"')
        row.append(Cell(value.strip(), line, column))
        position = found.end()
        inside = (quoted or "").count("\n")
        if inside:
            line, line_start = line + inside, text.rindex("\n", 0, found.end() - len(end)) + 1
        if end == ",":
            continue
        yield row
        row, line, line_start = [], line + 1, position
        if position >= len(text):
            return


def _heads(file: str, row: list[Cell]) -> tuple[list[str], list[Problem]]:
    heads = [cell.text.lower() for cell in row]
    problems = [
        Problem(file, cell.line, cell.column, f"no such column: {cell.text!r}", did_you_mean(head, COLUMNS))
        for head, cell in zip(heads, row, strict=True)
        if head not in COLUMNS
    ]
    problems += [
        Problem(file, cell.line, cell.column, f"the column {head!r} stands twice")
        for i, (head, cell) in enumerate(zip(heads, row, strict=True))
        if head in heads[:i]
    ]
    missing = [name for name in COLUMNS if name not in heads and name != "active"]
    if missing:
        message = f"the first line lacks {', '.join(missing)}"
        problems.append(Problem(file, row[0].line, 1, message, f"it is {','.join(COLUMNS)}"))
    return heads, problems


def _product(file: str, heads: list[str], row: list[Cell]) -> tuple[list[ProductRow], list[Problem]]:
    if len(row) != len(heads):
        end = row[-1]
        return [], [Problem(file, end.line, end.column, f"{len(row)} cells, the first line has {len(heads)}")]
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for head, cell in zip(heads, row, strict=True):
        try:
            values[head] = COLUMNS[head](cell.text)
        except ValueError as error:
            problems.append(Problem(file, cell.line, cell.column, f"{head}: {error}"))
    return ([] if problems else [ProductRow(**values)]), problems


def _twice(file: str, heads: list[str], rows: list[list[Cell]]) -> list[Problem]:
    seen: dict[str, int] = {}
    problems = []
    for cell in (row[heads.index("code")] for row in rows if len(row) == len(heads)):
        if cell.text in seen:
            message = f"the code {cell.text!r} stands twice"
            problems.append(Problem(file, cell.line, cell.column, message, f"first in line {seen[cell.text]}"))
        seen.setdefault(cell.text, cell.line)
    return problems


def _code(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise ValueError(f"{text!r} cannot be keyed; a code is 1 to 12 digits")
    return text


def _name(text: str) -> str:
    if len(text) > 100 or not text.isprintable() or not any(character.isalnum() for character in text):
        raise ValueError("a name is 1 to 100 characters that can be spoken")
    return text


def _english_name(text: str) -> str:
    if re.search(r"[\u3400-\u9fff]", text):
        raise ValueError(f"an English voice cannot read {text!r}")
    return _name(text)


def _price(text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?", text)
    fen = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else 0
    if not 0 < fen <= HIGHEST_PRICE:
        raise ValueError(f"{text!r} is no price in yuan; write 12 or 12.50")
    return fen


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) > HIGHEST_COUNT:
        raise ValueError(f"{text!r} is no whole number from 0 to {HIGHEST_COUNT}")
    return int(text)


def _active(text: str) -> bool:
    words = {"": True, "yes": True, "1": True, "true": True, "no": False, "0": False, "false": False}
    if text.lower() not in words:
        raise ValueError(f"{text!r} is neither yes nor no")
    return words[text.lower()]


COLUMNS: dict[str, Callable[[str], Any]] = {
    "code": _code,
    "name_zh": _name,
    "name_en": _english_name,
    "price": _price,
    "quota": _count,
    "stock": _count,
    "active": _active,
}
