"""From OFFICE.yaml to the parts of an office: its switch with all numbers, its spans, the loops of FXS ports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hw_sim import trunk
from hw_sim.card_config import AnalogCard, E1Card, PortConfig
from hw_sim.config import OfficeConfig, Refusal
from hw_sim.e1.far_ends import MakeSignalling, Surroundings
from hw_sim.e1.span import Span
from hw_sim.layout import SIGNALLING_SLOT, OfficeCard, OfficeLine, crossed
from hw_sim.line.loop import Loop
from hw_sim.switch.exchange import Exchange
from hw_sim.switch.number_pattern import NumberPattern
from hw_sim.switch.numbering import Group, Numbering, Refused
from hw_sim.switch.subscriber import RINGING, Circuit, Subscriber
from hw_sim.switch.supply import caller_id_sound
from hw_sim.trunk import Cause

SLOTS = range(1, trunk.SLOTS + 1)
HEARS = {"isdn": range(SIGNALLING_SLOT, SIGNALLING_SLOT + 1)}
"""The slots that a signalling listens to, where it is not all of them."""

REFUSALS: Mapping[Refusal, Refused] = {
    "busy": Refused(Cause.USER_BUSY),
    "no_answer": Refused(Cause.NO_ANSWER, rings=True),
    "vacant": Refused(Cause.UNALLOCATED_NUMBER),
    "out_of_order": Refused(Cause.OUT_OF_ORDER),
    "congestion": Refused(Cause.CONGESTION),
    "rejected": Refused(Cause.REJECTED),
}


def spans_of(
    config: OfficeConfig,
    cards: Sequence[OfficeCard],
    far_ends: Mapping[str, MakeSignalling],
    surroundings: Surroundings,
) -> dict[int, Span]:
    """The E1 spans by the index of their card, with the office's end of their signalling, or wired to each other."""
    wired = {index for pair in crossed(config.cards) for index in pair}
    spans: dict[int, Span] = {}
    for index, card in enumerate(config.cards):
        if isinstance(card, E1Card):
            make = None if index in wired else far_ends.get(card.signalling)
            hears = HEARS.get(card.signalling, SLOTS)
            spans[index] = Span(index, cards[index].rows, make(card, surroundings) if make else None, hears)
    for a, b in crossed(config.cards):
        if a in spans:
            spans[a].peer, spans[b].peer = spans[b], spans[a]
    return spans


def loops_of(config: OfficeConfig, cards: Sequence[OfficeCard]) -> dict[int, Loop]:
    """The loops of FXS ports, by the row of the port, and of what FXO port is at the other end."""
    loops = {row: Loop(row) for card in cards if card.kind == "fxs" for row in card.rows}
    for pair in crossed(config.cards):
        fxs, fxo = sorted(pair, key=lambda index: cards[index].kind != "fxs")
        if cards[fxs].kind == "fxs":
            for near, far in zip(cards[fxs].rows, cards[fxo].rows, strict=True):
                loops[near].far = far
                loops[far] = loops[near]
    return loops


def exchange_of(
    config: OfficeConfig, lines: Sequence[OfficeLine], spans: Mapping[int, Span], numbering: Numbering
) -> Exchange:
    """The switch with all its lines, circuits and numbers."""
    exchange = Exchange(caller_id_sound, RINGING[config.country], numbering=numbering)
    for line in lines:
        card = config.cards[line.card]
        if isinstance(card, AnalogCard) and line.number:
            exchange.add(_subscriber(line, card.ports[line.port]))
        elif isinstance(card, E1Card):
            signalling = spans[line.card].signalling
            if signalling is not None and line.port + 1 in signalling.circuits:
                exchange.add(Circuit(line.row, slot=line.port + 1, send_digits=card.send_digits, calling=card.calling))
    rows = {line.number: line.row for line in lines}
    for hunt in config.hunt:
        exchange.numbering.add(hunt.number, [rows[number] for number in hunt.ports])
    for number, refusal in config.numbers.items():
        exchange.numbering.refuse(number, REFUSALS[refusal])
    for patterns, group in _groups(config, exchange, lines):
        exchange.numbering.route([NumberPattern.of(text) for text in patterns], group)
    return exchange


def _subscriber(line: OfficeLine, port: PortConfig) -> Subscriber:
    return Subscriber(
        line.row,
        line.number,
        disconnect=port.supervision,
        caller_id=port.caller_id,
        reversal=port.reversal,
        ground=port.start == "ground",
        flash=port.flash,
        pulse=port.pulse,
    )


def _groups(
    config: OfficeConfig, exchange: Exchange, lines: Sequence[OfficeLine]
) -> Iterator[tuple[Sequence[str], Group]]:
    """Patterns, and the trunk group they lead to."""
    circuits: dict[str, tuple[int, ...]] = {card.name: () for card in config.cards}
    for line in lines:
        if line.digital and line.row in exchange.parties:
            circuits[config.cards[line.card].name] += (line.row,)
    for card in config.cards:
        if isinstance(card, E1Card) and card.numbers:
            yield card.numbers, Group(circuits[card.name], full=Cause.NO_CIRCUIT)
    for route in config.routes:
        rows = tuple(row for name in route.to for row in circuits[name])
        yield route.numbers, Group(rows, route.order == "cyclic", Cause.NO_CIRCUIT)
