"""Faults of the office's end of a span's signalling, and how they are made.

faults:
  - {at: 10s, fault: isdn_deaf, card: pri, for: 20s}               # a SETUP is acknowledged by Q.921, never answered
  - {at: 40s, fault: isdn_late, card: pri, delay: 5s, for: 20s}    # a SETUP is dealt with so much later
  - {at: 70s, fault: isdn_bit_errors, card: pri, share: 0.001, for: 20s}
  - {at: 95s, fault: isdn_spoil, card: pri, how: malformed, messages: 2}     # the next ones that the office sends
  - {at: 10s, fault: r2_spoil, card: trunk, circuits: [1, 2], level: -20, for: 30s}
  - {at: 50s, fault: r2_block, card: trunk, circuits: [3], for: 30s}         # the office takes no calls there
  - {at: 90s, fault: r2_congested, card: trunk, for: 30s}          # A-4 after the first digit of every call

At its end an ISDN fault gives way to what the card says of itself in OFFICE.yaml.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, model_validator

from drivers.r2.span import CIRCUITS, SOUND, R2Fault
from hw_sim.card_config import E1Card
from hw_sim.faults.timing import OfCard
from hw_sim.isdn.config import IsdnOptions, Spoilt
from hw_sim.isdn.dchannel import DChannel
from hw_sim.isdn.trunk import IsdnTrunk
from hw_sim.r2.trunk import R2Trunk
from hw_sim.trunk import Signalling
from hw_sim.yaml_types import Duration

Circuit = Annotated[int, Field(ge=1, le=31)]


class IsdnDeafFault(OfCard):
    """Calls of the equipment are acknowledged by Q.921 and never answered."""

    fault: Literal["isdn_deaf"]


class IsdnLateFault(OfCard):
    """Calls of the equipment are dealt with so much later; more than T303 (4 s): it has asked again by then."""

    fault: Literal["isdn_late"]
    delay: Duration = 5 * 8000


class IsdnBitErrorsFault(OfCard):
    """So large a share of the D channel's bits is turned over, both ways."""

    fault: Literal["isdn_bit_errors"]
    share: float = Field(default=0.001, gt=0.0, le=0.5)


class IsdnSpoilFault(OfCard):
    """The next messages that the office sends are wrong, each time that Q.921 sends them."""

    fault: Literal["isdn_spoil"]
    how: Spoilt = "malformed"
    messages: int = Field(default=1, ge=1, le=1000)


class OfCircuits(OfCard):
    """A fault of these circuits (timeslots 1 to 15, 17 to 31) of a card; of all when none is named."""

    circuits: tuple[Circuit, ...] = ()

    @model_validator(mode="after")
    def _carry_calls(self) -> OfCircuits:
        if 16 in self.circuits:
            raise ValueError("timeslot 16 carries the line signals, no call")
        return self

    @property
    def slots(self) -> tuple[int, ...]:
        """All that it is about."""
        return self.circuits or CIRCUITS


class R2SpoilFault(OfCircuits):
    """Register signals of the office are louder or softer (level, dB), off by `shift` Hz, end by themselves (pulse);
    or it hears none (deaf), or its line bits do not change any more (stuck)."""

    fault: Literal["r2_spoil"]
    level: float = Field(default=0.0, ge=-60.0, le=20.0)
    shift: float = Field(default=0.0, ge=-300.0, le=300.0)
    pulse: Duration = 0
    deaf: bool = False
    stuck: bool = False

    @model_validator(mode="after")
    def _something(self) -> R2SpoilFault:
        if self.made == SOUND:
            raise ValueError("say what is wrong: level, shift, pulse, deaf or stuck")
        return self

    @property
    def made(self) -> R2Fault:
        """In the trunk's words."""
        return R2Fault(self.level, self.shift, self.pulse, self.deaf, self.stuck)


class R2BlockFault(OfCircuits):
    """The office blocks circuits; a call that is there is lost."""

    fault: Literal["r2_block"]


class R2CongestedFault(OfCard):
    """Every call of the equipment meets congestion after its first digit."""

    fault: Literal["r2_congested"]


IsdnFault = IsdnDeafFault | IsdnLateFault | IsdnBitErrorsFault | IsdnSpoilFault
OfR2 = R2SpoilFault | R2BlockFault | R2CongestedFault
SignallingFault = IsdnFault | OfR2


def make(fault: SignallingFault, begins: bool, card: E1Card, far_end: Signalling | None) -> None:
    """Begin or end a fault. card: what OFFICE.yaml says of the span; far_end: the office's end of it.

    Raises ValueError when the span has another signalling.
    """
    if isinstance(fault, IsdnFault) and isinstance(far_end, IsdnTrunk):
        _isdn(fault, begins, card.isdn, far_end.channel)
    elif isinstance(fault, OfR2) and isinstance(far_end, R2Trunk):
        _r2(fault, begins, far_end)
    else:
        raise ValueError(f"the card {card.name!r} has no signalling for the fault {fault.fault!r}")


def _isdn(fault: IsdnFault, begins: bool, usual: IsdnOptions, channel: DChannel) -> None:
    match fault:
        case IsdnDeafFault():
            channel.faults = replace(channel.faults, deaf=begins or usual.deaf)
        case IsdnLateFault():
            channel.faults = replace(channel.faults, late=fault.delay if begins else usual.late)
        case IsdnBitErrorsFault():
            channel.faults = replace(channel.faults, bit_errors=fault.share if begins else usual.bit_errors)
        case IsdnSpoilFault():
            for _ in range(fault.messages if begins else 0):
                channel.spoil(fault.how)


def _r2(fault: OfR2, begins: bool, trunk: R2Trunk) -> None:
    match fault:
        case R2SpoilFault():
            for slot in fault.slots:
                trunk.spoil(slot, fault.made if begins else SOUND)
        case R2BlockFault():
            for slot in fault.slots:
                (trunk.block if begins else trunk.unblock)(slot)
        case R2CongestedFault():
            trunk.congested = begins
