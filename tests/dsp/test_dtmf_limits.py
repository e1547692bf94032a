"""The DTMF receiver's profiles, near misses, and what it makes of bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import dtmf, levels
from dsp.events import Digit
from dsp.receiver import Float32


def line_of(digit: str, before: int = 800, **how: Any) -> Float32:
    """A key with silence round it."""
    sound = dtmf.key(digit, **how)
    return np.concatenate([np.zeros(before, np.float32), sound, np.zeros(1200, np.float32)])


def begun(events: list[Digit]) -> str:
    return "".join(event.digit for event in events if event.edge == "began")


@settings(deadline=None, max_examples=60)
@given(
    digit=st.sampled_from(dtmf.KEYS),
    level=st.floats(-24, -4),
    twist=st.floats(-8, 4),
    samples=st.integers(320, 1600),
    offsets=st.tuples(st.floats(-0.015, 0.015), st.floats(-0.015, 0.015)),
    before=st.integers(0, 900),
)
def test_what_the_generator_makes_is_heard(
    digit: str, level: float, twist: float, samples: int, offsets: tuple[float, float], before: int
) -> None:
    """Any key within the limits of AT&T: once, from its begin to its end, with its levels and its twist."""
    x = line_of(digit, before, level=level, twist=twist, samples=samples, offset=offsets)
    events = dtmf.DtmfReceiver(1)(x[None])
    assert [(event.digit, event.edge) for event in events] == [(digit, "began"), (digit, "ended")]
    assert abs(events[0].at - before) <= 12
    assert abs(events[1].length - samples) <= 20
    assert events[0].twist == pytest.approx(twist, abs=0.3)


@pytest.mark.parametrize("name", ["att", "ntt", "danish", "australian", "brazilian", "etsi"])
def test_a_profile_accepts_what_its_administration_asks_for(name: str) -> None:
    """Both ends of level, twist and frequency, 40 ms, all keys."""
    profile = dtmf.profile(name)
    for level, twist, off in [
        (profile.loudest - profile.high_twist / 2, profile.high_twist, profile.accept),
        (profile.faintest + profile.low_twist / 2, -profile.low_twist, -profile.accept),
    ]:
        rows = [
            line_of(d, level=level, twist=twist, samples=8 * profile.shortest, offset=(off, off)) for d in dtmf.KEYS
        ]
        events = dtmf.DtmfReceiver(16, profile)(np.stack(rows))
        assert sorted((e.line, e.digit) for e in events if e.edge == "began") == list(enumerate(dtmf.KEYS))


@pytest.mark.parametrize("name", ["att", "ntt", "danish", "brazilian", "etsi"])
def test_a_profile_refuses_what_its_administration_refuses(name: str) -> None:
    """A level that must not be heard, a frequency that must not, and a blip."""
    profile = dtmf.profile(name)
    refused: list[dict[str, Any]] = [
        {"level": profile.silent - 1.0, "samples": 800},
        {"level": -10.0, "samples": 800, "offset": (profile.reject, 0.0)},
        {"level": -10.0, "samples": 8 * profile.blip},
    ]
    for how in refused:
        rows = [line_of(digit, **how) for digit in dtmf.KEYS]
        assert dtmf.DtmfReceiver(16, profile)(np.stack(rows)) == []


def test_a_profile_that_is_not_there_is_named_with_those_that_are() -> None:
    """A spelling mistake in a configuration says what could have been meant."""
    with pytest.raises(ValueError, match=r"'at&t'.*att, ntt, danish"):
        dtmf.profile("at&t")


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"samples": 200}, "too short"),
        ({"samples": 800, "offset": (0.028, 0.0)}, "off frequency"),
        ({"samples": 800, "twist": 9.5, "level": -14.0}, "twist"),
        ({"samples": 800, "level": -50.0}, "too faint"),
    ],
)
def test_a_near_miss_says_why_with_its_numbers(how: dict[str, Any], why: str) -> None:
    """Two clean tones that are no key are told once each, to whoever asks, and are no events."""
    receiver = dtmf.DtmfReceiver(16)
    events = receiver(np.stack([line_of(digit, **how) for digit in dtmf.KEYS]))
    misses = receiver.near_misses()
    assert events == []
    assert {miss.why for miss in misses} == {why}
    assert all(miss.digit == dtmf.KEYS[miss.line] for miss in misses)
    assert len({miss.line for miss in misses}) == len(misses)
    assert receiver.near_misses() == []


def test_a_key_that_is_heard_is_no_near_miss() -> None:
    """Nor are its ends."""
    receiver = dtmf.DtmfReceiver(16)
    events = receiver(np.stack([line_of(digit, samples=480) for digit in dtmf.KEYS]))
    assert len(events) == 32
    assert receiver.near_misses() == []


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_a_sample_that_is_no_number_disturbs_nobody(bad: float) -> None:
    """The other lines hear what they would have heard, and the line itself hears its next key."""
    x = np.stack([np.concatenate([line_of("5"), line_of("6")]), np.concatenate([line_of("7"), line_of("8")])])
    spoilt = x.copy()
    spoilt[0, 100:1500] = bad
    events = dtmf.DtmfReceiver(2)(spoilt)
    assert begun([event for event in events if event.line == 0]) == "6"
    assert [e for e in events if e.line == 1] == [e for e in dtmf.DtmfReceiver(2)(x) if e.line == 1]


def test_full_scale_noise_silence_and_an_offset_are_no_keys() -> None:
    """Ten seconds of each; and a key on an offset of a tenth of full scale is heard."""
    rng = np.random.default_rng(1)
    x = np.zeros((3, 80_000), np.float32)
    x[0] = rng.uniform(-32768, 32767, 80_000)
    x[1] = 20_000
    assert dtmf.DtmfReceiver(3)(x) == []
    assert begun(dtmf.DtmfReceiver(1)((line_of("9", level=-10.0) + np.float32(levels.amplitude(-17)))[None])) == "9"


@pytest.mark.parametrize(
    ("rx", "says"),
    [
        (np.zeros((3, 160), np.float32), r"takes 2 lines"),
        (np.zeros(160, np.float32), r"takes 2 lines"),
        (np.zeros((2, 160), np.int16), r"float32.*not int16"),
    ],
)
def test_a_matrix_of_another_shape_or_type_is_refused(rx: Float32, says: str) -> None:
    """The error says what was wanted."""
    with pytest.raises(ValueError, match=says):
        dtmf.DtmfReceiver(2)(rx)


@pytest.mark.parametrize("name", ["att", "ntt", "danish", "australian", "brazilian", "etsi"])
def test_a_profile_keeps_its_administrations_times(name: str) -> None:
    """A tone that is none, an interruption that does not end a key, the shortest pause that does."""
    profile = dtmf.profile(name)
    for digit in "15D":
        blip = dtmf.DtmfReceiver(1, profile)(line_of(digit, level=-10, samples=8 * profile.blip)[None])
        assert begun(blip) == ""
        for silence, wanted in ((profile.gap, digit), (profile.pause, 2 * digit)):
            pair = np.concatenate([dtmf.key(digit, -10, samples=320), np.zeros(8 * silence, np.float32)] * 2)
            x = np.concatenate([np.zeros(403, np.float32), pair, np.zeros(1200, np.float32)])
            assert begun(dtmf.DtmfReceiver(1, profile)(x[None])) == wanted
