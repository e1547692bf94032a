"""OFFICE.yaml -> typed configuration. Every fault with file:line:column (`drivers.yaml_source`).

spec: 1
country: cn                      # tones, ringing cadence (cn hk tw mo us uk eu jp)
tones: old-pbx.yaml              # optional: its tones, where they are not the country's
seed: 1                          # noise and echo delays; the same seed gives the same run, bit for bit
cards:                           # `hw_sim.card_config`
  - type: analog-fxo
    name: hotline
    ports:
      - {number: "80001", disconnect: loop, caller_id: fsk, return_loss: 20, loss: 3, noise: -65, law: alaw}
      - {number: "80002", disconnect: none}
  - {type: e1, name: trunk-1, signalling: isdn, side: network, numbers: ["82001000-82001099"]}
  - {type: analog-fxs, name: desks, ports: [{name: front}]}
hunt:                            # one number for several lines, the first free one rings
  - {number: "96688", ports: ["80001", "80002"]}
routes:                          # numbers behind a group of spans
  - {numbers: ["8300xx"], to: [trunk-1, trunk-2], order: cyclic}
numbers: {"8009": busy}          # numbers that are always refused, and why
phones:                          # people who answer by themselves
  - {number: "10086", rings: 2, talk: 10s}
  - {port: front, talk: 10s}
machines:                        # `hw_sim.machines.config`
  - {type: answering, number: "80110", rings: 4, record: messages}
faxes:                           # `hw_sim.fax.config`
  - {number: "80100", receive: faxes}
callers:                         # scripted people; `script` is relative to this file
  - {script: callers/order.yaml, at: 2s}
book: prompts                    # what they can recognise by ear: a folder with a book.json
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from drivers.yaml_source import ConfigError, parse
from dsp.receiver import RATE
from hw_sim.card_config import AnalogCard, CallerIdStyle, CardConfig, Disconnect, E1Card, FxsCard, PortConfig
from hw_sim.config_checks import faults_between
from hw_sim.faults.model import Fault
from hw_sim.fax.config import FaxConfig
from hw_sim.line.config import Line
from hw_sim.machines.config import MachineConfig
from hw_sim.switch.number_pattern import PatternText
from hw_sim.trunk import SLOTS
from hw_sim.yaml_types import Duration, Number, Strict

__all__ = [
    "AnalogCard", "CallerEntry", "CallerIdStyle", "Country", "Disconnect", "E1Card", "FxsCard", "HuntGroup",
    "OfficeConfig", "PhoneConfig", "PortConfig", "Refusal", "Route", "analog_office", "load_office", "office_schema",
]  # fmt: skip

Country = Literal["cn", "hk", "tw", "mo", "us", "uk", "eu", "jp"]
Refusal = Literal["busy", "no_answer", "vacant", "out_of_order", "congestion", "rejected"]
"""What the office does with every call to a number: no_answer rings for a minute, then gives up."""


class HuntGroup(Strict):
    """One number for several lines: the first free one rings."""

    number: Number
    ports: tuple[Number, ...] = Field(min_length=1)


class Route(Strict):
    """Numbers behind a trunk group: spans of the equipment that serve as one.

    order: first takes the first free circuit of all, cyclic goes on behind the one that was taken last.
    """

    numbers: tuple[PatternText, ...] = Field(min_length=1)
    to: tuple[str, ...] = Field(min_length=1)
    order: Literal["first", "cyclic"] = "first"


class PhoneConfig(Strict):
    """Somebody with a telephone: answers after some rings, sends a sound or nothing, hangs up after a while.

    number: theirs; or port: the name of the FXS port that they sit at. line: theirs, when it is not a good one.
    """

    number: Number = ""
    port: str = ""
    line: Line | None = None
    rings: int = Field(default=1, ge=1, le=20)
    talk: Duration = 10 * RATE
    sound: Path | None = None
    level: float = Field(default=-15.0, ge=-60.0, le=3.0)


class CallerEntry(Strict):
    """A scripted person, and when they begin. port: the FXS port that they sit at; empty: in the world outside."""

    script: Path
    at: Duration = 0
    port: str = ""


class OfficeConfig(Strict):
    """A whole OFFICE.yaml. book: a folder of the prompts that its callers can recognise (`drivers.speech.book`).

    tones: a tone plan (`drivers.tone_plans`) of an exchange whose tones are not its country's.
    faults: what goes wrong, and when (`hw_sim.faults.model`).
    """

    spec: Literal[1] = 1
    country: Country = "cn"
    tones: Path | None = None
    seed: int = Field(default=1, ge=0)
    cards: tuple[CardConfig, ...] = Field(min_length=1)
    hunt: tuple[HuntGroup, ...] = ()
    routes: tuple[Route, ...] = ()
    numbers: dict[Number, Refusal] = Field(default_factory=dict)
    phones: tuple[PhoneConfig, ...] = ()
    machines: tuple[MachineConfig, ...] = ()
    faxes: tuple[FaxConfig, ...] = ()
    callers: tuple[CallerEntry, ...] = ()
    faults: tuple[Fault, ...] = ()
    book: Path | None = None

    @property
    def ports(self) -> tuple[PortConfig, ...]:
        """All FXO ports of all cards, in the order of the rows."""
        return tuple(port for card in self.cards if isinstance(card, AnalogCard) for port in card.ports)

    def places(self) -> tuple[dict[str, str], list[str]]:
        """What a fault may name: cards, and what each is (its signalling, or its type); lines by card-position, number
        or name."""
        lines = [f"{card.name}-{i + 1}" for card in self.cards for i in range(_width(card))]
        lines += [port.number for port in self.ports if port.number]
        lines += [port.name for card in self.cards if isinstance(card, FxsCard) for port in card.ports if port.name]
        kinds: dict[str, str] = {c.name: c.signalling if isinstance(c, E1Card) else c.type for c in self.cards}
        return kinds, lines


def _width(card: CardConfig) -> int:
    return SLOTS if isinstance(card, E1Card) else len(card.ports)


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
    problems += faults_between(source, folder)
    if config is None or problems:
        raise ConfigError(problems)
    return _beside(config, folder)


def office_schema() -> dict[str, Any]:
    """The JSON Schema of OFFICE.yaml, for editors."""
    return {**OfficeConfig.model_json_schema(), "title": "OFFICE.yaml"}


def _beside(config: OfficeConfig, folder: Path) -> OfficeConfig:
    """Paths count from the folder of the file that names them."""
    callers = tuple(c.model_copy(update={"script": folder / c.script}) for c in config.callers)
    phones = tuple(p.model_copy(update={"sound": folder / p.sound}) if p.sound else p for p in config.phones)
    machines = tuple(machine.beside(folder) for machine in config.machines)
    faxes = tuple(fax.beside(folder) for fax in config.faxes)
    cards = tuple(_card_beside(card, folder) for card in config.cards)
    others = {name: folder / file for name in ("book", "tones") if (file := getattr(config, name))}
    return config.model_copy(
        update={"cards": cards, "callers": callers, "phones": phones, "machines": machines, "faxes": faxes, **others}
    )


def _card_beside(card: CardConfig, folder: Path) -> CardConfig:
    if not isinstance(card, E1Card) or card.r2.definitions is None:
        return card
    return card.model_copy(update={"r2": card.r2.model_copy(update={"definitions": folder / card.r2.definitions})})
