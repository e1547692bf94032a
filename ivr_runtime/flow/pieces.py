"""Pieces of a prompt: fixed text, and things that are read out by the grammars of `flow.speech`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from drivers.yaml_source import did_you_mean

LanguageName = Literal["zh", "en"]


class Strict(BaseModel):
    """A model that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def _formula(raw: Any) -> Any:
    return str(raw) if isinstance(raw, (int, float)) and not isinstance(raw, bool) else raw


Formula = Annotated[str, BeforeValidator(_formula, json_schema_input_type=str | int | float)]
"""A value, or an expression in braces: `2` or "{{ product.price }}"."""

Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=60)]
PromptName = Annotated[str, Field(pattern=r"^\w[\w-]*$", max_length=60)]


class Text(Strict):
    """Words: rendered before the first call, or, with an expression in braces, synthesised when they are needed."""

    text: Formula
    language: LanguageName | None = Field(None, alias="in", description="another language than the call's")


class Prompt(Strict):
    """A prompt of the table, by its name."""

    prompt: PromptName


class Number(Strict):
    """A whole number, 0 to 99,999,999: 十二, twelve."""

    number: Formula


class Digits(Strict):
    """Digit by digit: an order number, a product code."""

    digits: Formula


class Phone(Strict):
    """A telephone number, digit by digit; in Mandarin 1 is read 幺."""

    phone: Formula


class Money(Strict):
    """An amount in fen: 十二元五角, twelve yuan five jiao."""

    money: Formula


class Count(Strict):
    """So many of a thing: 两条, two cartons. `one` replaces the unit where a language has a singular."""

    count: Formula
    unit: str = Field(min_length=1, max_length=20)
    one: str = Field("", max_length=20)


class Date(Strict):
    """A day written 2026-11-21."""

    date: Formula


class Clock(Strict):
    """A time of day written 15:20."""

    time: Formula


class Played(Strict):
    """What a `record` step recorded, by its variable."""

    recording: Variable


class Each(Strict):
    """Pieces said once for every item of a list."""

    each: Formula
    name: Variable = Field("item", alias="as")
    say: Pieces


class When(Strict):
    """Pieces said only when a condition holds."""

    when: Formula
    say: Pieces
    otherwise: Pieces = Field((), alias="else")


PIECES = {
    "text": Text, "prompt": Prompt, "number": Number, "digits": Digits, "phone": Phone, "money": Money, "count": Count,
    "date": Date, "time": Clock, "recording": Played, "each": Each, "when": When,
}  # fmt: skip
"""The key that tells a piece -> its model."""


def tag(raw: Any, kinds: dict[str, type[BaseModel]]) -> str | None:
    """The discriminator of a mapping that is told by one of its keys, as `<key>`: a word that is never a key."""
    if isinstance(raw, BaseModel):
        return next((f"<{key}>" for key, kind in kinds.items() if type(raw) is kind), None)
    return next((f"<{key}>" for key in kinds if isinstance(raw, dict) and key in raw), None)


def known(kinds: dict[str, type[BaseModel]], what: str) -> BeforeValidator:
    """Refuses a mapping that is told by none of its keys, with a hint at the key that was probably meant."""

    def look(raw: Any) -> Any:
        if not isinstance(raw, (dict, BaseModel)) or tag(raw, kinds) is None:
            words = [str(key) for key in raw] if isinstance(raw, dict) else []
            near = [hint for word in words if (hint := did_you_mean(word, kinds)).startswith("did")]
            hint = near[0] if near else "one of " + ", ".join(kinds)
            raise PydanticCustomError(what, "is no {what}: {hint}", {"what": what, "hint": hint})
        return raw

    return BeforeValidator(look)


Piece = Annotated[
    Annotated[Text, Tag("<text>")]
    | Annotated[Prompt, Tag("<prompt>")]
    | Annotated[Number, Tag("<number>")]
    | Annotated[Digits, Tag("<digits>")]
    | Annotated[Phone, Tag("<phone>")]
    | Annotated[Money, Tag("<money>")]
    | Annotated[Count, Tag("<count>")]
    | Annotated[Date, Tag("<date>")]
    | Annotated[Clock, Tag("<time>")]
    | Annotated[Played, Tag("<recording>")]
    | Annotated[Each, Tag("<each>")]
    | Annotated[When, Tag("<when>")],
    Discriminator(lambda raw: tag(raw, PIECES)),
    known(PIECES, "piece of a prompt"),
]


def _pieces(key: str) -> Any:
    """A bare string means {key: string}, also in the pieces of a piece."""

    def piece(raw: Any) -> Any:
        if isinstance(raw, str):
            return {key: raw}
        if isinstance(raw, dict) and ("each" in raw or "when" in raw):
            return {name: listed(item) if name in ("say", "else") else item for name, item in raw.items()}
        return raw

    def listed(raw: Any) -> Any:
        items = [raw] if isinstance(raw, (str, dict, int, float)) else [] if raw is None else raw
        return [piece(item) for item in items] if isinstance(items, (list, tuple)) else items

    return BeforeValidator(listed, json_schema_input_type=str | Piece | list[str | Piece] | None)


Pieces = Annotated[tuple[Piece, ...], _pieces("text")]
"""What stands in the prompt table: a bare string is text."""

Say = Annotated[tuple[Piece, ...], _pieces("prompt")]
"""What stands in a step: a bare string is the name of a prompt."""
