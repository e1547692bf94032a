"""Who takes part in a test with a PBX: people at telephones, and somebody at its console."""

from __future__ import annotations

import threading
import time  # noqa: TID251 - the PBX lives in the world's time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType

from drivers.events import Ringing
from drivers.speech.book import Book
from dsp.events import CallerId, Event
from hw_sim.caller.config import load_caller_config
from hw_sim.caller.events import Action
from hw_sim.caller.person import Caller
from hw_sim.office import Office
from tests.pbx.pbx import Pbx


class Listener(Caller):
    """A caller who keeps what the display of the telephone shows, and when its bell began to ring."""

    shown: list[CallerId]
    bells: list[int]

    def advance(self, now: int, events: Sequence[Event]) -> list[Action]:
        """As every caller does."""
        self.shown = [*getattr(self, "shown", []), *(e for e in events if isinstance(e, CallerId))]
        self.bells = [*getattr(self, "bells", []), *(e.at for e in events if isinstance(e, Ringing))]
        return super().advance(now, events)


@dataclass(frozen=True, slots=True)
class Who:
    """script: of the caller. port: the FXS port whose telephone is theirs; without one they are outside. after: seconds
    after the PBX is ready when they begin."""

    script: str
    port: str = ""
    after: float = 0.0

    def made(self, file: Path, book: Book) -> Listener:
        """The caller, with a script in that file."""
        file.write_text(self.script)
        return Listener(load_caller_config(file, clips=book.clips), book)


def well(people: Sequence[Listener], pbx: Pbx) -> None:
    """Everybody has heard what they expected. Raises AssertionError, after it has printed what everybody did."""
    for i, person in enumerate(people):
        for entry in person.report if not all(p.succeeded for p in people) else ():
            print(f"{i} {entry.at / 8000:8.2f} {entry.kind} {entry.text} {entry.place}")
    if not all(person.succeeded for person in people):
        print(pbx.said()[-6000:])
    assert all(person.succeeded for person in people)


class Desk:
    """Somebody who looks after the office and sits at the PBX's console, in a thread of their own.

    What they do to the office is done between two of its ticks.
    """

    def __init__(self, pbx: Pbx, office: Office, book: Book) -> None:
        self.pbx = pbx
        self.office = office
        self._book = book
        self._acts: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._people = 0

    def do(self, act: Callable[[], object]) -> None:
        """Have it done with the next tick."""
        self._acts.put(act)

    def ticked(self) -> None:
        """Between two ticks."""
        while not self._acts.empty():
            self._acts.get()()

    def call(self, script: str, port: str = "") -> Listener:
        """Somebody begins to call now."""
        self._people += 1
        caller = Who(script).made(self.pbx.folder / f"person{self._people}.yaml", self._book)
        self.do(lambda: self.office.add_caller(caller, port=port))
        return caller


Meanwhile = Callable[[Desk], None]


class Work:
    """What is done at a desk while the office runs. done: it is over."""

    def __init__(self, what: Meanwhile | None, desk: Desk) -> None:
        self._what = what
        self._desk = desk
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._failure: AssertionError | None = None
        self.done = what is None

    def _run(self) -> None:
        assert self._what
        try:
            self._what(self._desk)
        except AssertionError as failure:  # raised again where the test is; anything else pytest shows as the thread's
            self._failure = failure
        finally:
            self.done = True

    def __enter__(self) -> Work:
        if self._what:
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if self._what:
            self._thread.join(5)
        if self._failure and not error:
            raise self._failure
        assert self.done or error, "what was to be done beside the office has not come to its end"


def pause(seconds: float) -> None:
    """Let the world's time go by."""
    time.sleep(seconds)


def until(happens: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for something in the world's time. Raises AssertionError."""
    last = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < last, f"it did not happen within {seconds:g} s"
        time.sleep(0.5)
