"""What the switch and the signalling of a trunk say to each other about calls, in the words of Q.931 and Q.850.

A trunk is the office's end of one E1 span. Its signalling (ISDN, MFC-R2) speaks to the equipment in frames, tones and
bits; to the switch it speaks in these messages, and both directions use the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from dsp.g711 import Codes

SLOTS = 31
"""Timeslots of an E1 beside slot 0; slot n is row n - 1 of a span's matrices."""


class Cause(IntEnum):
    """Why a call ends (ITU-T Q.850)."""

    UNALLOCATED_NUMBER = 1
    NO_ROUTE = 3
    NORMAL = 16
    USER_BUSY = 17
    NO_USER_RESPONDING = 18
    NO_ANSWER = 19
    REJECTED = 21
    OUT_OF_ORDER = 27
    INVALID_NUMBER = 28
    UNSPECIFIED = 31
    NO_CIRCUIT = 34
    TEMPORARY_FAILURE = 41
    CONGESTION = 42
    CIRCUIT_UNAVAILABLE = 44
    RECOVERY_ON_TIMER = 102


@dataclass(frozen=True, slots=True)
class Setup:
    """A call begins on a circuit (timeslot). complete: no more digits will come. calling: empty when withheld."""

    circuit: int
    called: str
    calling: str = ""
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Digits:
    """More digits of the called number (overlap sending)."""

    circuit: int
    digits: str


@dataclass(frozen=True, slots=True)
class Alerting:
    """The called telephone rings."""

    circuit: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The called party has answered."""

    circuit: int


@dataclass(frozen=True, slots=True)
class Released:
    """The call on the circuit is over, or was refused; whoever gets this may use the circuit again."""

    circuit: int
    cause: Cause = Cause.NORMAL


Message = Setup | Digits | Alerting | Answered | Released


@dataclass(frozen=True, slots=True)
class Sent:
    """What a tick of signalling gives. codes: what certain timeslots carry in place of the speech path, 160 codes each.

    bits: new CAS bits by timeslot, towards the equipment.
    """

    messages: Sequence[Message] = ()
    codes: Mapping[int, Codes] = field(default_factory=dict)
    bits: Mapping[int, int] = field(default_factory=dict)


class Signalling(Protocol):
    """The office's end of a trunk's signalling. Sans-I/O: time comes in samples, and the same input gives the same
    output. circuits: the timeslots that carry calls."""

    @property
    def circuits(self) -> Sequence[int]: ...
    def tell(self, message: Message, now: int) -> None:
        """What the switch has to say; its effect comes with the next tick."""
        ...

    def tick(self, now: int, codes: Codes, bits: Mapping[int, int]) -> Sent:
        """codes: uint8 (31, 160), A-law as the equipment sent them. bits: CAS bits that have changed, by timeslot."""
        ...

    def carrier(self, present: bool, now: int) -> None:
        """The span's signal is lost (a red or blue alarm at either end), or back."""
        ...
