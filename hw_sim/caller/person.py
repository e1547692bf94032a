"""A caller: a scripted person on a telephone of the office. Sans-I/O: what it hears in, what it does out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

from drivers.speech.espeak import speak
from dsp.events import Event, Tone
from hw_sim.caller import acting, conditions, listening
from hw_sim.caller import script as caller_script
from hw_sim.caller import steps as script
from hw_sim.caller.config import CallerConfig, load_caller_config
from hw_sim.caller.conversation import Conversation, Next
from hw_sim.caller.course import Course
from hw_sim.caller.events import (
    Action,
    CallerProtocol,
    Dial,
    Entry,
    EntryKind,
    HangUp,
    Heard,
    PickUp,
    Send,
    Sent,
)
from hw_sim.caller.impressions import Contents, Impressions, Vocabulary
from hw_sim.caller.outcome import essence
from hw_sim.caller.temper import Temper
from hw_sim.caller.voice import Lines, Synth
from hw_sim.yaml_types import Strict

__all__ = [
    "Action", "Caller", "CallerProtocol", "Contents", "Dial", "Entry", "EntryKind", "HangUp", "Heard", "PickUp", "Send",
    "Sent", "load_caller",
]  # fmt: skip

LISTENING = (script.Hear, script.NoteNumber, script.NoteDate, caller_script.On)
"""Steps in which somebody may lose patience, or speak into what is said."""


class Caller:
    """A person who follows a script (CALLER.yaml, docs/callers.md). Keeps CallerProtocol.

    book: what its clips say; without one, prompts are known by their ids alone. synth: makes speech, here and at once;
    lines: what was made already, for a script that many follow. seed: of what the character does; the same seed, the
    same call. number: instead of the script's.

    Raises drivers.speech.errors.SpeechError when the script says something that cannot be spoken.
    """

    def __init__(
        self,
        config: CallerConfig,
        book: Contents | None = None,
        synth: Synth = speak,
        *,
        lines: Lines | None = None,
        seed: int = 0,
        number: str | None = None,
    ) -> None:
        room = config.character.noisy_room
        self.config = config
        self.number = config.who.number if number is None else number
        self.level = config.who.level
        self.noise = room.level if room else config.who.noise_level
        self.line = config.who.line
        self.wake: int | None = 0
        temper = Temper(config.character, config.who, Random(f"{seed} {self.number}"))
        heard = Impressions(Vocabulary.of(book))
        self._call = Conversation(config.patience, heard, temper, lines or Lines(config, synth))
        self.report = self._call.report
        self.notes = self._call.notes
        self.responses = self._call.responses
        self._course = Course(config.script)
        self._begun: Strict | None = None

    @property
    def finished(self) -> bool:
        """The script is over, well or badly, and the receiver is down."""
        return self._call.failed or self._call.over or self._course.step is None

    @property
    def succeeded(self) -> bool:
        """Every step was done: everything that should have been heard was heard."""
        return self.finished and not self._call.failed and not self._call.over

    def advance(self, now: int, events: Sequence[Event]) -> list[Action]:
        """See CallerProtocol. Events are taken one by one: a step may end in the middle of them."""
        for event in events:
            if not self.finished:
                self._begin(now)
                self._notice(event)
                self._go_on(now, event)
        self._go_on(now, None)
        if self.finished:
            self._call.hang_up(now)
        soonest = self._call.moments(now)
        self.wake = None if self.finished else max(self._course.rest, now) if self._course.rest > now else soonest
        actions, self._call.actions = self._call.actions, []
        return actions

    def release(self) -> None:
        """The call is over and has been written down: only what tells how it came out is kept in memory."""
        self.report[:] = essence(self.report)
        self._call.forget()

    def _begin(self, now: int) -> Strict | None:
        """The step that is to be done; told once that it begins."""
        step = self._course.step
        if step is not None and self._begun is not step:
            self._begun = step
            self._call.begin(now, self.config.place(step), self._course.following)
        return step

    def _go_on(self, now: int, event: Event | None) -> None:
        """Do steps until one must wait. An event serves one step only."""
        while not self.finished and now >= self._course.rest:
            step = self._begin(now)
            if step is None:
                return
            self._call.moods(now, isinstance(step, LISTENING))
            following = None if self.finished else self._step(now, event, step)
            if following is None or self._call.failed:
                return
            self._pass(now, step, following)
            event = None

    def _pass(self, now: int, step: Strict, following: Sequence[Strict]) -> None:
        """From a step that is done to the next."""
        self._begun = None
        match step:
            case caller_script.Repeat():
                self._course.repeat(step.do, step.repeat, step.lasting, now)
            case caller_script.Leave():
                self._course.leave(now)
            case caller_script.Stop():
                self._course.stop()
            case _:
                self._course.enter(following, now)

    def _step(self, now: int, event: Event | None, step: Strict) -> Next:
        """Begin the step or go on with it."""
        call = self._call
        match step:
            case script.Hear():
                return listening.hear(call, now, event, step)
            case caller_script.On():
                return listening.on(call, now, event, step)
            case script.Expect():
                return listening.expect(call, now, step)
            case script.NoteNumber():
                return listening.note(call, now, "number", step.note_number, step.within)
            case script.NoteDate():
                return listening.note(call, now, "date", step.note_date, step.within)
            case caller_script.If():
                return step.then if conditions.holds(step.when, call.notes) else step.otherwise
            case caller_script.Fail():
                call.fail(now, step.fail)
        return acting.act(call, now, event, step)

    def _notice(self, event: Event) -> None:
        call = self._call
        if isinstance(event, Heard):
            call.heard.take(event)
            text = call.heard.text(event.clip)
            if event.edge == "began":
                call.note(event.at, "heard", text, event.clip)
            elif not event.whole:
                call.note(event.at, "cut", text, event.clip)
        elif isinstance(event, Tone):
            call.heard.take(event)
            if event.edge == "began":
                call.note(event.at, "tone", event.tone, event.tone)
        call.take(event)


def load_caller(file: str | Path, book: Contents | None = None, synth: Synth = speak) -> Caller:
    """The caller of a CALLER.yaml.

    Raises drivers.yaml_source.ConfigError with every fault of the file (with a book also prompts that it does not
    have), drivers.speech.errors.SpeechError.
    """
    return Caller(load_caller_config(file, clips=book.clips if book else None), book, synth)
