"""OFFICE.yaml -> typed configuration. Every fault with file:line:column (`drivers.yaml_source`).

spec: 1
country: cn                      # tones, ringing cadence (cn hk tw mo us uk eu jp)
tones: old-pbx.yaml              # optional: its tones, where they are not the country's
seed: 1                          # noise and echo delays; the same seed gives the same run, bit for bit
cards:
  - type: analog-fxo
    name: hotline
    ports:
      - {number: "80001", disconnect: loop, caller_id: fsk, return_loss: 20, loss: 3, noise: -65, law: alaw}
      - {number: "80002", disconnect: none}
hunt:                            # one number for several lines, the first free one rings
  - {number: "96688", ports: ["80001", "80002"]}
phones:                          # people who answer by themselves
  - {number: "10086", rings: 2, talk: 10s}
callers:                         # scripted people; `script` is relative to this file
  - {script: callers/order.yaml, at: 2s}
book: prompts                    # what they can recognise by ear: a folder with a book.json
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from drivers import tone_plans
from drivers.card import Law
from drivers.yaml_source import ConfigError, Problem, Source, did_you_mean, parse
from drivers.yaml_source import Path as Path_
from dsp.receiver import RATE
from hw_sim.yaml_types import Duration, Number, Strict

Country = Literal["cn", "hk", "tw", "mo", "us", "uk", "eu", "jp"]
Disconnect = Literal["loop", "none"]
CallerIdStyle = Literal["fsk", "bell", "dtmf", "none"]


class PortConfig(Strict):
    """One line of the office and the port it ends in.

    return_loss: how far below its own voice the port hears itself, dB. loss: of the line, each way, dB.
    noise, hum (50 Hz): at the port, dBm0. disconnect: does the office open the loop when the far end hangs up?
    reversal: does it reverse the battery while a call that the port has placed is answered?
    """

    number: Number
    disconnect: Disconnect = "loop"
    caller_id: CallerIdStyle = "fsk"
    reversal: bool = False
    return_loss: float = Field(default=20.0, ge=0.0, le=90.0)
    loss: float = Field(default=3.0, ge=0.0, le=40.0)
    noise: float = Field(default=-65.0, ge=-120.0, le=0.0)
    hum: float = Field(default=-200.0, le=0.0)
    law: Law = "alaw"


class AnalogCard(Strict):
    """A card of FXO ports."""

    type: Literal["analog-fxo"]
    name: str = Field(min_length=1, max_length=40)
    ports: tuple[PortConfig, ...] = Field(min_length=1, max_length=960)


class HuntGroup(Strict):
    """One number for several lines: the first free one rings."""

    number: Number
    ports: tuple[Number, ...] = Field(min_length=1)


class PhoneConfig(Strict):
    """Somebody with a telephone: answers after some rings, sends a sound or nothing, hangs up after a while."""

    number: Number
    rings: int = Field(default=1, ge=1, le=20)
    talk: Duration = 10 * RATE
    sound: Path | None = None
    level: float = Field(default=-15.0, ge=-60.0, le=3.0)


class CallerEntry(Strict):
    """A scripted person of the world outside, and when they begin."""

    script: Path
    at: Duration = 0


class OfficeConfig(Strict):
    """A whole OFFICE.yaml. book: a folder of the prompts that its callers can recognise (`drivers.speech.book`).

    tones: a tone plan (`drivers.tone_plans`) of an exchange whose tones are not its country's.
    """

    spec: Literal[1] = 1
    country: Country = "cn"
    tones: Path | None = None
    seed: int = Field(default=1, ge=0)
    cards: tuple[AnalogCard, ...] = Field(min_length=1)
    hunt: tuple[HuntGroup, ...] = ()
    phones: tuple[PhoneConfig, ...] = ()
    callers: tuple[CallerEntry, ...] = ()
    book: Path | None = None

    @property
    def ports(self) -> tuple[PortConfig, ...]:
        """All ports of all cards, in the order of the rows."""
        return tuple(port for card in self.cards for port in card.ports)


def analog_office(ports: int = 4, *, seed: int = 1, hunt: str = "96688", **port: object) -> OfficeConfig:
    """An office with one card of so many equal ports ("80001" ...) behind one hunt number, for tests and benches."""
    numbers = [str(80001 + i) for i in range(ports)]
    made = tuple(PortConfig.model_validate({"number": n, **port}) for n in numbers)
    card = AnalogCard(type="analog-fxo", name="sim", ports=made)
    return OfficeConfig(seed=seed, cards=(card,), hunt=(HuntGroup(number=hunt, ports=tuple(numbers)),))


def load_office(file: str | Path, text: str | None = None) -> OfficeConfig:
    """Read OFFICE.yaml; files it names are made relative to it. Raises ConfigError with every fault at once."""
    source = parse(file, text)
    config, problems = source.validate(OfficeConfig)
    folder = Path(file).parent
    problems += [*_numbers(source), *_hunts(source), *_names(source), *_files(source, folder), *_tones(source, folder)]
    if config is None or problems:
        raise ConfigError(problems)
    return _beside(config, folder)


def _beside(config: OfficeConfig, folder: Path) -> OfficeConfig:
    """Paths count from the folder of the file that names them."""
    callers = tuple(c.model_copy(update={"script": folder / c.script}) for c in config.callers)
    phones = tuple(p.model_copy(update={"sound": folder / p.sound}) if p.sound else p for p in config.phones)
    others = {name: folder / file for name in ("book", "tones") if (file := getattr(config, name))}
    return config.model_copy(update={"callers": callers, "phones": phones, **others})


# Faults between parts of the file are looked for in what it says, so that they are found beside faults of its parts.


def _each(data: Any, path: Path_, key: str) -> Iterator[tuple[Path_, Any]]:
    """The items of a list in a mapping, with their places; nothing where the file has something else."""
    items = data.get(key) if isinstance(data, dict) else None
    for i, item in enumerate(items if isinstance(items, list) else []):
        yield (*path, key, i), item


def _ports(source: Source) -> Iterator[tuple[Path_, Any]]:
    for path, card in _each(source.data, (), "cards"):
        yield from _each(card, path, "ports")


def _says(item: Any, key: str) -> str | None:
    value = item.get(key) if isinstance(item, dict) else None
    return value if isinstance(value, str) else None


def _numbers(source: Source) -> Iterator[Problem]:
    """No number twice; but a hunt group may have the number of one of its own ports."""
    seen: dict[str, Path_] = {}
    everything = [*_ports(source), *_each(source.data, (), "phones"), *_each(source.data, (), "hunt")]
    for path, item in everything:
        number = _says(item, "number")
        if number is None:
            continue
        pilot = path[0] == "hunt" and number in [n for _, n in _each(item, (), "ports")]
        if number in seen and not pilot:
            first = source.problem(seen[number], "").line
            yield source.problem((*path, "number"), f"number {number!r} stands twice", f"first on line {first}")
        seen.setdefault(number, (*path, "number"))


def _hunts(source: Source) -> Iterator[Problem]:
    known = [number for _, port in _ports(source) if (number := _says(port, "number"))]
    for path, group in _each(source.data, (), "hunt"):
        for place, number in _each(group, path, "ports"):
            if isinstance(number, str) and number not in known:
                yield source.problem(place, f"no port has the number {number!r}", did_you_mean(number, known))


def _names(source: Source) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, card in _each(source.data, (), "cards"):
        name = _says(card, "name")
        if name is not None and name in seen:
            yield source.problem((*path, "name"), f"the name {name!r} stands twice", "names tell cards apart")
        seen.add(name or "")


def _tones(source: Source, folder: Path) -> Iterator[Problem]:
    """The faults of the tone plan it names, with their places in that file."""
    name = _says(source.data, "tones")
    if name is None:
        return
    if not (folder / name).is_file():
        yield source.problem(("tones",), f"there is no file {folder / name}")
        return
    try:
        tone_plans.load(folder / name)
    except ConfigError as error:
        yield from error.problems


def _files(source: Source, folder: Path) -> Iterator[Problem]:
    for kind, key in (("callers", "script"), ("phones", "sound")):
        for path, item in _each(source.data, (), kind):
            name = _says(item, key)
            if name is not None and not (folder / name).is_file():
                yield source.problem((*path, key), f"there is no file {folder / name}")
