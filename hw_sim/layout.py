"""The equipment's cards and lines of an OFFICE.yaml: which row of the matrices is what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dsp.g711 import Law
from hw_sim.card_config import AnalogCard, CardConfig, E1Card, FxsCard, LoopPort
from hw_sim.equipment import CardKind, PortUse
from hw_sim.line.config import copper_on
from hw_sim.line.model import Copper
from hw_sim.trunk import SLOTS

SIGNALLING_SLOT = 16
KINDS: Mapping[str, CardKind] = {"analog-fxo": "fxo", "analog-fxs": "fxs", "e1": "e1"}


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """A line of the equipment. row: of every matrix. card and port count from 0. number: empty when it has none."""

    card: int
    port: int
    number: str
    row: int
    name: str = ""
    law: Law = "alaw"
    use: PortUse = "fxo"

    @property
    def digital(self) -> bool:
        """Is it a timeslot?"""
        return self.use not in ("fxo", "fxs")


@dataclass(frozen=True, slots=True)
class OfficeCard:
    """A card of the equipment (`hw_sim.equipment.CardLike`). rows: its lines."""

    name: str
    kind: CardKind
    rows: range
    crc4: bool = False
    coding: str = ""
    framing: str = ""


def cards_of(cards: Sequence[CardConfig]) -> tuple[OfficeCard, ...]:
    """The cards, with their rows one after the other."""
    made, first = [], 0
    for card in cards:
        rows = range(first, first + (SLOTS if isinstance(card, E1Card) else len(card.ports)))
        frame = (card.crc4, card.coding, card.framing) if isinstance(card, E1Card) else ()
        made.append(OfficeCard(card.name, KINDS[card.type], rows, *frame))
        first = rows.stop
    return tuple(made)


def lines_of(cards: Sequence[CardConfig]) -> tuple[OfficeLine, ...]:
    """All lines, row by row."""
    made: list[OfficeLine] = []
    wired = {index for pair in crossed(cards) for index in pair}
    for index, card in enumerate(cards):
        if isinstance(card, E1Card):
            made += _slots(index, card, len(made))
        else:
            made += _ports(index, card, len(made), index in wired)
    return tuple(made)


def copper_of(cards: Sequence[CardConfig]) -> list[Copper]:
    """The copper of all analog lines, in the order of their rows."""
    ports = [port for card in cards if not isinstance(card, E1Card) for port in card.ports]
    return [port_copper(port) for port in ports]


def crossed(cards: Sequence[CardConfig]) -> Iterator[tuple[int, int]]:
    """Pairs of cards that are wired to each other, each pair once."""
    index = {card.name: i for i, card in enumerate(cards)}
    seen: set[int] = set()
    for i, card in enumerate(cards):
        if card.cross and i not in seen:
            other = index[card.cross]
            seen |= {i, other}
            yield i, other


def _ports(index: int, card: AnalogCard | FxsCard, first: int, wired: bool) -> Iterator[OfficeLine]:
    """A port that is wired to another card has no number."""
    for i, port in enumerate(card.ports):
        name = f"{card.name}-{i + 1}"
        if isinstance(card, AnalogCard):
            number = "" if wired else card.ports[i].number
            yield OfficeLine(index, i, number, first + i, name, port.law, "fxo")
        else:
            yield OfficeLine(index, i, "", first + i, card.ports[i].name or name, port.law, "fxs")


def _slots(index: int, card: E1Card, first: int) -> Iterator[OfficeLine]:
    for i in range(SLOTS):
        yield OfficeLine(index, i, "", first + i, f"{card.name}-{i + 1}", "alaw", slot_use(card, i + 1))


def slot_use(card: E1Card, slot: int) -> PortUse:
    """What a timeslot of a span is for."""
    if card.framing == "cas":
        return "idle" if slot == SIGNALLING_SLOT else "cas"
    return "dchannel" if slot == SIGNALLING_SLOT and card.signalling == "isdn" else "bearer"


def port_copper(port: LoopPort) -> Copper:
    """The line that a port ends: what the port says itself goes before its `line`."""
    copper = Copper(port.loss, port.return_loss, port.noise, port.hum, port.law)
    if port.line is None:
        return copper
    said = {name: getattr(port, name) for name in port.model_fields_set & {"loss", "return_loss", "noise", "hum"}}
    return replace(copper_on(port.line, copper, port.law), **said)
