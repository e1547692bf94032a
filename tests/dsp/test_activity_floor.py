"""Who is nobody: noise, hum, a direct current, clicks, tones that go on; and who is somebody all the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import dtmf, levels, tones
from dsp.activity import ActivityReceiver
from dsp.events import Activity
from dsp.receiver import RATE, Float32

Voice = Callable[[int, int], Float32]


def noise(seconds: float, level: float, seed: int = 1) -> Float32:
    """White noise at a level in dBm0."""
    samples = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    return np.asarray(samples * np.sqrt(levels.power(level)), np.float32)


def hum(seconds: float, level: float, mains: float = 50.0) -> Float32:
    """Mains and two harmonics."""
    t = np.arange(round(seconds * RATE)) / RATE
    made = sum(a * np.sin(2 * np.pi * mains * k * t + k) for k, a in ((1, 1.0), (2, 0.5), (3, 0.7)))
    return np.asarray(made / np.std(made) * np.sqrt(levels.power(level)), np.float32)


def clicks(seconds: float, a_second: float, seed: int = 1) -> Float32:
    """Crackle: short exponential pulses at random times."""
    rng = np.random.default_rng(seed)
    made = np.zeros(round(seconds * RATE), np.float32)
    for at in rng.integers(0, len(made) - 20, round(seconds * a_second)):
        made[at : at + 20] += rng.uniform(2000, 12000) * rng.choice([-1, 1]) * np.exp(-np.arange(20) / 4)
    return made


def spoken(voice: Voice, seconds: float, level: float, seed: int = 1) -> Float32:
    """A voice whose mean level is that."""
    made = voice(seed, round(seconds * RATE))
    return np.asarray(made * np.sqrt(levels.power(level) / np.mean(made**2)), np.float32)


def hear(x: Float32, hang: int = 6400) -> list[Activity]:
    """What is found on one line."""
    receiver = ActivityReceiver(1, hang)
    return [event for at in range(0, len(x), 160) for event in receiver(x[None, at : at + 160])]


@pytest.mark.parametrize("mains", [50, 60])
def test_hum_alone_is_nobody(mains: float) -> None:
    """Mains of either kind with its harmonics, at -30 dBm0 on a quiet line, from the first sample on or later."""
    assert hear(hum(6, -30, mains) + noise(6, -65)) == []
    assert hear(np.concatenate([noise(3, -65), hum(6, -30, mains) + noise(6, -65, 2)])) == []


@pytest.mark.parametrize("a_second", [1, 5, 20])
def test_crackle_is_nobody(a_second: float) -> None:
    """Clicks at random times, each far louder than a voice."""
    assert hear(clicks(20, a_second) + noise(20, -65)) == []


def test_crackle_does_not_keep_a_voice_alive(voice: Voice) -> None:
    """When the voice has stopped and clicks go on, the sound has ended near the voice's end."""
    x = np.concatenate([spoken(voice, 3, -20), np.zeros(5 * RATE, np.float32)]) + clicks(8, 4) + noise(8, -60)
    events = hear(x)
    assert [event.edge for event in events] == ["began", "ended"]
    assert abs(events[1].at - 3 * RATE) < RATE


def test_a_direct_current_is_nobody() -> None:
    """Steps of thousands of units, as when a line's feed changes."""
    assert hear(np.concatenate([noise(2, -65), noise(3, -65, 2) + 3000, noise(3, -65, 3) - 2000])) == []


def test_a_voice_over_hum_is_heard(voice: Voice) -> None:
    """Hum 5 dB above the voice hides nothing: it is not where voices are."""
    x = hum(9, -25) + noise(9, -65)
    x[3 * RATE : 6 * RATE] += spoken(voice, 3, -30)
    events = hear(x)
    assert [event.edge for event in events] == ["began", "ended"]
    assert abs(events[0].at - 3 * RATE) <= RATE // 10
    assert abs(events[1].at - 6 * RATE) <= RATE


