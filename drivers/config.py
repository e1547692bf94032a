"""cards.yaml -> typed configuration. Every fault with file:line:column (`drivers.yaml_source`).

spec: 1
cards:
  - name: hotline
    device: "dahdi:1-4"
    lines:                       # optional: all of them, in the order of the device's channels
      - {name: hotline-1}
      - {name: hotline-2, signalling: fxs_ls}
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from drivers.card import Law, Line, Signalling
from drivers.channels import parse as parse_channels
from drivers.open import BACK_ENDS
from drivers.yaml_source import ConfigError, Problem, did_you_mean, parse

MakeProblem = Callable[..., Problem]


class Strict(BaseModel):
    """A model that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LineConfig(Strict):
    """What the operator says of one line."""

    name: str = Field(min_length=1, max_length=40)
    signalling: Signalling = "fxs_ks"
    law: Law = "alaw"


class CardConfig(Strict):
    """One card: its name, its device string and its lines."""

    name: str = Field(min_length=1, max_length=40)
    device: str = Field(min_length=1)
    lines: tuple[LineConfig, ...] = ()

    def to_lines(self) -> tuple[Line, ...]:
        """The lines as the back-end wants them."""
        return tuple(Line(name=line.name, signalling=line.signalling, law=line.law) for line in self.lines)


class CardsConfig(Strict):
    """A whole cards.yaml."""

    spec: Literal[1]
    cards: tuple[CardConfig, ...] = Field(min_length=1)


def load_cards(file: str | Path, text: str | None = None) -> CardsConfig:
    """Read cards.yaml. Raises ConfigError with every fault: unknown keys, unknown back-ends, names that stand twice."""
    source = parse(file, text)
    config, problems = source.validate(CardsConfig)
    if isinstance(source.data, dict):
        problems += _cross_checks(source.data.get("cards"), source.problem)
    if config is None or problems:
        raise ConfigError(problems)
    return config


def _cross_checks(cards: object, problem: MakeProblem) -> list[Problem]:
    found: list[Problem] = []
    names: set[str] = set()
    taken: dict[int, str] = {}
    for i, card in enumerate(cards if isinstance(cards, list) else []):
        if not isinstance(card, dict):
            continue
        found += _duplicate(names, card.get("name"), ("cards", i, "name"), problem)
        found += _back_end(card.get("device"), ("cards", i, "device"), problem)
        found += _channels(card, i, taken, problem)
        line_names: set[str] = set()
        lines = card.get("lines")
        for j, line in enumerate(lines if isinstance(lines, list) else []):
            if isinstance(line, dict):
                found += _duplicate(line_names, line.get("name"), ("cards", i, "lines", j, "name"), problem)
    return found


def _duplicate(seen: set[str], name: object, path: tuple[str | int, ...], problem: MakeProblem) -> list[Problem]:
    if not isinstance(name, str):
        return []
    if name in seen:
        return [problem(path, f"the name {name!r} stands twice", "names tell lines apart in the log")]
    seen.add(name)
    return []


def _back_end(device: object, path: tuple[str | int, ...], problem: MakeProblem) -> list[Problem]:
    if not isinstance(device, str):
        return []
    scheme, _, address = device.partition(":")
    if scheme in BACK_ENDS and address:
        return []
    hint = did_you_mean(scheme, BACK_ENDS) or "write SCHEME:ADDRESS, as in dahdi:1-4"
    return [problem(path, f"device {device!r} names no back-end", hint)]


def _channels(card: dict[object, object], i: int, taken: dict[int, str], problem: MakeProblem) -> list[Problem]:
    """A DAHDI channel list that is none, a channel that two cards claim, more or fewer lines than channels."""
    device, lines = card.get("device"), card.get("lines")
    if not isinstance(device, str) or not device.startswith("dahdi:") or device == "dahdi:":
        return []
    path = ("cards", i, "device")
    try:
        numbers = parse_channels(device.partition(":")[2])
    except ValueError as error:
        return [problem(path, str(error))]
    found = [problem(path, f"channel {n} belongs to card {taken[n]!r} already") for n in numbers if n in taken]
    taken |= {n: str(card.get("name")) for n in numbers if n not in taken}
    if isinstance(lines, list) and lines and len(lines) != len(numbers):
        words = f"{len(lines)} lines are named, but {device} has {len(numbers)} channels"
        found.append(problem(("cards", i, "lines"), words, "name all of them, in the order of the channels, or none"))
    return found
