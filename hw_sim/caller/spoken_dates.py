"""Dates as they are spoken, word by word, back into figures: 二零二六年十一月二十一日, May first twenty ten."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from hw_sim.caller.numerals import EN_NUMBERS, ZH_WORDS, figures

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth
twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"""
ORDINALS = {word: i + 1 for i, word in enumerate(_ORDINALS.split())}
ZH_DATE = re.compile(r"(?:([^年月]+)年)?([^年月]+)月([^年月]+?)[日号號]?")
FILLING = {"of", "the", "and"}
EN_YEAR = {"hundred", "thousand"}
KNOWN = frozenset({*MONTHS, *ORDINALS, *EN_NUMBERS, *FILLING, *EN_YEAR})


def spoken_date(words: Sequence[str]) -> tuple[int, int, str] | None:
    """The first date among spoken words: where its words begin and end, and the date as 2026-11-21, or 11-21 when no
    year was said. None when there is none."""
    for first in range(len(words)):
        if not of_a_date(words[first]):
            continue
        for end in range(len(words), first, -1):
            found = date_of(words[first:end])
            if found is not None:
                return first, end, found
    return None


def date_of(words: Sequence[str]) -> str | None:
    """The date that exactly these words say, or None."""
    text = "".join(words)
    chinese = ZH_DATE.fullmatch(text)
    if chinese:
        return _chinese(*chinese.groups())
    return _english([w for word in words for w in word.lower().replace(",", " ").split()])


def of_a_date(word: str) -> bool:
    """May this word be part of a spoken date?"""
    if all(c in ZH_WORDS or c in "年月日号號" for c in word):
        return True
    words = word.lower().replace(",", " ").split()
    return all(w in KNOWN or all(part in EN_NUMBERS for part in w.split("-")) for w in words)


def _chinese(year: str | None, month: str, day: str) -> str | None:
    return _made(figures([year]) if year else None, figures([month]), figures([day]), bool(year))


def _english(words: list[str]) -> str | None:
    month = next((w for w in words if w in MONTHS), None)
    day = next((w for w in words if w in ORDINALS), None)
    if month is None or day is None:
        return None
    after = max(words.index(month), words.index(day)) + 1
    between = words[min(words.index(month), words.index(day)) + 1 : after - 1]
    before = words[: min(words.index(month), words.index(day))]
    if {*between, *before} - FILLING:
        return None
    year = _year([w for w in words[after:] if w != "and"])
    return _made(year, str(MONTHS.index(month) + 1), str(ORDINALS[day]), len(words) > after)


def _year(words: list[str]) -> str | None:
    """nineteen ninety, two thousand seven, twenty oh six, twenty hundred."""
    if len(words) in (2, 3) and not {*words} & EN_YEAR:
        century, rest = figures(words[:1]), figures(words[1:])
        if century and rest and 10 <= int(century) < 100:
            return f"{int(century)}{int(rest):02d}" if int(rest) < 100 else None
    return figures(words) if words else None


def _made(year: str | None, month: str | None, day: str | None, with_year: bool) -> str | None:
    """A date that is in the calendar."""
    if month is None or day is None or (with_year and year is None):
        return None
    try:
        made = date(int(year) if year else 2024, int(month), int(day))
    except (ValueError, OverflowError):
        return None
    return made.isoformat() if year else f"{made.month:02d}-{made.day:02d}"
