"""One circuit of an R2 trunk: the switch's messages on one side, the events and verbs of R2 on the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from drivers.r2.events import (
    Accepted,
    Answered,
    Category,
    Disconnected,
    Ended,
    Mode,
    Offered,
    ProtocolError,
    R2Cause,
    R2Event,
    Seized,
    Stalled,
)
from drivers.r2.span import NotPossible, R2Span
from dsp.receiver import RATE
from hw_sim import trunk
from hw_sim.r2.causes import TO_SWITCH, to_r2
from hw_sim.trunk import Alerting, Cause, Digits, Message, Released, Setup

NEXT_DIGIT = 4 * RATE
"""A number that comes digit by digit is complete when so long none has come: R2 sends it at once."""


class Phase(Enum):
    """Where a circuit is. CLEARING: the switch knows of no call any more, but the far end has not released it yet."""

    IDLE = auto()
    COLLECTING = auto()  # the switch gives the number digit by digit
    CALLING = auto()
    SEIZED = auto()  # register signals come in
    OFFERED = auto()
    RINGING = auto()  # accepted by us; the signal is on its way or has arrived
    TALKING = auto()
    CLEARING = auto()


@dataclass(slots=True)
class Circuit:
    """`say` takes what the switch must hear. toning: the far end waits for a release that only it can begin."""

    slot: int
    span: R2Span
    say: Callable[[Message], None]
    category: Category = Category.SUBSCRIBER
    mode: Mode = Mode.CHARGE
    phase: Phase = Phase.IDLE
    toning: bool = False
    _called: str = ""
    _calling: str = ""
    _deadline: int = 0
    _accepted: bool = field(default=False)
    _answer: bool = field(default=False)

    # -- the switch says ---------------------------------------------------------------------------------------------

    def tell(self, message: Message, now: int) -> None:
        """A message of the switch."""
        match message:
            case Setup():
                self._setup(message, now)
            case Digits(_, digits):
                if self.phase is Phase.COLLECTING:
                    self._called += digits
                    self._deadline = now + NEXT_DIGIT
            case Alerting():
                self._alert()
            case trunk.Answered():
                self._answered_by_switch()
            case Released(_, cause):
                self._released_by_switch(cause)

    def _setup(self, setup: Setup, now: int) -> None:
        if self.phase is not Phase.IDLE or not self.span.free(self.slot):
            self.say(Released(self.slot, Cause.NO_CIRCUIT))
            return
        self.phase = Phase.COLLECTING
        self._called, self._calling = setup.called, setup.calling
        self._deadline = now if setup.complete else now + NEXT_DIGIT
        if setup.complete:
            self._call()

    def due(self, now: int) -> None:
        """Time has passed."""
        if self.phase is Phase.COLLECTING and now >= self._deadline:
            self._call()

    def _call(self) -> None:
        calling = "".join(digit for digit in self._calling if digit.isdecimal()) or None
        try:
            self.span.call(self.slot, self._called, calling, self.category)
        except ValueError:
            self._end(Cause.INVALID_NUMBER)
        except NotPossible:
            self._end(Cause.NO_CIRCUIT)
        else:
            self.phase = Phase.CALLING

    def _alert(self) -> None:
        if self.phase is Phase.OFFERED:
            self.phase = Phase.RINGING
            self.span.accept(self.slot, self.mode)

    def _answered_by_switch(self) -> None:
        self._alert()
        if self.phase is not Phase.RINGING:
            return
        self._answer = True
        if self._accepted:
            self._answer_now()

    def _answer_now(self) -> None:
        self.phase = Phase.TALKING
        self.span.answer(self.slot)

    def _released_by_switch(self, cause: Cause) -> None:
        phase = self.phase
        if phase in (Phase.IDLE, Phase.SEIZED, Phase.CLEARING):
            return
        if phase is Phase.COLLECTING:
            self.phase = Phase.IDLE
            return
        self.phase = Phase.CLEARING
        self.toning = phase is Phase.RINGING
        self._disconnect(to_r2(cause))

    # -- the far end says --------------------------------------------------------------------------------------------

    def happened(self, event: R2Event) -> None:
        """An event of the circuit."""
        match event:
            case Seized():
                self._begin()
            case Offered(called=called, calling=calling):
                if self.phase is Phase.SEIZED:
                    self.phase = Phase.OFFERED
                    self.say(Setup(self.slot, called, calling or ""))
            case Accepted():
                self._accepted_by_far_end_or_us()
            case Answered():
                if self.phase is Phase.CALLING:
                    self.phase = Phase.TALKING
                    self.say(trunk.Answered(self.slot))
            case Disconnected(cause=cause):
                self._disconnected(cause)
            case Stalled():
                self._end(Cause.RECOVERY_ON_TIMER)
                self._disconnect(R2Cause.CONGESTION)
            case ProtocolError():
                self._end(Cause.TEMPORARY_FAILURE)
                self._rest()
            case Ended():
                self._end(Cause.NORMAL)
                self._rest()

    def lose(self) -> None:
        """The span is gone, and with it the call."""
        self._end(Cause.OUT_OF_ORDER)
        self._rest()
        self.span.reset(self.slot)

    def _begin(self) -> None:
        self._rest()
        self.phase = Phase.SEIZED

    def _accepted_by_far_end_or_us(self) -> None:
        if self.phase is Phase.CALLING:
            self.say(Alerting(self.slot))
        elif self.phase is Phase.RINGING:
            self._accepted = True
            if self._answer:
                self._answer_now()

    def _disconnected(self, cause: R2Cause) -> None:
        glare = cause is R2Cause.FORCED_RELEASE and self.phase is Phase.CALLING
        self._end(Cause.NO_CIRCUIT if glare else TO_SWITCH[cause])
        self._disconnect(R2Cause.NORMAL)

    def _end(self, cause: Cause) -> None:
        """The switch learns, once, that its call is over."""
        if self.phase not in (Phase.IDLE, Phase.SEIZED, Phase.CLEARING):
            self.say(Released(self.slot, cause))
        if self.phase is Phase.COLLECTING:
            self.phase = Phase.IDLE
        elif self.phase is not Phase.IDLE:
            self.phase = Phase.CLEARING

    def _disconnect(self, cause: R2Cause) -> None:
        try:
            self.span.disconnect(self.slot, cause)
        except NotPossible:
            self._rest()  # a protocol error has ended it meanwhile

    def _rest(self) -> None:
        self.phase = Phase.IDLE
        self.toning = self._accepted = self._answer = False
