"""Spoken dates back into figures."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.caller.numerals import figures, spoken_digits
from hw_sim.caller.spoken_dates import MONTHS, ORDINALS, date_of, of_a_date, spoken_date

ZH = "零一二三四五六七八九"
NAMES = list(ORDINALS)
SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen""".split()  # noqa: SIM905
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905


def tens(n: int) -> str:
    return SMALL[n] if n < 20 else TENS[n // 10 - 2] + (f"-{SMALL[n % 10]}" if n % 10 else "")


def mandarin(n: int) -> str:
    return ("" if n < 10 else "十" if n < 20 else ZH[n // 10] + "十") + (ZH[n % 10] if n % 10 or not n else "")


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.booleans())
def test_any_date(day: date, with_year: bool) -> None:
    """As a service says it, in Mandarin and English, word by word: the date comes back, among other words too."""
    year = [ZH[int(d)] for d in str(day.year)] + ["年"] if with_year else []
    chinese = [*year, mandarin(day.month), "月", mandarin(day.day), "日"]
    high, low = divmod(day.year, 100)
    if not high % 10 and low < 10:
        said = [f"{SMALL[high // 10]} thousand", *([SMALL[low]] if low else [])]
    else:
        said = [tens(high), *(["hundred"] if not low else ["oh", SMALL[low]] if low < 10 else [tens(low)])]
    english = [MONTHS[day.month - 1].title(), NAMES[day.day - 1], *(said if with_year else [])]
    wanted = day.isoformat() if with_year else f"{day.month:02d}-{day.day:02d}"
    for words in (chinese, english):
        assert date_of(words) == wanted
        found = spoken_date(["您的订单", *words, "谢谢"])
        assert found is not None
        assert found[2] == wanted
        assert all(map(of_a_date, words))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["the", "fifth", "of", "May", "twenty", "ten"], "2010-05-05"),
        (["May 5th"], None),
        (["五", "月", "三十二", "日"], None),
        (["二", "月", "三十", "日"], None),
        (["十三", "月", "一", "号"], None),
        (["五", "月", "一", "号"], "05-01"),
        (["twenty-first", "twenty-six"], None),
        (["月"], None),
        ([], None),
    ],
)
def test_what_is_and_what_is_no_date(words: list[str], found: str | None) -> None:
    """Only what stands in the calendar."""
    assert date_of(words) == found


@given(
    st.lists(
        st.sampled_from([*"零一二十年月日号百", "may", "first", "of", "twenty", "hundred", "", "x", "9"]), max_size=9
    )
)
def test_any_words_are_a_date_or_none(words: list[str]) -> None:
    """Nonsense is no error."""
    found = spoken_date(words)
    assert found is None or 0 <= found[0] < found[1] <= len(words)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["代码", "一", "零", "零", "一", "谢谢"], (1, 5, "1001")),
        (["幺", "two", "3"], (0, 3, "123")),
        (["十一", "二"], (1, 2, "2")),
        (["谢谢"], None),
        ([], None),
    ],
)
def test_digits_one_by_one(words: list[str], found: tuple[int, int, str] | None) -> None:
    """Only words that are one digit each."""
    assert spoken_digits(words) == found


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (["四", "十", "五", "蚊"], "45"), (["廿", "三", "蚊", "五", "毫"], "23.5"), (["一", "萬", "二", "千"], "12000"),
        (["兩", "億"], "200000000"), (["三", "點", "五"], "3.5"), (["卅", "塊"], "30"), (["十", "圓"], "10"),
    ],
)  # fmt: skip
def test_cantonese_and_full_characters(words: list[str], number: str) -> None:
    """As a Cantonese service writes what it says."""
    assert figures(words) == number
