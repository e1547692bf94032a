"""How the office's cards appear as DAHDI spans and channels: one span a card, channels numbered through from 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from dsp.g711 import Law
from hw_sim.dahdi import abi
from hw_sim.equipment import PortLike


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
