"""Every receiver, with material on five lines in which it finds something on each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dsp import caller_id, dtmf, tones
from dsp.activity import ActivityReceiver
from dsp.answer import AnswerReceiver
from dsp.caller_id.signal import FskKind
from dsp.events import Event
from dsp.patient import Patient
from dsp.receiver import Float32, Receiver

LINES = 5
SECONDS = 2
KINDS: list[FskKind] = ["fsk-v23", "fsk-bell202"]
CN = tones.plan("cn")


def keys() -> Float32:
    """Keys of different lengths in noise."""
    rng = np.random.default_rng(1)
    rx = rng.standard_normal((LINES, SECONDS * 8000)) * 30
    for line in range(LINES):
        sound = dtmf.keys("".join(rng.choice(list(dtmf.KEYS), 9)), -10 - line, 400 + 97 * line, 300 + 61 * line)
        at = 311 * line
        rx[line, at : at + len(sound)] += sound[: SECONDS * 8000 - at]
    return rx.astype(np.float32)


def progress() -> Float32:
    """Different tones of the Chinese plan on the lines, in noise."""
    rng = np.random.default_rng(2)
    samples = 4 * 8000
    rx = rng.standard_normal((LINES, samples)) * 30
    for line, name in enumerate(["busy", "dial", "vacant", "congestion", "howler"]):
        rx[line, 301 * line :] += tones.generate(CN, name, samples - 301 * line)
        rx[line, 30000 + 211 * line :] = 0
    return rx.astype(np.float32)


def calls() -> Float32:
    """A caller ID of another kind on every line, in noise."""
    rx = np.random.default_rng(3).standard_normal((LINES, SECONDS * 8000)) * 20
    sounds = [caller_id.fsk_signal(f"555000{i}", kind=KINDS[i % 2], level=-12 - i) for i in range(LINES - 1)]
    for line, sound in enumerate([*sounds, caller_id.dtmf_signal("1234", on=400, off=400)]):
        rx[line, 811 * line : 811 * line + len(sound)] += sound
    return rx.astype(np.float32)


def voices() -> Float32:
    """Bursts of noise of different levels over the noise of the line."""
    rng = np.random.default_rng(4)
    rx = rng.standard_normal((LINES, SECONDS * 8000)) * 30
    for line in range(LINES):
        rx[line, 2000 + 333 * line : 7000 + 555 * line] *= 10 + 10 * line
    return rx.astype(np.float32)


def greetings() -> Float32:
    """What answers five calls: a word and silence, a busy tone, a fax, a long announcement, a word after ringback."""
    rng = np.random.default_rng(5)
    samples = 7 * 8000
    rx = rng.standard_normal((LINES, samples)) * 20
    word = np.cumsum(rng.standard_normal((LINES, samples)) * 300, axis=1) % 4000 - 2000
    rx[0, 4000:9000] += word[0, 4000:9000]
    rx[1] += tones.generate(CN, "busy", samples)
    rx[2, 3000:] += tones.generate(CN, "ced", samples - 3000)
    rx[3, 3000:] += word[3, 3000:]
    rx[4] += tones.generate(CN, "ringback", samples) * (np.arange(samples) < 9000)
    rx[4, 14000:19000] += word[4, 14000:19000]
    return rx.astype(np.float32)


def answering(lines: int) -> AnswerReceiver:
    """All lines have dialled at the first sample."""
    receiver = AnswerReceiver(lines, CN)
    for line in range(lines):
        receiver.begin(line)
    return receiver


@dataclass(frozen=True)
class Subject:
    """One receiver: how it is made for so many lines, and sound in which it finds something on every line."""

    make: Callable[[int], Receiver]
    sound: Callable[[], Float32]


SUBJECTS = {
    "dtmf": Subject(dtmf.DtmfReceiver, keys),
    "activity": Subject(lambda lines: ActivityReceiver(lines, hang=1600), voices),
    "caller id": Subject(caller_id.CallerIdReceiver, calls),
    "tones": Subject(lambda lines: tones.ToneReceiver(lines, CN), progress),
    "answer": Subject(answering, greetings),
    "patient": Subject(lambda lines: Patient(lines, dtmf.DtmfReceiver(lines), 5), keys),
}
_SOUNDS: dict[str, Float32] = {}


def sound(kind: str) -> Float32:
    """The material of a receiver, float32 (LINES, n). Not to be written to."""
    if kind not in _SOUNDS:
        _SOUNDS[kind] = SUBJECTS[kind].sound()
        _SOUNDS[kind].flags.writeable = False
    return _SOUNDS[kind]


def hear(receiver: Receiver, rx: Float32, cuts: Iterable[int] = ()) -> list[Event]:
    """The events of a matrix cut like that, what remains at the end in ticks of 160 samples."""
    events: list[Event] = []
    at = 0
    for cut in cuts:
        events += receiver(rx[:, at : at + cut])
        at += cut
    for begin in range(at, rx.shape[1], 160):
        events += receiver(rx[:, begin : begin + 160])
    return events


def of(line: int, events: Sequence[Event]) -> list[Event]:
    """Those of one line."""
    return [event for event in events if event.line == line]
