"""Steps that speak: say, language, pause, hang_up."""

from __future__ import annotations

from ivr_runtime.flow.conversation import Conversation
from ivr_runtime.flow.model import HangUpStep, LanguageStep, PauseStep, SayStep
from ivr_runtime.flow.result import Result
from ivr_runtime.flow.walk import Path


async def say(talk: Conversation, step: SayStep, path: Path) -> Result:
    """Speak."""
    await talk.say(step.say, (*path, "say"), step.bargein)
    return Result("said")


async def language(talk: Conversation, step: LanguageStep, _path: Path) -> Result:
    """Change the language."""
    talk.speak(step.language)
    return Result(step.language)


async def pause(talk: Conversation, step: PauseStep, _path: Path) -> Result:
    """Wait."""
    await talk.call.sleep(step.pause)
    return Result("waited")


async def hang_up(talk: Conversation, step: HangUpStep, path: Path) -> Result:
    """Say goodbye, all of it, and hang up."""
    await talk.say(step.hang_up, (*path, "hang_up"), bargein=False)
    await talk.call.hang_up()
    talk.over = True
    return Result("hung_up")
