"""A running server: one pump for each card, until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from drivers.card import Card
from drivers.errors import DriverError
from dsp.plans import PLANS, TonePlan
from dsp.prompts import Arena
from dsp.receiver import TICK, Receiver
from ivr_runtime.clock import samples
from ivr_runtime.dispatch import Conversation, Dispatch, Settings
from ivr_runtime.pump import Pump

GRACE = 24.0
"""Seconds that running calls get after the first signal; then they hear the apology."""

LATEST = 29.0
"""Seconds after the first signal at which every line is hung up, also in the middle of a long apology."""

AT_ONCE = 5.0
"""Seconds that services of calls get after the second signal."""

LAST_TICKS = 5 * TICK
"""The line must see that it was hung up before the card is closed."""


Ears = Callable[[int], Sequence[Receiver]]
"""Lines -> receivers."""


@dataclass(frozen=True, slots=True)
class Station:
    """One card at work."""

    pump: Pump
    dispatch: Dispatch


class Server:
    """All cards of this process.

    ears, on_hook: the receivers for a card of that many lines; tones: those of the exchange (`Pump`).
    follow: told of each before it starts.
    """

    def __init__(
        self,
        cards: Sequence[Card],
        arena: Arena,
        conversation: Conversation,
        *,
        ears: Ears,
        new_id: Callable[[], str],
        on_hook: Ears = lambda _: (),
        settings: Settings | None = None,
        tones: TonePlan = PLANS["cn"],
        follow: Callable[[Dispatch, Pump], None] = lambda _dispatch, _pump: None,
    ) -> None:
        pumps = [Pump(c, arena, ears(len(c.lines)), on_hook=on_hook(len(c.lines)), tones=tones) for c in cards]
        self.stations = [Station(pump, Dispatch(pump, conversation, new_id, settings)) for pump in pumps]
        self.log = structlog.get_logger()
        self._signals = 0
        self._draining: list[asyncio.Task[None]] = []
        for station in self.stations:
            follow(station.dispatch, station.pump)

    async def run(self) -> bool:
        """Serve until `stop`, or until no card is left. True when no card was lost."""
        loop = asyncio.get_running_loop()
        running = {loop.create_task(s.pump.run(), name=s.pump.card.name): s for s in self.stations}
        whole = True
        while running:
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                whole = self._ended(running.pop(task), task.exception()) and whole
        for draining in self._draining:
            await draining
        for station in self.stations:
            await station.dispatch.drained()  # of cards that were lost: what their calls must keep, and their ends
        return whole

    def listen(self) -> None:
        """SIGTERM, SIGINT and SIGHUP (the terminal is gone) stop the server. Call from the main thread, in the loop."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self.stop)

    def stop(self) -> None:
        """First: no new calls, running calls may end. Second: hang up now. More do nothing."""
        self._signals += 1
        calls = sum(len(station.dispatch.calls) for station in self.stations)
        if self._signals == 1:
            self.log.info("serve.stopping", calls=calls, seconds=GRACE)
            loop = asyncio.get_running_loop()
            self._draining = [loop.create_task(self._drain(station)) for station in self.stations]
        elif self._signals == 2:
            self.log.warning("serve.hanging_up", calls=calls)
            for station in self.stations:
                station.dispatch.release_all("shutdown")
                station.pump.clock.after(samples(AT_ONCE), station.pump.stop)

    async def _drain(self, station: Station) -> None:
        """No new calls; wait for the running ones, for so long; then let the card be closed."""
        pump, dispatch = station.pump, station.dispatch
        dispatch.close()
        timers = [
            pump.clock.after(samples(GRACE), lambda: dispatch.end_all("shutdown")),
            pump.clock.after(samples(LATEST), lambda: dispatch.release_all("shutdown")),
        ]
        await dispatch.drained()
        for timer in timers:
            timer.cancel()
        pump.clock.after(LAST_TICKS, pump.stop)

    def _ended(self, station: Station, error: BaseException | None) -> bool:
        """A pump has returned; True when that was meant."""
        if error is None:
            return True
        station.dispatch.accepting = False
        station.dispatch.release_all("line_lost")
        if not isinstance(error, DriverError):
            raise error
        self.log.error("card.lost", card=station.pump.card.name, error=str(error))
        return False


def process_age() -> float:
    """Seconds since this process was started, from /proc: what `serve.ready` tells."""
    started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return float(Path("/proc/uptime").read_text().split()[0]) - started


def resident_megabytes() -> float:
    """Memory of this process, from /proc."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
