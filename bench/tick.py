"""What one whole tick costs, part by part, as a share of 20 ms: read, detect, steps, mix, write.

    python -m bench.tick [LINES...]

Every line has a call in progress that plays prompts, whose echo comes back 12 dB down, and awaits keys; the callers
talk at -20 dBm0 and one line in eight presses keys. Calls are recorded. Reading and writing are those of our driver on
the virtual card (`bench.card`); the rest is measured with a fake card that hands over prepared ticks as fast as they
are wanted.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import structlog
from rich.console import Console
from rich.table import Table

from bench import card
from drivers import Card, Line, Tick
from drivers.events import Answered, Event, HungUp, Ringing
from dsp import dtmf
from dsp.echo import EchoCanceller
from dsp.levels import amplitude
from dsp.prompts import Arena
from dsp.receiver import RATE, TICK, Float32, Int16, Receiver
from ivr_runtime.call import Call
from ivr_runtime.dispatch import Dispatch, Settings
from ivr_runtime.ears import ears, on_hook_ears
from ivr_runtime.pump import Pump

T = TypeVar("T")

PREPARED = 150
WARM, MEASURED = 200, 1000
BUDGET = 20_000.0
"""Microseconds in a tick."""


def lines_heard(lines: int) -> Float32:
    """Three seconds of every line: noise at -50 dBm0, speech on one line in four, keys on one in eight."""
    rng = np.random.default_rng(1)
    length = PREPARED * TICK
    noise = rng.standard_normal((lines, length)).astype(np.float32)
    sound: Float32 = noise * np.float32(amplitude(-50.0) / 2**0.5)
    syllables = np.maximum(0, np.sin(2 * np.pi * 4 * np.arange(length) / RATE))
    voice = np.apply_along_axis(np.convolve, 1, noise[::4], np.exp(-np.arange(16) / 4), "same")
    sound[::4] += (voice * syllables * amplitude(-20.0) / 2).astype(np.float32)
    keys = dtmf.keys("1234567")[:length]
    sound[1::8, : len(keys)] += keys
    return sound


class Prepared(Card):
    """Plays the same three seconds on all lines, over and over; every line rings at once and is answered."""

    def __init__(self, lines: int) -> None:
        super().__init__("bench", [Line(f"line-{i + 1}") for i in range(lines)], live=False)
        sound = lines_heard(lines)
        whole = sound.astype(np.int16)
        self._ticks = [np.ascontiguousarray(whole[:, i * TICK : (i + 1) * TICK]) for i in range(PREPARED)]
        self._events: list[Event] = [Ringing(line, 0) for line in range(lines)]
        self._said = self.silence()

    def read(self) -> Tick:
        self.counters.ticks += 1
        events, self._events = self._events, []
        return Tick(self._ticks[self.counters.ticks % PREPARED] + self._said // 4, events)

    def write(self, tx: Int16) -> None:
        self._said = tx

    def heard(self, events: Sequence[Event]) -> list[Event]:
        return []

    def answer(self, line: int) -> None:
        self._events.append(Answered(line, self.counters.ticks * TICK))

    def hang_up(self, line: int) -> None:
        self._events.append(HungUp(line, self.counters.ticks * TICK, "local"))

    def place_call(self, line: int, number: str) -> None:
        raise AssertionError("nobody dials here")

    def close(self) -> None:
        pass


class Stopwatch:
    """Microseconds by part."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    def timed(self, part: str, function: Callable[..., T]) -> Callable[..., T]:
        """The same function, its time added to the part."""

        def run(*values: Any) -> T:
            began = time.thread_time()
            try:
                return function(*values)
            finally:
                self.spent[part] += 1e6 * (time.thread_time() - began)

        return run


class Timed:
    """A receiver with a stopwatch."""

    def __init__(self, receiver: Receiver, watch: Stopwatch) -> None:
        self._listen = watch.timed(type(getattr(receiver, "receiver", receiver)).__name__, receiver)
        self.skip, self.reset = receiver.skip, receiver.reset

    def __call__(self, rx: Float32) -> Sequence[Event]:
        return self._listen(rx)


