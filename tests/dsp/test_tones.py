"""The receiver of call-progress and fax tones against the plans (ITU-T E.180, YD/T 1314, T.30)."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dsp import g711, levels, tones
from dsp.events import Tone
from dsp.plans import PLANS, PlanTone, TonePlan
from dsp.receiver import Float32

EVERY_TONE = [(plan.name, tone.name) for plan in PLANS.values() for tone in plan.tones]
CN = tones.plan("cn")


def hear(rx: Float32, plan: TonePlan = CN, cut: int = 160) -> list[Tone]:
    """What the receiver finds on A-law lines, handed over in ticks."""
    coded = g711.decode(g711.encode(levels.saturate(rx), "alaw"), "alaw").astype(np.float32)
    receiver = tones.ToneReceiver(len(rx), plan)
    return [event for at in range(0, rx.shape[1], cut) for event in receiver(coded[:, at : at + cut])]


def altered(tone: PlanTone, hertz: float = 0.0, cadence: float = 1.0) -> PlanTone:
    """The tone as another exchange would send it."""
    return replace(
        tone,
        frequencies=tuple(f + hertz for f in tone.frequencies),
        cadence=tuple((on * cadence, off * cadence) for on, off in tone.cadence),
        rise=0.0,
    )


def sent(tone: PlanTone, level: float, starts: tuple[int, ...] = (160, 555)) -> Float32:
    """Two cycles and more of the tone (1.5 s of a continuous one) on lines where it starts at different samples."""
    cycle = sum(on + off for on, off in tone.cycle) or 5000
    samples = int(2.4 * cycle)
    rx = np.zeros((len(starts), samples + 2000), np.float32)
    sound = tones.generate(TonePlan("altered", (tone,)), tone.name, samples, level=level)
    for line, start in enumerate(starts):
        rx[line, start : start + samples] = sound
    return rx


def names(events: list[Tone], line: int) -> list[str]:
    """The tones begun on a line."""
    return [event.tone for event in events if event.line == line and event.edge == "began"]


@pytest.mark.parametrize(("country", "name"), EVERY_TONE)
def test_every_tone_is_named_within_its_limits(country: str, name: str) -> None:
    """Nominal, 25 Hz off either way, cadence 9.5 % fast and slow, -8 to -38 dBm0: the tone, once, and no other."""
    plan = tones.plan(country)
    tone = plan.tone(name)
    for hertz, cadence, level in [(0, 1, -10), (25, 1, -38), (-25, 1, -8), (0, 1.095, -20), (0, 0.905, -20)]:
        events = hear(sent(altered(tone, hertz, cadence), level), plan)
        assert [names(events, 0), names(events, 1)] == [[name], [name]], (hertz, cadence, level)


@pytest.mark.parametrize("ratio", [20, 12])
@pytest.mark.parametrize("name", ["dial", "ringback", "busy", "congestion", "vacant", "trunk_offer"])
def test_chinese_tones_in_noise(name: str, ratio: float) -> None:
    """White noise 20 and 12 dB below the tone, in the pauses too."""
    rx = sent(CN.tone(name), -20)
    rx += np.random.default_rng(5).standard_normal(rx.shape) * np.sqrt(levels.power(-20 - ratio))
    events = hear(rx.astype(np.float32))
    assert [names(events, 0), names(events, 1)] == [[name], [name]]


def test_busy_is_named_in_a_second_and_a_half_and_measured() -> None:
    """Two bursts and a pause are enough; the event says when the first began, and how loud it is."""
    x = np.concatenate([np.zeros(1234), tones.generate(CN, "busy", 20000, level=-15)]).astype(np.float32)[None]
    receiver = tones.ToneReceiver(1, CN)
    for at in range(0, x.shape[1], 160):
        events = receiver(x[:, at : at + 160])
        if events:
            break
    assert at - 1234 <= 2 * 5600
    assert (events[0].tone, events[0].edge) == ("busy", "began")
    assert abs(events[0].at - 1234) <= 80
    assert events[0].level == pytest.approx(-15, abs=0.5)


def test_a_tone_that_was_joined_in_the_middle_is_named() -> None:
    """A call that becomes busy in mid-burst: at most one burst more."""
    rx = np.stack([tones.generate(CN, "busy", 16800, at=at) for at in (1000, 2500, 3000, 5000)])
    events = hear(rx)
    assert [names(events, line) for line in range(4)] == [["busy"]] * 4


def test_a_tone_ends_with_its_last_burst() -> None:
    """Busy of seven bursts, then silence: one begin, one end, with the length of it all."""
    x = np.concatenate([np.zeros(800), tones.generate(CN, "busy", 13 * 2800), np.zeros(8000)]).astype(np.float32)
    events = hear(x[None])
    assert [(e.tone, e.edge) for e in events] == [("busy", "began"), ("busy", "ended")]
    assert abs(events[1].length - 13 * 2800) <= 160
    assert events[1].at - events[0].at == events[1].length


def test_a_dial_tone_is_a_ringback_that_does_not_stop() -> None:
    """Not named before it has lasted longer than any burst; it ends when it stops."""
    x = np.concatenate([np.zeros(800), tones.generate(CN, "dial", 16000), np.zeros(800)]).astype(np.float32)
    events = hear(x[None])
    assert [(e.tone, e.edge) for e in events] == [("dial", "began"), ("dial", "ended")]
    assert abs(events[0].at - 800) <= 80
    assert abs(events[1].length - 16000) <= 160


def test_one_tone_after_another() -> None:
    """Ringback, then busy: the first ends before the second begins."""
    x = np.concatenate([tones.generate(CN, "ringback", 90000), tones.generate(CN, "busy", 20000)]).astype(np.float32)
    events = [(e.tone, e.edge) for e in hear(x[None])]
    assert events == [("ringback", "began"), ("ringback", "ended"), ("busy", "began")]


def test_the_answering_fax_reverses_its_phase() -> None:
    """T.30 CED with phase reversals every 450 ms (ITU-T V.25) is one tone."""
    x = tones.generate(CN, "ced", 24000)
    x *= np.where(np.arange(24000) // 3600 % 2, -1, 1).astype(np.float32)
    events = hear(np.concatenate([x, np.zeros(1600, np.float32)])[None])
    assert [(e.tone, e.edge) for e in events] == [("ced", "began"), ("ced", "ended")]


def test_a_plan_of_ones_own() -> None:
    """A PBX whose busy tone is 0.21 s three times and then 0.63 s."""
    own = TonePlan("pbx", (PlanTone("busy", (450,), ((0.21, 0.21), (0.21, 0.21), (0.21, 0.21), (0.63, 0.21))),))
    rx = tones.generate(own, "busy", 40000)[None]
    assert names(hear(rx, own), 0) == ["busy"]
    assert names(hear(rx, CN), 0) == []


def test_voices_are_no_tones(voice: Callable[[int, int], Float32]) -> None:
    """Four minutes of something like speech: nothing is named."""
    assert hear(np.stack([voice(seed, 480_000) for seed in range(4)]), cut=16000) == []


def test_after_lost_samples_the_clock_is_right() -> None:
    """Lost samples are silence: a dial tone ends, and what comes after is stamped with its sample."""
    receiver = tones.ToneReceiver(1, CN)
    dial = tones.generate(CN, "dial", 16000)[None]
    events = receiver(dial)
    receiver.skip(1_000_000)
    events += receiver(dial)
    assert [(e.tone, e.edge) for e in events] == [("dial", "began"), ("dial", "ended"), ("dial", "began")]
    assert abs(events[2].at - 1_016_000) <= 80


def test_reset_forgets_a_line() -> None:
    """A new call does not end what the last one heard."""
    receiver = tones.ToneReceiver(1, CN)
    receiver(tones.generate(CN, "dial", 16000)[None])
    receiver.reset(0)
    assert receiver(np.zeros((1, 16000), np.float32)) == []
