"""The caller ID receiver: FSK in both modulations and both formats, and DTMF between marks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import caller_id, dtmf, g711, levels
from dsp.caller_id.message import Message, encode
from dsp.caller_id.signal import MODULATIONS, FskKind, fsk_bits
from dsp.events import CallerId
from dsp.fsk import BELL_202, modulate
from dsp.receiver import Float32

KINDS: list[FskKind] = ["fsk-v23", "fsk-bell202"]


def hear(rx: Float32, cut: int = 160) -> list[CallerId]:
    """What the receiver finds on A-law lines, handed over in ticks."""
    coded = g711.decode(g711.encode(levels.saturate(rx), "alaw"), "alaw").astype(np.float32)
    receiver = caller_id.CallerIdReceiver(len(rx))
    return [event for at in range(0, rx.shape[1], cut) for event in receiver(coded[:, at : at + cut])]


def lines_of(sounds: list[Float32], before: int = 1600, after: int = 2400) -> Float32:
    """Sounds on lines of their own, with silence round them."""
    rx = np.zeros((len(sounds), before + max(map(len, sounds)) + after), np.float32)
    for line, sound in enumerate(sounds):
        rx[line, before + 37 * line : before + 37 * line + len(sound)] = sound
    return rx


def numbers(seed: int, count: int = 8) -> list[str]:
    """Telephone numbers of all lengths."""
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice(list("0123456789"), int(rng.integers(3, 16)))) for _ in range(count)]


def with_noise(rx: Float32, level: float, seed: int) -> Float32:
    """White noise between 300 and 3400 Hz on every line."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(rx.shape))
    frequency = np.fft.rfftfreq(rx.shape[1], 1 / 8000)
    spectrum[:, (frequency < 300) | (frequency > 3400)] = 0
    noise = np.fft.irfft(spectrum, rx.shape[1])
    return np.asarray(rx + noise / noise.std() * np.sqrt(levels.power(level)), np.float32)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["mdmf", "sdmf"])
