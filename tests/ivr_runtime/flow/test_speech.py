"""Reading out: every value becomes words of the vocabulary, and whoever hears the words knows the value."""

from __future__ import annotations

import re
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_runtime.flow import speech

NUMBERS = st.integers(0, 99_999_999) | st.integers(0, 9_999).flatmap(
    lambda high: st.sampled_from([0, 1, 2, 10, 20, 101, 200, 1000, 2000]).map(lambda low: high * 10_000 + low)
)
DIGITS = "零一二三四五六七八九"
SIZES = {"十": 10, "百": 100, "千": 1000}


def mandarin(text: str) -> int:
    """A reading of Mandarin numerals of its own: place values from left to right."""
    total = section = digit = 0
    for sign in text.replace("两", "二"):
        if sign in DIGITS:
            digit = DIGITS.index(sign)
        elif sign in SIZES:
            section += (digit or 1) * SIZES[sign]
            digit = 0
        else:
            assert sign == "万"
            total, section, digit = (section + digit) * 10_000, 0, 0
    return total + section + digit


ONES = "zero one two three four five six seven eight nine ten eleven twelve"
TEENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
ENGLISH = {word: value for value, word in enumerate(f"{ONES} {TEENS}".split())}
ENGLISH |= {word: 10 * value for value, word in enumerate(TENS.split(), 2)}


def english(words: list[str]) -> int:
    """A reading of English numerals of its own."""
    total = section = 0
    for word in " ".join(words).replace("-", " ").split():
        if word == "hundred":
            section *= 100
        elif word in ("thousand", "million"):
            total += section * (1000 if word == "thousand" else 1_000_000)
            section = 0
        elif word != "and":
            section += ENGLISH[word]
    return total + section


def known(language: str) -> set[str]:
    """The texts of the vocabulary."""
    return {clip.text for clip in speech.vocabulary(language)}


@given(NUMBERS)
def test_a_mandarin_number_is_heard_as_it_was_meant(value: int) -> None:
    """0 to 99,999,999 in Mandarin, read back by place values, all of it from the vocabulary."""
    words = speech.number("zh", value)
    assert mandarin("".join(words)) == value
    assert set(words) <= known("zh")


@given(NUMBERS)
def test_an_english_number_is_heard_as_it_was_meant(value: int) -> None:
    """0 to 99,999,999 in English, read back, all of it from the vocabulary."""
    words = speech.number("en", value)
    assert english(words) == value
    assert set(words) <= known("en")


@given(NUMBERS)
def test_mandarin_numbers_keep_the_rules_of_zero(value: int) -> None:
    """One 零 for a gap, none at the end, never two; no 二 before 千 or 百, no bare 十 inside a number."""
    text = "".join(speech.number("zh", value))
    assert "零零" not in text
    assert value == 0 or not text.endswith("零")
    assert not re.search("二[千百]|^二万|[百千零]十", text)


@pytest.mark.parametrize(
    ("value", "zh"),
    [
        (0, "零"), (2, "二"), (10, "十"), (12, "十二"), (20, "二十"), (100, "一百"), (101, "一百零一"),
        (110, "一百一十"), (112, "一百一十二"), (200, "两百"), (1001, "一千零一"), (1010, "一千零一十"),
        (2222, "两千两百二十二"),
        (10_000, "一万"), (10_010, "一万零一十"), (20_000, "两万"), (20_200, "两万零两百"), (100_000, "十万"),
        (120_000, "十二万"), (1_000_500, "一百万零五百"), (10_203_040, "一千零二十万三千零四十"),
        (20_000_002, "两千万零二"),
    ],
)  # fmt: skip
def test_mandarin_as_it_is_spoken(value: int, zh: str) -> None:
    """The forms that a speaker of Mandarin uses on the telephone."""
    assert "".join(speech.number("zh", value)) == zh


