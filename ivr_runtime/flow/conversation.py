"""What one call knows while a flow runs on it: variables, language, trace, recordings that are not settled yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from drivers.speech.wav import read_wav
from dsp.joints import softened
from dsp.receiver import Float32
from ivr_runtime.call import Call
from ivr_runtime.errors import ServiceFailed
from ivr_runtime.flow import expressions, model
from ivr_runtime.flow.load import Flow
from ivr_runtime.flow.model import STEPS, RecordStep
from ivr_runtime.flow.pieces import Say
from ivr_runtime.flow.saying import Reading, Sound, Utterance
from ivr_runtime.flow.trace import Entry, Journal, kept
from ivr_runtime.flow.walk import Path as Place


class Speaker(Protocol):
    """Clips by their id (`ivr_runtime.speech.Speech`)."""

    def index(self, clip_id: str) -> int | None:
        """The arena's index of a clip that is known. Never blocks."""

    def clip(self, language: str, text: str) -> int:
        """The index of a clip for any words, synthesised if they are new. Blocks. Raises SpeechError."""


class Service(Protocol):
    """A blocking function. required, optional: the names of its arguments. Raises ServiceFailed."""

    @property
    def required(self) -> tuple[str, ...]: ...
    @property
    def optional(self) -> tuple[str, ...]: ...
    def __call__(self, *values: Any, **named: Any) -> Any: ...


LAST_TRIES = 4
"""How often a recording is tried to be kept after the call: 10 s with a locked database."""


@dataclass(slots=True)
class Take:
    """A recording that was neither kept nor thrown away."""

    step: RecordStep
    file: Path
    samples: int


@dataclass(slots=True)
class Conversation:
    """The state of one call in a flow, and what every kind of step needs: say, ask a service, settle recordings."""

    flow: Flow
    call: Call
    speaker: Speaker
    services: Mapping[str, Service]
    journal: Journal | None = None
    folder: Path = Path()
    variables: dict[str, Any] = field(default_factory=dict)
    trace: list[Entry] = field(default_factory=list)
    retries: Counter[str] = field(default_factory=Counter)
    takes: dict[str, Take] = field(default_factory=dict)
    recorded: int = 0
    over: bool = False

    def __post_init__(self) -> None:
        self.speak(self.flow.languages[0])
        self.variables |= expressions.value(self.flow.model.variables, self.known)
        self.call.apologies = lambda _kind: self._apology()

    @property
    def known(self) -> dict[str, Any]:
        """The variables that an expression may use."""
        call = self.call
        given = dict(zip(expressions.CALL, (call.id, call.caller_number, call.line_name, call.card), strict=True))
        return {**self.variables, "call": given, "language": call.language}

    def speak(self, language: str) -> None:
        """Speak this language from here on."""
        self.call.language = language

    def begin(self, path: Place, step: Any) -> Entry:
        """A step begins: its entry stands in the trace from now on."""
        action = next(key for key, kind in STEPS.items() if kind is type(step))
        entry = Entry(".".join(map(str, path[1:] if path[0] == "steps" else path)), action, self.call.clock.now)
        self.trace.append(entry)
        return entry

    def finish(self, entry: Entry) -> None:
        """The step's own work is done; it is the last that began, for what follows from it has not begun yet."""
        entry.until = self.call.clock.now
        number = len(self.trace)
        facts = {"action": entry.action, "outcome": entry.outcome, "said": entry.said, "keys": entry.keys}
        self.call.log.debug("step", number=number, path=entry.path, **facts)
        if self.journal is not None:
            self.journal.step(kept(self.call.id, number, entry))

    async def say(self, said: Say, path: Place, bargein: bool | None = None) -> None:
        """Say pieces end to end. Raises ExpressionError, Unspeakable, SpeechError, CallEnded."""
        reading = Reading(self.flow.model, self.flow.named, self.call.language, self.known)
        barge_in = self.flow.model.defaults.bargein if bargein is None else bargein
        clips: list[int] = []
        heard = reading.say(said, path)
        for i, utterance in enumerate(heard):
            if isinstance(utterance, Sound):
                await self._play(utterance, barge_in)
                continue
            clips.append(await self._clip(utterance))
            if i + 1 == len(heard) or isinstance(heard[i + 1], Sound):
                await self._begin(_ids(heard[i + 1 - len(clips) : i + 1]), self.call.play(clips, barge_in=barge_in))
                clips = []

    async def query(self, service: model.Service) -> Any:
        """What a service answers; it runs in a thread. Raises ServiceFailed, ExpressionError."""
        arguments = expressions.value(service.arguments, self.known)
        self.trace[-1].facts["service"] = service.query
        return await self.call.run(self.services[service.query], **arguments)

    async def keep(self, name: str) -> Any:
        """Keep a recording for good. Raises ServiceFailed; the recording is then still unsettled."""
        take = self.takes[name]
        kept_as = await self.query(take.step.keep)
        self.takes.pop(name, None)
        return kept_as

    async def discard(self, name: str) -> None:
        """Throw a recording away, if there is one that was not kept. Raises ServiceFailed."""
        take = self.takes.pop(name, None)
        if take is not None and take.step.discard is not None:
            await self.query(take.step.discard)

    async def settle(self) -> None:
        """The call is over: keep what is long enough and was neither kept nor discarded."""
        for name in list(self.takes):
            await self._settle(name)

    async def _settle(self, name: str) -> None:
        """Nobody waits any more, so what cannot be kept is tried again; each try waits for a locked database."""
        for left in reversed(range(LAST_TRIES)):
            try:
                await self.keep(name)
            except (ServiceFailed, expressions.ExpressionError) as error:
                take = self.takes[name]
                if not left:
                    self.call.log.error("step.failed", file=str(take.file), samples=take.samples, error=str(error))
            else:
                return

    async def _clip(self, utterance: Any) -> int:
        known = self.speaker.index(utterance.id)
        if known is not None:
            return known
        return await self.call.run(self.speaker.clip, utterance.language, utterance.text)

    async def _play(self, sound: Sound, barge_in: bool) -> None:
        samples = await self.call.run(_samples, sound.file)
        await self._begin([sound.id], self.call.play_sound(samples, barge_in=barge_in))

    async def _begin(self, ids: list[str], playing: Awaitable[str | None]) -> None:
        """Play, and keep in the trace what was begun: nothing, if a key typed ahead skipped it or nobody was there."""
        said, began = self.trace[-1].said, self.call.clock.now
        said += ids
        heard = False
        try:
            heard = await playing is None
        finally:
            if not heard and self.call.clock.now == began:
                del said[len(said) - len(ids) :]

    def _apology(self) -> list[int]:
        apology = self.flow.model.apology
        clip_id = f"{self.call.language}/{apology}"
        index = self.speaker.index(clip_id) if apology else None
        return [] if index is None else [index]


def _ids(heard: list[Utterance]) -> list[str]:
    return [utterance.id for utterance in heard]


def _samples(file: Path) -> Float32:
    sound: Float32 = softened(read_wav(file)).astype("float32")
    return sound
