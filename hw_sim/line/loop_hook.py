"""What an opening and closing loop means: a lifted or replaced receiver, pulses of a dial, a hook flash."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from hw_sim.switch.effects import Supply
from hw_sim.switch.subscriber import Party, State, Subscriber, Times
from hw_sim.switch.work import Work
from hw_sim.trunk import Cause


class Calls(Protocol):
    """What is done about it."""

    def lift(self, who: Subscriber, now: int) -> None: ...
    def release(self, who: Party, cause: Cause, now: int) -> None: ...
    def take_digits(self, who: Party, digits: str, now: int) -> None: ...
    def flash(self, who: Subscriber, now: int) -> None: ...


class LoopHook:
    """The loops of all subscribers. A line without dial pulses and flashes hangs up at once."""

    def __init__(self, work: Work, times: Times, calls: Calls) -> None:
        self._work = work
        self._times = times
        self._calls = calls

    def edge(self, who: Subscriber, closed: bool, now: int) -> None:
        """The loop closes or opens; nothing when it already is so."""
        if closed == who.closed:
            return
        who.closed = closed
        if not closed:
            self._open(who, now)
        elif not who.off_hook:
            self._calls.lift(who, now)
        else:
            self._closed_again(who, now)

    def _open(self, who: Subscriber, now: int) -> None:
        if not who.off_hook:
            return
        patience = self._patience(who)
        if not patience:
            self._calls.release(who, Cause.NORMAL, now)
            return
        who.opened_at = now
        who.turn += 1
        self._work.at(now + patience, who, partial(self._down, who, now))

    def _patience(self, who: Subscriber) -> int:
        """How long the loop may be open before the receiver is down."""
        if who.flash and (who.state is State.TALKING or who.held >= 0):
            return self._times.flash
        return self._times.pulse if who.pulse and who.state is State.DIALLING else 0

    def _down(self, who: Subscriber, opened_at: int, now: int) -> None:
        """It has been open for so long since then; what the far end did meanwhile makes no difference."""
        if who.off_hook and not who.closed and who.opened_at == opened_at:
            self._calls.release(who, Cause.NORMAL, now)

    def _closed_again(self, who: Subscriber, now: int) -> None:
        who.turn += 1
        if now - who.opened_at > self._times.pulse:
            self._calls.flash(who, now)
        elif who.pulse and who.state is State.DIALLING:
            who.pulses += 1
            self._work.do(Supply(who.row, ""))
            self._work.after(now + self._times.digit, who, partial(self._digit, who))

    def _digit(self, who: Subscriber, now: int) -> None:
        """The dial has come to rest: ten pulses are a nought."""
        pulses, who.pulses = who.pulses, 0
        self._calls.take_digits(who, str(pulses % 10), now)
