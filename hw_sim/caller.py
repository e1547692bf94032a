"""A caller: a scripted person on a telephone of the office. Sans-I/O: what it hears in, what it does out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from drivers.speech.espeak import speak
from dsp.events import Event, Tone
from hw_sim.caller_config import CallerConfig, NamedClip, load_caller_config
from hw_sim.caller_events import Action, CallerProtocol, Dial, Entry, EntryKind, HangUp, Heard, Send, Sent
from hw_sim.conversation import Conversation
from hw_sim.impressions import Impressions
from hw_sim.voice import Synth, sounds

__all__ = [
    "Action", "Caller", "CallerProtocol", "Contents", "Dial", "Entry", "EntryKind", "HangUp", "Heard", "Send", "Sent",
    "load_caller",
]  # fmt: skip


class Contents(Protocol):
    """What a caller needs of a book: what its clips are called and say."""

    @property
    def clips(self) -> Sequence[NamedClip]:
        """All clips."""
        ...


class Caller:
    """A person who follows a script (CALLER.yaml, docs/callers.md). Keeps CallerProtocol.

    book: what its clips say; without one, prompts are known by their ids alone. synth: makes speech, here and at once.

    Raises drivers.speech.errors.SpeechError when the script says something that cannot be spoken.
    """

    def __init__(self, config: CallerConfig, book: Contents | None = None, synth: Synth = speak) -> None:
        self.config = config
        self.number = config.who.number
        self.level = config.who.level
        self.noise = config.who.noise_level
        self.wake: int | None = 0
        self._sounds = sounds(config, synth)
        self._call = Conversation(config.patience, Impressions.of(book.clips if book else ()))
        self.report = self._call.report
        self.notes = self._call.notes
        self._place = 0

    @property
    def finished(self) -> bool:
        """The script is over, well or badly, and the receiver is down."""
        return self._call.failed or self._place >= len(self.config.script)

    @property
    def succeeded(self) -> bool:
        """Every step was done: everything that should have been heard was heard."""
        return self.finished and not self._call.failed

    def advance(self, now: int, events: Sequence[Event]) -> list[Action]:
        """See CallerProtocol. Events are taken one by one: a step may end in the middle of them."""
        if self._place == 0 and not self._call.since:
            self._call.since = now
        for event in events:
            if not self.finished:
                self._notice(event)
                self._go_on(now, event)
        self._go_on(now, None)
        if self.finished:
            self._call.hang_up(now)
        self.wake = None if self.finished else self._call.again(now, self.config.script[self._place])
        actions, self._call.actions = self._call.actions, []
        return actions

    def _go_on(self, now: int, event: Event | None) -> None:
        """Do steps until one must wait. An event serves one step only."""
        while not self.finished and self._call.step(
            now, event, self.config.script[self._place], self._sounds.get(self._place)
        ):
            self._place += 1
            self._call.since = now
            event = None

    def _notice(self, event: Event) -> None:
        if isinstance(event, Heard):
            self._call.heard.take(event)
            text = self._call.heard.text(event.clip)
            if event.edge == "began":
                self._call.note(event.at, "heard", text, event.clip)
            elif not event.whole:
                self._call.note(event.at, "cut", text, event.clip)
        elif isinstance(event, Tone):
            self._call.heard.take(event)
            if event.edge == "began":
                self._call.note(event.at, "tone", event.tone, event.tone)


def load_caller(file: str | Path, book: Contents | None = None, synth: Synth = speak) -> Caller:
    """The caller of a CALLER.yaml.

    Raises drivers.yaml_source.ConfigError with every fault of the file (with a book also prompts that it does not
    have), drivers.speech.errors.SpeechError.
    """
    return Caller(load_caller_config(file, clips=book.clips if book else None), book, synth)
