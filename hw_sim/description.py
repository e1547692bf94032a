"""What stands in an OFFICE.yaml, for people to read."""

from __future__ import annotations

from collections.abc import Iterator

from dsp.receiver import RATE
from hw_sim.card_config import AnalogCard, CardConfig, E1Card, LoopPort
from hw_sim.config import OfficeConfig
from hw_sim.fax.config import FaxConfig
from hw_sim.layout import port_copper


def describe(config: OfficeConfig) -> list[str]:
    """A line each."""
    lines = [f"country {config.country}, seed {config.seed}"]
    for card in config.cards:
        lines += _card(card)
    lines += [f"hunt {group.number} -> {' '.join(group.ports)}" for group in config.hunt]
    lines += [f"route {' '.join(route.numbers)} -> {' '.join(route.to)}, {route.order} free" for route in config.routes]
    lines += [f"number {number}: {how}" for number, how in config.numbers.items()]
    lines += [f"phone {phone.number or phone.port}, answers at ring {phone.rings}" for phone in config.phones]
    lines += [f"{m.type} {m.number or m.port}, answers at ring {m.rings}" for m in config.machines]
    lines += [f"fax {fax.number or fax.port}, {_fax(fax)}" for fax in config.faxes]
    return lines + [f"caller {entry.script} at {entry.at / RATE:g} s" for entry in config.callers]


def _fax(fax: FaxConfig) -> str:
    does = f"dials {fax.to} at {fax.at / RATE:g} s" if fax.to else f"answers at ring {fax.rings}"
    faults = fax.faults.model_dump(exclude_defaults=True)
    return f"{does}{', faults: ' + ' '.join(faults) if faults else ''}"


def _card(card: CardConfig) -> Iterator[str]:
    wired = f", wired to {card.cross}" if card.cross else ""
    if isinstance(card, E1Card):
        yield f"card {card.name} (e1), {_span(card)}{wired}"
        return
    yield f"card {card.name} ({card.type}), {len(card.ports)} ports{wired}"
    if isinstance(card, AnalogCard):
        for line in card.ports:
            told = f"start {line.start}, disconnect {line.supervision}, caller ID {line.caller_id}"
            yield f"  {line.number or '-':>12}  {told}, {_copper(line)}"
    else:
        for i, port in enumerate(card.ports):
            yield f"  {port.name or f'{card.name}-{i + 1}':>12}  {_copper(port)}"


def _span(card: E1Card) -> str:
    kind = {"isdn": f"isdn, office is {card.side}, {card.switch}", "r2": f"r2 {card.variant}, office is {card.side}"}
    numbers = f", numbers {' '.join(card.numbers)}" if card.numbers else ""
    crc4 = "crc4" if card.crc4 else "no crc4"
    return f"{kind.get(card.signalling, card.signalling)}, {card.framing}, {card.coding}, {crc4}{numbers}"


def _copper(port: LoopPort) -> str:
    copper = port_copper(port)
    name = f"line {port.line.preset}, " if port.line else ""
    figures = f"loss {copper.loss:g} dB, return loss {copper.return_loss:g} dB, noise {copper.noise:g} dBm0"
    return f"{name}{figures}, {port.law}"
