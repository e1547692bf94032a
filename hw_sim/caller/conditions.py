"""Does a figure, a date or a note say what it should?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase

from hw_sim.caller.steps import Condition, Range
from hw_sim.caller.values import filled


def holds(condition: Condition, notes: Mapping[str, str]) -> bool:
    """Is the note as the condition has it? A note that was never taken is not."""
    value = notes.get(condition.note or "")
    if value is None:
        return False
    return (
        (condition.equal is None or alike(value, filled(condition.equal, notes)))
        and (condition.like is None or fnmatchcase(value, filled(condition.like, notes)))
        and (condition.above is None or _beyond(value, filled(condition.above, notes)))
        and (condition.below is None or _beyond(filled(condition.below, notes), value))
    )


def same(kind: str, wanted: str | Range, found: str, notes: Mapping[str, str]) -> bool:
    """Is what was spoken what was wanted? Digits to the letter, dates as far as they are given, numbers by value."""
    if isinstance(wanted, Range):
        low, high = (None if end is None else filled(end, notes) for end in (wanted.low, wanted.high))
        return (low is None or not _beyond(low, found)) and (high is None or not _beyond(found, high))
    if kind == "digits":
        return wanted == found
    if kind == "date":
        return found == wanted or found.endswith(f"-{wanted}")
    return alike(wanted, found)


def alike(a: str, b: str) -> bool:
    """Equal as numbers, or as texts."""
    x, y = _number(a), _number(b)
    return a == b if x is None or y is None else x == y


def _beyond(a: str, b: str) -> bool:
    """Is a more than b? Texts that are no numbers are compared as texts (dates are then in order)."""
    x, y = _number(a), _number(b)
    return a > b if x is None or y is None else x > y


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
