"""Mandarin: numbers, money, digits, dates as words that are spoken one after the other.

Words are as long as they sound well in one breath (三十五, 两百), and few enough to be rendered before the first call.
二 before 百, 千, 万 and a measure word is 两.
"""

from __future__ import annotations

from datetime import date, time

DIGITS = "零一二三四五六七八九"
ZERO, TEN_THOUSAND = "零", "万"


def number(value: int) -> list[str]:
    """0 to 99,999,999: 一万 零 五, 两千 三百 一十二."""
    high, low = divmod(value, 10_000)
    if not high:
        return _group(low) if low else [ZERO]
    gap = [ZERO] if 0 < low < 1000 else []
    head = ["两"] if high == 2 else _group(high)
    return [*head, TEN_THOUSAND, *gap, *(_group(low, inside=True) if low else [])]


def count(value: int, unit: str) -> list[str]:
    """两 条, 十二 条."""
    return [*(["两"] if value == 2 else number(value)), unit]


def money(fen: int) -> list[str]:
    """An amount in fen: 十二 元 五 角, 三 元 零 五 分, 零 元."""
    yuan, rest = divmod(fen, 100)
    jiao, cent = divmod(rest, 10)
    words = count(yuan, "元") if yuan or not rest else []
    words += count(jiao, "角") if jiao else []
    words += [ZERO] if cent and yuan and not jiao else []
    return words + (count(cent, "分") if cent else [])


def digits(text: str) -> list[str]:
    """Digit by digit."""
    return [DIGITS[int(d)] for d in text]


def phone(text: str) -> list[str]:
    """Digit by digit, 1 read 幺."""
    return ["幺" if d == "1" else DIGITS[int(d)] for d in text]


def day(value: date) -> list[str]:
    """二 零 二 六 年 十一 月 二十一 日."""
    return [*digits(f"{value.year:04}"), "年", *number(value.month), "月", *number(value.day), "日"]


def clock(value: time) -> list[str]:
    """下午 三 点 二十 分, 上午 九 点 整."""
    part = "上午" if value.hour < 12 else "下午"
    minutes = ["整"] if not value.minute else [*([ZERO] if value.minute < 10 else []), *number(value.minute), "分"]
    return [part, *count((value.hour + 11) % 12 + 1, "点"), *minutes]


def _group(value: int, inside: bool = False) -> list[str]:
    """1 to 9999. inside: something stands before it, so ten is 一十."""
    thousands, rest = divmod(value, 1000)
    hundreds, rest = divmod(rest, 100)
    words = [f"{_twin(thousands)}千"] if thousands else []
    if hundreds:
        words.append(f"{_twin(hundreds)}百")
    if rest:
        gap = bool(words) and (rest < 10 or not hundreds)
        words += [ZERO] if gap else []
        words.append(_tens(rest, bool(words) or inside))
    return words


def _tens(value: int, inside: bool) -> str:
    tens, ones = divmod(value, 10)
    head = "" if not tens else "十" if tens == 1 and not inside else f"{DIGITS[tens]}十"
    return head + (DIGITS[ones] if ones else "")


def _twin(digit: int) -> str:
    return "两" if digit == 2 else DIGITS[digit]


def _words() -> tuple[str, ...]:
    tens = [_tens(n, inside) for n in range(1, 100) for inside in (False, True)]
    groups = [f"{_twin(n)}{size}" for n in range(1, 10) for size in "百千"]
    rest = ["零", "万", "两", "幺", "元", "角", "分", "年", "月", "日", "点", "整", "上午", "下午"]
    return tuple(dict.fromkeys([*rest, *tens, *groups]))


WORDS = _words()
"""Every word that these grammars can say."""
