"""A file of faults, checked against the office it is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from drivers.yaml_source import ConfigError, Problem, Source, did_you_mean, parse
from hw_sim.faults.model import Fault, FaultFile

SPANS = ("isdn", "r2", "cas", "clear")
FITTING = {
    "alarm": SPANS, "d_channel": ("isdn",),
    **dict.fromkeys(("isdn_deaf", "isdn_late", "isdn_bit_errors", "isdn_spoil"), ("isdn",)),
    **dict.fromkeys(("r2_spoil", "r2_block", "r2_congested"), ("r2",)),
}  # fmt: skip
"""Which cards can have a fault, where not all can."""


def load_faults(
    file: str | Path, cards: Mapping[str, str], lines: Iterable[str], text: str | None = None
) -> tuple[Fault, ...]:
    """The faults of a file. cards: their names, and what each is (isdn, r2, cas, clear, analog-fxo, analog-fxs); lines:
    the names they may name. Raises ConfigError with all faults of the file."""
    source = parse(file, text)
    config, problems = source.validate(FaultFile)
    problems += misplaced(source, cards, list(lines))
    if config is None or problems:
        raise ConfigError(problems)
    return config.faults


def misplaced(source: Source, cards: Mapping[str, str], lines: Sequence[str]) -> Iterator[Problem]:
    """Faults (a list under `faults`) that name a card or a line the office has not, or a card that cannot have them."""
    items = source.data.get("faults") if isinstance(source.data, dict) else None
    for i, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict):
            yield from _unknown(source, i, item, {"card": list(cards), "line": lines})
            yield from _unfit(source, i, item, cards)


def _unknown(
    source: Source, i: int, item: Mapping[str, object], places: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    for key, known in places.items():
        name = item.get(key)
        if isinstance(name, str) and name and name not in known:
            yield source.problem(("faults", i, key), f"the office has no {key} {name!r}", did_you_mean(name, known))


def _unfit(source: Source, i: int, item: Mapping[str, object], cards: Mapping[str, str]) -> Iterator[Problem]:
    fault, name = item.get("fault"), item.get("card")
    fitting = FITTING.get(fault) if isinstance(fault, str) else None
    is_one = cards.get(name) if isinstance(name, str) else None
    if fitting and is_one and is_one not in fitting:
        others = [card for card, kind in cards.items() if kind in fitting]
        hint = f"such a card is {', '.join(others)}" if others else f"it needs a card of {' or '.join(fitting)}"
        yield source.problem(("faults", i, "card"), f"the card {name!r} is {is_one}: it has no fault {fault!r}", hint)
