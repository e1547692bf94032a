"""Calls between the switch's words and libpri's: who has which circuit, and what each side must still be told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import assert_never

from drivers.errors import BadLine
from drivers.isdn import events
from drivers.isdn.errors import IsdnError
from drivers.isdn.pri import INTERNATIONAL, Pri
from hw_sim.isdn.legs import CIRCUITS, Leg, Legs
from hw_sim.trunk import Alerting, Answered, Cause, Digits, Message, Released, Setup

ISDN_NUMBER = 0x01
"""Plan of a number: unknown type, ISDN numbering."""

CHANNEL_UNAVAILABLE, NO_SUCH_CHANNEL = 44, 82

More = Callable[[str], bool]


def cause_of(value: int) -> Cause:
    """A cause of Q.850 as the switch knows it: the nearest of its class."""
    try:
        return Cause(value)
    except ValueError:
        return Cause.UNSPECIFIED if value < Cause.NO_CIRCUIT else Cause.TEMPORARY_FAILURE


def planned(number: str) -> tuple[str, int]:
    """A number as Q.931 has it: its digits, and its type and plan."""
    return (number[1:], INTERNATIONAL) if number.startswith("+") else (number, ISDN_NUMBER)


class Calls:
    """taken: circuits that no call may have, for now. overlap: digits of a number that go with the SETUP, when the
    others follow one by one; 0: all of them go with it.

    more: may these digits be the beginning of a longer number? Without it every number may be longer, unless its SETUP
    says that it is complete. messages: for the switch.
    """

    def __init__(self, pri: Pri, taken: Callable[[int], bool], overlap: int = 0, more: More | None = None) -> None:
        self._pri = pri
        self._taken = taken
        self._overlap = overlap
        self._more = more
        self.legs = Legs()
        self.messages: list[Message] = []
        self._waiting: dict[int, Setup] = {}

    # --- what the switch says

    def tell(self, message: Message) -> None:
        """A call that the other side has just ended is past telling: its end is under way to the switch."""
        if isinstance(message, Setup):
            self._waiting[message.circuit] = message
            return
        if isinstance(message, Released) and message.circuit in self._waiting:
            del self._waiting[message.circuit]
            return
        leg = self.legs.on(message.circuit)
        if leg is None or leg.told:
            return
        with suppress(IsdnError, BadLine):  # it is over, or these are digits that ISDN has not
            self._tell(leg, message)

    def _tell(self, leg: Leg, message: Digits | Alerting | Answered | Released) -> None:
        match message:
            case Digits():
                self._send_digits(leg, message.digits)
            case Alerting():
                self._pri.alerting(leg.call, leg.circuit, inband=self._network)
            case Answered():
                leg.answered = True
                self._pri.answer(leg.call, leg.circuit)
            case Released():
                leg.told = True
                leg.refused = None if leg.outgoing or leg.answered else message.cause
                self._pri.hang_up(leg.call, message.cause)
            case _:
                assert_never(message)

    def _send_digits(self, leg: Leg, digits: str) -> None:
        if leg.settled:
            self._pri.information(leg.call, digits)
        else:
            leg.to_send += digits

    def set_up(self, up: bool) -> None:
        """Calls of the switch whose circuits are free now begin; without a data link they are refused."""
        for circuit, setup in list(self._waiting.items()):
            if not up:
                self.messages.append(Released(circuit, Cause.OUT_OF_ORDER))
            elif self.legs.on(circuit) is not None or self._taken(circuit):
                continue
            else:
                self._begin(setup)
            del self._waiting[circuit]

    def _begin(self, setup: Setup) -> None:
        try:
            self._set_up(setup)
        except BadLine:
            self.messages.append(Released(setup.circuit, Cause.INVALID_NUMBER))
        except IsdnError:
            self.messages.append(Released(setup.circuit, Cause.TEMPORARY_FAILURE))

    def _set_up(self, setup: Setup) -> None:
        called, called_plan = planned(setup.called)
        calling, calling_plan = planned(setup.calling)
        first = self._overlap or len(called)
        call = self._pri.setup(
            setup.circuit,
            called[:first],
            calling=calling,
            complete=setup.complete and first >= len(called),
            called_plan=called_plan,
            calling_plan=calling_plan,
            presentation="allowed" if calling else "restricted",
        )
        self.legs.add(Leg(setup.circuit, call, outgoing=True, to_send=called[first:]))

    # --- what the other side says

    def happened(self, event: events.Event) -> None:
        """An event of the D channel."""
        match event:
            case events.Incoming():
                self._incoming(event)
            case events.Restarted() | events.RestartAcknowledged() | events.LinkUp() | events.LinkDown():
                return
            case events.Misconfigured() | events.Notified() | events.Facility():
                return
            case _:
                leg = self.legs.of_call(event.call)
                if leg is not None:
                    with suppress(IsdnError):  # it may have ended while this event was on its way
                        self._of_call(leg, event)

    def _of_call(self, leg: Leg, event: events.OfCall) -> None:
        if isinstance(event, events.Released):
            self._over(leg, event.cause)
        elif isinstance(event, events.Disconnected):
            self._finish(leg, event.cause)
            self._hang_up(leg.call)
        elif self.legs.on(leg.circuit) is not leg:
            self._hang_up(leg.call)  # it lost its circuit to a call of the network
        elif not leg.told:
            self._step(leg, event)

    def _step(self, leg: Leg, event: events.OfCall) -> None:
        """A call that came in may send digits, one that was set up be answered; libpri lets either do both."""
        if leg.answered:
            return
        if leg.outgoing:
            self._forward(leg, event)
        elif isinstance(event, events.MoreDigits):
            leg.called += event.digits
            self._proceed(leg, event.complete)
            self.messages.append(Digits(leg.circuit, event.digits))

    def _forward(self, leg: Leg, event: events.OfCall) -> None:
        leg.settled = True
        match event:
            case events.SetupAcknowledged():
                digits, leg.to_send = leg.to_send, ""
                self._pri.information(leg.call, digits)
            case events.Ringing():
                self.messages.append(Alerting(leg.circuit))
            case events.Answered():
                leg.answered = True
                self.messages.append(Answered(leg.circuit))

    def _over(self, leg: Leg, cause: int) -> None:
        self._finish(leg, cause)
        self.legs.remove(leg)

    def _finish(self, leg: Leg, cause: int) -> None:
        """The switch hears of the end once."""
        if not leg.told:
            leg.told = True
            self.messages.append(Released(leg.circuit, cause_of(cause)))

    # --- a call comes in

    def _incoming(self, event: events.Incoming) -> None:
        circuit = self._circuit(event)
        if circuit is None:
            self._hang_up(event.call, self._refusal(event))
            return
        leg = self.legs.add(Leg(circuit, event.call, outgoing=False, reference=event.reference & 0x7FFF))
        try:
            self._greet(leg, event)
        except IsdnError:
            leg.told = True
            return
        calling = event.calling if event.presentation == "allowed" else ""
        self.messages.append(Setup(circuit, event.called, calling, event.complete))

    def _greet(self, leg: Leg, event: events.Incoming) -> None:
        leg.called = event.called
        if not self._proceed(leg, event.complete):
            self._pri.setup_acknowledge(event.call, leg.circuit, inband=self._network and not event.called)

    def _proceed(self, leg: Leg, complete: bool) -> bool:
        """Say so when the number is complete."""
        if not complete and (not leg.called or self._more is None or self._more(leg.called)):
            return False
        self._pri.proceeding(leg.call, leg.circuit)
        return True

    def _circuit(self, event: events.Incoming) -> int | None:
        """The circuit for a call: the one it asks for, another if it allows that, or None."""
        asked = event.channel
        if asked in CIRCUITS and not self._taken(asked) and self._yields(asked):
            return asked
        if asked > 0 and not event.flexible:
            return None
        return next((free for free in self.legs.free() if not self._taken(free) and free not in self._waiting), None)

    def _yields(self, circuit: int) -> bool:
        """Is the circuit free, or does our own SETUP give way to the network's (Q.931, 5.7)?"""
        leg = self.legs.on(circuit)
        if leg is None and circuit not in self._waiting:
            return True
        if self._network or not (leg is None or leg.pending):
            return False
        if leg is None:
            del self._waiting[circuit]
            self.messages.append(Released(circuit, Cause.NO_CIRCUIT))
        else:
            self._finish(leg, Cause.NO_CIRCUIT)
            self.legs.unseat(leg)
        return True

    def _refusal(self, event: events.Incoming) -> int:
        if event.channel <= 0 or event.flexible:
            return Cause.NO_CIRCUIT
        return CHANNEL_UNAVAILABLE if event.channel in CIRCUITS else NO_SUCH_CHANNEL

    def _hang_up(self, call: int, cause: int = Cause.NORMAL) -> None:
        """A call that is over already needs nothing more."""
        with suppress(IsdnError):
            self._pri.hang_up(call, cause)

    @property
    def _network(self) -> bool:
        return self._pri.side == "network"
