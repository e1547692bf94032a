"""Tones without end: one round of each tone of each plan, repeated, is the tone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import tones
from dsp.joints import EDGE
from dsp.levels import amplitude, dbm0
from dsp.mixer import Mixer
from dsp.plans import PLANS, PlanTone, TonePlan
from dsp.prompts import Arena
from dsp.tones import ToneReceiver
from dsp.tones.loop import one_round

EVERY = [(name, tone.name) for name, plan in PLANS.items() for tone in plan.tones]


def played(round_: np.ndarray, samples: int) -> np.ndarray:
    """What a line sends that plays it over and over."""
    arena = Arena()
    mixer = Mixer(1, arena)
    mixer.loop(0, [arena.add(round_)])
    return np.concatenate([mixer.mix()[0][0].copy() for _ in range(samples // 160)])


@pytest.mark.parametrize(("plan", "tone"), EVERY)
def test_a_repeated_round_is_the_tone(plan: str, tone: str) -> None:
    """Against the tone made in one piece: three rounds of a steady one, one cadence but for the edges of its bursts."""
    wanted = tones.plan(plan).tone(tone)
    if wanted.rise:
        return
    round_ = one_round(tones.plan(plan), tone)
    whole = np.concatenate([round_] * 3).astype(float)
    made = np.clip(tones.generate(tones.plan(plan), tone, len(whole)), -32768, 32767)
    if wanted.continuous:
        np.testing.assert_allclose(whole, made, atol=1)
        return
    first = 0
    for on, off in wanted.cycle:
        inside = slice(first + EDGE, first + on - EDGE)
        np.testing.assert_allclose(whole[inside], made[inside], atol=1)
        assert not whole[first + on : first + on + off].any()
        first += on + off
    assert first == len(round_)


@pytest.mark.parametrize(("plan", "tone"), EVERY)
def test_no_round_clicks_where_it_begins_again(plan: str, tone: str) -> None:
    """From the last sample to the first the wave does what it does elsewhere."""
    round_ = one_round(tones.plan(plan), tone).astype(int)
    steps = np.abs(np.diff(round_))
    assert abs(round_[0] - round_[-1]) <= steps.max() + 1


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(15_000, 170_000), min_size=1, max_size=2, unique=True), st.floats(-30, 0))
def test_a_steady_tone_of_any_frequency_closes(hundredths: list[int], level: float) -> None:
    """Frequencies of a fifth of a Hz: whole periods of all of them, at the level asked for."""
    frequencies = tuple(f // 20 * 20 / 100 for f in hundredths)
    plan = TonePlan("own", (PlanTone("own", frequencies),))
    round_ = one_round(plan, "own", level)
    assert dbm0(round_) == pytest.approx(level, abs=0.1)
    longest = 2 * np.pi * max(frequencies) / 8000 * amplitude(level) * 2
    assert abs(int(round_[0]) - int(round_[-1])) <= longest + 2


def test_a_howler_is_at_its_loudest() -> None:
    """It does not begin softly again with every round."""
    round_ = one_round(tones.plan("cn"), "howler")
    assert dbm0(round_) == pytest.approx(3.0, abs=0.2)


def test_a_receiver_hears_the_tone_that_is_played_in_a_loop() -> None:
    """Busy tone for a caller who cannot be connected: named once, and nothing else."""
    sound = played(one_round(tones.plan("cn"), "busy"), 8 * 8000)
    found = ToneReceiver(1, tones.plan("cn"))(sound[None].astype(np.float32))
    assert {event.tone for event in found} == {"busy"}


def test_a_tone_that_the_plan_has_not_is_refused() -> None:
    """With the names of those there are."""
    with pytest.raises(ValueError, match="no tone 'hum'"):
        one_round(tones.plan("cn"), "hum")
