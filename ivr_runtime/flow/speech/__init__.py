"""Reading things out: from a value to the words of a language, one clip each.

Languages add one module with number, count, money, digits, phone, day, clock and WORDS, and a line in LANGUAGES.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Literal, Protocol

from ivr_runtime.flow.speech import english, mandarin


class Grammar(Protocol):
    """What the module of a language gives: lists of words, all of them in WORDS (units excepted)."""

    @property
    def WORDS(self) -> tuple[str, ...]: ...
    def number(self, value: int) -> list[str]: ...
    def count(self, value: int, unit: str) -> list[str]: ...
    def money(self, fen: int) -> list[str]: ...
    def digits(self, text: str) -> list[str]: ...
    def phone(self, text: str) -> list[str]: ...
    def day(self, value: date) -> list[str]: ...
    def clock(self, value: time) -> list[str]: ...


LANGUAGES: dict[str, Grammar] = {"zh": mandarin, "en": english}

LARGEST = 99_999_999
"""The largest number that is read as a number; a larger one is read with `digits`."""


class Unspeakable(ValueError):
    """The value is no number, no amount, no date, or too large. The message names it."""


@dataclass(frozen=True, slots=True)
class ClipText:
    """A clip that is to be rendered. id: "zh/welcome" (kind prompt) or "zh:十二" (kind word)."""

    id: str
    language: str
    text: str
    kind: Literal["prompt", "word"] = "word"


def word(language: str, text: str) -> ClipText:
    """A word of the vocabulary, or any other text, as a clip."""
    return ClipText(f"{language}:{text}", language, text)


def vocabulary(language: str) -> tuple[ClipText, ...]:
    """Every word that the grammars of a language can say. Raises KeyError for an unknown language."""
    return tuple(word(language, text) for text in LANGUAGES[language].WORDS)


def number(language: str, value: object) -> list[str]:
    """A whole number, 0 to 99,999,999, as words. Raises Unspeakable."""
    return _words(language).number(_whole(value))


def count(language: str, value: object, unit: str) -> list[str]:
    """A number of things with their unit. Raises Unspeakable."""
    return _words(language).count(_whole(value), unit)


def money(language: str, fen: object) -> list[str]:
    """An amount in fen, up to 99,999,999 yuan. Raises Unspeakable."""
    return _words(language).money(_whole(fen, LARGEST * 100 + 99))


def digits(language: str, value: object) -> list[str]:
    """Digit by digit; spaces and hyphens are left out. Raises Unspeakable."""
    return _words(language).digits(_numerals(value))


def phone(language: str, value: object) -> list[str]:
    """A telephone number. Raises Unspeakable."""
    return _words(language).phone(_numerals(value))


def day(language: str, value: object) -> list[str]:
    """A date, or a text like 2026-11-21 (ISO 8601). Raises Unspeakable."""
    try:
        return _words(language).day(value if isinstance(value, date) else date.fromisoformat(str(value)[:10]))
    except ValueError as error:
        raise Unspeakable(f"{value!r} is no date") from error


def clock(language: str, value: object) -> list[str]:
    """A time of day, or a text like 15:20. Raises Unspeakable."""
    try:
        return _words(language).clock(value if isinstance(value, time) else time.fromisoformat(str(value)))
    except ValueError as error:
        raise Unspeakable(f"{value!r} is no time of day") from error


def _words(language: str) -> Grammar:
    return LANGUAGES[language]


def _whole(value: object, largest: int = LARGEST) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if isinstance(value, bool) or len(text) > 20 or not (text.isascii() and text.isdecimal()):
        raise Unspeakable(f"{value!r} is no whole number")
    if int(text) > largest:
        raise Unspeakable(f"{value!r} is more than {largest:,}")
    return int(text)


def _numerals(value: object) -> str:
    text = str(value).replace(" ", "").replace("-", "")
    if isinstance(value, bool) or not (text.isascii() and text.isdecimal()):
        raise Unspeakable(f"{value!r} is not made of digits")
    return text