@pytest.mark.parametrize("level", [-8, -20, -32, -40])
def test_every_modulation_format_and_level_is_read(kind: FskKind, form: str, level: float) -> None:
    """The number, the time and the kind, on all lines at once, from -8 to -40 dBm0."""
    wanted = numbers(1)
    sounds = [caller_id.fsk_signal(n, "", "11221530", kind=kind, form=form, level=level) for n in wanted]  # type: ignore[arg-type]
    found = {event.line: event for event in hear(lines_of(sounds))}
    assert [found[line].number for line in range(len(wanted))] == wanted
    assert {event.kind for event in found.values()} == {kind}
    assert {event.when for event in found.values()} == {"11221530"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ratio", [20, 12, 10])
def test_messages_in_noise(kind: FskKind, ratio: float) -> None:
    """12 dB of signal to noise is enough, and 10 dB for all but a few."""
    wanted = numbers(2, 16)
    rx = lines_of([caller_id.fsk_signal(n, kind=kind, level=-15) for n in wanted])
    found = hear(with_noise(rx, -15 - ratio, 2))
    assert all(event.number == wanted[event.line] for event in found)
    assert len(found) >= (16 if ratio >= 12 else 15)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("clock", [-0.01, 0.01])
def test_a_sender_whose_clock_is_off(kind: FskKind, clock: float) -> None:
    """1 % fast or slow over a long message."""
    sound = caller_id.fsk_signal("0123456789", "A LONG NAME OF A COMPANY", kind=kind, clock=clock)
    assert [(e.number, e.name) for e in hear(lines_of([sound]))] == [("0123456789", "A LONG NAME OF A COMPANY")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tilt", [-6, 6])
def test_a_line_that_favours_one_frequency(kind: FskKind, tilt: float) -> None:
    """6 dB between 1200 and 2200 Hz."""
    sound = caller_id.fsk_signal("5551234", kind=kind)
    frequency = np.fft.rfftfreq(len(sound), 1 / 8000)
    slope = 10 ** (np.clip((frequency - 1700) / 1000, -1.5, 1.5) * tilt / 20)
    tilted = np.fft.irfft(np.fft.rfft(sound) * slope, len(sound)).astype(np.float32)
    assert [event.number for event in hear(lines_of([tilted]))] == ["5551234"]


@pytest.mark.parametrize(("seizure", "mark"), [(0, 60), (80, 30), (300, 80)])
def test_short_preambles(seizure: int, mark: int) -> None:
    """Some exchanges send no seizure, or little mark."""
    sound = modulate(fsk_bits(encode(Message("5551234")), seizure, mark), BELL_202)
    assert [event.number for event in hear(lines_of([sound]))] == ["5551234"]


@pytest.mark.parametrize("reason", ["O", "P"])
def test_a_withheld_number(reason: str) -> None:
    """No number, but the reason."""
    events = hear(lines_of([caller_id.fsk_signal("", reason=reason), caller_id.dtmf_signal("10", "B", "C")]))
    assert [(e.number, e.reason) for e in sorted(events, key=lambda e: e.line)] == [("", reason), ("", "P")]


@pytest.mark.parametrize(("start", "end"), [("D", "C"), ("A", "C"), ("A", "#"), ("B", "C"), ("D", "#"), ("C", "*")])
def test_dtmf_caller_id_between_marks(start: str, end: str) -> None:
    """Whatever the marks, 70 ms keys and 50 ms keys."""
    sounds = [caller_id.dtmf_signal("13800138000", start, end, on=on, off=on) for on in (560, 400)]
    found = hear(lines_of(sounds))
    assert [(e.number, e.kind) for e in found] == [("13800138000", "dtmf")] * 2


def test_keys_of_a_caller_are_no_caller_id() -> None:
    """Digits without a start mark, or with a pause inside, say nothing of a caller."""
    pause = np.zeros(8000, np.float32)
    broken = [caller_id.dtmf_signal("12", "D", ""), pause, caller_id.dtmf_signal("34", "", "C")]
    assert hear(lines_of([caller_id.dtmf_signal("12345", "*", "#"), np.concatenate(broken)])) == []


def test_somebody_elses_dtmf_receiver_may_be_used() -> None:
    """Without a receiver of its own the keys come in as events."""
    receiver, keys = caller_id.CallerIdReceiver(1, dtmf=False), dtmf.DtmfReceiver(1)
    rx = lines_of([caller_id.dtmf_signal("5551234")])
    assert receiver(rx) == []
    assert [event.number for event in receiver.digits(keys(rx))] == ["5551234"]


@settings(deadline=None, max_examples=40)
@given(place=st.integers(0, 300), length=st.integers(1, 60), kind=st.sampled_from(KINDS), seed=st.integers(0, 99))
def test_never_a_wrong_number(place: int, length: int, kind: FskKind, seed: int) -> None:
    """Noise bursts anywhere in the message: the right number or none."""
    sound = caller_id.fsk_signal("5551234", "NAME", kind=kind)
    at = 3200 + 8 * place
    rng = np.random.default_rng(seed)
    sound[at : at + 8 * length] = rng.standard_normal(len(sound[at : at + 8 * length])) * 3000
    assert {(event.number, event.name) for event in hear(lines_of([sound]), cut=4000)} <= {("5551234", "NAME")}


@pytest.mark.parametrize("seed", range(3))
def test_noise_is_no_message(seed: int) -> None:
    """Ten seconds of noise in the band of FSK, and of random bits in it: nothing."""
    rng = np.random.default_rng(seed)
    random_bits = modulate(rng.integers(0, 2, 12000).astype(np.uint8), MODULATIONS[KINDS[seed % 2]])
    noise = (rng.standard_normal(80000) * 1000).astype(np.float32)
    assert hear(lines_of([noise[: len(random_bits)], random_bits])) == []


def test_lost_samples_inside_a_message_lose_it() -> None:
    """No number is better than a wrong one; the next message is read."""
    sound = lines_of([caller_id.fsk_signal("5551234")])
    receiver = caller_id.CallerIdReceiver(1)
    events = receiver(sound[:, :5440])
    receiver.skip(160)
    events += receiver(sound[:, 5600:])
    receiver.skip(100_000)
    assert events == []
    again = receiver(sound)
    assert [event.number for event in again] == ["5551234"]
    assert abs(again[0].at - (2 * sound.shape[1] + 100_000)) < 4000


def test_reset_forgets_a_message_half_heard() -> None:
    """What was captured before a new call is not read with what comes after."""
    sound = lines_of([caller_id.fsk_signal("5551234"), caller_id.dtmf_signal("5551234")])
    receiver = caller_id.CallerIdReceiver(2)
    receiver(sound[:, :5000])
    receiver.reset(0)
    receiver.reset(1)
    assert receiver(sound[:, 5000:]) == []
