"""A voice service on every line of an office, for tests of many callers: answers, says clips, goes by keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from drivers.speech.book import Book
from dsp.dtmf import DtmfReceiver
from dsp.events import Digit
from dsp.receiver import TICK, Int16
from hw_sim.office import Office

Answers = Callable[[str], Sequence[str] | None]
"""All keys of a call so far -> the clips to say now (None: go on with what is being said)."""


@dataclass
class Seat:
    """One line: the keys of its call, and what is still to be said."""

    off_hook: bool = False
    keys: str = ""
    speech: Int16 = field(default_factory=lambda: np.zeros(0, np.int16))


class Hotline:
    """Answers at the first ring; a key cuts what is being said; hangs up when the caller's line opens."""

    def __init__(self, office: Office, book: Book, answers: Answers) -> None:
        self.office, self._book, self._answers = office, book, answers
        self._seats = [Seat() for _ in office.lines]
        self._receiver = DtmfReceiver(len(office.lines))
        self._tx = np.zeros((len(office.lines), TICK), np.int16)

    def tick(self) -> None:
        """20 ms."""
        done = self.office.tick(self._tx)
        for signal in done.signals:
            seat = self._seats[signal.line]
            if signal.kind == "ring_on" and not seat.off_hook:
                self._hook(signal.line, True)
                self._say(self._seats[signal.line], self._answers(""))
            elif signal.kind == "loop_open":
                self._hook(signal.line, False)
        for event in self._receiver(done.rx.astype(np.float32)):
            if isinstance(event, Digit) and event.edge == "began" and self._seats[event.line].off_hook:
                seat = self._seats[event.line]
                seat.keys += event.digit
                self._say(seat, self._answers(seat.keys))
        self._fill()

    def pressed(self, line: int) -> str:
        """The keys of the last call of a line."""
        return self._seats[line].keys

    def _hook(self, line: int, off_hook: bool) -> None:
        self.office.hook(line, off_hook)
        self._receiver.reset(line)
        self._seats[line] = Seat(off_hook, "" if off_hook else self._seats[line].keys)

    def _say(self, seat: Seat, clips: Sequence[str] | None) -> None:
        if clips is not None:
            seat.speech = np.concatenate([np.zeros(0, np.int16), *(self._book.samples(c) for c in clips)])

    def _fill(self) -> None:
        self._tx[:] = 0
        for row, seat in enumerate(self._seats):
            now, seat.speech = seat.speech[:TICK], seat.speech[TICK:]
            self._tx[row, : len(now)] = now
