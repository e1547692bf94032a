"""What the caller ID receiver tells beside numbers: refusals, message waiting, what a port sends; and bad input."""

import numpy as np
import pytest

from dsp import caller_id
from dsp.caller_id import CallerIdReceiver, Message, encode, fsk_message
from dsp.caller_id.report import Drained
from dsp.receiver import Float32


def padded(*sounds: Float32) -> Float32:
    """One line: the sounds with pauses round them."""
    pause = np.zeros(4000, np.float32)
    return np.concatenate([pause, *(part for sound in sounds for part in (sound, pause))])[None]


def test_a_message_that_cannot_be_read_is_reported_and_counted() -> None:
    """With the line, the moment, why, the signal to noise, and what was read of it; once."""
    sound = caller_id.fsk_signal("5551234", "NAME", kind="fsk-bell202")
    sound[4200:4500] = 0
    receiver = CallerIdReceiver(2)
    rx = np.concatenate([np.zeros_like(padded(sound)), padded(sound)])
    assert receiver(rx) == []
    (refusal,) = receiver.refusals()
    assert (refusal.line, receiver.refused) == (1, 1)
    assert refusal.why
    assert refusal.bits >= 30
    assert refusal.snr > 3
    assert receiver.refusals() == []


def test_lost_samples_lose_that_message_only() -> None:
    """It is counted; the next is read."""
    sound = padded(caller_id.fsk_signal("5551234", kind="fsk-bell202"))
    receiver = CallerIdReceiver(1)
    assert receiver(sound[:, :7600]) == []
    receiver.skip(160)
    assert receiver(sound[:, 7760:]) == []
    assert receiver.refused == 1
    assert [event.number for event in receiver(sound)] == ["5551234"]


def test_message_waiting_is_no_caller() -> None:
    """It is told in a list of its own."""
    receiver = CallerIdReceiver(1)
    sounds = [fsk_message(encode(Message(waiting=waiting))) for waiting in (True, False)]
    assert receiver(padded(*sounds)) == []
    assert [one.waiting for one in receiver.messages_waiting()] == [True, False]


def test_a_port_is_learned() -> None:
    """What it sends, how often, and how sure that is; a new call does not forget it."""
    receiver = CallerIdReceiver(2)
    assert receiver.learned(0).kind is None
    assert receiver.learned(0).sure == 0
    bell = caller_id.fsk_signal("5551234", kind="fsk-bell202")
    rx = padded(bell, bell, caller_id.dtmf_signal("5551234"), bell)
    receiver(np.concatenate([rx, np.zeros_like(rx)]))
    receiver.reset(0)
    learned = receiver.learned(0)
    assert (learned.kind, learned.messages, learned.others) == ("fsk-bell202", 3, 1)
    assert learned.sure == pytest.approx(4 / 6)
    assert receiver.learned(1).kind is None


def test_a_clear_message_is_surer_than_a_noisy_one() -> None:
    """`confidence` falls with noise, and never lies above one."""
    clear = padded(caller_id.fsk_signal("5551234"))
    noise = np.random.default_rng(1).standard_normal(clear.shape) * 2300
    (first,) = CallerIdReceiver(1)(clear)
    (second,) = CallerIdReceiver(1)((clear + noise).astype(np.float32))
    assert 0.9 < second.confidence <= first.confidence <= 1


@pytest.mark.parametrize("parity", ["even", "odd"])
@pytest.mark.parametrize("kind", ["fsk-v23", "fsk-bell202"])
def test_all_that_the_exchange_can_send_is_read(parity: str, kind: str) -> None:
    """Parity, a short preamble, tilt, a fast clock, and the alerting tone before it."""
    sound = caller_id.fsk_signal(
        "02885551234", "LI", "11221530", kind=kind, parity=parity, seizure=40, mark=30, tilt=6, clock=0.01, alert=True,  # type: ignore[arg-type]
    )  # fmt: skip
    (event,) = CallerIdReceiver(1)(padded(sound))
    assert (event.number, event.name, event.when, event.kind) == ("02885551234", "LI", "11221530", kind)


def test_what_nobody_reads_is_bounded_and_counted() -> None:
    """The newest stay."""
    kept: Drained[int] = Drained()
    for i in range(100):
        kept.add(i)
    assert kept.drain() == list(range(36, 100))
    assert (kept.count, kept.dropped) == (100, 36)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_bad_samples_harm_no_other_line_and_no_later_message(bad: float) -> None:
    """NaN, infinity and what no card can give, for half a second on one line."""
    sound = padded(caller_id.fsk_signal("5551234"))
    rx = np.concatenate([sound, sound])
    rx[0, 4500:8500] = bad
    receiver = CallerIdReceiver(2)
    assert [(event.line, event.number) for event in receiver(rx)] == [(1, "5551234")]
    assert [event.number for event in receiver(np.concatenate([sound, sound]))] == ["5551234"] * 2


@pytest.mark.parametrize("kind", ["dc", "hum", "clipped", "loud noise"])
def test_lines_as_they_should_not_be(kind: str) -> None:
    """Direct current, hum and clipping do not hide a message; full-scale noise is none."""
    sound = padded(caller_id.fsk_signal("5551234", level=-13))
    time = np.arange(sound.shape[1])
    rx = {
        "dc": sound + 8000,
        "hum": sound + 6000 * np.sin(2 * np.pi * 50 / 8000 * time),
        "clipped": np.clip(4 * sound, -8000, 8000),
        "loud noise": np.random.default_rng(2).uniform(-32768, 32767, sound.shape),
    }[kind]
    found = [event.number for event in CallerIdReceiver(1)(rx.astype(np.float32))]
    assert found == ([] if kind == "loud noise" else ["5551234"])


@pytest.mark.parametrize(
    "rx", [np.zeros(160, np.float32), np.zeros((3, 160), np.float32), np.zeros((2, 160), np.int16)]
)
def test_a_matrix_of_another_shape_or_type_is_refused(rx: Float32) -> None:
    """It says which, and what was wanted."""
    with pytest.raises(ValueError, match=r"2 lines|float32"):
        CallerIdReceiver(2)(rx)
