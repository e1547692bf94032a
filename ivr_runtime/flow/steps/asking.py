"""Steps that await keys: menu and collect.

A question is put once and then `retries` times again. After silence `noinput` is said first, after keys that are no
answer `nomatch`; keys that were typed ahead are forgotten then. After the last try `exhausted` follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ivr_runtime.flow.conversation import Conversation
from ivr_runtime.flow.model import CollectStep, Defaults, MenuStep, Question
from ivr_runtime.flow.pieces import Say
from ivr_runtime.flow.result import Result
from ivr_runtime.flow.walk import Path
from ivr_runtime.keys import Collected

BACK = "*"


@dataclass(frozen=True, slots=True)
class Manners:
    """How a question is put: its own words where it has them, the flow's defaults elsewhere."""

    question: Question
    defaults: Defaults
    path: Path

    def of(self, name: str) -> Any:
        """A setting of the question, or of the flow."""
        own = getattr(self.question, name)
        return getattr(self.defaults, name) if own is None else own

    def words(self, name: str) -> tuple[Say, Path]:
        """What is said, and where that stands."""
        own = getattr(self.question, name)
        return (own, (*self.path, name)) if own is not None else (getattr(self.defaults, name), ("defaults", name))

    @property
    def back(self) -> str:
        """Where `*` leads, or "" for nowhere."""
        name = self.defaults.back if self.question.back is None else self.question.back
        return name or ""

    def exhausted(self) -> Result:
        """What follows the last try."""
        own = self.question.exhausted
        where = ("defaults", "exhausted") if own is None else (*self.path, "exhausted")
        return Result("exhausted", self.of("exhausted") or (), where)


async def menu(talk: Conversation, step: MenuStep, path: Path) -> Result:
    """Speak, await one key."""
    manners = Manners(step, talk.flow.model.defaults, path)
    for left in range(manners.of("retries"), -1, -1):
        await talk.say(step.menu, (*path, "menu"), step.bargein)
        keyed = await talk.call.collect(max_digits=1, terminator="", first_timeout=manners.of("first_timeout"))
        talk.trace[-1].keys.append(keyed.digits)
        if keyed.digits in step.on:
            return Result(keyed.digits, step.on[keyed.digits], (*path, "on", keyed.digits))
        if keyed.digits == BACK and manners.back:
            return Result("back", goto=manners.back)
        await _again(talk, manners, keyed, left)
    return manners.exhausted()


async def collect(talk: Conversation, step: CollectStep, path: Path) -> Result:
    """Speak, await digits."""
    manners = Manners(step, talk.flow.model.defaults, path)
    for left in range(manners.of("retries"), -1, -1):
        await talk.say(step.say, (*path, "say"), step.bargein)
        keyed = await _digits(talk, step, manners)
        talk.trace[-1].keys.append("*" * len(keyed.digits) if step.secret else keyed.digits)
        if keyed.reason == "cancel":
            return Result("back", goto=manners.back)
        if keyed.reason != "silence" and keyed.enough and keyed.digits.isdecimal():
            talk.variables[step.collect] = keyed.digits
            return Result("digits")
        await _again(talk, manners, keyed, left)
    return manners.exhausted()


async def _digits(talk: Conversation, step: CollectStep, manners: Manners) -> Collected:
    defaults = manners.defaults
    return await talk.call.collect(
        max_digits=step.max_digits,
        min_digits=step.min_digits,
        terminator=defaults.terminator if step.terminator is None else step.terminator,
        first_timeout=manners.of("first_timeout"),
        digit_timeout=step.digit_timeout or defaults.digit_timeout,
        cancel=BACK if manners.back else "",
        secret=step.secret,
    )


async def _again(talk: Conversation, manners: Manners, keyed: Collected, left: int) -> None:
    """Say what was wrong, unless nothing more is asked: what follows then speaks for itself."""
    silence = keyed.reason == "silence"
    if not silence:
        talk.call.flush_keys()
    if left:
        said, where = manners.words("noinput" if silence else "nomatch")
        await talk.say(said, where, manners.question.bargein)
