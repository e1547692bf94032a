"""What people are like on the telephone: traits of a character, each with its measure. They may be combined."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from dsp.receiver import RATE
from hw_sim.yaml_types import Duration, Strict, samples

Chance = Annotated[float, Field(ge=0.0, le=1.0)]


def _span(value: object) -> object:
    """`2s` or `[1s, 3s]`."""
    if isinstance(value, (list, tuple)):
        return tuple(samples(v) if isinstance(v, (str, float)) else v for v in value)
    length = samples(value)
    return length, length


class _Ordered(Strict):
    @model_validator(mode="after")
    def _in_order(self) -> _Ordered:
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, tuple) and len(value) == 2 and value[0] > value[1]:
                raise ValueError(f"{name}: the shorter one comes first")
        return self


Span = Annotated[tuple[int, int], BeforeValidator(_span, json_schema_input_type=str | list[str])]
"""Between two durations, evenly; or one."""


class Impatient(_Ordered):
    """Acts before the prompt has ended (with this chance, so long after it was recognised), and gives up after so much
    silence, or when a prompt comes for the n-th time without anything else having been done."""

    early: Chance = 0.8
    reaction: Span = (RATE // 5, RATE)
    silence: Duration = 6 * RATE
    repeats: int = Field(default=3, ge=2, le=100)


class Hesitant(_Ordered):
    """Thinks before the first key, pauses between keys, and sometimes for longer than any service waits."""

    thinks: Span = (RATE, 4 * RATE)
    between: Span = (RATE * 2 // 5, RATE * 5 // 2)
    beyond: Chance = 0.1
    lapse: Span = (6 * RATE, 10 * RATE)


class WrongKeys(Strict):
    """Hits the key beside the right one, each time with this chance; may notice, press `clear` and begin again."""

    chance: Chance = 0.1
    notices: Chance = 0.5
    clear: Annotated[str, Field(pattern=r"^[0-9*#A-D]{0,4}$")] = "*"


class TalksOver(_Ordered):
    """Speaks while a prompt is playing, with this chance for each, so long after it began."""

    chance: Chance = 0.5
    after: Span = (RATE // 2, 2 * RATE)
    words: tuple[str, ...] = ()


class HangsUp(_Ordered):
    """Hangs up in the middle of a step, with this chance for each, so long after it began."""

    chance: Chance = 0.05
    after: Span = (0, 3 * RATE)


class Fingers(_Ordered):
    """How long keys are held, and the pauses between them."""

    on: Span
    off: Span


FINGERS = {
    "fast": Fingers(on=(360, 480), off=(360, 560)),
    "slow": Fingers(on=(2000, 4000), off=(2400, 6400)),
    "heavy": Fingers(on=(4800, 16000), off=(640, 1600)),
}
"""Fast: 45 ms and more, near the shortest that Q.24 has a receiver take. Heavy: the key is leant on for up to 2 s."""


def _fingers(value: object) -> object:
    return FINGERS.get(value, value) if isinstance(value, str) else value


class NoisyRoom(Strict):
    """Noise around the telephone, dBm0."""

    level: float = Field(default=-38.0, ge=-90.0, le=-10.0)


def _bare(value: object) -> object:
    return {} if value is None or value is True else value


class Character(Strict):
    """All that is said of a person. What is not said is not so."""

    impatient: Annotated[Impatient, BeforeValidator(_bare)] | None = None
    hesitant: Annotated[Hesitant, BeforeValidator(_bare)] | None = None
    wrong_keys: Annotated[WrongKeys, BeforeValidator(_bare)] | None = None
    talks_over: Annotated[TalksOver, BeforeValidator(_bare)] | None = None
    hangs_up: Annotated[HangsUp, BeforeValidator(_bare)] | None = None
    fingers: Annotated[Fingers, BeforeValidator(_fingers, json_schema_input_type=Fingers | Literal["fast", "slow", "heavy"])] | None = None  # noqa: E501 # fmt: skip
    noisy_room: Annotated[NoisyRoom, BeforeValidator(_bare)] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The traits it has."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is not None)

    def __or__(self, other: Character) -> Character:
        """Both; of a trait that both have, the other's measure."""
        return self.model_copy(update={name: getattr(other, name) for name in other.names})


def spread(value: Any) -> Any:
    """As a mapping of traits: `impatient`, `[impatient, {fingers: fast}]`; `slow_fingers` is {fingers: slow}."""
    if isinstance(value, str):
        word, fingers, _ = value.partition("_fingers")
        return {"fingers": word} if fingers and word in FINGERS else {value: {}}
    if isinstance(value, list):
        made: dict[str, Any] = {}
        for item in map(spread, value):
            if not isinstance(item, dict):
                raise ValueError(f"{item!r} is no trait")
            made |= item
        return made
    return value


Characters = Annotated[
    Character, BeforeValidator(spread, json_schema_input_type=str | Character | list[str | Character])
]
