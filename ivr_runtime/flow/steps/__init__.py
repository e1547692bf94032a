"""How each kind of step is run: one module for each family, one function for each kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from ivr_runtime.flow import model
from ivr_runtime.flow.conversation import Conversation
from ivr_runtime.flow.result import Result
from ivr_runtime.flow.steps import asking, moving, recording, saying, working
from ivr_runtime.flow.walk import Path

Runner = Callable[[Conversation, Any, Path], Awaitable[Result]]

RUNNERS: dict[type, Runner] = {
    model.SayStep: saying.say,
    model.LanguageStep: saying.language,
    model.PauseStep: saying.pause,
    model.HangUpStep: saying.hang_up,
    model.MenuStep: asking.menu,
    model.CollectStep: asking.collect,
    model.QueryStep: working.query,
    model.SetStep: working.set_variables,
    model.IfStep: moving.choose,
    model.GotoStep: moving.goto,
    model.DoStep: moving.do,
    model.RetryStep: moving.retry,
    model.RecordStep: recording.record,
    model.KeepStep: recording.keep,
    model.DiscardStep: recording.discard,
}
"""The model of a step -> the function that runs it: (conversation, step, its path) -> what follows."""
