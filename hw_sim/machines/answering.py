"""Machines, and people as simple as machines, that answer a line of the office by themselves.

All of them say one thing when they have picked up; an answering machine then listens. They have the face of a caller
(`hw_sim.caller.events.CallerProtocol`) that never dials, and are ready for the next call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from drivers.events import Ringing
from drivers.speech.wav import to_wav, write_whole
from dsp.events import Event, Tone
from dsp.receiver import RATE, Float32
from hw_sim.caller.events import Action, Entry, EntryKind, HangUp, PickUp, Send, Sent
from hw_sim.machines import sounds
from hw_sim.machines.config import (
    Announcement,
    AnsweringMachine,
    AnsweringModem,
    MachineConfig,
    Person,
    TimeSignal,
)
from hw_sim.machines.tape import Tape, TapeOver
from hw_sim.people.source import Live

ALONE = frozenset({"busy", "congestion", "howler", "dial"})

GREETING = {"zh": "您好，现在没有人接听，请在提示音后留言。", "en": "Nobody is here. Please speak after the tone."}
VACANT = {"zh": "您拨打的号码不存在，请查证后再拨。", "en": "The number you have dialled is not in service."}
HELLO = {
    "zh": ("喂", "你好，请问哪位", "是的，我听得到", "好的，没有问题"),
    "en": ("Hello?", "Who is it?", "Yes, I can hear you"),
}


class Machine:
    """Answers, says, hangs up. sound: what it says when it picks up at that sample; tape: what it listens with then."""

    finished = False
    succeeded = True

    def __init__(
        self, config: MachineConfig, sound: Callable[[int], Float32], tape: Callable[[], Tape] | None = None
    ) -> None:
        self.number = config.number
        self.line = config.line
        self.level = config.level
        self.noise: float | None = None
        self.wake: int | None = None
        self.report: list[Entry] = []
        self._config = config
        self._sound = sound
        self._make_tape = tape
        self._tape: Tape | None = None
        self._messages = 0

    def advance(self, now: int, events: Sequence[Event]) -> list[Action]:
        """See CallerProtocol."""
        if self.wake is None:
            rung = any(isinstance(event, Ringing) and event.ring >= self._config.rings for event in events)
            return self._pick_up(now) if rung else []
        for event in events:
            if isinstance(event, Tone) and event.edge == "began" and event.tone in ALONE:
                return self._hang_up(now, event.at)
            if isinstance(event, TapeOver):
                return self._hang_up(now, now)
            if isinstance(event, Sent):
                return self._said(now)
        return self._hang_up(now, now) if now >= self.wake else []

    def _pick_up(self, now: int) -> list[Action]:
        self.wake = now + self._config.talk
        self._note(now, "said", "picked up")
        return [PickUp(), Send(self._sound(now))]

    def _said(self, now: int) -> list[Action]:
        if self._make_tape is None:
            return self._hang_up(now, now)
        self._tape = self._make_tape()
        return [Live(self._tape)]

    def _hang_up(self, now: int, spoken_until: int) -> list[Action]:
        self.wake = None
        self._keep(now, spoken_until)
        self._note(now, "hung_up", "hung up")
        return [HangUp()]

    def _keep(self, now: int, until: int) -> None:
        """The message becomes a WAV file: NUMBER-1.wav, NUMBER-2.wav ... in the machine's folder."""
        tape, self._tape = self._tape, None
        message = tape.message(until) if tape else np.zeros(0, np.int16)
        if not len(message):
            return
        text = f"a message of {len(message) / RATE:.1f} s"
        folder = self._config.record if isinstance(self._config, AnsweringMachine) else None
        if folder is not None:
            self._messages += 1
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"{self._config.number or self._config.port}-{self._messages}.wav"
            write_whole(file, to_wav(message))
            text = f"{text}: {file}"
        self._note(now, "noted", text, "message")

    def _note(self, at: int, kind: EntryKind, text: str, name: str = "") -> None:
        self.report.append(Entry(at, kind, text, name))


def machine(config: MachineConfig) -> Machine:
    """The machine of a row of OFFICE.yaml; its speech is made here. Raises drivers.speech.errors.SpeechError."""
    match config:
        case AnsweringMachine():
            greeting = _greeting(config)
            return Machine(config, lambda _: greeting, lambda: Tape(config.silence, config.talk))
        case Announcement():
            announcement = _announcement(config)
            return Machine(config, lambda _: announcement)
        case AnsweringModem():
            answer = _modem(config)
            return Machine(config, lambda _: answer)
        case Person():
            talk = sounds.conversation(config, HELLO.get(config.language, HELLO["en"]))
            return Machine(config, lambda _: talk)
        case TimeSignal():
            return Machine(config, lambda now: sounds.pips(now, config.talk, config.level))


def _greeting(config: AnsweringMachine) -> Float32:
    beep = sounds.tone(config.beep, config.beep_length / RATE, config.level)
    spoken = sounds.speech(config, GREETING.get(config.language, GREETING["en"]))
    return np.concatenate([sounds.silence(0.6), spoken, sounds.silence(0.5), beep])


def _announcement(config: Announcement) -> Float32:
    tones = [sounds.information(config.sit, config.level), sounds.silence(0.1)] if config.sit else []
    spoken = sounds.speech(config, VACANT.get(config.language, VACANT["en"]))
    return np.concatenate([sounds.silence(0.2), *[*tones, spoken, sounds.silence(1.0)] * config.times])


def _modem(config: AnsweringModem) -> Float32:
    """V.25: silence of 1.8 to 2.5 s, the answer tone, 75 ms of silence."""
    answer = sounds.answer_tone(config.level, config.reversals, config.swing)
    carrier = sounds.tone(sounds.V22_ONES, config.talk / RATE, config.level)
    return np.concatenate([sounds.silence(1.9), answer, sounds.silence(0.075), carrier])
