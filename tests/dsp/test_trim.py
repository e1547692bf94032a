"""What is kept of a recording: every word, and nothing of the tones, keys, clicks and silence around them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import dtmf, levels, tones, trim
from dsp.plans import TonePlan
from dsp.pure_tones import pure
from dsp.receiver import RATE, Float32, Int16

Voice = Callable[[int, int], Float32]
CN = tones.plan("cn")
UNKNOWN = TonePlan("none", (CN.tone("third_party"),))


def line(*parts: Float32, noise: float = -60.0) -> Int16:
    """Sounds end to end on a line with noise."""
    whole = np.concatenate(parts)
    hiss = np.random.default_rng(1).standard_normal(len(whole)) * np.sqrt(levels.power(noise))
    return levels.saturate(np.asarray(whole + hiss, np.float32))


def silence(seconds: float) -> Float32:
    """Nothing."""
    return np.zeros(round(seconds * RATE), np.float32)


def burst(seconds: float, level: float = -15.0) -> Float32:
    """A loud sound with hard edges."""
    made = np.random.default_rng(7).standard_normal(round(seconds * RATE)) * np.sqrt(levels.power(level))
    return np.asarray(made, np.float32)


@given(st.floats(0, 3), st.floats(0.1, 2), st.floats(0, 3), st.integers(0, 25))
@settings(deadline=None, max_examples=30)
def test_what_was_said_stays_whole(before: float, loud: float, after: float, noise: int) -> None:
    """Also over a noisy line; 200 ms before it and 200 ms after it at most, to a block."""
    sound = np.concatenate([silence(before), burst(loud), silence(after)])
    sound += np.random.default_rng(1).standard_normal(len(sound)).astype(np.float32) * noise
    found = trim.spoken(levels.saturate(sound), CN)
    start, end = len(silence(before)), len(silence(before)) + len(burst(loud))
    assert max(start - 160 - trim.MARGIN, 0) <= found.first <= start
    assert end <= found.end <= min(end + 160 + trim.MARGIN, len(sound))
    assert abs(found.length - (end - start)) <= 320


@pytest.mark.parametrize("tone", ["busy", "congestion", "vacant", "dial", "howler"])
@pytest.mark.parametrize("plan", [CN, UNKNOWN], ids=["known", "unknown"])
@pytest.mark.parametrize("gap", [0.05, 1.0])
def test_a_tone_at_the_end_is_cut_and_no_word(tone: str, plan: TonePlan, gap: float, voice: Voice) -> None:
    """The tones of a line whose caller has gone, whether the plan has them or not: not a sample of them is left."""
    said = voice(3, 3 * RATE)
    tail = tones.generate(CN, tone, round(4.3 * RATE), level=-18)
    whole = line(silence(0.5), said, silence(gap), tail)
    first, end = trim.speech(whole, plan)
    last = int(np.flatnonzero(np.abs(said) > 300)[-1]) + RATE // 2
    assert 0 <= first <= RATE // 2
    assert last <= end <= len(silence(0.5)) + len(said) + len(silence(gap))


@pytest.mark.parametrize("gap", [0.0, 0.1, 2.0])
def test_the_key_that_ended_it_is_cut(gap: float, voice: Voice) -> None:
    """As a whole, and also when a few milliseconds of it were left."""
    said = voice(5, 2 * RATE)
    said[-800:] = burst(0.1, -20)
    key = dtmf.keys("#", level=-8.0, on=800, off=400)
    for left in (key, key[:60]):
        _, end = trim.speech(line(said, silence(gap), left), CN)
        assert 2 * RATE - 480 <= end <= 2 * RATE + len(silence(gap)) + (60 if gap == 0 else 0)


def test_clicks_of_hanging_up_are_cut(voice: Voice) -> None:
    """Two short ones, louder than any word."""
    click = np.zeros(2 * RATE, np.float32)
    click[RATE : RATE + 30] = 20000
    click[RATE + 700 : RATE + 720] = -20000
    _, end = trim.speech(line(voice(5, 2 * RATE), click), CN)
    assert end <= 2 * RATE + trim.MARGIN + 160


def test_the_echo_of_our_own_beep_is_cut(voice: Voice) -> None:
    """It comes back at the beginning of what is recorded."""
    beep = np.sin(2 * np.pi * 1000 / RATE * np.arange(2200)).astype(np.float32) * 900
    first, _ = trim.speech(line(beep, silence(0.5), voice(2, 2 * RATE)), CN)
    assert len(beep) <= first <= len(beep) + RATE // 2


@pytest.mark.parametrize("noise", [-65, -45, -30])
def test_when_nothing_was_said_nothing_is_kept(noise: float) -> None:
    """Silence, the noise of the line, a busy tone alone, clicks."""
    click = silence(3)
    click[5000:5030] = 9000
    nothing = (silence(0), silence(4), click, tones.generate(CN, "busy", 4 * RATE), dtmf.keys("123"))
    assert [trim.speech(line(part, noise=noise), CN) for part in nothing] == [(0, 0)] * len(nothing)


def test_a_tone_between_words_stays(voice: Voice) -> None:
    """A call that waits is announced in the middle of a message: nothing is cut out."""
    beep = tones.generate(CN, "call_waiting", RATE // 2)
    whole = line(voice(1, 2 * RATE), silence(0.2), beep, silence(0.2), voice(2, 2 * RATE))
    found = trim.spoken(whole, CN)
    assert found.first < RATE // 2
    assert found.end > len(whole) - RATE // 2


def test_voices_are_no_pure_tones(voice: Voice) -> None:
    """Not in a minute and a half of them, whatever their pitch."""
    for seed in range(9):
        assert not pure(voice(seed, 10 * RATE), 500).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_silence(bad: float, voice: Voice) -> None:
    """A recording that a driver spoilt is still kept."""
    sound = voice(1, 2 * RATE)
    sound[5000:5010] = bad
    first, end = trim.speech(sound, CN)
    assert end - first > 1.5 * RATE


def test_a_matrix_is_refused() -> None:
    """ValueError names what came."""
    with pytest.raises(ValueError, match="one row"):
        trim.speech(np.zeros((2, 800), np.float32), CN)