@pytest.mark.parametrize("level", [-65, -50, -35])
def test_a_voice_15_db_above_the_noise_begins_within_100_ms(level: float, voice: Voice) -> None:
    """Known 100 ms after its first strong sample, on a quiet line and on a noisy one."""
    quiet = noise(6, level)
    speech = spoken(voice, 2, level + 15 if level > -55 else -38)
    start = int(np.argmax(np.abs(speech) > np.abs(speech).max() / 4))
    quiet[3 * RATE : 5 * RATE] += speech
    receiver, known = ActivityReceiver(1), None
    for at in range(0, len(quiet), 160):
        began = [event for event in receiver(quiet[None, at : at + 160]) if event.edge == "began" and at > 2 * RATE]
        known = known or (at + 160 if began else None)
    assert known is not None
    assert known - (3 * RATE + start) <= RATE // 10


def test_noise_that_changes_in_a_call_is_learned(voice: Voice) -> None:
    """From -65 to -35 dBm0: a sound for 4 s at most, that began and ended where the noise came; then voices count."""
    x = np.concatenate([noise(5, -65), noise(10, -35, 2), noise(3, -60, 3)])
    x[12 * RATE : 13 * RATE] += spoken(voice, 1, -18)
    first, second, third, fourth = hear(x)
    assert second.edge == "ended"
    assert second.at - 5 * RATE <= RATE // 4
    assert third.at == pytest.approx(12 * RATE, abs=1200)
    assert fourth.at == pytest.approx(13 * RATE, abs=2400)
    assert first.at == pytest.approx(5 * RATE, abs=160)


@pytest.mark.parametrize(
    ("country", "tone"),
    [("cn", "busy"), ("cn", "congestion"), ("cn", "vacant"), ("cn", "dial"), ("us", "busy"), ("us", "dial")],
)
def test_a_voice_ends_where_a_tone_takes_its_place(country: str, tone: str, voice: Voice) -> None:
    """No plan is known here: 5 s after it began the tone is nobody any more, and it stays so while it lasts."""
    after = tones.generate(tones.plan(country), tone, 15 * RATE, level=-20) + noise(15, -45, 5)
    x = np.concatenate([noise(1, -60), spoken(voice, 2, -20), noise(0.3, -60, 2), after, noise(3, -60, 3)])
    receiver, known = ActivityReceiver(1), []
    for at in range(0, len(x), 160):
        known += [(at, event) for event in receiver(x[None, at : at + 160])]
    assert [event.edge for _, event in known] == ["began", "ended"]
    at, ended = known[1]
    assert at < (3.3 + 5) * RATE
    assert ended.at == pytest.approx(3 * RATE, abs=0.45 * RATE)


def test_a_voice_over_a_tone_is_heard(voice: Voice) -> None:
    """Somebody speaks while a dial tone sounds."""
    x = tones.generate(tones.plan("cn"), "dial", 12 * RATE, level=-25)
    x[7 * RATE : 9 * RATE] += spoken(voice, 2, -15)
    events = [event for event in hear(x) if event.at > 5 * RATE]
    assert events[0].edge == "began"
    assert events[0].at == pytest.approx(7 * RATE, abs=1200)


@pytest.mark.parametrize("before", ["keys", "busy"])
def test_who_speaks_softly_after_a_steady_sound_is_heard_at_once(before: str, voice: Voice) -> None:
    """Eight keys, or a busy tone, loud for more than 3 s: the voice after them is 25 dB softer and no less one."""
    loud = tones.generate(tones.plan("cn"), "busy", 4 * RATE, level=-7)
    if before == "keys":
        loud = dtmf.keys("12345678", -7, on=1600, off=1600)
    quiet = np.zeros(2400, np.float32)
    x = np.concatenate([np.zeros(2 * RATE, np.float32), loud, quiet, spoken(voice, 4, -35), np.zeros(RATE, np.float32)])
    at = 2 * RATE + len(loud) + len(quiet)
    events = [event for event in hear(x + noise(len(x) / RATE, -61)) if event.at > at - 800]
    assert [event.edge for event in events[:1]] == ["began"]
    assert events[0].at == pytest.approx(at, abs=0.4 * RATE)