class TimedCanceller(EchoCanceller):
    """The pump's canceller with a stopwatch."""

    def __init__(self, lines: int, watch: Stopwatch) -> None:
        super().__init__(lines)
        self._cancel = watch.timed("echo", super().__call__)

    def __call__(self, rx: Float32, tx: Float32) -> Float32:
        return self._cancel(rx, tx)


async def talk(call: Call) -> None:
    """What every line does: short prompts, questions."""
    while True:
        await call.play([call.line % 3, 3, 4], barge_in=False)
        await call.collect(4, first_timeout=0.5, digit_timeout=0.5)


def arena() -> Arena:
    """Some clips of 0.3 to 1.5 s, with the spectrum of a voice: harmonics of 120 Hz that fall by 6 dB an octave."""
    made = Arena()
    for seconds in (1.5, 1.1, 0.7, 0.3, 0.4):
        t = np.arange(round(seconds * RATE)) / RATE
        voiced = sum(np.sin(2 * np.pi * 120 * k * t + k * k) / k for k in range(1, 28))
        made.add((1500 * voiced * np.abs(np.sin(2 * np.pi * 3 * t))).astype(np.int16))
    return made


async def measure(lines: int) -> dict[str, float]:
    """Microseconds a tick by part, and "all"."""
    watch = Stopwatch()
    fake = Prepared(lines)
    timed = [[Timed(receiver, watch) for receiver in made] for made in (ears(lines), on_hook_ears(lines))]
    pump = Pump(fake, arena(), timed[0], on_hook=timed[1])
    pump.canceller = TimedCanceller(lines, watch)
    Dispatch(pump, talk, iter(map(str, range(lines))).__next__, Settings(rings=1))
    for line in range(lines):
        pump.tape.start(line, lambda _received, _sent: None)
    read, take = watch.timed("read", fake.read), watch.timed("take", pump.take)
    give = watch.timed("give", pump.give)
    pump.mixer.mix = watch.timed("mix", pump.mixer.mix)  # type: ignore[method-assign]
    began = 0.0
    for tick in range(WARM + MEASURED):
        if tick == WARM:
            watch.spent.clear()
            began = time.thread_time()
        take(read())
        if pump.turns.running:
            await pump.turns.settle()
        give()
    watch.spent["all"] = 1e6 * (time.thread_time() - began)
    for call in asyncio.all_tasks() - {asyncio.current_task()}:
        call.cancel()
    return {part: spent / MEASURED for part, spent in watch.spent.items()}


def parts(spent: dict[str, float]) -> dict[str, float]:
    """The parts as the table shows them; they add up to the whole."""
    receivers = {name: us for name, us in spent.items() if name.endswith("Receiver")}
    listening = sum(receivers.values())
    shown = {
        "read": spent["read"],
        "echo": spent["echo"],
        **{f"detect: {name[:-8]}": us for name, us in receivers.items()},
    }
    shown["deliver"] = spent["take"] - spent["echo"] - listening
    shown["steps"] = spent["all"] - spent["read"] - spent["take"] - spent["give"]
    shown["mix"] = spent["mix"]
    shown["tape"] = spent["give"] - spent["mix"]
    shown["write"] = spent["write"]
    return {**shown, "whole tick": sum(shown.values())}


def of_a_card(lines: int) -> dict[str, float]:
    """A tick of that many lines, with the driver's read and write on the virtual card in place of the fake's."""
    spent = asyncio.run(measure(lines))
    read, write, _ = card.measure(lines)
    return parts({**spent, "all": spent["all"] - spent["read"] + read, "read": read, "write": write})


def main(sizes: Sequence[int] = (4, 30, 120, 480)) -> None:
    """Print the table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    columns = {lines: of_a_card(lines) for lines in sizes}
    table = Table(
        "part", *(f"{lines} lines" for lines in sizes), title="one tick: microseconds of processor time, share of 20 ms"
    )
    for part in columns[sizes[0]]:
        cells = [f"{columns[lines][part]:8.1f} {columns[lines][part] / BUDGET:7.2%}" for lines in sizes]
        table.add_row(part, *cells, end_section=part == "write")
    Console(width=None if sys.stdout.isatty() else 120).print(table)


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or (4, 30, 120, 480))
