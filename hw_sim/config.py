"""OFFICE.yaml -> typed configuration. Every fault with file:line:column (`drivers.yaml_source`).

spec: 1
country: cn                      # tones, ringing cadence (cn hk tw mo us uk eu jp)
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
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from drivers.card import Law
from drivers.yaml_source import ConfigError, Problem, Source, parse
from dsp.receiver import RATE

Country = Literal["cn", "hk", "tw", "mo", "us", "uk", "eu", "jp"]
Disconnect = Literal["loop", "none"]
CallerIdStyle = Literal["fsk", "bell", "dtmf", "none"]

UNITS = {"ms": RATE / 1000, "s": RATE, "min": 60 * RATE, "": RATE}


def samples(value: object) -> int:
    """A duration as people write it ("2s", "350ms", "1.5", 2) in samples. Raises ValueError."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?(ms|s|min|)", str(value).strip()) if not isinstance(value, bool) else None
    if match is None:
        raise ValueError(f"{value!r} is no duration: write 2s, 350ms or 1min")
    return round(float(match[1]) * UNITS[match[2]])


def _quoted(value: object) -> object:
    """YAML takes 0755 for 493: a number must be quoted."""
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f'a telephone number must be quoted: "{value}"')
    return value


Duration = Annotated[int, BeforeValidator(samples)]
Number = Annotated[str, BeforeValidator(_quoted), Field(pattern=r"^[0-9*#A-D]{1,20}$")]


class Strict(BaseModel):
    """A model that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PortConfig(Strict):
    """One line of the office and the port it ends in.

    return_loss: how far below its own voice the port hears itself, dB. loss: of the line, each way, dB.
    noise, hum (50 Hz): at the port, dBm0. disconnect: does the office open the loop when the far end hangs up?
    """

    number: Number
    disconnect: Disconnect = "loop"
    caller_id: CallerIdStyle = "fsk"
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
    """A whole OFFICE.yaml."""

    spec: Literal[1] = 1
    country: Country = "cn"
    seed: int = Field(default=1, ge=0)
    cards: tuple[AnalogCard, ...] = Field(min_length=1)
    hunt: tuple[HuntGroup, ...] = ()
    phones: tuple[PhoneConfig, ...] = ()
    callers: tuple[CallerEntry, ...] = ()

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
    if config is None:
        raise ConfigError(problems)
    config = _beside(config, Path(file).parent)
    problems += [*_numbers(config, source), *_hunts(config, source), *_names(config, source), *_files(config, source)]
    if problems:
        raise ConfigError(problems)
    return config


def _beside(config: OfficeConfig, folder: Path) -> OfficeConfig:
    """Paths count from the folder of the file that names them."""
    callers = tuple(c.model_copy(update={"script": folder / c.script}) for c in config.callers)
    phones = tuple(p.model_copy(update={"sound": folder / p.sound}) if p.sound else p for p in config.phones)
    return config.model_copy(update={"callers": callers, "phones": phones})


def _numbers(config: OfficeConfig, source: Source) -> Iterator[Problem]:
    """No number twice; a hunt group may carry the number of its own first port."""
    seen: dict[str, str] = {}
    for path, number in _each_number(config):
        where = ".".join(map(str, path))
        if number in seen and not _own_pilot(config, path, number):
            yield source.problem(path, f"number {number!r} stands twice", f"first at {seen[number]}")
        seen.setdefault(number, where)


def _each_number(config: OfficeConfig) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for i, card in enumerate(config.cards):
        for j, port in enumerate(card.ports):
            yield ("cards", i, "ports", j, "number"), port.number
    for i, phone in enumerate(config.phones):
        yield ("phones", i, "number"), phone.number
    for i, group in enumerate(config.hunt):
        yield ("hunt", i, "number"), group.number


def _own_pilot(config: OfficeConfig, path: tuple[str | int, ...], number: str) -> bool:
    return path[0] == "hunt" and number in config.hunt[int(path[1])].ports


def _hunts(config: OfficeConfig, source: Source) -> Iterator[Problem]:
    known = {port.number for port in config.ports}
    for i, group in enumerate(config.hunt):
        for j, number in enumerate(group.ports):
            if number not in known:
                yield source.problem(("hunt", i, "ports", j), f"no port has the number {number!r}")


def _names(config: OfficeConfig, source: Source) -> Iterator[Problem]:
    seen: set[str] = set()
    for i, card in enumerate(config.cards):
        if card.name in seen:
            yield source.problem(("cards", i, "name"), f"the name {card.name!r} stands twice")
        seen.add(card.name)


def _files(config: OfficeConfig, source: Source) -> Iterator[Problem]:
    for i, caller in enumerate(config.callers):
        if not caller.script.is_file():
            yield source.problem(("callers", i, "script"), f"there is no file {caller.script}")
    for i, phone in enumerate(config.phones):
        if phone.sound and not phone.sound.is_file():
            yield source.problem(("phones", i, "sound"), f"there is no file {phone.sound}")
