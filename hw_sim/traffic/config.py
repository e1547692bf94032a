"""TRAFFIC.yaml -> typed configuration: who calls, how often, for how long. Every fault with file:line:column.

spec: 1
seed: 7
lasting: 10min                          # new calls begin for so long; those under way are finished
most: 480                               # people at once; who finds no telephone is counted
arrivals: {poisson: 600}                # calls an hour; see hw_sim.traffic.arrivals
calls:
  - {script: callers/order.yaml, weight: 3, numbers: 1390000xxxx, table: orders.csv}
  - {script: callers/price.yaml, character: [impatient, fast_fingers], with: {product: "1001"}}
"""

from __future__ import annotations

from collections.abc import Iterator
from os.path import isfile
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from drivers.yaml_source import ConfigError, Problem, Source, did_you_mean, parse
from dsp.receiver import RATE
from hw_sim.caller.character import Character, Characters
from hw_sim.caller.steps import Figures
from hw_sim.yaml_types import Duration, Strict

MOST = 2048


class Poisson(Strict):
    """Calls that know nothing of each other: so many an hour, on average."""

    poisson: float = Field(gt=0, le=1_000_000)


class Erlangs(Strict):
    """The same, as offered load: calls that last `holding` on average, so many of them at once if none is refused."""

    erlangs: float = Field(gt=0, le=10_000)
    holding: Duration = Field(gt=0)


class Burst(Strict):
    """So many calls within a short time, again and again."""

    burst: int = Field(ge=1, le=MOST)
    every: Duration = Field(gt=0)
    within: Duration = 0


class Listed(Strict):
    """A call at each of these times."""

    at: tuple[Duration, ...] = Field(min_length=1)


class AtOnce(Strict):
    """Always so many: who has finished is replaced, after a pause. In the beginning they come this far apart."""

    at_once: int = Field(ge=1, le=MOST)
    apart: Duration = RATE // 10
    pause: Duration = RATE


KINDS: dict[str, type[Strict]] = {
    "poisson": Poisson, "erlangs": Erlangs, "burst": Burst, "at": Listed, "at_once": AtOnce,
}  # fmt: skip


def _kind(value: Any) -> str | None:
    if isinstance(value, Strict):
        return next((f"by {name}" for name, kind in KINDS.items() if isinstance(value, kind)), None)
    return next((f"by {name}" for name in KINDS if name in value), None) if isinstance(value, dict) else None


def _known(value: object) -> object:
    if not isinstance(value, (dict, Strict)) or _kind(value) is None:
        near = [did_you_mean(str(key), KINDS) for key in value] if isinstance(value, dict) else []
        hint = next((f" ({word})" for word in near if word), "")
        raise PydanticCustomError("no_arrivals", f"arrivals are one of {', '.join(KINDS)}{hint}")
    return value


Arriving = Annotated[
    Annotated[Poisson, Tag("by poisson")] | Annotated[Erlangs, Tag("by erlangs")] | Annotated[Burst, Tag("by burst")]
    | Annotated[Listed, Tag("by at")] | Annotated[AtOnce, Tag("by at_once")],
    Discriminator(_kind), BeforeValidator(_known),
]  # fmt: skip


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


NumberPattern = Annotated[str, Field(pattern=r"^[0-9x]{0,20}$")]


class Part(Strict):
    """A script and who follows it. numbers: their own numbers, one drawn for each call; an x is any digit.

    character: beside the script's own. with, table: values of the script's parameters, of all or of each in turn.
    """

    script: Path
    weight: float = Field(default=1.0, gt=0)
    numbers: (
        Annotated[tuple[NumberPattern, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])] | None
    ) = None
    character: Characters = Character()
    values: dict[str, Figures] = Field({}, alias="with")
    table: Path | None = None


class Traffic(Strict):
    """A whole TRAFFIC.yaml."""

    spec: Literal[1]
    seed: int = Field(default=1, ge=0)
    lasting: Duration = 60 * RATE
    most: int = Field(default=480, ge=1, le=MOST)
    arrivals: Arriving
    calls: tuple[Part, ...] = Field(min_length=1)


def traffic_schema() -> dict[str, Any]:
    """The JSON Schema of TRAFFIC.yaml, for editors."""
    return Traffic.model_json_schema()


def load_traffic(file: str | Path, text: str | None = None) -> Traffic:
    """Read TRAFFIC.yaml; files it names are made relative to it. Raises ConfigError with every fault of it at once.

    The scripts are read by `hw_sim.traffic.cast`.
    """
    source = parse(file, text)
    traffic, problems = source.validate(Traffic)
    folder = Path(file).parent
    problems += _files(source, folder)
    if traffic is None or problems:
        raise ConfigError(problems)
    return traffic.model_copy(update={"calls": tuple(_beside(part, folder) for part in traffic.calls)})


def always(scripts: list[Path], at_once: int, lasting: int, seed: int = 1) -> Traffic:
    """So many concurrent calls of these scripts, equally often, for so long: what `--load` asks for."""
    parts = tuple(Part.model_validate({"script": script}) for script in scripts)
    made = Traffic(spec=1, seed=seed, most=at_once, arrivals=AtOnce(at_once=at_once), calls=parts)
    return made.model_copy(update={"lasting": lasting})  # samples already


def _beside(part: Part, folder: Path) -> Part:
    table = folder / part.table if part.table else None
    return part.model_copy(update={"script": folder / part.script, "table": table})


def _files(source: Source, folder: Path) -> Iterator[Problem]:
    calls = source.data.get("calls") if isinstance(source.data, dict) else None
    for i, part in enumerate(calls if isinstance(calls, list) else []):
        for key in ("script", "table"):
            name = part.get(key) if isinstance(part, dict) else None
            if isinstance(name, str) and not isfile(folder / name):
                yield source.problem(("calls", i, key), f"there is no file {folder / name}")
