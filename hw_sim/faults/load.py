"""A file of faults, checked against the office it is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from drivers.yaml_source import ConfigError, Problem, Source, did_you_mean, parse
from hw_sim.faults.model import Fault, FaultFile


def load_faults(
    file: str | Path, cards: Iterable[str], lines: Iterable[str], text: str | None = None
) -> tuple[Fault, ...]:
    """The faults of a file. cards, lines: the names they may name. Raises ConfigError with all faults of the file."""
    source = parse(file, text)
    config, problems = source.validate(FaultFile)
    problems += unknown_places(source, list(cards), list(lines))
    if config is None or problems:
        raise ConfigError(problems)
    return config.faults


def unknown_places(source: Source, cards: Sequence[str], lines: Sequence[str]) -> Iterator[Problem]:
    """Faults (a list under `faults`) that name a card or a line the office has not."""
    items = source.data.get("faults") if isinstance(source.data, dict) else None
    for i, item in enumerate(items if isinstance(items, list) else []):
        for key, known in (("card", cards), ("line", lines)):
            name = item.get(key) if isinstance(item, dict) else None
            if isinstance(name, str) and name and name not in known:
                place = ("faults", i, key)
                yield source.problem(place, f"the office has no {key} {name!r}", did_you_mean(name, known))
