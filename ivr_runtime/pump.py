"""The tick loop of one card: read, advance the clock, take out our echo, listen, let calls run, mix, write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict

import numpy as np
import structlog

from drivers.card import Card, Tick
from drivers.errors import DriverError
from drivers.events import Event, HungUp
from drivers.urgency import be_urgent, urgent
from dsp.echo import EchoCanceller, EchoReport
from dsp.mixer import Mixer
from dsp.plans import PLANS, TonePlan
from dsp.prompts import Arena
from dsp.receiver import RATE, TICK, Float32, Receiver
from ivr_runtime.clock import MediaClock
from ivr_runtime.doubts import Doubts
from ivr_runtime.lateness import Lateness
from ivr_runtime.tape import Tape
from ivr_runtime.turns import Turns, one_pass

BREATH = 50
"""A simulated card runs without a pause: every 50 ticks other tasks (signals, other cards) get a chance."""

THREADS = 64
"""Threads of services at most; they are started when they are needed."""

TOLD = {"ticks", "lost_samples"}
"""Counters that are no anomaly, or are told by themselves."""


class Pump:
    """Drives one card. Calls live on it (`ivr_runtime.desk.Desk`).

    post: called with every event of a line, from the card, the receivers and the mixer. on_hook: receivers for lines
    without a conversation only; they hear silence on the others (`talking`). echo: receivers hear the lines without the
    echo of what we say; the tape keeps it.
    tones: what the exchange plays when a caller has gone: it is cut off messages.
    call_on: the id of the call on a line, "" when there is none (`Dispatch` knows).
    threads: where calls run blocking functions; by default enough for all lines of a live card (all may wait for one
    locked database), and one for a simulated card, so that what calls do at the same moment has one order.

    With a live card the pump never waits for a call. With a simulated one it waits until every call waits again, for
    blocking functions too, so that every run is identical.
    """

    def __init__(
        self,
        card: Card,
        arena: Arena,
        receivers: Iterable[Receiver] = (),
        *,
        on_hook: Iterable[Receiver] = (),
        threads: Executor | None = None,
        echo: bool = True,
        tones: TonePlan = PLANS["cn"],
    ) -> None:
        self.card = card
        self.tones = tones
        self.turns = Turns()
        self.clock = MediaClock(self.turns)
        self.mixer = Mixer(len(card.lines), arena)
        self.tape = Tape(len(card.lines))
        self.threads = threads or ThreadPoolExecutor(min(len(card.lines) + 8, THREADS) if card.live else 1, "service")
        self.post: Callable[[Event], None] = lambda _: None
        self.call_on: Callable[[int], str] = lambda _: ""
        self.lateness = Lateness()
        self.log = structlog.get_logger().bind(card=card.name, clock=self.clock)
        self._receivers = tuple(receivers)
        self._on_hook = tuple(on_hook)
        self._doubts = Doubts((*self._receivers, *self._on_hook), self._whose)
        self.canceller = EchoCanceller(len(card.lines)) if echo else None
        self._rx: Float32 = np.zeros((len(card.lines), TICK), np.float32)
        self._said: Float32 = np.zeros((len(card.lines), TICK), np.float32)
        self._quiet: Float32 = np.ones((len(card.lines), 1), np.float32)
        self._tick = Tick(card.silence())
        self._asked: list[tuple[str, int]] = []
        self._counters = asdict(card.counters)
        self._lost = self._lost_told = 0
        self._look = RATE
        self._stopping = False

    def ask(self, verb: str, line: int) -> None:
        """Have the card "answer" or "hang_up" a line, between this tick's calls and its sound."""
        self._asked.append((verb, line))

    def talking(self, line: int, talking: bool) -> None:
        """A conversation begins or ends on the line: nobody hears it yet, the receivers forget what was before."""
        self._quiet[line] = not talking
        self.mixer.bridge.leave(line)
        for receiver in (*self._receivers, *self._on_hook):
            receiver.reset(line)
        if self.canceller is not None:
            self.canceller.reset(line)

    def echo(self, line: int) -> EchoReport:
        """What is known of the echo of what we say on the line."""
        return self.canceller.report(line) if self.canceller is not None else EchoReport()

    def stop(self) -> None:
        """Return from `run` after this tick."""
        self._stopping = True

    async def run(self) -> None:
        """Tick until `stop`. Raises DriverError when the whole card is lost."""
        await (self._run_live() if self.card.live else self._run_simulated())

    async def _run_live(self) -> None:
        loop = asyncio.get_running_loop()

        def read() -> tuple[Tick, float]:
            return self.card.read(), loop.time()

        with urgent(), ThreadPoolExecutor(1, f"read {self.card.name}", be_urgent) as reader:
            while not self._stopping:
                tick, arrived = await loop.run_in_executor(reader, read)
                self.take(tick)
                if self.turns.running:
                    await one_pass()
                self.give()
                self._report_late(loop.time() - arrived)

    async def _run_simulated(self) -> None:
        breath = 0
        while not self._stopping:
            self.take(self.card.read())
            if self.turns.running:
                await self.turns.settle()
            self.give()
            breath += 1
            if breath % BREATH == 0:
                await one_pass()

    def take(self, tick: Tick) -> None:
        """The first half of a tick: what came from the lines goes to the calls."""
        self._tick = tick
        if tick.lost:
            self._lose(tick.lost)
        self.clock.advance(TICK)
        for event in tick.events:  # before anything is heard: who answers in this tick is heard from its beginning
            self.post(event)
        np.copyto(self._rx, tick.rx)
        heard = self.canceller(self._rx, self._said) if self.canceller is not None else self._rx
        found = [event for receiver in self._receivers for event in receiver(heard)]
        if self._on_hook:
            heard *= self._quiet
            found += [event for receiver in self._on_hook for event in receiver(heard)]
        if found:
            for event in [*found, *self.card.heard(found)]:
                self.post(event)

    def give(self) -> None:
        """The second half: what the calls asked of the card and the mixer goes to the lines."""
        if self._asked:
            self._obey()
        tx, played = self.mixer.mix(TICK, self._tick.rx)
        self.card.write(tx)
        np.copyto(self._said, tx)
        self.tape.write(self._tick.rx, tx)
        for event in played:
            self.post(event)
        if self.clock.now >= self._look:
            self._look = self.clock.now + RATE
            self._report_losses()
            self._report_counters()
            self._doubts.tell(self.log)

    def _lose(self, lost: int) -> None:
        """All that counts samples moves on; recordings hold silence in the gap."""
        self._lost += lost
        self.clock.advance(lost)
        self.mixer.skip(lost)
        self.tape.skip(lost)
        if self.canceller is not None:
            self.canceller.skip(lost)
        for receiver in (*self._receivers, *self._on_hook):
            receiver.skip(lost)

    def _whose(self, line: int) -> dict[str, str]:
        """What a record about the line carries."""
        call = self.call_on(line)
        return {"line": self.card.lines[line].name, **({"call": call} if call else {})}

    def _obey(self) -> None:
        asked, self._asked = self._asked, []
        for verb, line in asked:
            try:
                (self.card.answer if verb == "answer" else self.card.hang_up)(line)
            except DriverError as error:
                name = self.card.lines[line].name
                self.log.error("line.failed", line=name, verb=verb, error=str(error))
                self.post(HungUp(line, self.clock.now, "removed"))

    def _report_losses(self) -> None:
        """Samples that were lost since the last look, once a second at most."""
        if self._lost > self._lost_told:
            self.log.warning("card.samples_lost", lost=self._lost - self._lost_told, total=self._lost)
            self._lost_told = self._lost

    def _report_counters(self) -> None:
        """Losses and anomalies that the card counted since the last look, once a second at most."""
        counters = asdict(self.card.counters)
        grown = {k: v - self._counters[k] for k, v in counters.items() if k not in TOLD and v != self._counters[k]}
        self._counters = counters
        if grown:
            self.log.warning("card.counted", **grown)

    def _report_late(self, seconds: float) -> None:
        facts = self.lateness.note(self.clock.now, seconds)
        if facts is not None:
            self.log.warning("pump.late", **facts)
