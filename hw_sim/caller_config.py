"""CALLER.yaml -> typed configuration: a person, and what they do on the telephone. Every fault with file:line:column.

spec: 1
who: {number: "13900001111", level: -12, snr: 30, language: zh}
patience: 15s                              # how long a `hear` waits when it does not say `within`
script:
  - dial: "96688"
  - hear: welcome                          # a prompt of the book, in any language
    within: 20s
  - press: "1"
  - hear: [ask_code, {text: "*代码*"}]
    through: began
  - press: "1001#"
    over: true                             # while the prompt still plays
  - hear: price_is
  - note_number: price
  - say: {text: "你好", language: zh}
  - wait: 2s
  - expect: {tone: busy}
  - hang_up
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from drivers.yaml_source import ConfigError, Problem, Source, did_you_mean, parse
from dsp.receiver import RATE
from hw_sim.yaml_types import Duration, Number, Strict


class NamedClip(Protocol):
    """What a script needs to know of a clip (`drivers.speech.book.Clip`)."""

    @property
    def id(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def text(self) -> str: ...


def _keys(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f'keys must be quoted: "{value}"')
    return value


class KeyTimes(Strict):
    """How long each key is held, and the pause after it."""

    on: Duration = RATE // 10
    off: Duration = RATE // 10


class Person(Strict):
    """Who calls. number: their own, for caller ID; empty withholds it.

    level: dBm0 of each DTMF tone, and of speech while they speak. noise: dBm0 at their end of the line, or
    snr: dB below the level. language, voice: how they speak (`say`).
    """

    number: Annotated[str, BeforeValidator(_keys), Field(pattern=r"^[0-9]{0,20}$")] = ""
    level: float = Field(default=-12.0, ge=-60.0, le=3.0)
    noise: float | None = Field(default=None, ge=-120.0, le=0.0)
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


class Text(Strict):
    """A clip by what it says: a glob over its text."""

    text: str = Field(min_length=1)


def _several(value: object) -> object:
    several = list(value) if isinstance(value, (list, tuple)) else [value]
    for word in several:
        if not isinstance(word, (str, dict, Text)):
            raise ValueError(f"{word!r} is no prompt's name: quote it, or write text: ...")
    return several


class Hear(Strict):
    """Wait for one of these prompts: a prompt's name (`welcome`), an id (`zh/welcome`), a glob over ids, or a text."""

    hear: Annotated[tuple[str | Text, ...], BeforeValidator(_several), Field(min_length=1)]
    within: Duration | None = None
    through: Literal[True, False, "began"] = True

    def wants(self, clip: NamedClip) -> bool:
        """Is this clip one of those?"""
        return any(_fits(pattern, clip) for pattern in self.hear)

    def __str__(self) -> str:
        return " or ".join(repr(w.text if isinstance(w, Text) else w) for w in self.hear)


class Dial(Strict):
    """Lift the receiver and dial."""

    dial: Number


class Press(Strict):
    """Press keys, when the prompt has ended; `over`: at once. "," is a pause."""

    press: Annotated[str, BeforeValidator(_keys), Field(pattern=r"^[0-9*#A-D,]{1,64}$")]
    over: bool = False


class Speech(Strict):
    """What to say: a text, or a sound file."""

    text: str = ""
    language: str = ""
    wav: Path | None = None

    @model_validator(mode="after")
    def _one_sound(self) -> Speech:
        if bool(self.text) == (self.wav is not None):
            raise ValueError("say either a text or a wav")
        return self

    @property
    def name(self) -> str:
        """For the report: the text, or the file."""
        return self.text or (self.wav.name if self.wav else "")


class Say(Strict):
    """Speak, when the prompt has ended; `over`: at once."""

    say: Annotated[Speech, BeforeValidator(lambda v: {"text": v} if isinstance(v, str) else v)]
    over: bool = False


class Wait(Strict):
    """Do nothing for a while."""

    wait: Duration


class NoteNumber(Strict):
    """Write down the number that is spoken after what was heard last, under this name."""

    note_number: Annotated[str, Field(min_length=1)]
    within: Duration | None = None


