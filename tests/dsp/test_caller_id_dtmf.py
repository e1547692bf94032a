"""DTMF caller ID: the conventions, and the rules by which a number is believed."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import caller_id, dtmf
from dsp.caller_id.dtmf import DtmfCallerId
from dsp.caller_id.report import Refusal
from dsp.events import CallerId, Digit


def typed(text: str, at: int = 0, on: int = 560, step: int = 1120, level: float = -10.0) -> list[Digit]:
    """Events of keys in a steady rhythm."""
    events = []
    for i, one in enumerate(text):
        begun = at + i * step
        events += [
            Digit(0, begun, one, "began", 0, level, level),
            Digit(0, begun + on, one, "ended", on, level, level),
        ]
    return events


def read(events: list[Digit], unmarked: bool = False) -> list[CallerId | Refusal]:
    """What these keys are, when they are over."""
    numbers = DtmfCallerId(unmarked)
    return [*numbers(events), *numbers.advance(10**9)]


@pytest.mark.parametrize(
    ("keys", "number", "reason", "redirected"),
    [
        ("D13800138000C", "13800138000", "", ""),
        ("A13800138000#", "13800138000", "", ""),
        ("A2085551D4433B00C", "2085551", "O", "4433"),
        ("A2085551D4433C", "2085551", "", "4433"),
        ("A2085551D", "2085551", "", ""),
        ("B00C", "", "O", ""),
        ("B10C", "", "P", ""),
        ("D1#", "", "P", ""),
        ("D2#", "", "O", ""),
        ("D3#", "", "O", ""),
    ],
)
def test_the_conventions_of_several_countries(keys: str, number: str, reason: str, redirected: str) -> None:
    """As ETS 300 659-1 and the variants of Denmark, China and Taiwan send them."""
    found = read(typed(keys))
    assert [(e.number, e.reason, e.redirected) for e in found if isinstance(e, CallerId)] == [
        (number, reason, redirected)
    ]


@pytest.mark.parametrize("keys", ["12345", "12345#", "*12345#", "#21#", "*69*", "D", "DC", "5C", "B77C"])
def test_what_a_caller_may_dial_is_no_number(keys: str) -> None:
    """Nothing without a start mark, nothing without digits, no code that nobody knows."""
    assert [e for e in read(typed(keys)) if isinstance(e, CallerId)] == []


def test_a_number_without_a_start_mark_is_believed_only_when_asked_for() -> None:
    """Denmark and the Netherlands: digits and #. It is the least sure of all."""
    assert read(typed("20855512#")) == []
    (found,) = read(typed("20855512#"), unmarked=True)
    assert isinstance(found, CallerId)
    assert found.number == "20855512"
    assert found.confidence < 0.7


@given(missing=st.integers(1, 11))
def test_a_key_that_was_not_heard_spoils_the_number(missing: int) -> None:
    """The hole in the rhythm shows: a wrong number is worse than none."""
    events = typed("D13800138000C")
    del events[2 * missing : 2 * missing + 2]
    (found,) = read(events)
    assert isinstance(found, Refusal)
    assert found.why == "no steady rhythm"


def test_fingers_are_no_exchange() -> None:
    """Keys of a length and rhythm that no machine has, or of different levels."""
    uneven = [
        typed(one, at)[k] for one, at in zip("D5551C", [0, 900, 2900, 3900, 5900, 6800], strict=True) for k in (0, 1)
    ]
    louder = typed("D555", level=-10) + typed("12C", at=4 * 1120, level=-20)
    slow = typed("D5551C", on=1900, step=2400)
    for events in (uneven, louder, slow):
        (found,) = read(events)
        assert isinstance(found, Refusal)


@settings(deadline=None, max_examples=12)
@given(
    number=st.text("0123456789", min_size=3, max_size=16),
    marks=st.sampled_from(["DC", "AC", "A#", "D#", "BC", "CA"]),
    on=st.integers(320, 560),
    off=st.integers(320, 560),
    level=st.floats(-25, -5),
)
def test_any_number_between_marks_is_heard(number: str, marks: str, on: int, off: int, level: float) -> None:
    """Keys of 40 to 70 ms at any level, through the whole receiver."""
    sound = caller_id.dtmf_signal(number, marks[0], marks[1], level, on, off)
    rx = np.zeros((1, len(sound) + 6400), np.float32)
    rx[0, 1000 : 1000 + len(sound)] = sound
    assert [(e.number, e.reason) for e in caller_id.CallerIdReceiver(1)(rx)] == [(number, "")]


def test_the_keys_may_be_cut_anywhere() -> None:
    """The receiver that is woken by the start mark hears the same in any cut, and sleeps again."""
    sound = caller_id.dtmf_signal("5551234")
    rx = np.concatenate([np.zeros(3333), sound, np.zeros(20000), sound, np.zeros(5000)])[None].astype(np.float32)
    wanted = caller_id.CallerIdReceiver(1)(rx)
    assert [event.number for event in wanted] == ["5551234", "5551234"]
    for cut in (1, 7):
        receiver = caller_id.CallerIdReceiver(1)
        edges = [*range(0, rx.shape[1], 97 * cut), rx.shape[1]]
        assert [e for a, b in pairwise(edges) for e in receiver(rx[:, a:b])] == wanted


def test_dialled_digits_of_a_telephone_are_never_a_number() -> None:
    """Fast dialling from a memory, at all the speeds of machines."""
    for on in (320, 560, 800):
        rx = dtmf.keys("*13800138000#", on=on, off=on)[None]
        assert caller_id.CallerIdReceiver(1)(np.pad(rx, ((0, 0), (0, 8000)))) == []
