"""Who the events of a card's lines are for: begins a call when a line rings, watches over its task, ends it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from structlog.contextvars import bind_contextvars

from drivers.events import Alarm, Answered, CallerId, Clear, Event, HungUp, Removed, Ringing
from dsp.receiver import RATE
from ivr_runtime.call import Call
from ivr_runtime.clock import samples
from ivr_runtime.errors import CallEnded, StepFailed
from ivr_runtime.pump import Pump

Conversation = Callable[[Call], Awaitable[None]]
"""What is done on an answered call: the flow."""

FRESH = 80_000
"""DTMF caller ID comes before the first ring: a number is of this call when it is not older than 10 s."""

OURS = frozenset({"too_long", "shutdown"})
"""Ends of our own making: the caller still listens and hears why."""


@dataclass(frozen=True, slots=True)
class Settings:
    """rings: answer at this ring when no caller ID came before. longest: seconds a call may last after the answer."""

    rings: int = 2
    longest: float = 3600.0


def call_id(now: datetime) -> str:
    """Unique, and sorts by time to the millisecond: 20261121T223356.123-7f3a9c01."""
    return f"{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03d}-{secrets.token_hex(4)}"


class Dispatch:
    """The calls of one card.

    accepting: False and further rings are not answered. on_begin, on_answer, on_gone, on_end: told of every call
    (records, recording); on_gone when its line is free for the next one, though the call may have work left; on_end
    also of a caller who gave up while it rang.
    """

    def __init__(
        self, pump: Pump, conversation: Conversation, new_id: Callable[[], str], settings: Settings | None = None
    ) -> None:
        self.accepting = True
        self.calls: dict[str, Call] = {}
        self.on_begin: Callable[[Call], None] = lambda _: None
        self.on_answer: Callable[[Call], None] = lambda _: None
        self.on_gone: Callable[[Call], None] = lambda _: None
        self.on_end: Callable[[Call], None] = lambda _: None
        self._pump = pump
        self._conversation = conversation
        self._new_id = new_id
        self._settings = settings or Settings()
        self._on_line: dict[int, Call] = {}
        self._numbers: dict[int, CallerId] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        pump.post = self.post
        pump.call_on = lambda line: self._on_line[line].id if line in self._on_line else ""

    def post(self, event: Event) -> None:
        """Something happened on a line."""
        if isinstance(event, Alarm | Clear | Removed):
            self._tell(event)
        call = self._on_line.get(event.line)
        if call is not None:
            call.leg.post(event)
            self._follow(call, event)
        elif isinstance(event, Ringing) and self.accepting:
            self._begin(event)
        elif isinstance(event, CallerId):
            self._numbers[event.line] = event
        elif isinstance(event, Answered):  # the call ended while its answer was on its way
            self._pump.ask("hang_up", event.line)

    def close(self) -> None:
        """Take no more calls; those that ring are left to ring."""
        self.accepting = False
        for call in self.calls.values():
            if call.leg.answered is None:
                call.leg.end("shutdown")

    async def drained(self) -> None:
        """Wait until no task of a call is left. The pump must be running, or every call released."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def end_all(self, reason: str) -> None:
        """Every call must end."""
        for call in self.calls.values():
            call.leg.end(reason)

    def release_all(self, reason: str) -> None:
        """Hang up every line, now."""
        for call in self.calls.values():
            call.leg.end(reason)
            call.leg.release()

    def _begin(self, event: Ringing) -> None:
        line, card = event.line, self._pump.card
        call = Call(self._pump, self._new_id(), line, card=card.name, line_name=card.lines[line].name)
        number = self._numbers.pop(line, None)
        if number is not None and number.at >= event.at - FRESH:
            call.leg.post(number)
        call.leg.post(event)
        self._on_line[line] = call
        self.calls[call.id] = call
        task = asyncio.get_running_loop().create_task(self._watch(call), name=call.id)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        call.log.info("call.ringing", number=call.caller_number)
        self.on_begin(call)

    def _tell(self, event: Alarm | Clear | Removed) -> None:
        """The state of a line that somebody must look at."""
        log = self._pump.log.bind(line=self._pump.card.lines[event.line].name)
        match event:
            case Alarm():
                log.warning("line.alarm", alarm=event.alarm)
            case Clear():
                log.info("line.clear")
            case Removed():
                log.error("line.removed")

    def _follow(self, call: Call, event: Event) -> None:
        if isinstance(event, Answered):
            self._pump.talking(call.line, True)
            self.on_answer(call)
        elif isinstance(event, HungUp | Removed):
            if call.leg.answered is not None:
                call.log.debug("call.echo", **asdict(self._pump.echo(call.line)))
            self._pump.talking(call.line, False)
            self._on_line.pop(call.line, None)
            self.on_gone(call)

    async def _watch(self, call: Call) -> None:
        """The boundary between one call and the process: a fault of one call ends that call, with an apology."""
        bind_contextvars(card=call.card, line=call.line_name, call=call.id, clock=call.clock)  # for services in threads
        task = asyncio.get_running_loop().create_task(self._conduct(call))
        await asyncio.wait({task})
        error = task.exception()
        if error is not None:
            self._failed(call, error)
            await call.apologise()
        call.leg.release()
        self._close(call)

    @staticmethod
    def _failed(call: Call, error: BaseException) -> None:
        """A step that the flow could not do without is somebody's work; anything else is a bug of ours."""
        if isinstance(error, StepFailed):
            call.log.error("step.failed", place=error.place, error=str(error))
            call.leg.end("failed")
        else:
            call.log.error("call.crashed", error=repr(error), exc_info=error)
            call.leg.end("crashed")

    async def _conduct(self, call: Call) -> None:
        """A call from its first ring to its end: the one place where CallEnded is caught."""
        too_long = None
        try:
            await call.offered(self._settings.rings)
            await call.answer()
            call.log.info("call.answered", number=call.caller_number, rings=call.leg.rings)
            too_long = call.clock.after(samples(self._settings.longest), lambda: call.leg.end("too_long"))
            await self._conversation(call)
            await call.hang_up()
        except CallEnded as ended:
            if ended.reason in OURS:
                await call.apologise(ended.reason)
        finally:
            if too_long is not None:
                too_long.cancel()

    def _close(self, call: Call) -> None:
        del self.calls[call.id]
        self.on_end(call)
        if call.leg.answered is None:
            call.log.info("call.missed", number=call.caller_number, rings=call.leg.rings, reason=call.leg.ended)
        else:
            ended = call.leg.ended_at if call.leg.ended_at is not None else call.clock.now
            seconds = round((ended - call.leg.answered) / RATE, 1)
            call.log.info("call.ended", number=call.caller_number, reason=call.leg.ended, seconds=seconds)
        call.leg.over()