class Expected(Strict):
    """Silence for so long, or a tone of the office."""

    silence: Duration | None = None
    tone: str | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Expected:
        if (self.silence is None) == (self.tone is None):
            raise ValueError("expect either silence or a tone")
        return self


class Expect(Strict):
    """Wait for silence or a tone."""

    expect: Expected
    within: Duration | None = None


class HangUp(Strict):
    """Put the receiver down."""

    hang_up: Literal[None, True] = None


VERBS: dict[str, type[Strict]] = {
    "dial": Dial, "hear": Hear, "press": Press, "say": Say, "wait": Wait, "note_number": NoteNumber, "expect": Expect,
    "hang_up": HangUp,
}  # fmt: skip


def _verb(value: Any) -> str | None:
    keys = (
        value
        if isinstance(value, dict)
        else [f.lower() for f in type(value).model_fields]
        if isinstance(value, Strict)
        else ()
    )
    return next((f"a {verb} step" for verb in VERBS if verb in keys), None)


def _bare(value: object) -> object:
    return {"hang_up": None} if value == "hang_up" else value


Step = Annotated[
    Annotated[Dial, Tag("a dial step")] | Annotated[Hear, Tag("a hear step")] | Annotated[Press, Tag("a press step")]
    | Annotated[Say, Tag("a say step")] | Annotated[Wait, Tag("a wait step")]
    | Annotated[NoteNumber, Tag("a note_number step")] | Annotated[Expect, Tag("a expect step")]
    | Annotated[HangUp, Tag("a hang_up step")],
    Discriminator(_verb, custom_error_type="no_step", custom_error_message="is no step: " + ", ".join(VERBS)),
    BeforeValidator(_bare),
]  # fmt: skip


class CallerConfig(Strict):
    """A whole CALLER.yaml. patience: of every `hear` and `expect` without `within`."""

    spec: Literal[1]
    who: Person = Person()
    patience: Duration = 15 * RATE
    script: tuple[Step, ...] = Field(min_length=1)


def load_caller_config(
    file: str | Path, text: str | None = None, clips: Iterable[NamedClip] | None = None
) -> CallerConfig:
    """Read CALLER.yaml; sound files are looked for beside it. clips: those of the book, to check the names against.

    Raises ConfigError with every fault: also prompts that the book does not have and files that are not there.
    """
    source = parse(file, text)
    config, problems = source.validate(CallerConfig)
    if config is None:
        raise ConfigError(problems)
    config = _beside(config, Path(file).parent)
    problems += [*_files(config, source), *(() if clips is None else _names(config, source, tuple(clips)))]
    if problems:
        raise ConfigError(problems)
    return config


def _fits(pattern: str | Text, clip: NamedClip) -> bool:
    if isinstance(pattern, Text):
        return fnmatchcase(clip.text, pattern.text)
    return pattern in (clip.id, clip.id.partition("/")[2]) or fnmatchcase(clip.id, pattern)


def _beside(config: CallerConfig, folder: Path) -> CallerConfig:
    """Sound files count from the folder of the file that names them."""
    steps = tuple(
        s.model_copy(update={"say": s.say.model_copy(update={"wav": folder / s.say.wav})})
        if isinstance(s, Say) and s.say.wav
        else s
        for s in config.script
    )
    return config.model_copy(update={"script": steps})


def _files(config: CallerConfig, source: Source) -> Iterator[Problem]:
    for i, step in enumerate(config.script):
        if isinstance(step, Say) and step.say.wav and not step.say.wav.is_file():
            yield source.problem(("script", i, "say", "wav"), f"there is no file {step.say.wav}")


def _names(config: CallerConfig, source: Source, clips: tuple[NamedClip, ...]) -> Iterator[Problem]:
    names = [clip.id.partition("/")[2] or clip.id for clip in clips]
    for i, step in enumerate(config.script):
        for j, pattern in enumerate(step.hear if isinstance(step, Hear) else ()):
            if not any(_fits(pattern, clip) for clip in clips):
                word = pattern.text if isinstance(pattern, Text) else pattern
                yield source.problem(
                    ("script", i, "hear", j), f"no prompt of the book is {word!r}", did_you_mean(word, names)
                )