def test_a_tone_from_the_beginning_has_a_level_though_nobody_spoke() -> None:
    """What began and turns out to be steady ends with length 0, and with the level that it had."""
    began, ended = hear(np.concatenate([noise(1, -61), tones.generate(tones.plan("cn"), "busy", 6 * RATE, level=-10)]))
    assert (began.at, ended.at, ended.length) == (RATE, RATE, 0)
    assert ended.level == pytest.approx(-13, abs=1)


def test_a_direct_current_at_the_beginning_is_not_the_noise_of_the_line(voice: Voice) -> None:
    """A second of an offset as strong as the voice that comes after it: the voice is heard."""
    x = np.concatenate([noise(2, -60), spoken(voice, 2, -35)]) + np.float32(300)
    events = hear(x)
    assert [event.edge for event in events][:1] == ["began"]
    assert events[0].at == pytest.approx(2 * RATE, abs=0.4 * RATE)


def test_lost_samples_do_not_make_noise_a_voice() -> None:
    """A second is lost on a noisy line; the noise after it is still known."""
    receiver = ActivityReceiver(2)
    rx = np.stack([noise(8, -35), noise(8, -40, 2)])
    receiver(rx)
    receiver.skip(RATE)
    assert receiver(rx) == []


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_stays_on_its_line_and_in_its_block(bad: float, voice: Voice) -> None:
    """The line beside it hears what it hears alone; the line itself hears its voice afterwards."""
    good = np.concatenate([noise(1, -60), spoken(voice, 2, -20), noise(2, -60)])
    broken = good.copy()
    broken[2000:2050] = bad
    both = ActivityReceiver(2)(np.stack([good, broken]))
    alone = hear(good)
    assert [event for event in both if event.line == 0] == alone
    assert [(event.at, event.edge) for event in both if event.line == 1] == [(event.at, event.edge) for event in alone]


def test_noise_at_full_scale_and_silence_raise_nothing() -> None:
    """Whatever comes, events begin and end in turn."""
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.choice([-32768.0, 32767.0], 5 * RATE), np.zeros(5 * RATE)]).astype(np.float32)
    assert [event.edge for event in hear(x)] == ["began", "ended"]


@pytest.mark.parametrize("rx", [np.zeros((2, 160), np.float32), np.zeros((3, 160)), np.zeros(160, np.float32)])
def test_a_wrong_matrix_is_named(rx: Float32) -> None:
    """ValueError says what was wanted."""
    with pytest.raises(ValueError, match=r"3 lines|float32"):
        ActivityReceiver(3)(rx)


def test_levels_and_noise_can_be_asked(voice: Voice) -> None:
    """The level of the last 20 ms and the noise without hum, per line, in dBm0."""
    receiver = ActivityReceiver(2)
    receiver(np.stack([noise(5, -45), hum(5, -30) + noise(5, -50)]))
    assert receiver.levels() == pytest.approx([-45, -30], abs=2)
    assert receiver.noise() == pytest.approx([-46, -51], abs=2.5)


@settings(deadline=None, max_examples=25)
@given(
    floor=st.floats(-65, -40),
    above=st.floats(17, 35),
    length=st.floats(0.4, 2.2),
    start=st.integers(12000, 20000),
    seed=st.integers(0, 99),
)
def test_sound_over_any_floor_is_one_activity(floor: float, above: float, length: float, start: int, seed: int) -> None:
    """Its edges are right to a block, and its level to a decibel."""
    x = noise(6, floor, seed)
    level = max(floor + above, -42.0)
    end = start + round(length * RATE)
    x[start:end] += noise(length, level, seed + 1)[: end - start]
    began, ended = hear(x)[-2:]
    assert (began.edge, ended.edge) == ("began", "ended")
    assert abs(began.at - start) <= 160
    assert abs(ended.at - end) <= 160
    assert ended.level == pytest.approx(level, abs=1)
