"""The receiver of call-progress and fax tones against the plans (ITU-T E.180, YD/T 1314, T.30)."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dsp import g711, levels, tones
from dsp.events import Tone
from dsp.plans import PLANS, PlanTone, TonePlan
from dsp.receiver import RATE, Float32

ALIKE = {"sit", "cng", "ced"}
"""Tones that all plans share: one plan stands for all."""
EVERY_TONE = [
    pytest.param(plan, tone, id=f"{plan.name}-{tone.name}-{i}")
    for plan in PLANS.values()
    for i, tone in enumerate(plan.tones)
    if plan.name == "cn" or tone.name not in ALIKE
]
CN = tones.plan("cn")


def hear(rx: Float32, plan: TonePlan = CN, cut: int = 1600) -> list[Tone]:
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
        sequence=tuple(tuple(f + hertz for f in sound) for sound in tone.sequence),
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


def together(parts: list[Float32]) -> Float32:
    """Lines of different length in one matrix."""
    longest = max(part.shape[1] for part in parts)
    return np.concatenate([np.pad(part, ((0, 0), (0, longest - part.shape[1]))) for part in parts])


def names(events: list[Tone], line: int) -> list[str]:
    """The tones begun on a line."""
    return [event.tone for event in events if event.line == line and event.edge == "began"]


@pytest.mark.parametrize(("plan", "tone"), EVERY_TONE)
def test_every_tone_is_named_within_its_limits(plan: TonePlan, tone: PlanTone) -> None:
    """Nominal, 25 Hz off either way, cadence 9.5 % fast and slow, -8 to -38 dBm0: the tone, once, and no other."""
    limits = [(0, 1, -10), (25, 1, -38), (-25, 1, -8), (0, 1.095, -20), (0, 0.905, -20)]
    rx = together([sent(altered(tone, hertz, cadence), level) for hertz, cadence, level in limits])
    events = hear(rx, plan)
    assert [names(events, line) for line in range(len(rx))] == [[tone.name]] * len(rx)


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


def test_lost_samples_are_counted_however_many() -> None:
    """After a loss of hours, what is heard is stamped with its sample; the loss itself costs seconds of silence."""
    receiver = tones.ToneReceiver(1, CN)
    receiver.skip(8000 * 3600 * 5 + 77)
    (event,) = receiver(tones.generate(CN, "dial", 16000)[None])
    assert abs(event.at - (8000 * 3600 * 5 + 77)) <= 80


def test_a_loss_inside_a_busy_tone_is_a_pause() -> None:
    """One second lost: busy ends with the last burst that was heard, and is named again."""
    receiver = tones.ToneReceiver(1, CN)
    events = receiver(tones.generate(CN, "busy", 5 * 2800)[None])
    receiver.skip(8000)
    events += receiver(tones.generate(CN, "busy", 5 * 2800)[None])
    assert [(e.tone, e.edge) for e in events] == [("busy", "began"), ("busy", "ended"), ("busy", "began")]
    assert abs(events[1].at - 5 * 2800) <= 100
    assert abs(events[2].at - 5 * 2800 - 8000) <= 100


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_bad_samples_stay_on_their_line_and_in_their_time(wrong: float) -> None:
    """A line that is no number for half a second: the others hear on, and so does it, afterwards."""
    rx = np.stack([tones.generate(CN, "busy", 40000)] * 3)
    rx[1, 4000:8000] = wrong
    events = tones.ToneReceiver(3, CN)(rx)
    assert [names(events, line) for line in range(3)] == [["busy"]] * 3
    began = [event.at for event in events if event.edge == "began"]
    assert sorted(began)[1] <= 80
    assert max(began) >= 8000


@pytest.mark.parametrize("shape", [(2, 160), (160,), (3, 4, 160)])
def test_a_matrix_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    """The error says what was wanted, and what came."""
    with pytest.raises(ValueError, match=r"3 lines, .*not .*160"):
        tones.ToneReceiver(3, CN)(np.zeros(shape, np.float32))


def test_whole_numbers_are_refused() -> None:
    """int16 straight from a card is a mistake: the receivers take float32."""
    with pytest.raises(ValueError, match=r"float32.*int16"):
        tones.ToneReceiver(1, CN)(np.zeros((1, 160), np.int16))  # type: ignore[arg-type]


@pytest.mark.parametrize("what", ["clipped", "offset", "full-scale noise", "silence"])
def test_hard_input_is_survived(what: str) -> None:
    """A busy tone cut off at full scale or on a DC offset is named; noise and silence are no tone."""
    busy = tones.generate(CN, "busy", 24000, level=3)
    noise = np.random.default_rng(3).uniform(-32768, 32767, 24000)
    made = {
        "clipped": np.clip(busy * 1.5, -32768, 32767),
        "offset": tones.generate(CN, "busy", 24000, level=-13) + 300,
        "full-scale noise": noise,
        "silence": np.zeros(24000),
    }[what]
    wanted = ["busy"] if what in {"clipped", "offset"} else []
    assert names(hear(made.astype(np.float32)[None]), 0) == wanted


def test_the_special_information_tone_once_is_enough() -> None:
    """An announcement follows the first round: it must be named before, also with 24 ms between its tones."""
    close = tones.generate(CN, "sit", int(0.99 * 8000))
    apart = TonePlan("", (replace(CN.tone("sit"), cadence=((0.33, 0.024), (0.33, 0.024), (0.33, 1.0))),))
    rx = together([np.pad(x, (800, 4000))[None] for x in (close, tones.generate(apart, "sit", int(1.04 * 8000)))])
    events = hear(rx)
    assert [names(events, 0), names(events, 1)] == [["sit"], ["sit"]]


def test_the_tone_of_a_modem_is_that_of_a_fax_machine() -> None:
    """ITU-T V.8 ANSam: 2100 Hz with phase reversals and an amplitude that is modulated by 15 Hz."""
    time = np.arange(24000) / 8000
    x = (
        tones.generate(CN, "ced", 24000)
        * (1 + 0.2 * np.sin(2 * np.pi * 15 * time))
        * np.where(time % 0.9 < 0.45, 1, -1)
    )
    assert names(hear(np.asarray(x, np.float32)[None]), 0) == ["ced"]


def test_a_calling_fax_machine_is_heard_over_a_prompt(voice: Callable[[int, int], Float32]) -> None:
    """What is left of our own voice sounds 10 dB below the calling tone, in its pauses too."""
    rx = np.stack([tones.generate(CN, "cng", 72000, level=-20) for _ in range(4)])
    prompts = np.stack([voice(10 + line, 72000) for line in range(4)])
    rx += prompts * np.sqrt(levels.power(-30) / np.mean(np.square(prompts), axis=1, keepdims=True))
    events = hear(rx)
    assert all("cng" in names(events, line) for line in range(4))


def test_a_busy_tone_goes_on_under_a_voice(voice: Callable[[int, int], Float32]) -> None:
    """Our own prompt's echo, 12 dB down, over the busy tone of a caller who has gone: named once, and it stays."""
    rx = tones.generate(CN, "busy", 80000, level=-15)[None].copy()
    prompt = voice(3, 80000)
    rx += prompt * np.sqrt(levels.power(-27) / np.mean(np.square(prompt)))
    assert [(e.tone, e.edge) for e in hear(rx)] == [("busy", "began")]


