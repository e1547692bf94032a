"""Whatever comes: no receiver stops, no line suffers for another, and what cannot be taken is named."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from dsp import caller_id, dtmf, tones
from dsp.bridge import Bridge
from dsp.echo import EchoCanceller
from dsp.events import Event
from dsp.mixer import Mixer
from dsp.prompts import Arena
from dsp.receiver import Float32, Receiver
from tests.dsp.bank import LINES, SUBJECTS, hear, of, sound

KINDS = list(SUBJECTS)
HOURS = 10 * 3600 * 8000
BROKEN = 2

BAD = {
    "nan": lambda rx: np.full_like(rx, np.nan),
    "infinite": lambda rx: np.full_like(rx, np.inf),
    "minus infinite": lambda rx: np.full_like(rx, -np.inf),
    "beyond all squares": lambda rx: np.full_like(rx, 3e38),
    "some of each": lambda rx: np.where(np.arange(rx.size) % 3, np.where(np.arange(rx.size) % 7, rx, -np.inf), np.nan),
}

WRONG: dict[str, tuple[Any, str]] = {
    "a line too few": (np.zeros((LINES - 1, 160), np.float32), "5 lines"),
    "a line too many": (np.zeros((LINES + 1, 160), np.float32), "5 lines"),
    "no line": (np.zeros((0, 160), np.float32), "5 lines"),
    "one row": (np.zeros(160, np.float32), "5 lines"),
    "three dimensions": (np.zeros((LINES, 160, 1), np.float32), "5 lines"),
    "whole numbers": (np.zeros((LINES, 160), np.int16), "float32"),
    "float64": (np.zeros((LINES, 160)), "float32"),
    "half floats": (np.zeros((LINES, 160), np.float16), "float32"),
    "the other byte order": (np.zeros((LINES, 160), ">f4"), "float32"),
    "complex": (np.zeros((LINES, 160), np.complex64), "float32"),
    "objects": (np.zeros((LINES, 160), object), "float32"),
    "a list": ([[0.0] * 160] * LINES, "list"),
    "nothing": (None, "NoneType"),
}


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    """Numpy's warnings would stand in the log of a server."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def told(events: list[Event]) -> list[tuple[object, ...]]:
    """What was heard, whenever that was."""
    names = ("digit", "tone", "number", "kind", "edge")
    return [(type(event).__name__, *(getattr(event, name, "") for name in names)) for event in events]


def fresh(kind: str) -> Receiver:
    """A receiver that has heard nothing."""
    return SUBJECTS[kind].make(LINES)


def again(kind: str, receiver: Receiver, line: int) -> None:
    """A new call on the line."""
    receiver.reset(line)
    if kind == "answer":
        receiver.begin(line)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_sound_on_one_line_disturbs_no_other_and_the_line_recovers(kind: str, bad: str) -> None:
    """The other lines hear what they always hear; the line itself, in the call after it, too."""
    rx = sound(kind).copy()
    good = hear(fresh(kind), rx)
    rx[BROKEN] = BAD[bad](rx[BROKEN])
    receiver = fresh(kind)
    events = hear(receiver, rx)
    assert [event for event in events if event.line != BROKEN] == [event for event in good if event.line != BROKEN]
    again(kind, receiver, BROKEN)
    hear(receiver, np.zeros((LINES, 16000), np.float32))
    again(kind, receiver, BROKEN)
    later = hear(receiver, sound(kind))
    assert told(of(BROKEN, later)) == told(of(BROKEN, good))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", [0.0, 32767.0, -32768.0])
