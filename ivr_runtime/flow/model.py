"""A flow as it stands in its file: steps, defaults, prompts. `loopstart flow schema` gives it to editors.

The exact meaning of every time-out is in docs/flow-language.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Discriminator, Field, Tag

from ivr_runtime.flow.pieces import Formula, LanguageName, Pieces, PromptName, Say, Strict, Variable, known, tag

StepName = Annotated[str, Field(pattern=r"^[^\W\d][\w-]*$", max_length=60)]
Seconds = Annotated[float, Field(ge=0.2, le=120)]
ServiceName = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")]
Terminator = Annotated[str, BeforeValidator(lambda raw: "" if raw is None else raw), Field(pattern=r"^[0-9#*A-D]?$")]


def _branch(raw: Any) -> Any:
    items = [raw] if isinstance(raw, (str, dict)) else [] if raw is None else raw
    return [{"goto": i} if isinstance(i, str) else i for i in items] if isinstance(items, (list, tuple)) else items


def _keys(raw: Any) -> Any:
    if not isinstance(raw, Mapping):
        return raw
    words = [str(key) for key in raw]
    twice = sorted({word for word in words if words.count(word) > 1})
    if twice:
        raise ValueError(f"key {twice[0]!r} stands twice: the number and the word are the same key")
    return raw


class SayStep(Strict):
    """Speak. With bargein a key stops it and stays for the next question."""

    say: Say
    bargein: bool | None = None


class Question(Strict):
    """What menu and collect share; what is not set comes from the flow's `defaults`."""

    bargein: bool | None = None
    first_timeout: Seconds | None = None
    retries: int | None = Field(None, ge=0, le=9)
    noinput: Say | None = None
    nomatch: Say | None = None
    exhausted: Branch | None = None
    back: StepName | Literal[False] | None = None


class MenuStep(Question):
    """Speak, await one key, go where it leads."""

    menu: Say
    on: Annotated[dict[Key, Branch], Field(min_length=1), BeforeValidator(_keys)]


class CollectStep(Question):
    """Speak, await digits, keep them as text in a variable."""

    collect: Variable
    say: Say = ()
    min_digits: int = Field(1, ge=1, le=40)
    max_digits: int = Field(20, ge=1, le=40)
    terminator: Terminator | None = None
    digit_timeout: Seconds | None = None
    secret: bool = False


class Service(Strict):
    """A service of `ivr_runtime.services` and its arguments."""

    query: ServiceName
    arguments: dict[Variable, Any] = Field({}, alias="with")


class QueryStep(Service):
    """Ask a service. missing: it answered nothing (None). failed: it could not answer (database locked, disk full)."""

    into: Variable | None = None
    missing: Branch | None = None
    failed: Branch | None = None


class RecordStep(Strict):
    """Speak, sound the beep, record. The variable becomes {file, samples, seconds, reason}.

    Until a `keep` or `discard` step, a recording of min_seconds or more is kept by `keep` however the call ends.
    """

    record: Variable
    say: Say = ()
    max_seconds: float = Field(120, ge=1, le=3600)
    silence_seconds: float = Field(5, ge=1, le=60)
    min_seconds: float = Field(2, ge=0, le=60)
    terminator: Annotated[str, Field(pattern=r"^[0-9#*A-D]*$")] = "#"
    beep: bool = True
    too_short: Branch
    keep: Service
    discard: Service | None = None


class KeepStep(Strict):
    """Keep a recording: the `keep` service of its record step."""

    keep: Variable
    failed: Branch | None = None


class DiscardStep(Strict):
    """Throw a recording away: the `discard` service of its record step."""

    discard: Variable


class SetStep(Strict):
    """Set variables to values or expressions, in order."""

    set: dict[Variable, Any] = Field(min_length=1)


class IfStep(Strict):
    """Go one way or the other. The condition is an expression; braces are optional."""

    condition: Formula = Field(alias="if")
    then: Branch = ()
    otherwise: Branch = Field((), alias="else")


class GotoStep(Strict):
    """Go on at a named step; a `do` that is under way is left."""

    goto: StepName


class DoStep(Strict):
    """Run a named step and come back."""

    do: StepName


class RetryStep(Strict):
    """Go back to a named step, at most `times` times in a row; then `exhausted`."""

    retry: StepName
    times: int | None = Field(None, ge=1, le=9)
    exhausted: Branch | None = None


class LanguageStep(Strict):
    """Speak this language from here on."""

    language: LanguageName


class PauseStep(Strict):
    """Wait, in seconds."""

    pause: Seconds


class HangUpStep(Strict):
    """Say goodbye and hang up."""

    hang_up: Say


STEPS: dict[str, type[BaseModel]] = {
    "menu": MenuStep, "collect": CollectStep, "record": RecordStep, "query": QueryStep, "set": SetStep, "if": IfStep,
    "goto": GotoStep, "do": DoStep, "retry": RetryStep, "keep": KeepStep, "discard": DiscardStep,
    "language": LanguageStep, "pause": PauseStep, "hang_up": HangUpStep, "say": SayStep,
}  # fmt: skip
"""The key that tells a step -> its model; `say` last, for collect and record may say something too."""

Key = Annotated[str, BeforeValidator(str), Field(pattern=r"^[0-9*#A-D]$")]

Step = Annotated[
    Annotated[MenuStep, Tag("<menu>")]
    | Annotated[CollectStep, Tag("<collect>")]
    | Annotated[RecordStep, Tag("<record>")]
    | Annotated[QueryStep, Tag("<query>")]
    | Annotated[SetStep, Tag("<set>")]
    | Annotated[IfStep, Tag("<if>")]
    | Annotated[GotoStep, Tag("<goto>")]
    | Annotated[DoStep, Tag("<do>")]
    | Annotated[RetryStep, Tag("<retry>")]
    | Annotated[KeepStep, Tag("<keep>")]
    | Annotated[DiscardStep, Tag("<discard>")]
    | Annotated[LanguageStep, Tag("<language>")]
    | Annotated[PauseStep, Tag("<pause>")]
    | Annotated[HangUpStep, Tag("<hang_up>")]
    | Annotated[SayStep, Tag("<say>")],
    Discriminator(lambda raw: tag(raw, STEPS)),
    known(STEPS, "step"),
]

Branch = Annotated[
    tuple[Step, ...], BeforeValidator(_branch, json_schema_input_type=str | Step | list[str | Step] | None)
]
"""Steps in order; a bare name means goto."""


class Defaults(Strict):
    """What holds for every question that does not say otherwise."""

    bargein: bool = True
    first_timeout: Seconds = 5
    digit_timeout: Seconds = 3
    terminator: Terminator = "#"
    retries: Annotated[int, Field(ge=0, le=9)] = 2
    noinput: Say = ()
    nomatch: Say = ()
    exhausted: Branch | None = None
    back: StepName | None = None
    failed: Branch | None = None


class FlowModel(Strict):
    """A whole flow file."""

    spec: Literal[1]
    name: str = Field(min_length=1, max_length=60)
    languages: tuple[LanguageName, ...] = Field(min_length=1)
    start: StepName | None = None
    apology: PromptName | None = None
    defaults: Defaults = Field(default_factory=Defaults)
    variables: dict[Variable, Any] = {}
    prompts: dict[PromptName, dict[LanguageName, Pieces]] = {}
    steps: dict[StepName, Branch] = Field(min_length=1)

    @property
    def first(self) -> str:
        """The name of the step that a call begins with."""
        return self.start or next(iter(self.steps))
