"""Expressions that cannot be read, variables that are never set, values that cannot be said."""

from __future__ import annotations

from typing import Any

from drivers.yaml_source import Path, Problem, did_you_mean
from ivr_runtime.flow import expressions, model, pieces, speech, walk
from ivr_runtime.flow.findings import Findings
from ivr_runtime.flow.model import FlowModel

GIVEN = ("call", "language")
"""Variables that every call has: call.id, call.number, call.line, call.card; the language being spoken."""


def check(flow: FlowModel, found: Findings) -> None:
    """Every expression of the flow."""
    parts = walk.parts(flow)
    known = variables(flow, parts)
    top = [(path, text) for path, text in walk.texts(("variables",), flow.variables)]
    for path, text in top + [pair for part in parts for pair in walk.expressions(part)]:
        _expression(path, text, known, found)
    for part in parts:
        _sayable(part, found)


def variables(flow: FlowModel, parts: list[walk.Part]) -> set[str]:
    """Every variable that is set somewhere in the flow."""
    known = {*GIVEN, *flow.variables}
    for part in parts:
        match part.item:
            case model.SetStep(set=values):
                known |= set(values)
            case model.CollectStep(collect=name) | model.RecordStep(record=name) | pieces.Each(name=name):
                known.add(name)
            case model.QueryStep(into=str(name)):
                known.add(name)
    return known


def _expression(path: Path, text: str, known: set[str], found: Findings) -> None:
    bare = path[-1] in ("if", "when")
    try:
        read = expressions.condition(text) if bare else expressions.read(text)
    except expressions.ExpressionError as error:
        found.faults.append(_placed(found, path, text, error))
        return
    for name in sorted(read.names - known - set(expressions.ENVIRONMENT.globals)):
        found.fault(path, f"the variable {name!r} is never set", did_you_mean(name, known))
    for name in sorted(read.of_call - set(expressions.CALL)):
        found.fault(path, f"a call has no {name!r}", did_you_mean(name, expressions.CALL))


def _placed(found: Findings, path: Path, text: str, error: expressions.ExpressionError) -> Problem:
    """The expression's own place in a text of one line; the line of it in a text of several."""
    value = found.source.problem(found.source.locate(path), f"{error} in {_shown(text)}")
    if "\n" in text:
        return Problem(value.file, value.line + error.line, 1, value.message, value.hint)
    column = value.column + error.offset + found.quoted(value.line, value.column)
    return Problem(value.file, value.line, column, value.message, value.hint)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _sayable(part: walk.Part, found: Findings) -> None:
    """A constant that a grammar cannot read is a fault before any call."""
    readers: dict[type, Any] = {
        pieces.Number: speech.number,
        pieces.Digits: speech.digits,
        pieces.Phone: speech.phone,
        pieces.Money: speech.money,
        pieces.Date: speech.day,
        pieces.Clock: speech.clock,
    }
    reader = readers.get(type(part.item))
    for path, text in walk.expressions(part):
        if reader is not None and "{" not in text:
            try:
                reader("en", text)
            except speech.Unspeakable as error:
                found.fault(path, str(error), 'an expression stands in braces: "{{ name }}"')
