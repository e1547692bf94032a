"""What a caller can do and wait for, as it stands in a script. What each step does: docs/callers.md."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal, Protocol

from pydantic import BeforeValidator, Field, model_validator

from hw_sim.fax.config import FaxDocument
from hw_sim.yaml_types import Duration, Strict

REFERENCE = r"\$(?:\w+|\{\w+\})"
"""`$name` or `${name}`: a parameter, or a note that the caller has taken."""


class NamedClip(Protocol):
    """What a script needs to know of a clip (`drivers.speech.book.Clip`)."""

    @property
    def id(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def text(self) -> str: ...


def quoted(value: object) -> object:
    """YAML takes 0755 for a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f'keys must be quoted: "{value}"')
    return value


def _figure(value: object) -> object:
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _several(value: object) -> object:
    several = list(value) if isinstance(value, (list, tuple)) else [value]
    for word in several:
        if not isinstance(word, (str, dict, Text)):
            raise ValueError(f"{word!r} is no prompt's name: quote it, or write text: ...")
    return several


class Text(Strict):
    """A clip by what it says: a glob over its text."""

    text: str = Field(min_length=1)


Note = Annotated[str, Field(min_length=1)]
Figures = Annotated[str, BeforeValidator(_figure, json_schema_input_type=str | int | float), Field(min_length=1)]
Prompts = Annotated[
    tuple[str | Text, ...],
    BeforeValidator(_several, json_schema_input_type=str | Text | list[str | Text]),
    Field(min_length=1),
]
Digits = Annotated[str, BeforeValidator(quoted), Field(pattern=rf"^(?:[0-9*#A-D,]|{REFERENCE}){{1,64}}$")]
Dialled = Annotated[str, BeforeValidator(quoted), Field(pattern=rf"^(?:[0-9*#A-D]|{REFERENCE}){{1,20}}$")]
Bare = Literal[None, True]


def fits(pattern: str | Text, clip: NamedClip) -> bool:
    """Is it a prompt's name, its id, a glob over ids, or a glob over what it says?"""
    if isinstance(pattern, Text):
        return fnmatchcase(clip.text, pattern.text)
    return pattern in (clip.id, clip.id.partition("/")[2]) or fnmatchcase(clip.id, pattern)


def named(prompts: Sequence[str | Text]) -> str:
    """Prompts for a person to read."""
    return " or ".join(repr(w.text if isinstance(w, Text) else w) for w in prompts)


class Dial(Strict):
    """Lift the receiver and dial."""

    dial: Dialled


class Lift(Strict):
    """Lift the receiver: dial tone follows."""

    lift: Bare = None


class Answer(Strict):
    """Wait for the bell, and lift the receiver at the n-th ring."""

    answer: int = Field(ge=1, le=20)
    within: Duration | None = None


class Hear(Strict):
    """Wait for one of these prompts: a prompt's name (`welcome`), an id (`zh/welcome`), a glob over ids, or a text.

    after: it must not begin earlier than so long after the step began.
    """

    hear: Prompts
    within: Duration | None = None
    after: Duration = 0
    through: Literal[True, False, "began"] = True

    def wants(self, clip: NamedClip) -> bool:
        """Is this clip one of those?"""
        return any(fits(pattern, clip) for pattern in self.hear)

    def __str__(self) -> str:
        return named(self.hear)


class Press(Strict):
    """Press keys, when the prompt has ended; `over`: at once. "," is a pause."""

    press: Digits
    over: bool = False


class Pulse(Strict):
    """Dial with the dial of an old telephone: ten pulses a second. `over: false` waits like `press`."""

    pulse: Annotated[str, BeforeValidator(quoted), Field(pattern=rf"^(?:[0-9]|{REFERENCE}){{1,20}}$")]
    over: bool = True


class Flash(Strict):
    """Press the hook for a moment."""

    flash: Bare = None


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

    say: Annotated[
        Speech, BeforeValidator(lambda v: {"text": v} if isinstance(v, str) else v, json_schema_input_type=str | Speech)
    ]
    over: bool = False


def _document(value: object) -> object:
    return {"file": value} if isinstance(value, str) else value


Document = Annotated[FaxDocument, BeforeValidator(_document, json_schema_input_type=str | FaxDocument)]


class SendFax(Strict):
    """Press start with a document in the machine: it is sent, and the step is done when it has arrived."""

    send_fax: Document


class ReceiveFax(Strict):
    """Press start without one: what the other side sends comes into the file."""

    receive_fax: Document


class Wait(Strict):
    """Do nothing for a while."""

    wait: Duration


class NoteNumber(Strict):
    """Write down the number that is spoken after what was heard last, under this name."""

    note_number: Note
    within: Duration | None = None


class NoteDate(Strict):
    """Write down the date that is spoken after what was heard last, as 2026-11-21."""

    note_date: Note
    within: Duration | None = None


class Range(Strict):
    """Figures between these, both included."""

    low: Figures | None = Field(None, alias="from")
    high: Figures | None = Field(None, alias="to")

    def __str__(self) -> str:
        return f"{self.low or ''}..{self.high or ''}"


class Condition(Strict):
    """Of a note: it is, is like (a glob), is above or below. A note that was never taken is nothing of the kind."""

    note: Note
    equal: Figures | None = Field(None, alias="is")
    like: Figures | None = None
    above: Figures | None = None
    below: Figures | None = None

    def __str__(self) -> str:
        asked = (("is", self.equal), ("like", self.like), ("above", self.above), ("below", self.below))
        return f"{self.note} " + " and ".join(f"{word} {value}" for word, value in asked if value is not None)


KINDS = ("silence", "tone", "number", "digits", "date", "never", "note")


class Expected(Condition):
    """One of: silence for so long; a tone of the office; a number, digits or a date that is spoken next; prompts that
    do not begin for so long (`never`, `lasting`); what a note says."""

    silence: Duration | None = None
    tone: str | None = None
    number: Figures | Range | None = None
    digits: Figures | None = None
    date: Figures | None = None
    never: Prompts | None = None
    lasting: Duration | None = None
    note: Note | None = None  # type: ignore[assignment]

    @model_validator(mode="after")
    def _one_thing(self) -> Expected:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError("expect either silence or a tone, a number, digits, a date, never or a note: one of them")
        if (self.lasting is None) is (given == ["never"]):
            raise ValueError("never and lasting belong together: never: PROMPT, lasting: 3s")
        return self


class Expect(Strict):
    """Wait for silence or a tone, for what is spoken, or say what a note must be."""

    expect: Expected
    within: Duration | None = None


class Record(Strict):
    """Keep the sound from here on under this name, until `record: stop` or the end of the call."""

    record: Annotated[str, Field(pattern=r"^[\w-]{1,60}$")]


class HangUp(Strict):
    """Put the receiver down."""

    hang_up: Bare = None
