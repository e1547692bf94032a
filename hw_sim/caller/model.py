"""A whole CALLER.yaml as a model: who calls, what they are like, what they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from dsp.receiver import RATE
from hw_sim.caller.character import Character, Characters
from hw_sim.caller.editor_schema import with_short_forms
from hw_sim.caller.script import BARE, Script, branches
from hw_sim.caller.steps import Figures, quoted
from hw_sim.line.config import Line
from hw_sim.yaml_types import Duration, Strict


class KeyTimes(Strict):
    """How long each key is held, and the pause after it."""

    on: Duration = RATE // 10
    off: Duration = RATE // 10


class Person(Strict):
    """Who calls. number: their own, for caller ID; empty withholds it.

    level: dBm0 of each DTMF tone, and of speech while they speak. noise: dBm0 at their end of the line, or
    snr: dB below the level. line: theirs, when it is not a good one. language, voice: how they speak (`say`).
    """

    number: Annotated[str, BeforeValidator(quoted), Field(pattern=r"^[0-9]{0,20}$")] = ""
    level: float = Field(default=-12.0, ge=-60.0, le=3.0)
    noise: float | None = Field(default=None, ge=-120.0, le=0.0)
    line: Line | None = None
    snr: float | None = Field(default=None, ge=0.0, le=90.0)
    keys: KeyTimes = KeyTimes()
    language: str = "zh"
    voice: str = ""

    @model_validator(mode="after")
    def _one_noise(self) -> Person:
        if self.noise is not None and self.snr is not None:
            raise ValueError("noise and snr say the same thing: give one")
        return self

    @property
    def noise_level(self) -> float | None:
        """dBm0, or None for the line's own."""
        return self.level - self.snr if self.snr is not None else self.noise


Row = dict[str, Figures]


class Fragment(Strict):
    """A file to be included: only steps, and the values its names have by themselves."""

    spec: Literal[1]
    parameters: dict[str, Figures | None] = {}
    script: Annotated[Script, Field(min_length=1)]


class CallerConfig(Fragment):
    """A whole CALLER.yaml. patience: of every step that waits and has no `within`.

    parameters: names that stand as `$name` in who and script, with their values. table: rows of other values.
    """

    who: Person = Person()
    character: Characters = Character()
    table: Path | Annotated[tuple[Row, ...], Field(min_length=1)] | None = None
    patience: Duration = 15 * RATE
    _places: dict[int, str] = PrivateAttr(default_factory=dict)

    def placed(self, places: Mapping[int, str]) -> CallerConfig:
        """The same, with the places of its steps. places: file:line by the id of a step."""
        made = self.model_copy()
        made._places = dict(places)
        return made

    def place(self, step: Strict) -> str:
        """Where a step stands, as file:line; empty when that is not known."""
        return self._places.get(id(step), "")

    def steps(self) -> Iterator[Strict]:
        """All steps, also those inside others."""
        yield from _all(self.script)


def caller_schema() -> dict[str, Any]:
    """The JSON Schema of CALLER.yaml, for editors."""
    return with_short_forms(CallerConfig.model_json_schema(), BARE)


def _all(steps: Iterable[Strict]) -> Iterator[Strict]:
    for step in steps:
        yield step
        for below in branches(step).values():
            yield from _all(below)
