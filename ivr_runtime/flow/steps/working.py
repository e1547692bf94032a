"""Steps that work out and ask: query and set."""

from __future__ import annotations

from ivr_runtime.flow import expressions
from ivr_runtime.flow.conversation import Conversation
from ivr_runtime.flow.model import QueryStep, SetStep
from ivr_runtime.flow.result import Result
from ivr_runtime.flow.walk import Path


async def query(talk: Conversation, step: QueryStep, path: Path) -> Result:
    """Ask a service; None is `missing`. ServiceFailed is `failed`, seen to by the runner."""
    answer = await talk.query(step)
    if step.into is not None:
        talk.variables[step.into] = answer
    if answer is None and step.missing is not None:
        return Result("missing", step.missing, (*path, "missing"))
    return Result("answered")


async def set_variables(talk: Conversation, step: SetStep, _path: Path) -> Result:
    """Set variables one after the other: a later one may use an earlier one."""
    for name, raw in step.set.items():
        talk.variables[name] = expressions.value(raw, talk.known)
    return Result("set")
