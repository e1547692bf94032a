"""Who calls: the scripts of a TRAFFIC.yaml, their characters and numbers; one caller after the other out of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from drivers.speech.espeak import speak
from drivers.yaml_source import ConfigError, Problem
from hw_sim.caller.config import CallerConfig, load_variants
from hw_sim.caller.impressions import Contents, Vocabulary
from hw_sim.caller.person import Caller
from hw_sim.caller.voice import Lines, Synth
from hw_sim.traffic.config import Part, Traffic


@dataclass(frozen=True, slots=True)
class Role:
    """A script that is ready to be followed by any number of people: one row of its table each, in turn."""

    name: str
    part: Part
    variants: Sequence[tuple[CallerConfig, Lines]]


class Cast:
    """Makes the n-th caller of a traffic: always the same one for the same seed.

    Raises ConfigError with the faults of all scripts, SpeechError.
    """

    def __init__(self, traffic: Traffic, book: Contents | None = None, synth: Synth = speak) -> None:
        self._book = Vocabulary.of(book)
        self._seed = traffic.seed
        self._roles = _roles(traffic, book, synth)
        self._weights = [role.part.weight for role in self._roles]
        self._random = Random(f"cast {traffic.seed}")
        self._made = [0] * len(self._roles)
        self.count = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The scripts, in the order of the file."""
        return tuple(dict.fromkeys(role.name for role in self._roles))

    def next(self) -> tuple[str, Caller]:
        """The next caller, and the name of their script."""
        i = self._random.choices(range(len(self._roles)), self._weights)[0]
        role = self._roles[i]
        config, lines = role.variants[self._made[i] % len(role.variants)]
        self._made[i] += 1
        self.count += 1
        number = _number(role.part, self._random)
        return role.name, Caller(config, self._book, lines=lines, seed=self._seed + self.count, number=number)


def _roles(traffic: Traffic, book: Contents | None, synth: Synth) -> list[Role]:
    found: list[tuple[Part, tuple[CallerConfig, ...]]] = []
    problems: list[Problem] = []
    clips = None if book is None else book.clips
    for part in traffic.calls:
        try:
            found.append((part, load_variants(part.script, clips, part.values, part.table)))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return [Role(part.script.stem, part, [_ready(c, part, synth) for c in configs]) for part, configs in found]


def _ready(config: CallerConfig, part: Part, synth: Synth) -> tuple[CallerConfig, Lines]:
    """The script with the character of those who follow it here, and all that it says."""
    config = config.model_copy(update={"character": config.character | part.character})
    return config, Lines(config, synth)


def _number(part: Part, random: Random) -> str | None:
    if part.numbers is None:
        return None
    return "".join(random.choice("0123456789") if c == "x" else c for c in random.choice(part.numbers))
