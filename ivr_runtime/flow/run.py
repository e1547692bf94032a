"""Running a flow on a call: one step after the other until somebody hangs up.

Knows the verbs of a call and the table of services, never a card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from drivers.speech.errors import SpeechError
from ivr_runtime.call import Call
from ivr_runtime.errors import CallEnded, ServiceFailed, StepFailed
from ivr_runtime.flow.conversation import Conversation, Service, Speaker
from ivr_runtime.flow.expressions import ExpressionError
from ivr_runtime.flow.load import Flow
from ivr_runtime.flow.result import Result
from ivr_runtime.flow.speech import Unspeakable
from ivr_runtime.flow.steps import RUNNERS
from ivr_runtime.flow.trace import Entry, Journal
from ivr_runtime.flow.walk import Path as Place
from ivr_runtime.services import SERVICES

IDLE_STEPS = 1000
"""A call that runs this many steps while no sample passes goes round in a circle."""

FAILURES = 3
"""After this many failed steps a call is given up."""

FAULTS = (ExpressionError, Unspeakable, ServiceFailed, SpeechError, StepFailed, OSError)


async def run_flow(
    flow: Flow,
    call: Call,
    speaker: Speaker,
    *,
    services: Mapping[str, Service] = SERVICES,
    journal: Journal | None = None,
    folder: Path = Path(),
    trace: list[Entry] | None = None,
) -> list[Entry]:
    """Run a flow on an answered call until it was hung up by the flow; gives the trace.

    speaker: clips by id. journal: gets every entry as its step ends. folder: where recordings are written. trace: a
    list that the entries are put into as steps begin, for those who want to see it also when this raises.

    Raises CallEnded when the call ends otherwise, and StepFailed when a step failed and the flow does not say what to
    do then. However the call ends, a recording that is long enough and was neither kept nor discarded is kept.
    """
    conversation = Conversation(flow, call, speaker, services, journal, folder, trace=[] if trace is None else trace)
    runner = _Runner(conversation)
    try:
        await runner.run()
    finally:
        await conversation.settle()
    return conversation.trace


class _Runner:
    """Walks the steps. It owns where the call is; the conversation owns what the call knows."""

    def __init__(self, conversation: Conversation) -> None:
        self._talk = conversation
        self._model = conversation.flow.model
        self._failures = 0
        self._idle = 0
        self._moved = -1

    async def run(self) -> None:
        goto: str | None = self._model.first
        while goto is not None:
            goto = await self._steps(self._model.steps[goto], ("steps", goto))
        if not self._talk.over:
            await self._talk.call.hang_up()

    async def _steps(self, steps: Sequence[Any], path: Place) -> str | None:
        """The name to go on at, or None at the end of the steps."""
        for i, step in enumerate(steps):
            result = await self._step(step, (*path, i))
            goto = result.goto or await self._steps(result.branch, result.path)
            if goto is not None or self._talk.over:
                return goto
        return None

    async def _step(self, step: Any, path: Place) -> Result:
        """Run one step and put it into the trace."""
        self._watch(path)
        entry = self._talk.begin(path, step)
        try:
            result: Result = await RUNNERS[type(step)](self._talk, step, path)
            entry.outcome = result.outcome
        except CallEnded as ended:
            entry.outcome = "ended"
            entry.facts["reason"] = ended.reason
            raise
        except FAULTS as error:
            entry.outcome = "failed"
            entry.facts["error"] = str(error)
            result = self._failed(step, path, error)
        finally:
            self._talk.finish(entry)
        return result

    def _failed(self, step: Any, path: Place, error: Exception) -> Result:
        """Where a failed step leads: its own `failed`, the flow's, or out of the flow."""
        place = self._talk.flow.place(path)
        self._failures += 1
        own = getattr(step, "failed", None)
        branch, key = (own, (*path, "failed")) if own is not None else (self._model.defaults.failed, _DEFAULT)
        if branch is None or self._failures > FAILURES:
            raise StepFailed(str(error), place) from error
        self._talk.call.log.error("step.failed", place=place, error=str(error), failures=self._failures)
        return Result("failed", branch, key)

    def _watch(self, path: Place) -> None:
        now = self._talk.call.clock.now
        self._idle = self._idle + 1 if now == self._moved else 0
        self._moved = now
        if self._idle > IDLE_STEPS:
            raise StepFailed("the flow goes round in a circle without waiting", self._talk.flow.place(path))


_DEFAULT: Place = ("defaults", "failed")
