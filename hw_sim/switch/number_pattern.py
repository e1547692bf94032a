"""Which telephone numbers a route takes: one, a range, a pattern, or everything that begins alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from hw_sim.yaml_types import quoted

DIGITS = re.compile(r"[0-9*#A-Dx]{1,20}")
LONGEST = 20


@dataclass(frozen=True)
class NumberPattern:
    """A pattern: "82001000", "82001000-82001099", "8200xx" (x: any digit), "010+" (010 and at least one digit more).

    low, high: the first and last number of a range, else the same. open: more digits may follow without end.
    """

    low: str
    high: str
    open: bool = False

    @classmethod
    def of(cls, text: str) -> NumberPattern:
        """Read a pattern. Raises ValueError."""
        low, dash, high = text.removesuffix("+").partition("-")
        if not all(DIGITS.fullmatch(part) for part in (low, high or low)) or (dash and (not high or "+" in text)):
            raise ValueError(f"{text!r} is no number: write 82001000, 82001000-82001099, 8200xx or 010+")
        if dash and not (low.isdecimal() and high.isdecimal() and len(low) == len(high) and low <= high):
            raise ValueError(f"{text!r} is no range: both ends have the same length, and the first is the smaller")
        return cls(low, high or low, text.endswith("+"))

    def takes(self, number: str) -> bool:
        """Is this a whole number of the pattern?"""
        if self.open:
            return len(number) > len(self.low) and self._begins(number)
        if self.low != self.high:
            return len(number) == len(self.low) and number.isdecimal() and self.low <= number <= self.high
        return len(number) == len(self.low) and self._begins(number)

    def more(self, digits: str) -> bool:
        """Can these digits be the beginning of a longer number of the pattern?"""
        if len(digits) >= len(self.low):
            return self.open and len(digits) < LONGEST and self._begins(digits)
        if self.low != self.high:
            return self.low[: len(digits)] <= digits <= self.high[: len(digits)]
        return self._begins(digits)

    @property
    def strictness(self) -> tuple[bool, bool, bool, int]:
        """Sorts patterns: what says more about a number goes first."""
        return not self.open, "x" not in self.low, self.low == self.high, sum(c != "x" for c in self.low)

    def _begins(self, digits: str) -> bool:
        return self._form.match(digits[: len(self.low)]) is not None

    @cached_property
    def _form(self) -> re.Pattern[str]:
        """Matches what fits as far as it goes."""
        form = ""
        for figure in reversed(self.low):
            form = f"(?:{'[0-9]' if figure == 'x' else re.escape(figure)}{form}|$)"
        return re.compile(form)

    def __str__(self) -> str:
        return self.low + ("-" + self.high if self.low != self.high else "+" if self.open else "")


def _checked(text: str) -> str:
    NumberPattern.of(text)
    return text


PatternText = Annotated[str, BeforeValidator(quoted), AfterValidator(_checked)]
"""A pattern as a file says it."""
