"""Special information tones at the ends of their tolerance, and what a voice does to tones with long pauses."""

from dataclasses import replace

import numpy as np
import pytest

from dsp import levels, tones
from dsp.events import Tone
from dsp.plans import PlanTone, TonePlan
from dsp.receiver import RATE, Float32

CN, UK = tones.plan("cn"), tones.plan("uk")
SIT = CN.tone("sit")


def heard(sound: Float32, plan: TonePlan) -> list[str]:
    """The names of the tones that begin, with noise 50 dB below a tone of -20 dBm0."""
    noise = np.random.default_rng(1).standard_normal(len(sound)) * np.sqrt(levels.power(-70))
    rx = (np.concatenate([np.zeros(1500), sound]) + np.pad(noise, (1500, 0))).astype(np.float32)[None]
    receiver = tones.ToneReceiver(1, plan)
    found: list[Tone] = [event for at in range(0, rx.shape[1], 640) for event in receiver(rx[:, at : at + 640])]
    return [event.tone for event in found if event.edge == "began"]


def sit(lengths: tuple[float, ...], off: tuple[float, ...], joint: float) -> PlanTone:
    """Special information tones of those seconds each, so many hertz off, so many seconds apart."""
    turns = tuple((sound[0] + hertz,) for sound, hertz in zip(SIT.sequence, off, strict=True))
    pauses = (joint, joint, 1.0)
    return replace(SIT, sequence=turns, cadence=tuple(zip(lengths, pauses, strict=True)))


def voiced(hertz: float, seconds: float, level: float, seed: int = 3) -> Float32:
    """Something near a frequency that is no tone: a narrow band of noise."""
    count = round(seconds * RATE)
    slow = np.repeat(np.random.default_rng(seed).standard_normal((2, count // 100 + 1)), 100, axis=1)[:, :count]
    turn = 2 * np.pi * hertz * np.arange(count) / RATE
    made = slow[0] * np.cos(turn) + slow[1] * np.sin(turn)
    return np.asarray(made * np.sqrt(levels.power(level)), np.float32)


@pytest.mark.parametrize("joint", [0.0, 0.03])
@pytest.mark.parametrize("length", [0.26, 0.33, 0.4])
@pytest.mark.parametrize("off", [0, 50, -50])
def test_special_information_tones_at_their_limits(joint: float, length: float, off: float) -> None:
    """E.180/Q.35, 5.3: each 330 +-70 ms, 50 Hz off either way, up to 30 ms between them: named, and nothing else."""
    sent = tones.generate(TonePlan("t", (sit((length,) * 3, (off,) * 3, joint),)), "sit", 3 * RATE, level=-20)
    assert heard(sent, CN) == ["sit"]


@pytest.mark.parametrize("off", [(35.2, 28.5, -23.3), (-36.2, -29.4, -23.3), (35.2, -29.4, -23.3)])
def test_special_information_tones_of_north_america(off: tuple[float, ...]) -> None:
    """SR-2275: 276 or 380 ms, the first two 3 % low or high by what they mean."""
    sent = tones.generate(TonePlan("t", (sit((0.38, 0.276, 0.38), off, 0.0),)), "sit", 3 * RATE, level=-20)
    assert heard(sent, tones.plan("us")) == ["sit"]


@pytest.mark.parametrize("plan", ["cn", "uk"])
def test_a_voice_in_its_pause_does_not_undo_a_calling_fax(plan: str) -> None:
    """The echo of a prompt, 4 dB under the tone, speaks in the three seconds between two bursts of 1100 Hz."""
    sent = tones.generate(tones.plan(plan), "cng", 8 * RATE, level=-20)
    for at, seconds in ((1.2, 0.15), (2.1, 0.22), (4.6, 0.18)):
        voice = voiced(1080, seconds, -24)
        sent[round(at * RATE) : round(at * RATE) + len(voice)] += voice
    assert heard(sent, tones.plan(plan)) == ["cng"]


def test_another_tone_after_that_of_a_fax_is_named() -> None:
    """One burst of 1100 Hz and then busy tone, a second later: the busy tone is not taken for an echo."""
    sent = tones.generate(CN, "cng", round(1.5 * RATE), level=-20)
    assert heard(np.concatenate([sent, tones.generate(CN, "busy", 4 * RATE, level=-20)]), CN) == ["busy"]


def test_one_short_burst_and_a_voice_later_are_no_call_waiting() -> None:
    """A tenth of a second of 400 Hz is in any speech; what is heard four seconds later need not be the next one."""
    burst = tones.generate(UK, "call_waiting", round(4.1 * RATE), level=-20)
    voice = voiced(400, 0.3, -20)
    assert heard(np.concatenate([burst, voice, np.zeros(RATE, np.float32)]), UK) == []
    assert heard(np.concatenate([burst, burst]), UK) == ["call_waiting"]


def test_an_answering_fax_that_an_echo_breaks_is_named() -> None:
    """Every 600 ms 50 ms are drowned: no stretch is long enough to be a continuous tone, all of them together are."""
    sent = tones.generate(CN, "ced", 3 * RATE, level=-20)
    for at in range(4000, len(sent) - 400, 4800):
        sent[at : at + 400] += voiced(700, 0.05, -8, seed=at)
    assert set(heard(sent, CN)) == {"ced"}


def test_bursts_of_a_fax_tone_far_from_each_other_are_no_answering_fax() -> None:
    """A whistle now and then: 2100 Hz for 400 ms, a third of a second apart."""
    sent = tones.generate(CN, "ced", 3 * RATE, level=-20)
    for at in range(3200, len(sent), 5900):
        sent[at : at + 2700] = 0
    assert heard(sent, CN) == []
