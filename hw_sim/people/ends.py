"""The world's side of the office: where callers sit, what each of them hears, and what they say.

All ends are rows of one matrix. Receivers come in banks: the office begins with one, gets another when all are taken.
Receivers work through many ticks at once: many people have several banks, which do that at different ticks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from dsp.events import Event
from dsp.receiver import TICK, Float32, Receiver
from hw_sim.caller.events import Action, CallerProtocol, HangUp, Send, Sent
from hw_sim.line.reel import Reel
from hw_sim.people.source import Source

MakeReceivers = Callable[[int], Sequence[Receiver]]
"""Receivers for so many ends: tones, and the ear when there is a book."""

WHEN_OPEN = 1 << 62
"""In place of a sample: the caller begins when the equipment opens its first line."""

TOGETHER = 60
"""People who are heard together at most."""

STRETCH, STEP = 8, 3
"""Ticks that receivers work through at once; by how many of them each bank differs from the one before."""


class Bank:
    """Receivers over the ends first .. first + count.

    While nobody is there they hear nothing: their clock stands, and everybody who comes later begins on a fresh row.

    ahead: so many ticks of silence they have heard in the beginning. present: how many callers listen.
    """

    def __init__(self, first: int, count: int, began: int, receivers: Sequence[Receiver], ahead: int = 0) -> None:
        self.ends = range(first, first + count)
        self.present = 0
        self._behind = began - ahead * TICK
        self._receivers = receivers
        for receiver in receivers if ahead else ():
            receiver(np.zeros((count, ahead * TICK), np.float32))

    def hear(self, heard: Float32) -> Iterable[Event]:
        """What was heard; the event's line is the end. heard: float32 (all ends, 160)."""
        if not self.present:
            self._behind += TICK
            return
        mine = heard[self.ends.start : self.ends.stop]
        for receiver in self._receivers:
            yield from map(self._placed, receiver(mine))

    def enter(self, end: int) -> None:
        """Somebody new listens at an end."""
        self.present += 1
        for receiver in self._receivers:
            receiver.reset(end - self.ends.start)

    def _placed(self, event: Event) -> Event:
        if not (self.ends.start or self._behind):
            return event
        return replace(event, line=self.ends.start + event.line, at=self._behind + event.at)


class Ends:
    """Everybody who can call. act: what the office does about an action of the caller at an end."""

    def __init__(self, make: MakeReceivers, act: Callable[[int, Action], None]) -> None:
        self._make = make
        self._act = act
        self._banks: list[Bank] = []
        self._waiting: dict[int, tuple[int, CallerProtocol]] = {}
        self._awake: dict[int, CallerProtocol] = {}
        self._speech = Reel(0)
        self._live: dict[int, Source] = {}
        self._told: dict[int, list[Event]] = {}
        self._next = 0

    def __len__(self) -> int:
        return self._banks[-1].ends.stop if self._banks else 0

    def add(self, count: int, now: int) -> None:
        """More ends, with receivers of their own."""
        last = len(self) + count
        while (first := len(self)) < last:
            size = min(TOGETHER, last - first)
            self._banks.append(Bank(first, size, now, self._make(size), len(self._banks) * STEP % STRETCH))
        self._speech.resize(last)

    def free(self) -> list[int]:
        """The ends where nobody sits."""
        return [i for i in range(len(self)) if i not in self._awake and i not in self._waiting]

    @property
    def seated(self) -> Mapping[int, CallerProtocol]:
        """Who is calling now, by their end."""
        return self._awake

    def seat(self, index: int, caller: CallerProtocol, starts: int) -> None:
        """A caller sits down at a free end, and begins at that sample (or WHEN_OPEN)."""
        self._waiting[index] = (starts, caller)

    def open(self, now: int) -> None:
        """The equipment is there: those who waited for that begin."""
        self._waiting = {i: (now if at == WHEN_OPEN else at, who) for i, (at, who) in self._waiting.items()}

    def say(self, index: int, action: Send) -> None:
        """Queue a sound."""
        self._speech.play(index, action.sound)

    def live(self, index: int, source: Source) -> None:
        """A source speaks and listens there from now on."""
        self._live[index] = source

    def hush(self, index: int) -> None:
        """Drop what is queued, and the source."""
        self._speech.stop(index)
        self._live.pop(index, None)

    def tell(self, index: int, event: Event) -> None:
        """Something that the caller notices without a receiver: the bell, the end of its own words."""
        self._told.setdefault(index, []).append(event)

    def speak(self, now: int) -> Float32 | None:
        """The next tick of what they say, float32 (ends, 160), None when all are silent."""
        out, over = self._speech.tick()
        for end in over:
            self.tell(end.row, Sent(end.row, now + end.sample, end.samples))
        return self._add_live(out) if self._live else out

    def _add_live(self, spoken: Float32 | None) -> Float32:
        out = np.zeros((len(self), TICK), np.float32) if spoken is None else spoken
        for index, source in self._live.items():
            out[index] += source.speak(TICK)
        return out

    def listen(self, heard: Float32, now: int) -> None:
        """They have heard a tick which ends at `now`: let those act who have a reason to."""
        if self._waiting:
            self._wake(now)
        for index, source in self._live.items():
            for event in source.listen(heard[index], now):
                self.tell(index, event)
        events, self._told = self._told, {}
        for bank in self._banks:
            for event in bank.hear(heard):
                events.setdefault(event.line, []).append(event)
        if events or now >= self._next:
            self._let_act(now, events)

    def _let_act(self, now: int, events: Mapping[int, Sequence[Event]]) -> None:
        """Those who have heard something, or whose time has come."""
        for index, caller in list(self._awake.items()):
            wake = caller.wake
            if index in events or (wake is not None and wake <= now):
                self._advance(index, caller, now, events.get(index, ()))
        self._next = min((c.wake for c in self._awake.values() if c.wake is not None), default=sys.maxsize)

    def _wake(self, now: int) -> None:
        for index, (starts, caller) in list(self._waiting.items()):
            if starts <= now:
                del self._waiting[index]
                self._awake[index] = caller
                self._next = now
                self._bank(index).enter(index)
                self._advance(index, caller, now, ())

    def _advance(self, index: int, caller: CallerProtocol, now: int, events: Sequence[Event]) -> None:
        for action in caller.advance(now, events):
            self._act(index, action)
        if caller.finished:
            self._act(index, HangUp())
            self._bank(index).present -= 1
            del self._awake[index]

    def _bank(self, index: int) -> Bank:
        return next(bank for bank in self._banks if index in bank.ends)
