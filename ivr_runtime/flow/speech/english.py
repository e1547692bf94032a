"""English: numbers, money, digits, dates as words that are spoken one after the other."""

from __future__ import annotations

from datetime import date, time


def _list(words: str) -> tuple[str, ...]:
    return tuple(words.split())


SMALL = _list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = _list("twenty thirty forty fifty sixty seventy eighty ninety")
ORDINALS = _list(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth "
    "twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
)
MONTHS = _list("January February March April May June July August September October November December")
HUNDRED, THOUSAND, MILLION, AND = "hundred", "thousand", "million", "and"


def number(value: int) -> list[str]:
    """0 to 99,999,999: two thousand three hundred and twelve."""
    millions, rest = divmod(value, 1_000_000)
    thousands, rest = divmod(rest, 1000)
    words = [*_group(millions), MILLION] if millions else []
    words += [*_group(thousands), THOUSAND] if thousands else []
    words += [AND] if words and 0 < rest < 100 else []
    return words + (_group(rest) if rest or not words else [])


def count(value: int, unit: str) -> list[str]:
    """two cartons."""
    return [*number(value), unit]


def money(fen: int) -> list[str]:
    """An amount in fen: twelve yuan five jiao, three yuan and five fen, zero yuan."""
    yuan, rest = divmod(fen, 100)
    jiao, cent = divmod(rest, 10)
    words = count(yuan, "yuan") if yuan or not rest else []
    words += count(jiao, "jiao") if jiao else []
    words += [AND] if cent and yuan and not jiao else []
    return words + (count(cent, "fen") if cent else [])


def digits(text: str) -> list[str]:
    """Digit by digit."""
    return [SMALL[int(d)] for d in text]


phone = digits


def day(value: date) -> list[str]:
    """November twenty-first twenty twenty-six."""
    return [MONTHS[value.month - 1], ORDINALS[value.day - 1], *_year(value.year)]


def clock(value: time) -> list[str]:
    """three twenty p.m., nine o'clock a.m."""
    minutes = ["o'clock"] if not value.minute else [*(["oh"] if value.minute < 10 else []), _tens(value.minute)]
    return [_tens((value.hour + 11) % 12 + 1), *minutes, "a.m." if value.hour < 12 else "p.m."]


def _year(year: int) -> list[str]:
    century, rest = divmod(year, 100)
    if not century or (not century % 10 and rest < 10):
        return number(year)
    if not rest:
        return [_tens(century), HUNDRED]
    return [_tens(century), *(["oh"] if rest < 10 else []), _tens(rest)]


def _group(value: int) -> list[str]:
    """0 to 999."""
    hundreds, rest = divmod(value, 100)
    head = [SMALL[hundreds], HUNDRED, *([AND] if rest else [])] if hundreds else []
    return head + ([_tens(rest)] if rest or not hundreds else [])


def _tens(value: int) -> str:
    if value < 20:
        return SMALL[value]
    tens, ones = divmod(value, 10)
    return TENS[tens - 2] + (f"-{SMALL[ones]}" if ones else "")


WORDS = tuple(
    dict.fromkeys(
        [_tens(n) for n in range(100)]
        + [HUNDRED, THOUSAND, MILLION, AND, "yuan", "jiao", "fen", "oh", "o'clock", "a.m.", "p.m.", *MONTHS, *ORDINALS]
    )
)
"""Every word that these grammars can say."""