def test_two_forms_of_a_tone_are_one_tone() -> None:
    """Europe's congestion tone is 0.25 s in one country and 0.2 s in the next: one that lies between keeps its name."""
    eu = tones.plan("eu")
    between = PlanTone("congestion", (425,), ((0.226, 0.226), (0.223, 0.228), (0.221, 0.224), (0.229, 0.225)))
    assert names(hear(tones.generate(TonePlan("", (between,)), "congestion", 32000)[None], eu), 0) == ["congestion"]


@pytest.mark.parametrize("country", PLANS)
def test_busy_is_named_within_two_cycles(country: str) -> None:
    """From its first sample to the report, in ticks, at any level."""
    plan = tones.plan(country)
    busy = plan.tone("busy")
    cycle = sum(on + off for on, off in busy.cycle)
    receiver = tones.ToneReceiver(2, plan)
    rx = np.stack([tones.generate(plan, "busy", 2 * cycle, level=level) for level in (-10, -35)])
    found = [event.line for at in range(0, 2 * cycle, 160) for event in receiver(rx[:, at : at + 160])]
    assert sorted(found) == [0, 1]


def test_a_ringback_that_is_cut_off_is_no_call_waiting_tone() -> None:
    """The caller gives up 0.4 s into a burst, and busy follows: ringback, then busy, and nothing between."""
    parts = [tones.generate(CN, "ringback", 2 * 40000 + 3200), np.zeros(800), tones.generate(CN, "busy", 20000)]
    assert names(hear(np.concatenate(parts).astype(np.float32)[None]), 0) == ["ringback", "busy"]


def test_a_hole_in_ringback_makes_no_busy_tone() -> None:
    """Samples that a card lost are no pause of the exchange; a busy tone after them is named as ever."""
    ringback = tones.generate(tones.plan("cn"), "ringback", 5 * RATE)
    busy = tones.generate(tones.plan("cn"), "busy", 4 * RATE)
    receiver = tones.ToneReceiver(1, tones.plan("cn"))
    found = list(receiver(np.concatenate([np.zeros(1600, np.float32), ringback[:2800]])[None]))
    receiver.skip(2800)
    found += receiver(ringback[None, 5600 : 5 * RATE])
    found += receiver(ringback[None, :2800])
    receiver.skip(2800)
    found += receiver(ringback[None, 5600 : 5 * RATE])
    assert [event.tone for event in found if event.tone != "ringback"] == []
    found = list(receiver(busy[None]))
    assert [event.tone for event in found if event.edge == "began"] == ["busy"]
