"""The steps of a script that hold others, and what a script is: steps in order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from drivers.yaml_source import did_you_mean
from dsp.receiver import RATE
from hw_sim.caller.steps import (
    Answer,
    Bare,
    Condition,
    Dial,
    Expect,
    Figures,
    Flash,
    HangUp,
    Hear,
    Lift,
    NoteDate,
    NoteNumber,
    Press,
    Prompts,
    Pulse,
    ReceiveFax,
    Record,
    Say,
    SendFax,
    Wait,
    named,
)
from hw_sim.yaml_types import Duration, Strict


class Case(Strict):
    """A way in which a call may go on, and what the caller does then."""

    hear: Prompts | None = None
    tone: str | None = None
    silence: Duration | None = None
    through: Literal[True, False, "began"] = True
    do: Script = ()

    @model_validator(mode="after")
    def _one_thing(self) -> Case:
        if sum(x is not None for x in (self.hear, self.tone, self.silence)) != 1:
            raise ValueError("a case is one of: hear, tone, silence")
        return self

    def __str__(self) -> str:
        if self.hear:
            return named(self.hear)
        return f"{self.tone} tone" if self.tone else f"{(self.silence or 0) / RATE:g} s of silence"


class On(Strict):
    """Whichever comes first decides what is done. `else`: when nothing of it comes in time; without it that fails."""

    on: Annotated[tuple[Case, ...], Field(min_length=1)]
    within: Duration | None = None
    otherwise: Script | None = Field(None, alias="else")

    def __str__(self) -> str:
        return " or ".join(map(str, self.on))


class If(Strict):
    """Steps that are done when a note is as said, and others when not."""

    when: Condition = Field(alias="if")
    then: Script = ()
    otherwise: Script = Field((), alias="else")


class Repeat(Strict):
    """Steps again and again: so many times, for so long (then none is begun any more), or until `leave`."""

    repeat: int = Field(ge=1, le=100_000)
    lasting: Duration | None = None
    do: Script = Field(min_length=1)


class Leave(Strict):
    """Leave the nearest `repeat`."""

    leave: Bare = None


class Fail(Strict):
    """This should not have happened: the call has failed, for this reason."""

    fail: Annotated[str, Field(min_length=1)]


class Stop(Strict):
    """The script ends here, and well."""

    stop: Bare = None


class Include(Strict):
    """The steps of another file, with these values for its parameters."""

    include: Path
    values: dict[str, Figures] = Field({}, alias="with")


VERBS: dict[str, type[Strict]] = {
    "dial": Dial, "lift": Lift, "answer": Answer, "hear": Hear, "press": Press, "pulse": Pulse, "flash": Flash,
    "say": Say, "wait": Wait, "note_number": NoteNumber, "note_date": NoteDate, "expect": Expect, "on": On, "if": If,
    "repeat": Repeat, "leave": Leave, "record": Record, "fail": Fail, "stop": Stop, "hang_up": HangUp,
    "include": Include, "send_fax": SendFax, "receive_fax": ReceiveFax,
}  # fmt: skip
BARE = ("hang_up", "lift", "leave", "stop", "flash")
"""Verbs that may stand alone."""


def _verb(value: Any) -> str | None:
    if isinstance(value, Strict):
        return next((f"a {verb} step" for verb, kind in VERBS.items() if isinstance(value, kind)), None)
    return next((f"a {verb} step" for verb in VERBS if verb in value), None) if isinstance(value, dict) else None


def _step(value: object) -> object:
    """A verb that stands alone is a mapping too; a word that is no verb is told with the nearest one."""
    if isinstance(value, str) and value in BARE:
        return {value: None}
    if isinstance(value, dict) and not any(verb in value for verb in VERBS):
        words = [str(key) for key in value]
        near = next((hint for word in words if "did you mean" in (hint := did_you_mean(word, VERBS))), "")
        raise PydanticCustomError("no_step", f"is no step{f' ({near})' if near else ''}: {', '.join(VERBS)}")
    return value


def _script(value: object) -> object:
    """One step stands for a list of one, nothing for none."""
    return () if value is None else [value] if isinstance(value, (str, dict)) else value


Step = Annotated[
    Annotated[Dial, Tag("a dial step")] | Annotated[Lift, Tag("a lift step")] | Annotated[Answer, Tag("a answer step")]
    | Annotated[Hear, Tag("a hear step")] | Annotated[Press, Tag("a press step")]
    | Annotated[Pulse, Tag("a pulse step")] | Annotated[Flash, Tag("a flash step")]
    | Annotated[Say, Tag("a say step")] | Annotated[Wait, Tag("a wait step")]
    | Annotated[NoteNumber, Tag("a note_number step")] | Annotated[NoteDate, Tag("a note_date step")]
    | Annotated[Expect, Tag("a expect step")] | Annotated[On, Tag("a on step")] | Annotated[If, Tag("a if step")]
    | Annotated[Repeat, Tag("a repeat step")] | Annotated[Leave, Tag("a leave step")]
    | Annotated[Record, Tag("a record step")] | Annotated[Fail, Tag("a fail step")]
    | Annotated[Stop, Tag("a stop step")] | Annotated[HangUp, Tag("a hang_up step")]
    | Annotated[Include, Tag("a include step")] | Annotated[SendFax, Tag("a send_fax step")]
    | Annotated[ReceiveFax, Tag("a receive_fax step")],
    Discriminator(_verb, custom_error_type="no_step", custom_error_message="is no step: " + ", ".join(VERBS)),
    BeforeValidator(_step),
]  # fmt: skip

Script = Annotated[tuple[Step, ...], BeforeValidator(_script)]
"""Steps in order; a single one may stand without a list."""

for _kind in (Case, On, If, Repeat):
    _kind.model_rebuild()


def branches(step: Strict) -> dict[tuple[str | int, ...], tuple[Strict, ...]]:
    """The scripts inside a step, by where they stand in it."""
    match step:
        case On():
            found: dict[tuple[str | int, ...], tuple[Strict, ...]] = {
                ("on", i, "do"): case.do for i, case in enumerate(step.on)
            }
            return found | ({("else",): step.otherwise} if step.otherwise else {})
        case If():
            return {("then",): step.then, ("else",): step.otherwise}
        case Repeat():
            return {("do",): step.do}
    return {}
