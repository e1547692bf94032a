"""What answers an outgoing call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import levels, tones
from dsp.answer import Answer, AnswerReceiver
from dsp.answer.sit import _WHY
from dsp.receiver import RATE, Float32

Voice = Callable[[int, int], Float32]
CN, US = tones.plan("cn"), tones.plan("us")
WHYS = sorted(_WHY.items())


def tone(frequency: float, seconds: float, level: float = -15.0) -> Float32:
    """A sine."""
    t = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(levels.amplitude(level) * np.sin(2 * np.pi * frequency * t), np.float32)


def silence(seconds: float) -> Float32:
    """Nothing."""
    return np.zeros(round(seconds * RATE), np.float32)


def line(*parts: Float32, noise: float = -55.0, seed: int = 1) -> Float32:
    """Sounds end to end on a line with noise."""
    whole = np.concatenate(parts)
    hiss = np.random.default_rng(seed).standard_normal(len(whole)) * np.sqrt(levels.power(noise))
    return np.asarray(whole + hiss, np.float32)


def answering(seconds: float, shift: float = 2100.0, *, swing: float = 0.0, turns: bool = False) -> Float32:
    """2100 Hz with 15 Hz on its amplitude and its phase turned every 450 ms."""
    made = tone(shift, seconds)
    t = np.arange(len(made)) / RATE
    swings = 1 + swing * np.sin(2 * np.pi * 15 * t)
    return np.asarray(made * swings * (np.where(t // 0.45 % 2, -1, 1) if turns else 1), np.float32)


def hear(x: Float32, plan: tones.TonePlan = CN) -> list[Answer]:
    """What is found on one line whose call began with the first sample."""
    receiver = AnswerReceiver(1, plan)
    receiver.begin(0)
    return [event for at in range(0, len(x), 160) for event in receiver(x[None, at : at + 160])]


def kinds(events: list[Answer]) -> list[tuple[str, str]]:
    """The essence."""
    return [(event.kind, event.detail) for event in events]


@pytest.mark.parametrize(("plan", "cut"), [(CN, 6.3), (US, 7.4)])
@pytest.mark.parametrize("seconds", [0.5, 1.0, 1.6])
def test_who_says_little_and_waits_is_a_person(plan: tones.TonePlan, cut: float, seconds: float, voice: Voice) -> None:
    """After ringback; known a second after the greeting's end, at the sample where it began."""
    start = cut + 0.5
    ringback = tones.generate(plan, "ringback", round(cut * RATE), level=-15)
    events = hear(line(ringback, silence(0.5), voice(3, round(seconds * RATE)), silence(2.0)), plan)
    assert kinds(events) == [("ringback", ""), ("person", "")]
    assert events[1].at == pytest.approx(start * RATE, abs=0.15 * RATE)
    assert events[1].confidence > 0.9


def test_who_speaks_on_is_a_machine_and_its_beep_makes_it_sure(voice: Voice) -> None:
    """Known 3 s into the greeting; the beep confirms it."""
    greeting = np.concatenate([voice(4, 2 * RATE), silence(0.3), voice(5, 3 * RATE)])
    x = line(silence(0.7), greeting, silence(0.6), tone(1000, 0.4), silence(1))
    events = hear(x)
    assert kinds(events) == [("machine", ""), ("machine", "beep")]
    assert (events[0].again, events[1].again) == (False, True)
    assert events[1].confidence > events[0].confidence >= 0.9
    assert hear(x[: round(4.4 * RATE)]) == events[:1]


def test_a_machine_that_pauses_after_its_first_words_is_found_out(voice: Voice) -> None:
    """Taken for a person first, corrected by what follows."""
    x = line(silence(0.5), voice(3, RATE), silence(1.2), voice(5, 5 * RATE), silence(1))
    assert kinds(hear(x)) == [("person", ""), ("machine", "")]
    assert [event.again for event in hear(x)] == [False, True]


@pytest.mark.parametrize("name", ["busy", "congestion", "vacant", "ringback"])
def test_progress_tones_are_what_they_are(name: str) -> None:
    """As the plan has them, with full confidence; the end of the call's findings, but for ringback."""
    x = line(silence(0.4), tones.generate(CN, name, 6 * RATE, level=-18), noise=-45)
    assert kinds(hear(x)) == [(name, "")]


@pytest.mark.parametrize(("key", "why"), WHYS, ids=[why for _, why in WHYS])
def test_special_information_tones_say_why(key: tuple[bool, bool, bool, bool], why: str, voice: Voice) -> None:
    """Bellcore SR-2275: frequency and length of the first two tones. The announcement after it changes nothing."""
    first, second = (985.2 if key[0] else 913.8), (1428.5 if key[1] else 1370.6)
    lengths = (0.38 if key[2] else 0.274, 0.38 if key[3] else 0.274, 0.38)
    sounds = [tone(f, s, -24) for f, s in zip((first, second, 1776.7), lengths, strict=True)]
    assert kinds(hear(line(silence(0.31), *sounds, silence(0.3), voice(1, 3 * RATE)))) == [("sit", why)]


def test_the_tones_of_the_itu_are_a_sit_that_says_no_more() -> None:
    """950, 1400, 1800 Hz, 330 ms each, 30 ms between."""
    sounds = [part for f in (950, 1400, 1800) for part in (tone(f, 0.33, -24), silence(0.03))]
    assert kinds(hear(line(silence(0.5), *sounds, silence(0.5)))) == [("sit", "unknown")]


