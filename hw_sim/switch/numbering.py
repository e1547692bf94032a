"""Which number reaches what: lines, hunt groups, trunk groups, or a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hw_sim.switch.number_pattern import NumberPattern
from hw_sim.trunk import Cause


@dataclass(slots=True)
class Group:
    """Rows that are tried for a call. cyclic: begin behind the one that was taken last. full: why none could be had."""

    rows: tuple[int, ...]
    cyclic: bool = False
    full: Cause = Cause.USER_BUSY
    _next: int = field(default=0, repr=False)

    def order(self) -> Sequence[int]:
        """The rows in the order in which they are to be tried."""
        return self.rows[self._next :] + self.rows[: self._next] if self._next else self.rows

    def took(self, row: int) -> None:
        """This one was taken."""
        if self.cyclic:
            self._next = (self.rows.index(row) + 1) % len(self.rows)


@dataclass(frozen=True, slots=True)
class Refused:
    """Every call to the number ends so. rings: the caller hears it ring until the exchange gives up."""

    cause: Cause
    rings: bool = False


Destination = Group | Refused


class Numbering:
    """Numbers of the office. A whole number goes before a pattern, a strict pattern before an open one."""

    def __init__(self) -> None:
        self._numbers: dict[str, Destination] = {}
        self._patterns: list[tuple[NumberPattern, Destination]] = []

    def add(self, number: str, rows: Iterable[int]) -> None:
        """The number reaches these rows from now on; an older meaning of it is forgotten."""
        self._numbers[number] = Group(tuple(rows))

    def refuse(self, number: str, how: Refused) -> None:
        """Calls to the number are refused from now on."""
        self._numbers[number] = how

    def route(self, patterns: Iterable[NumberPattern], group: Destination) -> None:
        """All numbers of these patterns lead there."""
        self._patterns += [(pattern, group) for pattern in patterns]
        self._patterns.sort(key=lambda entry: entry[0].strictness, reverse=True)

    def remove(self, number: str, row: int) -> None:
        """The number no longer reaches this row; nothing happens when it never did."""
        if self.rows(number) == (row,):
            del self._numbers[number]

    def find(self, number: str) -> Destination | None:
        """What a number reaches, None for a vacant one."""
        if number in self._numbers:
            return self._numbers[number]
        return next((there for pattern, there in self._patterns if pattern.takes(number)), None)

    def rows(self, number: str) -> tuple[int, ...]:
        """The rows that stand behind a number of its own, none for any other."""
        found = self._numbers.get(number)
        return found.rows if isinstance(found, Group) else ()

    def more(self, digits: str) -> bool:
        """Can these digits be the beginning of a longer number?"""
        return any(len(number) > len(digits) and number.startswith(digits) for number in self._numbers) or any(
            pattern.more(digits) for pattern, _ in self._patterns
        )
