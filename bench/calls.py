"""How much faster than the world the simulator runs concurrent calls in process: office, ears, runtime, recording.

    python -m bench.calls [LINES] [SECONDS]

Every line has a caller who rings, listens, presses keys, listens again, hangs up and calls again. Goal: 30 calls at 100
times real time.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from itertools import count

import numpy as np
import structlog

from bench.tick import arena, talk
from dsp import dtmf
from dsp.events import Event
from dsp.receiver import RATE, TICK
from hw_sim.caller.events import Action, Dial, Entry, HangUp, Send
from hw_sim.card import SimCard
from hw_sim.config import analog_office
from hw_sim.office import Office
from ivr_runtime.dispatch import Dispatch, Settings
from ivr_runtime.ears import ears, on_hook_ears
from ivr_runtime.pump import Pump


class Regular:
    """Calls every 40 s: keys "12#" now and then while it is connected."""

    level, succeeded, finished = -10.0, True, False

    def __init__(self, first: float) -> None:
        self.number = "138"
        self.noise: float | None = None
        self.report: list[Entry] = []
        self._keys = dtmf.keys("12#")
        self._plan = self._next(first)
        self.wake: int | None = self._plan[0][0]

    def advance(self, now: int, events: Sequence[Event]) -> list[Action]:
        """The next of its plan; a new plan when it is over."""
        del events
        done: list[Action] = []
        while self._plan[0][0] <= now:
            at, action = self._plan.pop(0)
            done.append(action)
            if not self._plan:
                self._plan = self._next(at / RATE + 2)
        self.wake = self._plan[0][0]
        return done

    def _next(self, first: float) -> list[tuple[int, Action]]:
        steps: list[tuple[float, Action]] = [(first, Dial("96688"))]
        steps += [(first + 8 + 10 * i, Send(self._keys)) for i in range(3)]
        return [(round(at * RATE), action) for at, action in [*steps, (first + 40, HangUp())]]


async def times_real_time(lines: int, seconds: float) -> tuple[float, float, int]:
    """Seconds of all lines that pass in one by the clock, and in one of processor time; how many calls began."""
    rng = np.random.default_rng(1)
    callers = [Regular(float(first)) for first in rng.uniform(0, 5, lines)]
    card = SimCard.of(Office(analog_office(lines), callers, hearing=False))
    pump = Pump(card, arena(), ears(lines), on_hook=on_hook_ears(lines))
    ids = count()
    dispatch = Dispatch(pump, talk, lambda: str(next(ids)), Settings(rings=1))
    dispatch.on_answer = lambda call: pump.tape.start(call.line, lambda _received, _sent: None)
    began: list[float] = []
    pump.clock.at(15 * RATE, lambda: began.extend((time.perf_counter(), time.process_time())))  # everybody is connected
    pump.clock.at(round((15 + seconds) * RATE), pump.stop)
    await pump.run()
    passed, worked = time.perf_counter() - began[0], time.process_time() - began[1]
    dispatch.release_all("shutdown")
    return seconds / passed, seconds / worked, next(ids)


def main(lines: int = 30, seconds: float = 60.0) -> None:
    """Print the figure."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    factor, by_processor, calls = asyncio.run(times_real_time(lines, seconds))
    us = TICK / RATE / by_processor * 1e6
    print(f"{lines} lines, {calls} calls: {factor:.0f} times real time;", end=" ")
    print(f"{by_processor:.0f} by processor time, {us:.0f} us a tick")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
