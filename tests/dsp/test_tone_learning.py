"""Tones that nobody described, learned from a recording of a line."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import dtmf, levels, tones
from dsp.plans import PLANS, PlanTone, TonePlan
from dsp.receiver import Float32
from dsp.tones.learning import Learned, learn


def sound(tone: PlanTone, seconds: float, at: int = 0, level: float = -14.0) -> Float32:
    """Seconds of a tone, from any moment of its cadence."""
    return tones.generate(TonePlan("", (tone,)), tone.name, int(seconds * 8000), at, level)


def noisy(heard: Float32, level: float, seed: int = 1) -> Float32:
    """With white noise of that level."""
    noise = np.random.default_rng(seed).standard_normal(len(heard)) * np.sqrt(levels.power(level))
    return np.asarray(heard + noise, np.float32)


def names(learned: Learned, heard: Float32) -> list[str]:
    """What the receiver names in a recording, with the plan that was learned from it."""
    events = tones.ToneReceiver(1, learned.plan())(np.asarray(heard, np.float32)[None])
    return [event.tone for event in events if event.edge == "began"]


@pytest.mark.parametrize("ratio", [60, 15])
@pytest.mark.parametrize("country", PLANS)
def test_a_call_in_any_country_is_learned(country: str, ratio: float) -> None:
    """Dial tone, ringback, busy, in noise: the country, its tones, and how little they are off."""
    plan = tones.plan(country)
    silence = np.zeros(8000, np.float32)
    parts = [
        sound(plan.tone("dial"), 4),
        silence,
        sound(plan.tone("ringback"), 16),
        silence,
        sound(plan.tone("busy"), 8),
    ]
    heard = noisy(np.concatenate(parts), -14 - ratio)
    learned = learn(heard)
    assert sorted(each.tone.name for each in learned.tones) == ["busy", "dial", "ringback"]
    for each in learned.tones:
        assert each.nearest is not None
        assert each.nearest.name == each.tone.name
        assert each.nearest.hertz <= 1.5
        assert each.nearest.cadence <= 0.05
    assert names(learned, heard) == ["dial", "ringback", "busy"]


def test_keys_that_somebody_presses_meanwhile_are_no_tones() -> None:
    """The dial tone, the keys of the number, fast and slow, ringback: two tones are learned."""
    cn = tones.plan("cn")
    parts = [
        sound(cn.tone("dial"), 3),
        dtmf.keys("5551234", -12),
        dtmf.keys("99999999", -12, on=2800, off=2800, twist=3),
        np.zeros(8000, np.float32),
        sound(cn.tone("ringback"), 12),
    ]
    learned = learn(noisy(np.concatenate(parts), -50))
    assert sorted(each.tone.name for each in learned.tones) == ["dial", "ringback"]


def test_an_exchange_that_is_like_none() -> None:
    """Three short bursts and a long one: the cadence whole, from wherever the recording begins, and China as basis."""
    pbx = PlanTone("busy", (452.5,), ((0.21, 0.21), (0.21, 0.21), (0.21, 0.21), (0.63, 0.21)))
    heard = sound(pbx, 20, at=900)
    learned = learn(heard)
    (only,) = learned.tones
    assert only.nearest is None
    assert learned.like == "cn"
    assert only.tone.frequencies == pytest.approx((452.5,), abs=0.3)
    assert sorted(on for on, _ in only.tone.cadence) == pytest.approx([0.21, 0.21, 0.21, 0.63], abs=0.01)
    assert names(learned, heard) == ["busy"]


def test_tones_in_sequence_are_learned() -> None:
    """The special information tone: three sounds that follow each other without a pause."""
    heard = np.concatenate([np.zeros(4000, np.float32), sound(PLANS["cn"].tone("sit"), 12)])
    learned = learn(heard)
    (only,) = learned.tones
    assert len(only.tone.sequence) == 3
    assert only.nearest is not None
    assert only.nearest.name == "sit"
    assert names(learned, heard) == [only.tone.name]


@settings(deadline=None, max_examples=25)
@given(
    hertz=st.floats(350, 650),
    on=st.floats(0.15, 1.2),
    off=st.floats(0.15, 2.5),
    level=st.floats(-35, -8),
    at=st.integers(0, 8000),
)
def test_any_simple_cadence_is_measured_and_heard(hertz: float, on: float, off: float, level: float, at: int) -> None:
    """Frequency to 1 Hz, bursts and pauses to 15 ms; and what was learned names the recording."""
    heard = noisy(sound(PlanTone("busy", (hertz,), ((on, off),)), 6 * (on + off), at, level), level - 20)
    learned = learn(heard)
    (only,) = learned.tones
    assert only.tone.frequencies == pytest.approx((hertz,), abs=1)
    assert only.tone.cadence[0] == pytest.approx((on, off), abs=0.015)
    assert names(learned, heard) == [only.tone.name]


def test_voices_teach_nothing(voice: Callable[[int, int], Float32]) -> None:
    """Half a minute of something like speech, and silence, hold no tone."""
    assert learn(voice(5, 240_000)).tones == ()
    assert learn(np.zeros(240_000)).tones == ()


def test_samples_that_are_no_numbers_are_silence() -> None:
    """NaN in a recording costs its burst and nothing else."""
    heard = sound(PLANS["cn"].tone("busy"), 12)
    heard[40000:41000] = np.nan
    assert [each.tone.name for each in learn(heard).tones] == ["busy"]


def test_what_is_no_recording_of_a_line_is_refused() -> None:
    """Another rate, several lines, text."""
    with pytest.raises(ValueError, match="8000 samples a second, not at 16000"):
        learn(np.zeros(100), 16000)
    with pytest.raises(ValueError, match=r"one line.*\(2, 100\)"):
        learn(np.zeros((2, 100)))
    with pytest.raises(ValueError, match="one line"):
        learn(np.array(["x"]))
