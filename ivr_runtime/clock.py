"""The media clock: time is the count of samples of one card. Only the pump moves it."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from itertools import count

from dsp.receiver import RATE
from ivr_runtime.turns import Turns


def samples(seconds: float) -> int:
    """Seconds as samples, to the nearest."""
    return round(seconds * RATE)


class Timer:
    """Something to do at a sample. Cancelling twice, or after it was done, does nothing."""

    __slots__ = ("_action", "at", "order")

    def __init__(self, at: int, order: int, action: Callable[[], None]) -> None:
        self.at = at
        self.order = order
        self._action: Callable[[], None] | None = action

    def __lt__(self, other: Timer) -> bool:
        return (self.at, self.order) < (other.at, other.order)

    @property
    def pending(self) -> bool:
        """Is it still to be done?"""
        return self._action is not None

    def cancel(self) -> None:
        """Do not do it."""
        self._action = None

    def fire(self) -> None:
        """Do it, once."""
        action, self._action = self._action, None
        if action is not None:
            action()


class MediaClock:
    """now: samples since the card's first. Timers fire in the order of their samples, then of their making."""

    def __init__(self, turns: Turns | None = None) -> None:
        self.now = 0
        self._turns = turns or Turns()
        self._timers: list[Timer] = []
        self._orders = count()

    def advance(self, by: int) -> None:
        """Move on and fire what is due. A timer made meanwhile for a moment that has passed fires at once.

        Raises ValueError for a negative step: time does not run back.
        """
        if by < 0:
            raise ValueError(f"the clock cannot go back {-by} samples")
        self.now += by
        while self._timers and self._timers[0].at <= self.now:
            heapq.heappop(self._timers).fire()

    def at(self, when: int, action: Callable[[], None]) -> Timer:
        """Call `action` at the first tick that ends at sample `when` or later."""
        timer = Timer(when, next(self._orders), action)
        heapq.heappush(self._timers, timer)
        return timer

    def after(self, wait: int, action: Callable[[], None]) -> Timer:
        """Call `action` when that many samples have passed."""
        return self.at(self.now + wait, action)

    def deadline(self, seconds: float) -> int:
        """The sample that lies so many seconds ahead."""
        return self.now + samples(seconds)

    async def sleep(self, wait: int) -> None:
        """Wait that many samples. For tasks that are no calls; a call has its own `sleep`, which hears a hang-up."""
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            if not woken.done():
                self._turns.begin()
                woken.set_result(None)
                loop.call_soon(loop.call_soon, self._turns.end)  # after the sleeper's next step

        timer = self.after(wait, wake)
        try:
            await woken
        finally:
            timer.cancel()
