"""Faults between parts of OFFICE.yaml: numbers that stand twice, names of nothing, cards that do not fit together.

They are looked for in what the file says, so that they are found beside faults of its parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from os.path import isfile
from pathlib import Path
from typing import Any

from drivers import tone_plans
from drivers.fax import BadDocument, check_document
from drivers.yaml_source import ConfigError, Problem, Source, did_you_mean
from drivers.yaml_source import Path as Path_
from hw_sim.faults.load import misplaced
from hw_sim.trunk import SLOTS

FITS = {"e1": "e1", "analog-fxo": "analog-fxs", "analog-fxs": "analog-fxo"}
"""What kind of card can be wired to what kind."""

NAMED_FILES = (("callers", "script"), ("phones", "sound"), ("machines", "wav"), ("faxes", "send"))

ANSWERING = ("phones", "machines", "faxes")
"""Who has a number of the exchange, or sits at an FXS port."""


def faults_between(source: Source, folder: Path) -> list[Problem]:
    """All of them. folder: what the paths of the file count from."""
    return [
        *_numbers(source), *_missing_numbers(source), *_hunts(source), *_names(source), *_crosses(source),
        *_routes(source), *_seats(source), *_files(source, folder), *_definitions(source, folder),
        *_tones(source, folder), *misplaced(source, *_places(source)),
    ]  # fmt: skip


def _each(data: Any, path: Path_, key: str) -> Iterator[tuple[Path_, Any]]:
    """The items of a list in a mapping, with their places; nothing where the file has something else."""
    items = data.get(key) if isinstance(data, dict) else None
    for i, item in enumerate(items if isinstance(items, list) else []):
        yield (*path, key, i), item


def _cards(source: Source, kind: str = "") -> Iterator[tuple[Path_, dict[str, Any]]]:
    for path, card in _each(source.data, (), "cards"):
        if isinstance(card, dict) and kind in ("", card.get("type")):
            yield path, card


def _ports(source: Source, kind: str) -> Iterator[tuple[Path_, Any]]:
    for path, card in _cards(source, kind):
        yield from _each(card, path, "ports")


def _says(item: Any, key: str) -> str | None:
    value = item.get(key) if isinstance(item, dict) else None
    return value if isinstance(value, str) and value else None


def _places(source: Source) -> tuple[dict[str, str], list[str]]:
    """The names of cards and what they are; of lines (their numbers, names, and card-position): for `faults`."""
    cards: dict[str, str] = {}
    lines: list[str] = []
    for _, card in _cards(source):
        name = _says(card, "name") or ""
        ports = card.get("ports")
        count = len(ports) if isinstance(ports, list) else SLOTS
        kind = _says(card, "type") or ""
        cards[name] = (_says(card, "signalling") or "isdn") if kind == "e1" else kind
        lines += [f"{name}-{i + 1}" for i in range(count)]
    lines += [n for _, port in _ports(source, "analog-fxo") if (n := _says(port, "number"))]
    return cards, lines + [n for _, port in _ports(source, "analog-fxs") if (n := _says(port, "name"))]


def _numbers(source: Source) -> Iterator[Problem]:
    """No number twice; but a hunt group may have the number of one of its own ports."""
    seen: dict[str, Path_] = {}
    everything = [
        *_ports(source, "analog-fxo"),
        *(place for key in ANSWERING for place in _each(source.data, (), key)),
        *_each(source.data, (), "hunt"),
    ]
    for path, item in everything:
        number = _says(item, "number")
        if number is None:
            continue
        pilot = path[0] == "hunt" and number in [n for _, n in _each(item, (), "ports")]
        if number in seen and not pilot:
            yield _twice(source, (*path, "number"), f"number {number!r}", seen[number])
        seen.setdefault(number, (*path, "number"))
    refused = source.data.get("numbers") if isinstance(source.data, dict) else None
    for number in refused if isinstance(refused, dict) else ():
        if number in seen:
            yield _twice(source, ("numbers", number), f"number {number!r}", seen[str(number)])


def _twice(source: Source, path: Path_, what: str, first: Path_) -> Problem:
    line = source.problem(first, "").line
    return source.problem(path, f"{what} stands twice", f"first on line {line}")


def _wired(source: Source) -> set[str]:
    """Names of the cards that are wired to another one, from either side."""
    pairs = [(_says(card, "name"), _says(card, "cross")) for _, card in _cards(source)]
    return {name for pair in pairs if pair[1] for name in pair if name}


def _missing_numbers(source: Source) -> Iterator[Problem]:
    """Only a port that is wired to another card needs no number."""
    wired = _wired(source)
    for path, card in _cards(source, "analog-fxo"):
        for place, port in _each(card, path, "ports"):
            if isinstance(port, dict) and "number" not in port and _says(card, "name") not in wired:
                yield source.problem(place, "missing key 'number'")


def _hunts(source: Source) -> Iterator[Problem]:
    known = [number for _, port in _ports(source, "analog-fxo") if (number := _says(port, "number"))]
    for path, group in _each(source.data, (), "hunt"):
        for place, number in _each(group, path, "ports"):
            if isinstance(number, str) and number not in known:
                yield source.problem(place, f"no port has the number {number!r}", did_you_mean(number, known))


def _names(source: Source) -> Iterator[Problem]:
    seen: dict[str, Path_] = {}
    for path, item in [*_cards(source), *_ports(source, "analog-fxs")]:
        name = _says(item, "name")
        if name is not None and name in seen:
            line = source.problem(seen[name], "").line
            words = f"the name {name!r} stands twice"
            yield source.problem((*path, "name"), words, f"names tell cards and ports apart; first on line {line}")
        seen.setdefault(name or "", (*path, "name"))


def _crosses(source: Source) -> Iterator[Problem]:
    """Wires between cards: to one that is there, of the right kind, as many ports, and not two to one card."""
    cards = {name: card for _, card in _cards(source) if (name := _says(card, "name"))}
    wired: dict[str, str] = {}
    for path, card in _cards(source):
        mine, other = _says(card, "name"), _says(card, "cross")
        if other is None or mine is None:
            continue
        wrong, remedy = _misfit(card, cards.get(other)), ""
        if other not in cards:
            wrong, remedy = f"there is no card {other!r}", did_you_mean(other, cards)
        elif other == mine:
            wrong = "a card cannot be wired to itself"
        elif wired.get(other, mine) != mine or wired.get(mine, other) != other:
            wrong = f"{other!r} is wired to another card already"
        wired[mine], wired[other] = other, mine
        if wrong:
            yield source.problem((*path, "cross"), wrong, remedy)


def _misfit(card: dict[str, Any], other: dict[str, Any] | None) -> str:
    kind, ports = _says(card, "type"), card.get("ports")
    if other is None or kind not in FITS:
        return ""
    if other.get("type") != FITS[kind]:
        return f"a card of type {kind} can only be wired to one of type {FITS[kind]}"
    theirs = other.get("ports")
    if isinstance(ports, list) and isinstance(theirs, list) and len(ports) != len(theirs):
        return f"the cards have {len(ports)} and {len(theirs)} ports: wired cards have as many"
    return ""


def _routes(source: Source) -> Iterator[Problem]:
    """Only spans that the exchange is at the end of can carry its calls."""
    wired = _wired(source)
    spans = [(path, card) for path, card in _cards(source, "e1") if card.get("signalling", "isdn") in ("isdn", "r2")]
    known = [name for _, card in spans if (name := _says(card, "name")) and name not in wired]
    for path, route in _each(source.data, (), "routes"):
        for place, name in _each(route, path, "to"):
            if isinstance(name, str) and name not in known:
                yield source.problem(place, f"no E1 card with calls has the name {name!r}", did_you_mean(name, known))
    for path, card in _cards(source, "e1"):
        if card.get("numbers") and _says(card, "name") not in known:
            yield source.problem((*path, "numbers"), "no calls go over this span", "signalling isdn or r2, no cross")


def _seats(source: Source) -> Iterator[Problem]:
    """Who sits at an FXS port sits at one that is there, alone; a telephone has a number or a port."""
    known = list(_telephones(source))
    taken: dict[str, Path_] = {}
    for key in (*ANSWERING, "callers"):
        for path, item in _each(source.data, (), key):
            port = _says(item, "port")
            if key == "phones" and isinstance(item, dict) and (port is None) == ("number" not in item):
                yield source.problem(path, "say either the number of a telephone, or its port")
            if port is None:
                continue
            if port not in known:
                yield source.problem((*path, "port"), f"no FXS port has the name {port!r}", did_you_mean(port, known))
            if port in taken:
                yield _twice(source, (*path, "port"), f"port {port!r}", taken[port])
            taken.setdefault(port, (*path, "port"))


def _telephones(source: Source) -> Iterator[str]:
    """Names of the FXS ports that are wired to nothing: the port's own, and CARD-1, CARD-2 ... as well."""
    wired = _wired(source)
    for path, card in _cards(source, "analog-fxs"):
        if _says(card, "name") in wired:
            continue
        for i, (_, port) in enumerate(_each(card, path, "ports")):
            yield _says(port, "name") or f"{card.get('name')}-{i + 1}"


def _tones(source: Source, folder: Path) -> Iterator[Problem]:
    """The faults of the tone plan it names, with their places in that file."""
    name = _says(source.data, "tones")
    if name is None:
        return
    if not isfile(folder / name):
        yield source.problem(("tones",), f"there is no file {folder / name}")
        return
    try:
        tone_plans.load(folder / name)
    except ConfigError as error:
        yield from error.problems


def _definitions(source: Source, folder: Path) -> Iterator[Problem]:
    for path, card in _cards(source, "e1"):
        name = _says(card.get("r2"), "definitions")
        if name is not None and not isfile(folder / name):
            yield source.problem((*path, "r2", "definitions"), f"there is no file {folder / name}")


def _files(source: Source, folder: Path) -> Iterator[Problem]:
    for kind, key in NAMED_FILES:
        for path, item in _each(source.data, (), kind):
            name = _says(item, key)
            if name is not None and not isfile(folder / name):
                yield source.problem((*path, key), f"there is no file {folder / name}")
            elif name is not None and kind == "faxes":
                yield from _document(source, (*path, key), folder / name)


def _document(source: Source, path: Path_, file: Path) -> Iterator[Problem]:
    try:
        check_document(file)
    except BadDocument as error:
        yield source.problem(path, str(error))