def test_silence_and_a_direct_current_are_nothing(kind: str, level: float) -> None:
    """However strong: nobody has pressed a key, spoken, or sent a tone."""
    assert hear(fresh(kind), np.full((LINES, 16000), level, np.float32)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_noise_at_full_scale_is_no_message(kind: str) -> None:
    """White and clipped, for two seconds: it is a sound, and perhaps an answer, but no key, number or tone."""
    rng = np.random.default_rng(6)
    for rx in (rng.uniform(-32768, 32767, (LINES, 16000)), rng.choice([-32768.0, 32767.0], (LINES, 16000))):
        events = hear(fresh(kind), rx.astype(np.float32))
        assert {type(event).__name__ for event in events} <= {"Activity", "Answer"}


@pytest.mark.parametrize("kind", ["dtmf", "patient"])
def test_clipped_keys_are_the_same_keys(kind: str) -> None:
    """A line that is far too loud, half of each wave cut off: every key still is what it was."""
    rx = sound(kind)
    clipped = np.clip(rx * 4, -32768, 32767).astype(np.float32)
    assert told(hear(fresh(kind), clipped)) == told(hear(fresh(kind), rx))


@pytest.mark.parametrize("kind", KINDS)
def test_an_offset_changes_nothing(kind: str) -> None:
    """A port whose converter is not in the middle, by 3 % of full scale, hears the same, on each line in its order.

    Only the end of speech is told later: a current flickers with what is heard over it.
    """
    rx = np.pad(sound(kind), ((0, 0), (16000, 0)))
    offset, straight = hear(fresh(kind), rx + np.float32(1000)), hear(fresh(kind), rx)
    later = {("Activity", "", "", "", "", "ended")}
    for line in range(LINES):
        heard, wanted = ([one for one in told(of(line, events)) if one not in later] for events in (offset, straight))
        assert heard == wanted


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrong", WRONG)
def test_a_matrix_that_cannot_be_taken_is_named_and_changes_nothing(kind: str, wrong: str) -> None:
    """ValueError says what is wanted; what comes after it is heard as if it had not been."""
    receiver, (rx, named) = fresh(kind), WRONG[wrong]
    with pytest.raises(ValueError, match=named):
        receiver(rx)
    assert hear(receiver, sound(kind)) == hear(fresh(kind), sound(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_any_lie_of_the_matrix_in_memory_is_taken(kind: str) -> None:
    """Columns first, every second sample or row of a larger one, backwards, read only."""
    rx = sound(kind)
    events = hear(fresh(kind), rx)
    views: list[Float32] = [
        np.asfortranarray(rx),
        np.repeat(rx, 2, axis=1)[:, ::2],
        np.repeat(rx, 2, axis=0)[::2],
        np.ascontiguousarray(rx[:, ::-1])[:, ::-1],
    ]
    for view in views:
        assert hear(fresh(kind), view) == events
        assert hear(fresh(kind), view, [view.shape[1]]) == events


@pytest.mark.parametrize("kind", KINDS)
def test_matrices_without_a_sample_are_taken(kind: str) -> None:
    """A card that has nothing to hand over yet."""
    cuts = [cut for _ in range(sound(kind).shape[1] // 160) for cut in (0, 160)]
    assert hear(fresh(kind), sound(kind), cuts) == hear(fresh(kind), sound(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_bank_without_lines_hears_nothing(kind: str) -> None:
    """A card whose lines are all gone goes on ticking."""
    receiver = SUBJECTS[kind].make(0)
    assert hear(receiver, np.zeros((0, 8000), np.float32)) == []
    receiver.skip(8000)
    assert list(receiver(np.zeros((0, 160), np.float32))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_lost_for_a_second_is_heard_again(kind: str) -> None:
    """A second of exact zeros in the middle of everything, on one line: the others do not notice, and a second later
    it hears again.
    """
    rx = sound(kind).copy()
    good = hear(fresh(kind), rx)
    rx[BROKEN, 4000:12000] = 0
    receiver = fresh(kind)
    events = hear(receiver, rx)
    assert [event for event in events if event.line != BROKEN] == [event for event in good if event.line != BROKEN]
    again(kind, receiver, BROKEN)
    hear(receiver, np.zeros((LINES, 16000), np.float32))
    again(kind, receiver, BROKEN)
    assert told(of(BROKEN, hear(receiver, sound(kind)))) == told(of(BROKEN, good))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lost", [0, 1, 79, 160, 8000, HOURS])
def test_after_a_loss_of_any_length_a_call_is_heard_at_its_place(kind: str, lost: int) -> None:
    """Nothing, a sample, ten hours: the same is found in the next call, and the samples of the events tell the time."""
    receiver = fresh(kind)
    receiver.skip(lost)
    for line in range(LINES):
        again(kind, receiver, line)
    events, good = hear(receiver, sound(kind)), hear(fresh(kind), sound(kind))
    key = lambda event: (event.line, event.at)  # noqa: E731
    assert told(sorted(events, key=key)) == told(sorted(good, key=key))
    pairs = zip(sorted(events, key=key), sorted(good, key=key), strict=True)
    late = [event.at - before.at - lost for event, before in pairs]
    assert max(map(abs, late)) <= (320 if kind != "answer" else 6000)  # a call is listened to from 160 ms on


@pytest.mark.parametrize("kind", KINDS)
def test_a_loss_in_the_middle_of_everything_stops_nobody(kind: str) -> None:
    """Losses of all lengths, again and again: events stay in order of time on every line, and end after they began."""
    rng = np.random.default_rng(9)
    receiver, events = fresh(kind), list[Event]()
    for at in range(0, sound(kind).shape[1], 1600):
        events += hear(receiver, sound(kind)[:, at : at + 1600])
        receiver.skip(int(rng.choice([0, 1, 20, 160, 500, 8000, HOURS])))
    for line in range(LINES):
        edges = [getattr(event, "edge", "began") for event in of(line, events)]
        assert all(one != other or one == "began" for one, other in pairwise(edges))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lost", [-1, -8000])
def test_less_than_nothing_cannot_be_lost(kind: str, lost: int) -> None:
    """ValueError, and the clock is as it was."""
    receiver = fresh(kind)
    with pytest.raises(ValueError, match="counted from 0"):
        receiver.skip(lost)
    assert hear(receiver, sound(kind)) == hear(fresh(kind), sound(kind))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("line", [-1, LINES, 10**6])
def test_a_line_that_is_not_there_cannot_be_reset(kind: str, line: int) -> None:
    """ValueError says how many there are; least of all is the last line meant by -1."""
    with pytest.raises(ValueError, match=rf"no line {line}.* 5"):
        fresh(kind).reset(line)


@pytest.mark.parametrize("kind", ["dtmf", "activity", "tones", "answer", "patient"])
def test_what_was_found_in_a_loss_belongs_to_the_call_that_is_over(kind: str) -> None:
    """What ended with a loss is not told to the call that begins after it."""
    receiver = fresh(kind)
    hear(receiver, sound(kind)[:, :6000])
    receiver.skip(HOURS)
    for line in range(LINES - 1):
        receiver.reset(line)
    assert {event.line for event in hear(receiver, np.zeros((LINES, 1600), np.float32))} <= {LINES - 1}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_a_call_may_begin_in_any_state(kind: str, seed: int) -> None:
    """Reset at random moments: the other lines notice nothing, and the next call on the line is heard as the first."""
    rng = np.random.default_rng(seed)
    rx, receiver = sound(kind), fresh(kind)
    events: list[Event] = []
    for at in range(0, rx.shape[1], 400):
        events += hear(receiver, rx[:, at : at + 400])
        if rng.random() < 0.3:
            receiver.reset(BROKEN)
    good = hear(fresh(kind), rx)
    assert told([e for e in events if e.line != BROKEN]) == told([e for e in good if e.line != BROKEN])
    again(kind, receiver, BROKEN)
    hear(receiver, np.zeros((LINES, 8000), np.float32))
    again(kind, receiver, BROKEN)
    assert told(of(BROKEN, hear(receiver, rx))) == told(of(BROKEN, good))


def echoes(rx: Float32, tx: Float32) -> Float32:
    """What a fresh canceller leaves."""
    canceller = EchoCanceller(len(rx))
    return np.concatenate(
        [canceller(rx[:, at : at + 160], tx[:, at : at + 160]) for at in range(0, rx.shape[1], 160)], axis=1
    )


def said() -> tuple[Float32, Float32]:
    """Three lines that say noise and hear it again 3 ms later, 10 dB down."""
    tx = np.random.default_rng(3).standard_normal((3, 24000)).astype(np.float32) * 3000
    return (np.roll(tx, 24, axis=1) * np.float32(0.3)), tx


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("side", ["rx", "tx"])
def test_the_canceller_keeps_what_is_no_sound_on_its_line(bad: str, side: str) -> None:
    """The other lines are left as ever, to the last bit; the line itself gives numbers again when it gets numbers."""
    rx, tx = said()
    good = echoes(rx, tx)
    worse = rx if side == "rx" else tx
    worse[1, 8000:9000] = BAD[bad](worse[1, 8000:9000])
    left = echoes(rx, tx)
    assert np.array_equal(left[[0, 2]], good[[0, 2]])
    assert np.isfinite(left[1, 10000:]).all()
    rest = np.square(left[1, -4000:]).mean() / np.square(rx[1, -4000:]).mean()
    assert rest < 0.05


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("side", [0, 1])
def test_the_canceller_names_a_matrix_that_it_cannot_take(wrong: str, side: int) -> None:
    """ValueError says which of the two, and what is wanted."""
    pair: list[Any] = [np.zeros((LINES, 160), np.float32), np.zeros((LINES, 160), np.float32)]
    pair[side] = WRONG[wrong][0]
    with pytest.raises(ValueError, match=f"{('rx', 'tx')[side]} as float32"):
        EchoCanceller(LINES)(*pair)


def test_the_canceller_wants_as_much_said_as_heard() -> None:
    """ValueError says how much."""
    with pytest.raises(ValueError, match=r"tx as float32 \(2, 160\)"):
        EchoCanceller(2)(np.zeros((2, 160), np.float32), np.zeros((2, 80), np.float32))


def test_the_canceller_survives_losses_resets_and_strange_lines() -> None:
    """In any order; what is no loss and no line is named."""
    rx, tx = said()
    canceller = EchoCanceller(3)
    for i, at in enumerate(range(0, 24000, 1200)):
        left = canceller(rx[:, at : at + 1200], tx[:, at : at + 1200])
        assert np.isfinite(left).all()
        canceller.skip((0, 1, 160, 8000, HOURS)[i % 5])
        canceller.reset(i % 3)
    for line in (-1, 3):
        with pytest.raises(ValueError, match="no line"):
            canceller.reset(line)
    with pytest.raises(ValueError, match="counted from 0"):
        canceller.skip(-1)
    assert np.array_equal(canceller(rx[:, :0], tx[:, :0]), rx[:, :0])


@pytest.mark.parametrize("bad", BAD)
def test_a_bridge_gives_no_noise_for_what_is_no_sound(bad: str) -> None:
    """Who talks to a broken line hears silence from it, and the others as ever."""
    bridge, tx = Bridge(3), np.zeros((3, 160), np.int16)
    bridge.connect([0, 1, 2])
    rx = np.tile(np.float32([[1000], [2000], [3000]]), 160)
    rx[1] = BAD[bad](rx[1])
    for _ in range(3):
        tx[:] = 0
        bridge.add(tx, rx)
    assert np.array_equal(tx[1], np.full(160, 4000))
    if bad in ("nan", "infinite", "minus infinite"):
        assert np.array_equal(tx[0], np.full(160, 3000))
        assert np.array_equal(tx[2], np.full(160, 1000))


@pytest.mark.parametrize(
    "rx", [np.zeros((2, 160)), np.zeros((3, 160), np.float32), np.zeros((2, 80), np.float32), np.zeros(160, np.int16)]
)
def test_a_bridge_names_a_matrix_that_it_cannot_take(rx: Any) -> None:
    """ValueError says what is wanted."""
    bridge = Bridge(2)
    bridge.connect([0, 1])
    with pytest.raises(ValueError, match="a bridge of 2 lines wants"):
        bridge.add(np.zeros((2, 160), np.int16), rx)


def test_the_mixer_takes_no_strange_line_sound_or_loss() -> None:
    """ValueError for each, and the tick after it is silent."""
    mixer = Mixer(2, Arena())
    for line in (-1, 2):
        with pytest.raises(ValueError, match="no line"):
            mixer.sound(line, np.zeros(160, np.float32))
        with pytest.raises(ValueError, match="no line"):
            mixer.play(line, [])
        with pytest.raises(ValueError, match="no line"):
            mixer.stop(line)
    for sound_ in (np.zeros((2, 160), np.float32), np.zeros(160, np.complex64), np.zeros(160, object)):
        with pytest.raises(ValueError, match="one row of samples"):
            mixer.sound(0, sound_)
    with pytest.raises(ValueError, match="counted from 0"):
        mixer.skip(-1)
    with pytest.raises(ValueError, match="no clip 7"):
        mixer.play(0, [7])
    assert not mixer.mix()[0].any()


def test_a_sound_of_no_numbers_is_silence_within_the_range() -> None:
    """NaN is silence, infinity the end of the range; an empty sound is played in no time."""
    mixer = Mixer(1, Arena())
    mixer.sound(0, np.float32([np.nan, np.inf, -np.inf, 3e38]))
    assert mixer.mix(8)[0].tolist() == [[0, 32767, -32768, 32767, 0, 0, 0, 0]]
    mixer.sound(0, np.zeros(0, np.float32))
    _, played = mixer.mix(8)
    assert [event.samples for event in played] == [0]


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: dtmf.keys("12E"), "E"),
        (lambda: dtmf.keys("1", on=-1), "not for -1"),
        (lambda: tones.plan("xx"), "xx"),
        (lambda: tones.generate(tones.plan("cn"), "bsy", 800), "bsy"),
        (lambda: tones.generate(tones.plan("cn"), "busy", -1), "-1"),
        (lambda: caller_id.fsk_signal("1" * 300), "long|300"),
        (lambda: caller_id.dtmf_signal("12X4"), "'X'"),
    ],
)
def test_a_generator_names_what_it_cannot_make(make: Any, named: str) -> None:
    """ValueError says what is wrong."""
    with pytest.raises(ValueError, match=named):
        make()


@pytest.mark.parametrize("name", [tone.name for tone in tones.plan("cn").tones])
def test_generators_make_no_more_than_what_is_asked(name: str) -> None:
    """No sample is no sample; all are finite and within int16."""
    assert tones.generate(tones.plan("cn"), name, 0).size == 0
    made = tones.generate(tones.plan("cn"), name, 4000, at=HOURS)
    assert made.shape == (4000,)
    assert np.abs(made).max() <= 32767
