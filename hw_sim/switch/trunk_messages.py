"""What the signalling of a trunk says: calls of the equipment begin, those offered to it are taken or refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, assert_never

from hw_sim.switch.effects import OffHook
from hw_sim.switch.subscriber import Circuit, Party, State
from hw_sim.switch.trunk_side import TrunkSide
from hw_sim.switch.work import Work
from hw_sim.trunk import Alerting, Answered, Cause, Digits, Message, Released, Setup

UNUSABLE = (Cause.NO_CIRCUIT, Cause.CIRCUIT_UNAVAILABLE)
"""Refusals of a circuit, not of the call."""


class Calls(Protocol):
    """What is done about it."""

    @property
    def parties(self) -> Mapping[int, Party]: ...
    def route(self, who: Party, now: int) -> None: ...
    def more(self, who: Party, now: int) -> None: ...
    def take_digits(self, who: Party, digits: str, now: int) -> None: ...
    def rang(self, callee: Party, now: int, /) -> None: ...
    def answer(self, callee: Party, now: int) -> None: ...
    def refuse(self, who: Party, cause: Cause, now: int) -> None: ...
    def release(self, who: Party, cause: Cause, now: int) -> None: ...


class TrunkMessages:
    """The circuits of all trunks. A message that belongs to no call is without effect."""

    def __init__(self, work: Work, trunks: TrunkSide, calls: Calls) -> None:
        self._work = work
        self._trunks = trunks
        self._calls = calls

    def take(self, who: Circuit, message: Message, now: int) -> None:
        """A message about a circuit."""
        match message:
            case Setup():
                self._set_up(who, message, now)
            case Digits(_, digits):
                self._calls.take_digits(who, digits, now)
            case Alerting():
                if who.state is State.RUNG:
                    self._calls.rang(who, now)
            case Answered():
                if who.state is State.RUNG:
                    self._calls.answer(who, now)
            case Released(_, cause):
                self._released(who, cause, now)
            case _:
                assert_never(message)

    def _set_up(self, who: Circuit, setup: Setup, now: int) -> None:
        """The equipment calls on a circuit. It may be one on which we were about to call (glare): that call goes on
        another one."""
        displaced = self._calls.parties[who.peer] if who.state is State.RUNG else None
        if who.off_hook:
            self._calls.release(who, Cause.NO_CIRCUIT, now)
        self._work.do(OffHook(who.row, True))
        self._work.enter(who, State.DIALLING)
        who.number = setup.calling or who.calling
        if displaced is not None:
            self._calls.route(displaced, now)
        who.digits = setup.called
        if setup.complete:
            self._calls.route(who, now)
        else:
            self._calls.more(who, now)

    def _released(self, who: Circuit, cause: Cause, now: int) -> None:
        """The equipment refuses a call that was offered, or ends one. A circuit that it could not use: try another."""
        if who.state is State.RUNG:
            caller, again = self._calls.parties[who.peer], cause in UNUSABLE and not who.alerted
            self._trunks.clear(who, now)
            self._work.enter(who, State.IDLE)
            if again:
                self._calls.route(caller, now)
            else:
                self._calls.refuse(caller, cause, now)
        elif who.off_hook:
            self._calls.release(who, cause, now)
