"""The equipment's face of an office: cards, their ports, and what passes between them and the office every 20 ms.

Every timeslot and every analog port is a row of the matrices. A row of an E1 carries its codes as int16 samples of the
port's law, exactly: A-law has 256 different values, so a B channel and a D channel are transparent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from typing import Literal, Protocol

from drivers.signals import Signal
from dsp.g711 import Law
from dsp.receiver import Int16

CardKind = Literal["fxo", "fxs", "e1"]
PortUse = Literal["fxo", "fxs", "bearer", "dchannel", "cas", "idle"]
"""fxo: to an exchange. fxs: a telephone. bearer, dchannel, cas: timeslots of an E1; idle: slot 16 of a CAS span."""

Feed = Literal["battery", "reversed", "open"]
"""What an FXS port gives its loop."""


class Alarm(IntFlag):
    """Alarms of a span, with the numbers of dahdi/user.h."""

    NONE = 0
    RECOVER = 1
    LOOPBACK = 2
    YELLOW = 4
    RED = 8
    BLUE = 16
    NOTOPEN = 32


class CardLike(Protocol):
    """A card: one DAHDI span. crc4, coding and framing ("cas" or "ccs") are of an E1."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> CardKind: ...
    @property
    def crc4(self) -> bool: ...
    @property
    def coding(self) -> str: ...
    @property
    def framing(self) -> str: ...


class PortLike(Protocol):
    """A row. card: index of its card. port: position on it, from 0 (timeslot - 1)."""

    @property
    def card(self) -> int: ...
    @property
    def port(self) -> int: ...
    @property
    def row(self) -> int: ...
    @property
    def law(self) -> Law: ...
    @property
    def use(self) -> PortUse: ...


@dataclass(frozen=True, slots=True)
class Bits:
    """The CAS bits of a row from this sample on; bits: ABCD, A is 8."""

    row: int
    at: int
    bits: int


@dataclass(frozen=True, slots=True)
class SpanAlarm:
    """All alarms of a card from this sample on."""

    card: int
    at: int
    alarms: Alarm


class TickLike(Protocol):
    """160 samples of every row, and what else came in them. An FXS port sees `loop_closed` when its telephone is
    lifted, `loop_open` when it is put down or flashes or dials with pulses."""

    @property
    def rx(self) -> Int16: ...
    @property
    def signals(self) -> Sequence[Signal]: ...
    @property
    def bits(self) -> Sequence[Bits]: ...
    @property
    def alarms(self) -> Sequence[SpanAlarm]: ...


class OfficeLike(Protocol):
    """All that the virtual cards use of an office."""

    @property
    def cards(self) -> Sequence[CardLike]: ...
    @property
    def lines(self) -> Sequence[PortLike]: ...
    def tick(self, tx: Int16) -> TickLike:
        """160 samples of every row, both ways."""
        ...

    def hook(self, line: int, off_hook: bool) -> None:
        """An FXO port goes off hook or on hook."""
        ...

    def ring(self, line: int, on: bool) -> None:
        """An FXS port begins or ends a burst of ringing."""
        ...

    def feed(self, line: int, feed: Feed) -> None:
        """An FXS port feeds its loop otherwise."""
        ...

    def send_bits(self, line: int, bits: int) -> None:
        """A timeslot sends other CAS bits."""
        ...

    def send_alarm(self, card: int, alarms: Alarm) -> None:
        """A span sends an alarm (yellow when it has lost its signal), or none. NOTOPEN: it is shut down, and sends
        nothing that the other side could understand."""
        ...

    def opened(self) -> None:
        """A program has opened one of the lines."""
        ...
