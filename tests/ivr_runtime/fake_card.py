"""A card for tests: a script of events and sounds in, what was asked and sent out. As fast as the machine can."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

import numpy as np

from drivers import Card, Line, Tick
from drivers.errors import LineLost
from drivers.events import Answered, Digit, Event, HungUp, Ringing
from dsp.prompts import Arena
from dsp.receiver import RATE, TICK, Int16, Receiver
from ivr_runtime.call import Call
from ivr_runtime.dispatch import Dispatch, Settings
from ivr_runtime.pump import Pump


class FakeCard(Card):
    """lines rows; `script` events come in the tick of their sample; `sounds` are (line, at, int16)."""

    def __init__(
        self,
        lines: int = 1,
        script: Iterable[Event] = (),
        sounds: Iterable[tuple[int, int, Int16]] = (),
        lost: dict[int, int] | None = None,
    ) -> None:
        super().__init__("fake", [Line(f"line-{i + 1}") for i in range(lines)], live=False)
        self.now = 0
        self.script = sorted(script, key=lambda e: e.at)
        self.sounds = list(sounds)
        self.lost = lost or {}
        self.sent: list[Int16] = []
        self.asked: list[tuple[int, str, int]] = []
        self.heard_events: list[Event] = []
        self.broken: set[int] = set()
        self._soon: list[Event] = []

    def read(self) -> Tick:
        lost = self.lost.pop(self.now, 0)
        first, self.now = self.now + lost, self.now + lost + TICK
        rx = np.zeros((len(self.lines), TICK), np.int16)
        for line, at, sound in self.sounds:
            a, b = max(at, first), min(at + len(sound), self.now)
            if a < b:
                rx[line, a - first : b - first] = sound[a - at : b - at]
        soon, self._soon = self._soon, []
        while self.script and self.script[0].at < self.now:
            soon.append(self.script.pop(0))
        return Tick(rx, soon, lost)

    def write(self, tx: Int16) -> None:
        assert tx.shape == (len(self.lines), TICK)
        self.sent.append(tx.copy())

    def heard(self, events: Sequence[Event]) -> list[Event]:
        self.heard_events += events
        return []

    def answer(self, line: int) -> None:
        self._verb("answer", line)
        self._soon.append(Answered(line, self.now))

    def hang_up(self, line: int) -> None:
        self._verb("hang_up", line)
        self._soon.append(HungUp(line, self.now, "local"))

    def _verb(self, verb: str, line: int) -> None:
        self.asked.append((self.now, verb, line))
        if line in self.broken:
            raise LineLost(f"line {line} is gone")

    def place_call(self, line: int, number: str) -> None:
        raise AssertionError("nothing here places calls")

    def close(self) -> None:
        pass

    def heard_by(self, line: int) -> Int16:
        """All that was sent on a line."""
        return np.concatenate([tx[line] for tx in self.sent])


def ring(line: int = 0, at: float = 0.1, rings: int = 1) -> list[Event]:
    """Ring bursts every 5 s."""
    return [Ringing(line, round((at + 5 * i) * RATE), i + 1) for i in range(rings)]


def press(keys: str, at: float, line: int = 0, every: float = 0.3, held: float = 0.1) -> list[Event]:
    """Keys one after the other, each with its end."""
    made: list[Event] = []
    for i, key in enumerate(keys):
        first, length = round((at + i * every) * RATE), round(held * RATE)
        made += [Digit(line, first, key), Digit(line, first + length, key, "ended", length)]
    return made


def hang_up(at: float, line: int = 0) -> Event:
    """The far end goes."""
    return HungUp(line, round(at * RATE), "disconnect")


class Run:
    """One run of a conversation on a fake card: what came of it."""

    def __init__(
        self,
        card: FakeCard,
        conversation: Callable[[Call], Awaitable[None]],
        seconds: float = 60.0,
        *,
        arena: Arena | None = None,
        receivers: Iterable[Receiver] = (),
        on_hook: Iterable[Receiver] = (),
        settings: Settings | None = None,
        before: Callable[[Run], None] = lambda _: None,
    ) -> None:
        self.card = card
        self.calls: list[Call] = []
        self.ended: list[Call] = []
        ids = iter(range(10_000))
        self.pump = Pump(card, arena or Arena(), receivers, on_hook=on_hook)
        self.dispatch = Dispatch(self.pump, conversation, lambda: f"call-{next(ids)}", settings or Settings(rings=1))
        self.dispatch.on_begin = self.calls.append
        self.dispatch.on_end = self.ended.append
        before(self)
        asyncio.run(self._run(round(seconds * RATE)))

    async def _run(self, until: int) -> None:
        self.pump.clock.at(until, self.pump.stop)
        try:
            await self.pump.run()
        finally:
            self.dispatch.end_all("shutdown")
            self.pump.threads.shutdown(wait=True)


def arena_of(*lengths: int) -> Arena:
    """Clip i is lengths[i] samples of the value i + 1."""
    arena = Arena()
    for i, length in enumerate(lengths):
        arena.add(np.full(length, i + 1, np.int16))
    return arena
