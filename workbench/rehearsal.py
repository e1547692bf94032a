"""A whole server and its office in one process: as fast as the machine can, every run the same.

What `loopstart serve` does with a card, done with the simulated one, so that flows are tried with callers who hear.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from itertools import count
from pathlib import Path

from drivers.speech.book import Book, load_book
from drivers.speech.espeak import speak
from dsp.events import Event
from dsp.receiver import RATE, Float32
from hw_sim.caller.config import CallerConfig
from hw_sim.caller.person import Caller
from hw_sim.card import SimCard
from hw_sim.config import OfficeConfig
from hw_sim.ear.clip_index import ClipIndex
from hw_sim.office import Office
from ivr_runtime import startup
from ivr_runtime.archive import Archive
from ivr_runtime.call import Call
from ivr_runtime.dispatch import Settings, call_id
from ivr_runtime.ears import ears, on_hook_ears
from ivr_runtime.flow.load import Flow, load
from ivr_runtime.flow.run import run_flow
from ivr_runtime.recording import Recorder
from ivr_runtime.records.journal import Journal
from ivr_runtime.serve import Server
from ivr_runtime.speech import Speech

LAST_WORDS = 5 * RATE
"""How long the server may take to notice that the last caller has gone."""

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""The time of day in a rehearsal, so that runs are alike."""

synth = cache(speak)


@dataclass(frozen=True, slots=True)
class Play:
    """A flow, ready to be played: its speech is made, and the book of it, with its index, for the callers' ears."""

    flow: Flow
    speech: Speech
    book: Book
    index: ClipIndex

    @classmethod
    def prepare(cls, flow: Path, book: Path, names: Iterable[tuple[str, str]] = ()) -> Play:
        """Load a flow and make its speech. names: see `startup.speak`. Raises FlowError, DriverError."""
        loaded = load(flow)
        speech = startup.speak(loaded, book, names)
        spoken = load_book(book)
        return cls(loaded, speech, spoken, ClipIndex.of(spoken))


@dataclass(slots=True)
class UntilOver:
    """Among the receivers: stops the server when all callers have finished and their lines are free."""

    office: Office
    longest: int
    server: Server | None = None
    _finished: int | None = None

    def __call__(self, rx: Float32) -> Sequence[Event]:
        """Look after each tick."""
        if self.server is not None and self._over():
            self.server.stop()
            self.server = None
        return ()

    def skip(self, samples: int) -> None:
        """Nothing is lost in a rehearsal."""

    def reset(self, line: int) -> None:
        """Calls come and go."""

    def _over(self) -> bool:
        if self.office.now >= self.longest:
            return True
        if not all(caller.finished for caller in self.office.callers):
            return False
        self._finished = self._finished or self.office.now
        return self.office.idle or self.office.now - self._finished >= LAST_WORDS


@dataclass(slots=True)
class Rehearsal:
    """Callers call an office whose card a server answers. Records must be open (`records.setup`), or journal be None.

    folder: for messages and recordings. longest: samples after which it is over whatever happens.
    """

    play: Play
    office: OfficeConfig
    folder: Path
    journal: Journal | None = None
    record: bool = True
    settings: Settings = field(default_factory=Settings)
    longest: int = 900 * RATE

    def run(self, callers: Iterable[tuple[CallerConfig, int]]) -> list[Caller]:
        """Have everybody call, each at a sample; gives the people with their reports when all is over."""
        return asyncio.run(self._run(list(callers)))

    async def _run(self, callers: Sequence[tuple[CallerConfig, int]]) -> list[Caller]:
        office = Office(self.office, book=self.play.index)
        people = [Caller(config, self.play.book, synth) for config, _ in callers]
        office.add_callers([(person, at) for person, (_, at) in zip(people, callers, strict=True)])
        watch = UntilOver(office, self.longest)
        recorder = Recorder(self.folder / "calls") if self.record else None
        server = self._server(office, watch, recorder)
        watch.server = server
        await server.run()
        if recorder is not None:
            recorder.close()
        return people

    def _server(self, office: Office, watch: UntilOver, recorder: Recorder | None) -> Server:
        messages = self.folder / "messages"
        messages.mkdir(parents=True, exist_ok=True)

        async def conversation(call: Call) -> None:
            await run_flow(self.play.flow, call, self.play.speech, journal=self.journal, folder=messages)

        numbers = count(1)
        follow = Archive(self.journal, lambda: EPOCH, recorder).follow if self.journal else _nobody
        return Server(
            [SimCard.of(office)],
            self.play.speech.arena,
            conversation,
            ears=lambda lines: (*ears(lines), watch),
            on_hook=on_hook_ears,
            new_id=lambda: f"{call_id(EPOCH)[:-8]}{next(numbers):08x}",
            settings=self.settings,
            follow=follow,
        )


_nobody = partial(lambda *_: None)
