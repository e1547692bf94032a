"""Walking a flow: its steps and pieces with their places in the file, and where each step can lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ivr_runtime.flow import model, pieces
from ivr_runtime.flow.model import FlowModel

Path = tuple[str | int, ...]

EXPRESSIONS: dict[type[BaseModel], str] = {
    pieces.Text: "text",
    pieces.Number: "number",
    pieces.Digits: "digits",
    pieces.Phone: "phone",
    pieces.Money: "money",
    pieces.Count: "count",
    pieces.Date: "date",
    pieces.Clock: "time",
    pieces.Each: "each",
    pieces.When: "when",
    model.IfStep: "condition",
    model.SetStep: "set",
    model.QueryStep: "arguments",
    model.Service: "arguments",
    FlowModel: "variables",
}
"""Which field of a model is worked out when the call gets there."""


@dataclass(frozen=True, slots=True)
class Part:
    """A step, a piece or a service, and its place. owner: the named step it stands in ("" outside the steps)."""

    path: Path
    item: BaseModel

    @property
    def owner(self) -> str:
        return str(self.path[1]) if self.path[0] == "steps" else ""


def parts(flow: FlowModel) -> list[Part]:
    """Every step, piece and service of the flow, in the order of the file's sections."""
    return [Part(path, item) for path, item in _models((), flow) if path]


def below(path: Path, value: Any) -> list[Part]:
    """Every step, piece and service in a part of the flow."""
    return [Part(at, item) for at, item in _models(path, value)]


def key(item: BaseModel | type[BaseModel], field: str) -> str:
    """What a field is called in the file."""
    return type(item).model_fields[field].alias or field if isinstance(item, BaseModel) else field


def texts(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    """Every text in a value of the file, with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from texts((*path, name), item)
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from texts((*path, i), item)


def expressions(part: Part) -> Iterator[tuple[Path, str]]:
    """The texts of a part that are worked out when a call gets there, with their places."""
    field = EXPRESSIONS.get(type(part.item))
    if field:
        yield from texts((*part.path, key(part.item, field)), getattr(part.item, field))


def leaves(flow: FlowModel, steps: model.Branch, seen: frozenset[str] = frozenset()) -> bool:
    """Does a call never come out at the end of these steps (it hung up, or went elsewhere)?"""
    return any(_leaves(flow, step, seen) for step in steps)


def _leaves(flow: FlowModel, step: BaseModel, seen: frozenset[str]) -> bool:
    match step:
        case model.GotoStep() | model.HangUpStep():
            return True
        case model.RetryStep():
            return step.exhausted is None or leaves(flow, step.exhausted, seen)
        case model.IfStep():
            return leaves(flow, step.then, seen) and leaves(flow, step.otherwise, seen)
        case model.MenuStep():
            return all(leaves(flow, branch, seen) for branch in step.on.values())
        case model.DoStep():
            known = step.do in flow.steps and step.do not in seen
            return known and leaves(flow, flow.steps[step.do], seen | {step.do})
    return False


def targets(flow: FlowModel, item: BaseModel) -> set[str]:
    """The named steps that a call can go to from this one step, defaults included."""
    found = _named(item)
    if isinstance(item, model.Question):
        found |= {item.back} if isinstance(item.back, str) else set()
        found |= {flow.defaults.back} if item.back is None and flow.defaults.back else set()
    if isinstance(item, (model.Question, model.RetryStep)) and item.exhausted is None:
        found |= _gotos(flow.defaults.exhausted)
    if isinstance(item, (model.QueryStep, model.KeepStep)) and item.failed is None:
        found |= _gotos(flow.defaults.failed)
    return found


def can_hang_up(flow: FlowModel, item: BaseModel) -> bool:
    """Can the call be hung up in this one step, by a default of the flow?"""
    if isinstance(item, (model.Question, model.RetryStep)) and item.exhausted is None:
        return _hangs_up(flow.defaults.exhausted)
    if isinstance(item, (model.QueryStep, model.KeepStep)) and item.failed is None:
        return _hangs_up(flow.defaults.failed)
    return isinstance(item, model.HangUpStep)


def _named(item: BaseModel) -> set[str]:
    match item:
        case model.GotoStep():
            return {item.goto}
        case model.DoStep():
            return {item.do}
        case model.RetryStep():
            return {item.retry}
    return set()


def _gotos(branch: model.Branch | None) -> set[str]:
    return set().union(*(_named(part.item) for part in below((), branch or ())))


def _hangs_up(branch: model.Branch | None) -> bool:
    return any(isinstance(part.item, model.HangUpStep) for part in below((), branch or ()))


def _models(path: Path, value: Any) -> Iterator[tuple[Path, BaseModel]]:
    if isinstance(value, BaseModel):
        yield path, value
        for field, info in type(value).model_fields.items():
            yield from _models((*path, info.alias or field), getattr(value, field))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _models((*path, name), item)
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from _models((*path, i), item)
