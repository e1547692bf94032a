"""How the office's cards appear as DAHDI spans and channels: one span a card, channels numbered through from 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from drivers.signals import Signal
from dsp.g711 import Law
from dsp.receiver import Int16
from hw_sim.dahdi import abi


class PortLike(Protocol):
    """What the spans must know of a line of the office: `hw_sim.office.OfficeLine`."""

    @property
    def card(self) -> int: ...
    @property
    def port(self) -> int: ...
    @property
    def row(self) -> int: ...
    @property
    def law(self) -> Law: ...


class TickLike(Protocol):
    """`hw_sim.office.OfficeTick`."""

    @property
    def rx(self) -> Int16: ...
    @property
    def signals(self) -> Sequence[Signal]: ...


class OfficeLike(Protocol):
    """The equipment's face of an office: all that the virtual cards use of it."""

    @property
    def lines(self) -> Sequence[PortLike]: ...
    def tick(self, tx: Int16) -> TickLike:
        """160 samples of every line, both ways."""
        ...

    def hook(self, line: int, off_hook: bool) -> None:
        """The port goes off hook or on hook."""
        ...

    def opened(self) -> None:
        """A program has opened one of the lines."""
        ...


@dataclass(frozen=True, slots=True)
class Port:
    """One channel of a span. channel: its DAHDI number. row: in the office's matrices."""

    channel: int
    row: int
    span: int
    position: int
    name: str
    law: Law
    sigcap: int = abi.SIG_FXSLS | abi.SIG_FXSGS | abi.SIG_FXSKS
    sigtype: int = abi.SIG_FXSKS


@dataclass(frozen=True, slots=True)
class Span:
    """One card. number counts from 1, as DAHDI's spans do."""

    number: int
    name: str
    description: str
    ports: tuple[Port, ...]
    kind: str = "FXO"
    manufacturer: str = "Loopstart"
    device: str = "Loopstart office"

    @property
    def location(self) -> str:
        """Where the card sits, as a bus address would say."""
        return f"office slot {self.number}"


def layout(lines: Sequence[PortLike]) -> tuple[Span, ...]:
    """The spans of an office's lines. Rows must come card by card, as the office gives them."""
    spans: list[Span] = []
    for card, group in groupby(lines, key=lambda line: line.card):
        number = len(spans) + 1
        ports = tuple(
            Port(line.row + 1, line.row, number, i + 1, f"OFFICE/{card}/{i}", line.law) for i, line in enumerate(group)
        )
        spans.append(Span(number, f"OFFICE/{card}", f"Loopstart office card {number}: FXO", ports))
    return tuple(spans)
