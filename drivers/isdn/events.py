"""What happens on a D channel, in the words of Q.931.

call: the number of a call, of one D channel, never used twice. channel: the timeslot; 0 when none is named, ANY when
any may be taken. inband: tones or announcements can be heard on the channel (progress indicator 8).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ANY = -1

Presentation = Literal["allowed", "restricted", "unavailable"]
Capability = Literal["speech", "3.1 kHz audio", "unrestricted digital", "other"]


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The data link is established (Q.921, multiple frame operation)."""


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The data link is lost; libpri goes on trying. Calls that are answered live on for T309."""


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """Both ends are of the same side, for instance. libpri's words."""

    text: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """SETUP. flexible: another channel may be chosen. plan: type of number * 16 + numbering plan.

    reference: the call reference value. complete: no more digits will come.
    """

    call: int
    channel: int
    flexible: bool
    called: str
    calling: str
    complete: bool
    presentation: Presentation
    called_plan: int
    calling_plan: int
    name: str
    redirecting: str
    capability: Capability
    reference: int


@dataclass(frozen=True, slots=True)
class SetupAcknowledged:
    """SETUP ACKNOWLEDGE: more digits are wanted."""

    call: int
    channel: int
    inband: bool


@dataclass(frozen=True, slots=True)
class MoreDigits:
    """INFORMATION with digits of the called number, or keys of the keypad."""

    call: int
    digits: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Proceeding:
    """CALL PROCEEDING."""

    call: int
    channel: int
    inband: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """PROGRESS, or a DISCONNECT with tones when `inband_disconnect` was asked for. cause: 0 when none is given."""

    call: int
    inband: bool
    cause: int


@dataclass(frozen=True, slots=True)
class Ringing:
    """ALERTING."""

    call: int
    channel: int
    inband: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """CONNECT; it is acknowledged already."""

    call: int
    channel: int


@dataclass(frozen=True, slots=True)
class Disconnected:
    """DISCONNECT: the other side is done. The call goes on until it is hung up here too."""

    call: int
    cause: int


@dataclass(frozen=True, slots=True)
class Released:
    """The call is over and its number void: every call ends with one of these. cause: of Q.850."""

    call: int
    channel: int
    cause: int


@dataclass(frozen=True, slots=True)
class Restarted:
    """RESTART of a channel (ANY: of all of them); it is acknowledged already, and calls there are over."""

    channel: int


@dataclass(frozen=True, slots=True)
class RestartAcknowledged:
    """RESTART ACKNOWLEDGE."""

    channel: int


@dataclass(frozen=True, slots=True)
class Facility:
    """FACILITY, of a supplementary service that is not used here."""

    call: int


@dataclass(frozen=True, slots=True)
class Notified:
    """NOTIFY. indicator: of Q.931, 4.5.22."""

    call: int
    indicator: int


OfCall = SetupAcknowledged | MoreDigits | Proceeding | Progress | Ringing | Answered | Disconnected | Released
"""What happens to a call that there is already."""

Event = (
    LinkUp
    | LinkDown
    | Misconfigured
    | Incoming
    | SetupAcknowledged
    | MoreDigits
    | Proceeding
    | Progress
    | Ringing
    | Answered
    | Disconnected
    | Released
    | Restarted
    | RestartAcknowledged
    | Facility
    | Notified
)