@given(st.integers(0, 9_999_999_999))
def test_money_is_heard_as_it_was_meant(fen: int) -> None:
    """An amount in fen, read back from yuan, jiao and fen in both languages."""
    for language, signs, read in (
        ("zh", ("元", "角", "分"), lambda words: mandarin("".join(words))),
        ("en", ("yuan", "jiao", "fen"), english),
    ):
        words = speech.money(language, fen)
        total, rest = 0, []
        for word in words:
            if word in signs:
                total += read(rest) * (100, 10, 1)[signs.index(word)]
                rest = []
            else:
                rest.append(word)
        assert (total, rest) == (fen, [])
        assert set(words) <= known(language)


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (0, "零元", "zero yuan"),
        (5, "五分", "five fen"),
        (20, "两角", "two jiao"),
        (200, "两元", "two yuan"),
        (205, "两元零五分", "two yuan and five fen"),
        (1250, "十二元五角", "twelve yuan five jiao"),
        (1255, "十二元五角五分", "twelve yuan five jiao five fen"),
        (10_000_00, "一万元", "ten thousand yuan"),
    ],
)
def test_money_as_it_is_spoken(fen: int, zh: str, en: str) -> None:
    """Amounts as a cashier says them."""
    assert "".join(speech.money("zh", fen)) == zh
    assert " ".join(speech.money("en", fen)) == en


@given(st.text("0123456789", min_size=1, max_size=30))
def test_digits_and_phone_numbers(text: str) -> None:
    """One word for each digit; in a Mandarin telephone number 1 is 幺."""
    assert "".join(speech.digits("zh", text)) == "".join(DIGITS[int(d)] for d in text)
    assert "".join(speech.phone("zh", text)) == "".join("幺" if d == "1" else DIGITS[int(d)] for d in text)
    assert [ENGLISH[word] for word in speech.digits("en", text)] == [int(d) for d in text]
    assert set(speech.phone("zh", text)) <= known("zh")


@pytest.mark.parametrize(("value", "zh"), [(1, "一条"), (2, "两条"), (12, "十二条"), (22, "二十二条"), ("02", "两条")])
def test_two_before_a_measure_word(value: object, zh: str) -> None:
    """两条 and not 二条; 十二条 and not 十两条."""
    assert "".join(speech.count("zh", value, "条")) == zh


@given(st.dates(), st.times())
def test_dates_and_times_come_from_the_vocabulary(day: date, clock: time) -> None:
    """Any day and any time of day can be said."""
    for language in speech.LANGUAGES:
        assert set(speech.day(language, day) + speech.clock(language, clock)) <= known(language)


def test_a_date_and_a_time_as_they_are_spoken() -> None:
    """ISO dates and times as people say them."""
    assert "".join(speech.day("zh", "2026-11-21")) == "二零二六年十一月二十一日"
    assert " ".join(speech.day("en", "2026-11-21")) == "November twenty-first twenty twenty-six"
    assert " ".join(speech.day("en", "2005-01-02")) == "January second two thousand and five"
    assert "".join(speech.clock("zh", "14:05")) == "下午两点零五分"
    assert " ".join(speech.clock("en", "00:30")) == "twelve thirty a.m."


@pytest.mark.parametrize("value", [-1, 1.5, "", "a", None, True, "1a", 100_000_000, "²", "९", [1], float("nan")])
def test_what_is_no_number_is_not_read(value: object) -> None:
    """Anything but a whole number up to 99,999,999 is refused by name."""
    with pytest.raises(speech.Unspeakable, match=re.escape(repr(value))):
        speech.number("zh", value)


@pytest.mark.parametrize(
    ("read", "value"),
    [(speech.day, "21.11.2026"), (speech.clock, "noon"), (speech.digits, "12a"), (speech.money, "1.5")],
)
def test_what_cannot_be_read_is_refused(read, value: str) -> None:
    """No date, no time, no digits, no amount."""
    with pytest.raises(speech.Unspeakable):
        read("en", value)


@pytest.mark.parametrize("language", list(speech.LANGUAGES))
def test_the_vocabulary_has_every_word_once(language: str) -> None:
    """Ids are language:text and none stands twice."""
    clips = speech.vocabulary(language)
    assert len({clip.id for clip in clips}) == len(clips) < 250
    assert all(clip.id == f"{language}:{clip.text}" and clip.kind == "word" for clip in clips)
