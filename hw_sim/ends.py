"""The world's side of the office: where callers sit, what each of them hears, and what they say.

All ends are rows of one matrix. Receivers come in banks: the office begins with one, gets another when all are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from dsp.events import Event
from dsp.receiver import TICK, Float32, Receiver
from hw_sim.caller import CallerProtocol
from hw_sim.caller_events import Action, HangUp, Send, Sent
from hw_sim.phone import Phone, PickUp
from hw_sim.reel import Reel

MakeReceivers = Callable[[int], Sequence[Receiver]]
"""Receivers for so many ends: tones, and the ear when there is a book."""

Seated = CallerProtocol | Phone


@dataclass(slots=True)
class End:
    """A place with a telephone. starts: the sample at which its caller wakes up, None when nobody sits there."""

    index: int
    caller: Seated | None = None
    starts: int = 0
    awake: bool = False


class Bank:
    """Receivers over the ends first..first+count. While nobody is there they only count samples."""

    def __init__(self, first: int, count: int, began: int, receivers: Sequence[Receiver]) -> None:
        self.first, self.count = first, count
        self._began = began
        self._receivers = receivers
        self._missed = 0

    def hear(self, heard: Float32) -> Iterable[tuple[int, Event]]:
        """What was heard, with the index of the end. heard: float32 (all ends, 160)."""
        for receiver in self._receivers:
            if self._missed:
                receiver.skip(self._missed)
        self._missed = 0
        mine = heard[self.first : self.first + self.count]
        for receiver in self._receivers:
            for event in receiver(mine):
                yield self.first + event.line, self._placed(event)

    def miss(self) -> None:
        """Nobody listens: a tick passes."""
        self._missed += TICK

    def reset(self, end: int) -> None:
        """Somebody new sits at an end."""
        for receiver in self._receivers:
            receiver.reset(end - self.first)

    def _placed(self, event: Event) -> Event:
        if not (self.first or self._began):
            return event
        return replace(event, line=self.first + event.line, at=self._began + event.at)


class Ends:
    """Everybody who can call. act: what the office does about an action of the caller at an end."""

    def __init__(self, make: MakeReceivers, act: Callable[[int, Action | PickUp], None]) -> None:
        self._make = make
        self._act = act
        self._ends: list[End] = []
        self._banks: list[Bank] = []
        self._speech = Reel(0)
        self._sent: dict[int, list[Event]] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, count: int, now: int) -> None:
        """More ends, with receivers of their own."""
        first = len(self._ends)
        self._banks.append(Bank(first, count, now, self._make(count)))
        self._ends += [End(first + i) for i in range(count)]
        self._speech.resize(first + count)

    def free(self) -> int | None:
        """An end where nobody sits."""
        return next((end.index for end in self._ends if end.caller is None), None)

    def seat(self, index: int, caller: Seated, starts: int) -> None:
        """A caller sits down, and wakes up at that sample."""
        end = self._ends[index]
        end.caller, end.starts, end.awake = caller, starts, False

    def leave(self, index: int) -> None:
        """Nobody sits there any more."""
        self._ends[index].caller = None
        self._speech.stop(index)

    def say(self, index: int, action: Send) -> None:
        """Queue a sound."""
        self._speech.play(index, action.sound)

    def hush(self, index: int) -> None:
        """Drop what is queued."""
        self._speech.stop(index)

    def tell(self, index: int, event: Event) -> None:
        """Something that the caller can hear without a receiver: the bell, the end of its own words."""
        self._sent.setdefault(index, []).append(event)

    def speak(self, now: int) -> Float32 | None:
        """The next tick of what they say, float32 (ends, 160), None when all are silent."""
        out, over = self._speech.tick()
        for end in over:
            self.tell(end.row, Sent(end.row, now + end.sample, end.samples))
        return out

    def listen(self, heard: Float32, now: int) -> None:
        """They have heard a tick which ends at `now`: let those act who have a reason to."""
        events, self._sent = self._sent, {}
        for bank in self._banks:
            if not self._wakeful(bank, now):
                bank.miss()
                continue
            for index, event in bank.hear(heard):
                events.setdefault(index, []).append(event)
        for end in self._ends:
            caller = end.caller
            if caller is None or not end.awake:
                continue
            found = events.get(end.index)
            if found or (caller.wake is not None and caller.wake <= now):
                self._advance(end.index, caller, now, found or ())

    def _wakeful(self, bank: Bank, now: int) -> bool:
        """Wake whose time has come; is anybody of the bank awake?"""
        awake = False
        for end in self._ends[bank.first : bank.first + bank.count]:
            if end.caller is None:
                continue
            if not end.awake and end.starts <= now:
                end.awake = True
                bank.reset(end.index)
                self._advance(end.index, end.caller, now, ())
            awake = awake or end.awake
        return awake

    def _advance(self, index: int, caller: Seated, now: int, events: Sequence[Event]) -> None:
        for action in caller.advance(now, events):
            self._act(index, action)
        if caller.finished:
            self._act(index, HangUp())
            self.leave(index)
