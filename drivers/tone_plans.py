"""Tone plans by country, or from a YAML file for an exchange that differs. Every fault with file:line:column.

spec: 1
like: cn                       # optional: everything that is not said here is as in that country
tones:
  busy: {frequencies: 450, cadence: [0.21, 0.21, 0.21, 0.21, 0.21, 0.21, 0.63, 0.21]}
  dial: {frequencies: [350, 440]}                   # no cadence: continuous
  sit: {sequence: [950, 1400, 1800], cadence: [0.33, 0, 0.33, 0, 0.33, 1]}
without: [third_party]         # optional: tones of `like` that the exchange has not
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from drivers.yaml_source import ConfigError, Problem, Source, did_you_mean, parse
from dsp.plans import FAX, PLANS, PlanTone, Sound, TonePlan


def _listed(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else [value]


Hertz = Annotated[float, Field(ge=100, le=3900)]
Seconds = Annotated[float, Field(ge=0, le=30)]
Frequencies = Annotated[tuple[Hertz, ...], BeforeValidator(_listed), Field(min_length=1, max_length=4)]


class ToneConfig(BaseModel):
    """One tone. cadence: seconds on, seconds off, on, off ...; none is a continuous tone.

    sequence, instead of frequencies: what each burst consists of, when they differ.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    frequencies: Frequencies | None = None
    sequence: tuple[Frequencies, ...] = Field(default=(), max_length=8)
    cadence: tuple[Seconds, ...] = Field(default=(), max_length=16)
    level: float = Field(default=-10.0, ge=-60, le=3)
    rise: float = Field(default=0.0, ge=0, le=20)
    rise_to: float = Field(default=3.0, ge=-60, le=3)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> ToneConfig:
        bursts = self.cadence[::2]
        if len(self.cadence) % 2:
            raise ValueError("a cadence is pairs of seconds on and seconds off: a number is missing")
        if any(on < 0.03 for on in bursts):
            raise ValueError("a burst shorter than 0.03 s cannot be heard")
        if (self.frequencies is None) == (not self.sequence):
            raise ValueError("a tone needs either frequencies, or a sequence of them")
        if self.sequence and len(self.sequence) != len(bursts):
            raise ValueError(f"{len(self.sequence)} sounds in the sequence, but {len(bursts)} bursts in the cadence")
        if not self.sequence and bursts and min(self.cadence[1::2]) == 0:
            raise ValueError("a pause of 0 s makes one burst of two, unless they differ in a sequence")
        return self

    def to_tone(self, name: str) -> PlanTone:
        """The tone as the receivers want it."""
        cadence = tuple(zip(self.cadence[::2], self.cadence[1::2], strict=True))
        every: Sound = tuple(sorted({hertz for sound in self.sequence for hertz in sound}))
        return PlanTone(name, self.frequencies or every, cadence, self.level, self.rise, self.rise_to, self.sequence)


class PlanConfig(BaseModel):
    """A whole tone plan file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    spec: Literal[1]
    name: str = Field(default="", max_length=40)
    like: str = ""
    tones: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)], ToneConfig] = Field(max_length=40)
    without: tuple[str, ...] = ()


def load(plan: str | Path, text: str | None = None) -> TonePlan:
    """The tone plan of a country ("cn"), or that of a YAML file (or of text, named so in messages).

    Raises ConfigError with every fault of the file, and for a name that is neither a country's nor a file's.
    """
    name = str(plan)
    if text is None and name.lower() in PLANS:
        return PLANS[name.lower()]
    if text is None and not Path(name).exists() and Path(name).suffix not in {".yaml", ".yml"}:
        hint = did_you_mean(name, PLANS)
        raise ConfigError([Problem(name, 1, 1, "is neither a country with a tone plan nor a file", hint)])
    source = parse(plan, text)
    config, problems = source.validate(PlanConfig)
    problems += _cross_checks(source)
    if config is None or problems:
        raise ConfigError(problems)
    return _to_plan(config, Path(name).stem)


def _cross_checks(source: Source) -> list[Problem]:
    data = source.data if isinstance(source.data, dict) else {}
    like, without = data.get("like", ""), data.get("without", [])
    if like and (not isinstance(like, str) or like.lower() not in PLANS):
        return [source.problem(("like",), f"there is no tone plan {like!r}", did_you_mean(str(like), PLANS))]
    known = [tone.name for tone in PLANS[like.lower()].tones] if like else []
    return [
        source.problem(("without", i), f"{like or 'this plan'} has no tone {name!r}", did_you_mean(str(name), known))
        for i, name in enumerate(without if isinstance(without, list) else [])
        if name not in known
    ]


def _to_plan(config: PlanConfig, stem: str) -> TonePlan:
    """The tones said here first, then what remains of the plan they are like; fax tones are everywhere the same."""
    own = tuple(tone.to_tone(name) for name, tone in config.tones.items())
    others = PLANS[config.like.lower()].tones if config.like else FAX
    gone = {*config.tones, *config.without}
    return TonePlan(config.name or stem, own + tuple(tone for tone in others if tone.name not in gone))
