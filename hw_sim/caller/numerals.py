"""Numbers as they are spoken, word by word, back into figures: what a listener writes down."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

ZH_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "幺": 1, "两": 2, "兩": 2}
ZH_UNITS = {"十": 10, "百": 100, "千": 1000}
ZH_GROUPS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
ZH_MONEY = {"元": 1, "块": 1, "圆": 1, "塊": 1, "圓": 1, "蚊": 1}
ZH_PARTS = {"角": 10, "毛": 10, "毫": 10, "分": 1}
"""Mandarin and Cantonese, in simplified and full characters."""

_EN_SMALL = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_EN_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
EN_NUMBERS = (
    {word: i for i, word in enumerate(_EN_SMALL)} | {word: 20 + 10 * i for i, word in enumerate(_EN_TENS)} | {"oh": 0}
)
EN_GROUPS = {"thousand": 10**3, "million": 10**6}
EN_MONEY = {"yuan", "dollar", "dollars"}
EN_SILENT = {"and"}
EN_PARTS = {"cent": 1, "cents": 1, "fen": 1, "jiao": 10}

ZH_WORDS = {*ZH_DIGITS, *ZH_UNITS, *ZH_GROUPS, *ZH_MONEY, *ZH_PARTS, "点", "點", "整"}
EN_WORDS = {*EN_NUMBERS, *EN_GROUPS, *EN_MONEY, *EN_SILENT, *EN_PARTS, "hundred", "point"}


def figures(words: Sequence[str]) -> str | None:
    """The number that these words say, in figures, or None when they say none.

    Digits one by one keep their zeros ("零", "零", "七" -> "007"); anything else is a cardinal, with a decimal point or
    money ("四十", "五", "元", "五", "角" -> "45.5"). Mandarin and English.
    """
    text = "".join(words).replace("點", "点").replace("廿", "二十").replace("卅", "三十")
    if text.isdecimal():
        return str(text)
    if any(c in ZH_DIGITS or c in ZH_UNITS for c in text):
        return _chinese(text)
    return _english([w for word in words for w in word.lower().replace("-", " ").split()])


def spoken_number(words: Sequence[str]) -> tuple[int, int, str] | None:
    """The first number among spoken words: where its words begin and end, and its figures. None when there is none."""
    first = next((i for i, word in enumerate(words) if figures([word]) is not None), None)
    if first is None:
        return None
    read = ((end, figures(words[first:end])) for end in range(len(words), first, -1))
    return next((first, end, number) for end, number in read if number is not None)


def spoken_digits(words: Sequence[str]) -> tuple[int, int, str] | None:
    """The first digits that are spoken one by one: where their words begin and end, and the digits."""
    single = [figures([word]) for word in words]
    first = next((i for i, digit in enumerate(single) if digit is not None and len(digit) == 1), None)
    if first is None:
        return None
    digits = list(takewhile(lambda digit: digit is not None and len(digit) == 1, single[first:]))
    return first, first + len(digits), "".join(digit or "" for digit in digits)


def of_a_number(word: str) -> bool:
    """May this word be part of a spoken number: a figure, a unit, a point, money?"""
    if word.isdecimal() or all(c in ZH_WORDS for c in word):
        return True
    return all(w in EN_WORDS for w in word.lower().replace("-", " ").split())


def _chinese(text: str) -> str | None:
    if all(c in ZH_DIGITS for c in text):
        return "".join(str(ZH_DIGITS[c]) for c in text)
    whole, point, decimals = text.rstrip("整").partition("点")
    if point:
        digits = [ZH_DIGITS.get(c) for c in decimals if c not in ZH_MONEY]
        value = _chinese_cardinal("".join(c for c in whole if c not in ZH_MONEY))
        return None if value is None or None in digits or not digits else f"{value}.{''.join(map(str, digits))}"
    return _chinese_money(whole)


def _chinese_money(text: str) -> str | None:
    cut = next((i for i, c in enumerate(text) if c in ZH_MONEY), None)
    whole, parts = (text, "") if cut is None else (text[:cut], text[cut + 1 :])
    if cut is None and text[-1] in ZH_PARTS:
        whole, parts = "", text
    value, hundredths = _chinese_cardinal(whole) if whole else 0, _chinese_parts(parts)
    return None if value is None or hundredths is None else _decimal(value, hundredths)


def _chinese_parts(text: str) -> int | None:
    """Jiao and fen, in fen."""
    parts = text.replace("零", "")
    total = 0
    for digit, unit in zip(parts[::2], parts[1::2], strict=False):
        if digit not in ZH_DIGITS or unit not in ZH_PARTS:
            return None
        total += ZH_DIGITS[digit] * ZH_PARTS[unit]
    return total if len(parts) % 2 == 0 else None


def _chinese_cardinal(text: str) -> int | None:
    total = section = digit = 0
    for c in text:
        if c in ZH_DIGITS:
            digit = ZH_DIGITS[c]
        elif c in ZH_UNITS and (digit or c == "十"):
            section += max(digit, 1) * ZH_UNITS[c]
            digit = 0
        elif c in ZH_GROUPS:
            total, section, digit = (total + section + digit) * ZH_GROUPS[c], 0, 0
        else:
            return None
    return total + section + digit if text else None


def _english(words: list[str]) -> str | None:
    if words and words[-1] in EN_PARTS:
        return _english_money(words)
    if words and words[-1] in EN_MONEY:
        words = words[:-1]
    if words and all(EN_NUMBERS.get(w, 99) < 10 for w in words):
        return "".join(str(EN_NUMBERS[w]) for w in words)
    whole, point, decimals = _cut(words, "point")
    if point:
        digits = [EN_NUMBERS.get(w, 99) for w in decimals]
        value = _english_cardinal(whole)
        return None if value is None or not digits or max(digits) > 9 else f"{value}.{''.join(map(str, digits))}"
    value = _english_cardinal(whole)
    return None if value is None else str(value)


def _english_money(words: list[str]) -> str | None:
    i = next((i for i, word in enumerate(words) if word in EN_MONEY), None)
    whole, parts = ([], words[:-1]) if i is None else (words[:i], words[i + 1 : -1])
    value, cents = _english_cardinal(whole) if whole else 0, _english_cardinal(parts)
    return None if value is None or cents is None else _decimal(value, cents * EN_PARTS[words[-1]])


def _english_cardinal(words: list[str]) -> int | None:
    total = section = 0
    spoken = [w for w in words if w not in EN_SILENT]
    for word in spoken:
        if word in EN_NUMBERS:
            section += EN_NUMBERS[word]
        elif word == "hundred":
            section = max(section, 1) * 100
        elif word in EN_GROUPS:
            total, section = total + max(section, 1) * EN_GROUPS[word], 0
        else:
            return None
    return total + section if spoken else None


def _cut(words: list[str], at: str) -> tuple[list[str], bool, list[str]]:
    if at not in words:
        return words, False, []
    i = words.index(at)
    return words[:i], True, words[i + 1 :]


def _decimal(whole: int, hundredths: int) -> str:
    return f"{whole}.{hundredths:02d}".rstrip("0").rstrip(".") if hundredths else str(whole)
