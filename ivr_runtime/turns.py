"""Who still has something to do in this tick: the pump of a simulated card waits for them, so every run is identical.

A task that waits has no turn. Whoever wakes it (an event, a timer) gives it one, at that very moment, and it keeps it,
through blocking functions in threads too, until it waits again or ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from types import coroutine


@coroutine
def one_pass() -> Generator[None]:
    """Let every task that is ready run once."""
    yield


class Turns:
    """The turns of all tasks of one pump. running: how many are neither waiting nor ended."""

    def __init__(self) -> None:
        self.running = 0
        self._settled: asyncio.Future[None] | None = None

    def begin(self) -> None:
        """A task was woken or started."""
        self.running += 1

    def end(self) -> None:
        """A task waits again or ended."""
        self.running -= 1
        if self.running == 0 and self._settled is not None and not self._settled.done():
            self._settled.set_result(None)

    async def settle(self) -> None:
        """Wait until every task waits again or has ended."""
        while self.running:
            self._settled = asyncio.get_running_loop().create_future()
            await self._settled


class Turn:
    """One task's way to wait: `await pause()`, and anyone may `wake()` it. Begins as running."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._waiter: asyncio.Future[None] | None = None
        turns.begin()

    async def pause(self) -> None:
        """Give up the turn until woken. Wakes that came while running are not remembered: look, then pause."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiter = waiter
        self._turns.end()
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.cancelled():  # not woken: nobody has given the turn back
                self._turns.begin()
            raise
        finally:
            self._waiter = None

    def wake(self) -> None:
        """Give the task its turn, if it waits."""
        if self._waiter is not None and not self._waiter.done():
            self._turns.begin()
            self._waiter.set_result(None)

    def end(self) -> None:
        """The task is over."""
        self._turns.end()
