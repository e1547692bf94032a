"""One conversation, from seizure to release: the verbs that a step may use.

Every verb but `run`, `flush_keys` and `apologise` raises `CallEnded` when the call is over, out of whichever wait it is
in. All times are counted in samples of the card; parameters are seconds.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import structlog

from dsp.receiver import Float32
from ivr_runtime.clock import samples
from ivr_runtime.desk import Desk, Note
from ivr_runtime.keys import SWALLOW, Collected, Collector, Rules
from ivr_runtime.leg import Leg
from ivr_runtime.message import Message, Recording, beep_sound

P = ParamSpec("P")
T = TypeVar("T")

ANSWER_WAIT = 40_000
"""A line that is not off hook 5 s after we answered it never will be."""

SETTLING = 2_000
"""After the answer the exchange switches the speech path through: 250 ms of silence before the first word."""

DRAIN = 1_600
"""The kernel holds up to ten ticks that were not heard yet: hang up 200 ms after the last word."""

GOODBYE = 80_000
"""An apology that lasts longer than 10 s is cut."""


class Call:
    """A call and its verbs. Its task is the only one that awaits them; the pump posts events to it.

    id: unique, sorts by time. line: the row; line_name and card: what people call them. language: set by the flow.
    leg: what happened on the line so far (samples of ring, answer and end; caller ID; why it ended).
    log: bound to card, line, call and clock. on_note: called with every Note. apologies: clips of a kind of apology in
    the language of the call (the flow gives them).
    """

    def __init__(self, desk: Desk, call_id: str, line: int, *, card: str = "", line_name: str = "") -> None:
        self.id = call_id
        self.line = line
        self.card = card
        self.line_name = line_name or str(line)
        self.language = ""
        self.leg = Leg(desk, line)
        self.clock = desk.clock
        self.log = structlog.get_logger().bind(card=card, line=self.line_name, call=call_id, clock=desk.clock)
        self.on_note: Callable[[Note], None] = lambda _: None
        self.apologies: Callable[[str], Sequence[int]] = lambda _: ()
        self._desk = desk

    @property
    def caller_number(self) -> str:
        """The caller's number, "" when it is not known."""
        return self.leg.caller_id.number if self.leg.caller_id else ""

    # The verbs.

    async def offered(self, rings: int = 2) -> None:
        """Wait until the line may be answered: the caller ID is here, or that many rings were heard."""
        self.leg.check()
        while self.leg.caller_id is None and self.leg.rings < rings:
            await self.leg.wait()
            self.leg.check()

    async def answer(self) -> None:
        """Go off hook and wait until speech can pass. Does nothing when that was done.

        Raises CallEnded("not_answered") when the line is not off hook within 5 s.
        """
        self.leg.check()
        if self.leg.answered is not None:
            return
        self._desk.ask("answer", self.line)
        deadline = self.clock.now + ANSWER_WAIT
        while self.leg.answered is None:
            await self.leg.wait(deadline)
            if self.leg.answered is None and self.clock.now >= deadline:
                self.leg.end("not_answered")
            self.leg.check()
        self._note("answered")
        await self.leg.pause(self.clock.now + SETTLING)

    async def play(self, clips: Sequence[int], barge_in: bool = True) -> str | None:
        """Say clips (indices into the arena) end to end; returns None at the last sample sent.

        barge_in: a key stops the prompt; it is returned and STAYS in the queue for the `collect` that follows. A key
        that is in the queue already (type-ahead) skips the prompt altogether: several prompts in a row are skipped by
        one key. With barge_in=False all is said; keys pressed meanwhile wait in the queue (`flush_keys`).
        """
        self.leg.check()
        key = self._next_key() if barge_in else None
        if key is not None or not clips:
            return key
        self._desk.mixer.play(self.line, clips)
        self._note("play", clips=tuple(clips))
        return await self._played(barge_in)

    async def play_sound(self, sound: Float32, barge_in: bool = True) -> str | None:
        """Like `play`, for a sound that is no clip (a recorded message): one row of samples, linear."""
        self.leg.check()
        key = self._next_key() if barge_in else None
        if key is not None or not len(sound):
            return key
        self._desk.mixer.sound(self.line, sound)
        self._note("play", clips=())
        return await self._played(barge_in)

    async def collect(
        self,
        max_digits: int,
        min_digits: int = 1,
        terminator: str = "#",
        first_timeout: float = 5.0,
        digit_timeout: float = 3.0,
        cancel: str = "",
        secret: bool = False,
    ) -> Collected:
        """Take keys from the queue and from the caller until the entry is complete. Raises ValueError for bad rules.

        first_timeout counts from the call of this verb, that is from the END of the prompt before it; it ends the entry
        ("silence") when no key began by then. digit_timeout counts from the END of the key before (a held key is not
        silence), but never from before this verb was called; it ends the entry ("timeout").
        A key counts by the moment its tone began. The receiver knows 20 to 40 ms later: both are looked at 60 ms late.

        terminator ends the entry and is not part of it; after an entry that was full ("max") a terminator within 2 s
        belongs to that entry and is dropped. cancel ends it wherever it is pressed; `digits` is what was keyed before.
        Both are one key, or "" for none. secret: the keys are not noted anywhere.
        """
        rules = Rules(max_digits, min_digits, terminator, samples(first_timeout), samples(digit_timeout), cancel)
        collector = Collector(rules, self.clock.now)
        while True:
            self.leg.check()
            entry = self._take_keys(collector, secret) or collector.expire(self.clock.now)
            if entry is not None:
                if entry.reason == "max" and terminator:
                    self.leg.keypad.swallow(terminator, self.clock.now + SWALLOW)
                return entry
            await self.leg.wait(collector.due)

    async def record(
        self,
        file: Path,
        max_seconds: float = 120.0,
        silence_seconds: float = 5.0,
        terminators: str = "#",
        beep: bool = True,
    ) -> Recording:
        """Beep, then keep what the caller says as a WAV file (8 kHz, mono, 16 bit), written in a thread.

        Keys typed ahead are dropped: they were not meant for the message. Ends with one of the terminator keys ("key"),
        after max_seconds ("max"), or when nothing was heard for silence_seconds ("silence"), counted from the
        end of the beep and of the last sound. Cut off: the key, a busy tone, silence at the end.

        When the call ends meanwhile this verb does NOT raise: what was said is kept, with reason "hang_up", and
        the next verb raises CallEnded (`run` still works, to keep the message). Nothing said: no file is written.
        Raises StepFailed when the file cannot be written.
        """
        self.leg.check()
        self.flush_keys()
        if beep:
            self._desk.mixer.sound(self.line, beep_sound())
            await self._played(barge_in=False)
        limits = samples(max_seconds), samples(silence_seconds)
        message = Message(self._desk.tape, self.line, terminators, *limits, self._desk.tones)
        self._note("record", file=str(file))
        try:
            while message.reason is None:
                self._listen(message)
                if message.reason is None:
                    await self.leg.wait(message.deadline)
        finally:
            message.stop()
        kept = await self.run(message.keep, Path(file))
        self._note("recorded", file=str(file), samples=kept.samples, reason=kept.reason)
        return kept

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking function in a thread and give its result. The caller hears silence meanwhile.

        Never raises CallEnded, also after the end: what a service has begun, it finishes, and the next verb raises.
        """
        work = partial(contextvars.copy_context().run, partial(function, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._desk.threads, work)

    async def sleep(self, seconds: float) -> None:
        """Wait, in silence."""
        self.leg.check()
        await self.leg.pause(self.clock.deadline(seconds))

    async def hang_up(self) -> None:
        """Let the last word be heard, then go on hook. Every later verb raises CallEnded("hung_up")."""
        self.leg.check()
        await self.leg.pause(self.clock.now + DRAIN)
        self.leg.end("hung_up")
        self.leg.release()

    def flush_keys(self) -> int:
        """Forget the keys that were typed ahead; how many."""
        return self.leg.keypad.flush()

    async def apologise(self, kind: str = "failed") -> None:
        """Say the flow's apology of that kind, if the caller can still hear it. Raises nothing; at most 10 s."""
        clips = self.apologies(kind)
        if self.leg.gone or self.leg.answered is None or not clips:
            return
        deadline = self.clock.now + GOODBYE
        self._desk.mixer.play(self.line, clips)
        self.leg.playing = True
        while self.leg.playing and not self.leg.gone and self.clock.now < deadline:
            await self.leg.wait(deadline)
        self._stop()
        await self.leg.linger(self.clock.now + DRAIN)

    # Inside.

    async def _played(self, barge_in: bool) -> str | None:
        self.leg.playing = True
        try:
            while self.leg.playing:
                await self.leg.wait()
                self.leg.check()
                if barge_in and self.leg.keypad.queue:
                    break
            return self._next_key() if barge_in else None
        finally:
            self._stop()

    def _stop(self) -> None:
        if self.leg.playing:
            self._note("stopped", samples=self.leg.stop())

    def _next_key(self) -> str | None:
        return self.leg.keypad.queue[0].key if self.leg.keypad.queue else None

    def _take_keys(self, collector: Collector, secret: bool) -> Collected | None:
        while self.leg.keypad.queue:
            key = self.leg.keypad.queue.popleft()
            self._note("key", key="" if secret else key.key, pressed=key.at)
            entry = collector.press(key)
            if entry is not None:
                return entry
        if not self.leg.keypad.held:
            collector.release(self.leg.keypad.released)
        return None

    def _listen(self, message: Message) -> None:
        while self.leg.keypad.queue:
            message.press(self.leg.keypad.queue.popleft())
        if self.leg.ended_at is not None:
            message.hang_up(self.leg.ended_at)
        message.listen(self.leg.quiet_since)

    def _note(self, what: str, **facts: Any) -> None:
        self.on_note(Note(self.clock.now, what, facts))
