"""Steps that lead elsewhere: if, goto, do, retry."""

from __future__ import annotations

from ivr_runtime.flow import expressions
from ivr_runtime.flow.conversation import Conversation
from ivr_runtime.flow.model import DoStep, GotoStep, IfStep, RetryStep
from ivr_runtime.flow.result import Result
from ivr_runtime.flow.walk import Path


async def choose(talk: Conversation, step: IfStep, path: Path) -> Result:
    """One way or the other."""
    if expressions.condition(step.condition)(talk.known):
        return Result("then", step.then, (*path, "then"))
    return Result("else", step.otherwise, (*path, "else"))


async def goto(talk: Conversation, step: GotoStep, _path: Path) -> Result:
    """Go on at a named step, whose tries are counted afresh."""
    talk.retries.pop(step.goto, None)
    return Result(step.goto, goto=step.goto)


async def do(talk: Conversation, step: DoStep, _path: Path) -> Result:
    """Run a named step and come back."""
    return Result(step.do, talk.flow.model.steps[step.do], ("steps", step.do))


async def retry(talk: Conversation, step: RetryStep, path: Path) -> Result:
    """Go back to a named step, if it was not tried too often. Keys typed ahead were for the answer that was wrong."""
    defaults = talk.flow.model.defaults
    talk.call.flush_keys()
    talk.retries[step.retry] += 1
    if talk.retries[step.retry] <= (defaults.retries if step.times is None else step.times):
        return Result(step.retry, goto=step.retry)
    talk.retries.pop(step.retry)
    own, where = step.exhausted, (*path, "exhausted")
    branch, where = (defaults.exhausted or (), ("defaults", "exhausted")) if own is None else (own, where)
    return Result("exhausted", branch, where)
