"""Spoken numbers back into figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.caller.numerals import figures, spoken_number

ZH = "零一二三四五六七八九"
SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen""".split()  # noqa: SIM905
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905


def chinese(n: int) -> str:
    """A cardinal below 10^8 as it is read."""
    if n >= 10000:
        rest = n % 10000
        return chinese(n // 10000) + "万" + ("零" if 0 < rest < 1000 else "") + (chinese(rest) if rest else "")
    text, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = n // unit % 10
        if digit:
            text += ("零" if zero and text else "") + ZH[digit] + name
        zero = digit == 0
    return text or "零"


def english(n: int) -> list[str]:
    """A cardinal below 10^6 as it is read."""
    if n >= 1000:
        return [*english(n // 1000), "thousand", *(english(n % 1000) if n % 1000 else [])]
    if n >= 100:
        return [SMALL[n // 100], "hundred", *(["and", *english(n % 100)] if n % 100 else [])]
    if n >= 20:
        return [TENS[n // 10 - 2], *([SMALL[n % 10]] if n % 10 else [])]
    return [SMALL[n]]


@given(st.integers(0, 99_999_999))
def test_any_mandarin_cardinal(n: int) -> None:
    """Read out character by character, a number comes back."""
    assert figures(list(chinese(n))) == str(n)


@given(st.integers(0, 999_999))
def test_any_english_cardinal(n: int) -> None:
    """Read out word by word, a number comes back; also with several words in a clip."""
    assert figures(english(n)) == str(n)
    assert figures([" ".join(english(n))]) == str(n)


@given(st.text("0123456789", min_size=2, max_size=12))
def test_digits_one_by_one_keep_their_zeros(digits: str) -> None:
    """A telephone number is no cardinal."""
    assert figures([ZH[int(d)] for d in digits]) == digits
    assert figures([SMALL[int(d)] for d in digits]) == digits


@given(st.integers(1, 9999), st.integers(0, 99))
def test_money_in_yuan_jiao_and_fen(yuan: int, fen: int) -> None:
    """ "四十五元零五分" is 45.05."""
    jiao, rest = divmod(fen, 10)
    parts = (f"{ZH[jiao]}角" if jiao else "零" if rest else "") + (f"{ZH[rest]}分" if rest else "")
    expected = f"{yuan}.{fen:02d}".rstrip("0").rstrip(".")
    assert figures(list(chinese(yuan) + "元" + parts)) == expected


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (["十"], "10"), (["十二"], "12"), (["两", "千"], "2000"), (["幺", "二", "零"], "120"),
        (["四十", "五", "点", "五"], "45.5"),
        (["forty", "five", "point", "five", "yuan"], "45.5"), (["five", "oh", "two"], "502"), (["12"], "12"),
        (["五", "角"], "0.5"), (["twelve", "yuan", "fifty", "cents"], "12.5"), (["二十-三"], None),
        (["twenty-three"], "23"),
        (["条"], None), (["元"], None), (["点"], None), ([], None), (["cartons"], None), (["and"], None),
        (["百"], None),
        (["零", "百"], None),
    ],
)  # fmt: skip
def test_ways_of_saying(words: list[str], number: str | None) -> None:
    """What is a number, and what is none."""
    assert figures(words) == number


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["价格", "四十", "五", "元", "请按一"], (1, 4, "45")),
        (["零", "零", "七"], (0, 3, "007")),
        (["谢谢", "再见"], None),
        (["三", "条", "五"], (0, 1, "3")),
        (["四十", "元", "五"], (0, 2, "40")),
        (["twelve", "yuan", "fifty"], (0, 2, "12")),
        (["twelve", "yuan", "and", "fifty", "cents"], (0, 5, "12.5")),
    ],
)
def test_the_first_number_of_what_was_said(words: list[str], found: tuple[int, int, str] | None) -> None:
    """A number is as long as its words are; other words end it."""
    assert spoken_number(words) == found


@given(
    st.lists(
        st.sampled_from([*"零一十百千万亿点元角分两整条", "and", "one", "hundred", "cents", "yuan", "", "x", "5"]),
        max_size=8,
    )
)
def test_any_words_give_figures_or_nothing(words: list[str]) -> None:
    """Nonsense is no error."""
    said = figures(words)
    assert said is None or float(said) >= 0
