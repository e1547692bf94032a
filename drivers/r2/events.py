"""What happens on the circuits of an R2 span. at: sample of the span's clock; slot: timeslot, 1 to 31."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Category(IntEnum):
    """Who calls (group II)."""

    SUBSCRIBER = 0
    PRIORITY = 1
    INTERNATIONAL = 2
    INTERNATIONAL_PRIORITY = 3
    COLLECT = 4
    UNKNOWN = 5
    TEST = 6


class Mode(IntEnum):
    """How a call is accepted (group B)."""

    CHARGE = 0
    NO_CHARGE = 1
    SPECIAL = 2
    UNKNOWN = 3


class R2Cause(IntEnum):
    """Why a call is refused (group B) or ends (line signals)."""

    BUSY = 0
    CONGESTION = 1
    UNALLOCATED = 2
    OUT_OF_ORDER = 3
    UNSPECIFIED = 4
    NO_ANSWER = 5
    NORMAL = 6
    COLLECT_REJECTED = 7
    FORCED_RELEASE = 8
    NUMBER_CHANGED = 9


@dataclass(frozen=True, slots=True)
class Seized:
    """The far end has seized the circuit: a call comes in."""

    slot: int
    at: int


@dataclass(frozen=True, slots=True)
class Digit:
    """A digit of the called number of a call that comes in."""

    slot: int
    at: int
    digit: str


@dataclass(frozen=True, slots=True)
class Offered:
    """All of a call that comes in is known: accept it or disconnect it. calling: None when it is withheld."""

    slot: int
    at: int
    called: str
    calling: str | None
    category: Category


@dataclass(frozen=True, slots=True)
class Accepted:
    """Register signalling is over, the speech path is through: the called party is rung."""

    slot: int
    at: int
    mode: Mode


@dataclass(frozen=True, slots=True)
class Answered:
    """The called party of our call has answered."""

    slot: int
    at: int


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The far end has refused or ended the call: disconnect it, too."""

    slot: int
    at: int
    cause: R2Cause


@dataclass(frozen=True, slots=True)
class Ended:
    """Both ends have released the circuit."""

    slot: int
    at: int


@dataclass(frozen=True, slots=True)
class ProtocolError:
    """The far end did what it may not, or nothing in time: the call is gone."""

    slot: int
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Stalled:
    """No register signal has changed for too long: disconnect the call."""

    slot: int
    at: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """The far end takes no calls on the circuit."""

    slot: int
    at: int


@dataclass(frozen=True, slots=True)
class Unblocked:
    """The far end's side of the circuit is idle."""

    slot: int
    at: int


@dataclass(frozen=True, slots=True)
class Metered:
    """A metering pulse, or a clear-back that was taken back in time."""

    slot: int
    at: int


R2Event = (
    Seized
    | Digit
    | Offered
    | Accepted
    | Answered
    | Disconnected
    | Ended
    | ProtocolError
    | Stalled
    | Blocked
    | Unblocked
    | Metered
)
