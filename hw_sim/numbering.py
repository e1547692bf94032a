"""Which number reaches which lines."""

from __future__ import annotations

from collections.abc import Iterable


class Numbering:
    """Numbers of the office: each reaches one row, or several that are tried in order (a hunt group)."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[int, ...]] = {}

    def add(self, number: str, rows: Iterable[int]) -> None:
        """The number reaches these rows from now on; an older meaning of it is forgotten."""
        self._rows[number] = tuple(rows)

    def remove(self, number: str, row: int) -> None:
        """The number no longer reaches this row; nothing happens when it never did."""
        if self._rows.get(number) == (row,):
            del self._rows[number]

    def rows(self, number: str) -> tuple[int, ...]:
        """The rows that a number reaches, none for a vacant number."""
        return self._rows.get(number, ())

    def more(self, digits: str) -> bool:
        """Can these digits be the beginning of a longer number?"""
        return any(len(number) > len(digits) and number.startswith(digits) for number in self._rows)
