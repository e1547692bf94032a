"""Keys become an entry by the rules, whatever a caller presses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.events import Digit
from ivr_runtime.keys import HEARING, LONGEST_KEY, Collected, Collector, Key, Keypad, Rules

KEYS = st.text("0123456789ABCD*#", max_size=12)


def entry(keys: str, rules: Rules) -> Collected | None:
    """The entry of keys that come in time, and then nothing."""
    collector = Collector(rules, 0)
    for i, key in enumerate(keys):
        done = collector.press(Key(key, 100 * i))
        if done is not None:
            return done
        collector.release(100 * i + 50)
    return collector.expire(collector.due)


def reading(keys: str, rules: Rules) -> Collected:
    """An independent reading of the rules."""
    digits = ""
    for key in keys:
        if key == rules.cancel:
            return Collected(digits, "cancel", len(digits) >= rules.min_digits)
        if key == rules.terminator:
            return Collected(digits, "terminator", len(digits) >= rules.min_digits)
        digits += key
        if len(digits) == rules.max_digits:
            return Collected(digits, "max", True)
    return Collected(digits, "timeout" if digits else "silence", len(digits) >= rules.min_digits)


@given(KEYS, st.integers(1, 8), st.sampled_from(["", "#", "*"]), st.sampled_from(["", "*"]), st.integers(0, 8))
def test_any_keys_give_the_entry_the_rules_say(keys: str, most: int, end: str, cancel: str, least: int) -> None:
    """Against an independent reading."""
    rules = Rules(most, min(least, most), end, cancel=cancel)
    assert entry(keys, rules) == reading(keys, rules)


@pytest.mark.parametrize(
    "wrong", [{"max_digits": 0}, {"max_digits": 2, "min_digits": 3}, {"max_digits": 1, "digit_timeout": 0}]
)
def test_rules_that_no_entry_could_keep_are_refused(wrong: dict[str, int]) -> None:
    """ValueError at once, not a call that hangs."""
    with pytest.raises(ValueError, match=r"digits|time-outs"):
        Rules(**wrong)  # type: ignore[arg-type]


def test_the_digit_time_out_starts_again_with_every_key() -> None:
    """From the end of each."""
    collector = Collector(Rules(4, digit_timeout=1_000), 0)
    for at in (500, 1_400, 2_300):
        assert collector.expire(at) is None
        collector.press(Key("1", at))
        collector.release(at + 200)
    assert collector.due == 2_500 + 1_000 + HEARING
    assert collector.expire(collector.due - 1) is None
    assert collector.expire(collector.due) == Collected("111", "timeout")


def test_keys_typed_long_before_the_question_do_not_eat_its_time() -> None:
    """digit_timeout never counts from before the entry was asked for."""
    collector = Collector(Rules(4, digit_timeout=1_000), 100_000)
    collector.press(Key("1", 10))
    collector.release(500)
    assert collector.deadline == 101_000


def test_a_key_that_is_never_released_does_not_hold_the_entry_for_ever() -> None:
    """It counts as released after ten seconds."""
    collector = Collector(Rules(4, digit_timeout=1_000), 0)
    collector.press(Key("1", 0))
    assert collector.deadline == LONGEST_KEY + 1_000


def test_a_swallowed_terminator_is_dropped_once_and_only_in_time() -> None:
    """Before or after it is pressed; other keys and late ones stay."""
    pad = Keypad()
    pad.swallow("#", 1_000)
    assert not pad.post(Digit(0, 900, "#"))
    assert pad.post(Digit(0, 950, "#"))
    pad.flush()
    pad.swallow("#", 2_000)
    assert pad.post(Digit(0, 1_500, "1"))
    assert pad.post(Digit(0, 1_600, "#"))
    pad.flush()
    pad.swallow("#", 2_000)
    assert pad.post(Digit(0, 2_001, "#"))
    pad.flush()
    pad.post(Digit(0, 3_000, "#"))
    pad.swallow("#", 3_000)
    assert not pad.queue


def test_a_key_is_down_from_its_beginning_to_its_end() -> None:
    """`ended` gives when it was let go, and is no second key."""
    pad = Keypad()
    assert pad.post(Digit(0, 100, "5"))
    assert pad.held
    assert not pad.post(Digit(0, 700, "5", "ended", 600))
    assert (pad.held, pad.released) == (False, 700)
    assert pad.flush() == 1