@pytest.mark.parametrize(
    ("sound", "found"),
    [
        (answering(3), ("fax", "ced")),
        (answering(3, 2085), ("fax", "ced")),
        (answering(3, turns=True), ("fax", "ced")),
        (answering(3, swing=0.2), ("modem", "ansam")),
        (answering(3, swing=0.2, turns=True), ("modem", "ansam")),
        (np.concatenate([tone(1138, 0.5), silence(3), tone(1138, 0.5)]), ("fax", "cng")),
    ],
)
def test_fax_and_modem(sound: Float32, found: tuple[str, str]) -> None:
    """T.30 CED and CNG, V.8 ANSam with its 15 Hz and its turns of phase."""
    assert kinds(hear(line(silence(0.5), sound, silence(1)))) == [found]


def test_nothing_is_told_after_eight_seconds() -> None:
    """Somebody lifted and says nothing; what comes later still counts."""
    events = hear(line(silence(9), tones.generate(CN, "busy", 5 * RATE, level=-15)))
    assert kinds(events) == [("nothing", ""), ("busy", "")]
    assert [event.again for event in events] == [False, True]


def test_a_line_that_places_no_call_finds_nothing(voice: Voice) -> None:
    """Only `begin` makes it listen, and `reset` ends it."""
    receiver = AnswerReceiver(2, CN)
    rx = np.stack([line(silence(0.5), voice(1, RATE), silence(1))] * 2)
    receiver.begin(1)
    assert {event.line for event in receiver(rx)} == {1}
    receiver.reset(1)
    assert receiver(rx) == []
    with pytest.raises(ValueError, match="no line 2"):
        receiver.begin(2)
    with pytest.raises(ValueError, match="2 lines"):
        receiver(rx[:1])


def test_what_is_no_number_disturbs_nobody(voice: Voice) -> None:
    """NaN and infinity on one line: the other is found as alone."""
    good = line(silence(0.5), voice(3, RATE), silence(1))
    bad = good.copy()
    bad[1000:9000:7], bad[1001:9000:7] = np.nan, np.inf
    receiver = AnswerReceiver(2, CN)
    receiver.begin(0)
    receiver.begin(1)
    assert [event for event in receiver(np.stack([good, bad])) if event.line == 0] == hear(good)


LINES = 5


@pytest.fixture(scope="module")
def calls(voice: Voice) -> Float32:
    """Another answer on every line."""
    parts = [
        np.concatenate([silence(0.5), voice(3, RATE), silence(2)]),
        np.concatenate([silence(0.31), voice(4, 4 * RATE), tone(900, 0.3)]),
        tones.generate(CN, "busy", 4 * RATE),
        answering(3, swing=0.2),
        np.concatenate([silence(0.21), tone(913.8, 0.274), tone(1370.6, 0.274), tone(1776.7, 0.38)]),
    ]
    samples = 5 * RATE
    rows = [line(np.resize(np.concatenate([part, silence(5)]), samples), seed=i) for i, part in enumerate(parts)]
    return np.stack(rows)


def run(rx: Float32, cuts: list[int]) -> list[Answer]:
    """What is found on all lines, cut like that."""
    receiver = AnswerReceiver(len(rx), CN)
    for row in range(len(rx)):
        receiver.begin(row)
    events, at = [], 0
    for cut in [*cuts, rx.shape[1]]:
        events += receiver(rx[:, at : at + cut])
        at += cut
    return events


@settings(deadline=None, max_examples=8)
@given(cuts=st.lists(st.sampled_from([0, 1, 7, 80, 159, 160, 161, 500, 4001]), max_size=40))
def test_any_cut_of_the_stream_gives_the_same_answers(cuts: list[int], calls: Float32) -> None:
    """The same events in the same order."""
    events = run(calls, [])
    assert len(events) >= LINES
    assert run(calls, cuts) == events


def test_a_line_alone_is_as_in_the_bank_and_rows_may_be_permuted(calls: Float32) -> None:
    """No line hears another one, also when it begins its call while others are on theirs."""
    events = run(calls, [])
    for row in range(LINES):
        alone = run(calls[row : row + 1], [])
        assert [replace(event, line=row) for event in alone] == [event for event in events if event.line == row]
    order = [3, 1, 4, 0, 2]
    permuted = [replace(event, line=order[event.line]) for event in run(calls[order], [])]
    assert sorted(permuted, key=str) == sorted(events, key=str)


@settings(deadline=None, max_examples=8)
@given(lost=st.integers(0, 40000), at=st.integers(0, 30000), begun=st.integers(0, 3000))
def test_lost_samples_are_silence_and_a_call_may_begin_at_any_time(
    lost: int, at: int, begun: int, calls: Float32
) -> None:
    """skip(n) is as n samples of silence; a call that begins late is heard from then on."""
    both = AnswerReceiver(LINES, CN), AnswerReceiver(LINES, CN)
    found: list[list[Answer]] = [[], []]
    for receiver, events in zip(both, found, strict=True):
        events.extend(receiver(calls[:, :begun]))
        for row in range(LINES):
            receiver.begin(row)
        events.extend(receiver(calls[:, begun : max(at, begun)]))
    both[0].skip(lost)
    found[1] += both[1](np.zeros((LINES, lost), np.float32))
    for receiver, events in zip(both, found, strict=True):
        events.extend(receiver(calls[:, max(at, begun) :]))
    assert found[0] == found[1]
    assert all(event.at >= begun for event in found[0])
