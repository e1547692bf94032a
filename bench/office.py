"""What a tick of the office costs: all lines talking, as many callers, no ears (`python -m bench.office`)."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from dsp.events import Event
from dsp.receiver import RATE, TICK, Float32, Int16
from hw_sim.caller.events import Action, Dial, Entry, Send
from hw_sim.config import analog_office
from hw_sim.office import Office

SIZES = (4, 30, 120, 480)
TICKS, STRETCHES = 100, 20


class Talker:
    """Dials, and talks for a quarter of an hour."""

    number, level, succeeded, finished = "", -15.0, True, False

    def __init__(self, sound: Float32) -> None:
        self.wake: int | None = 0
        self.noise: float | None = None
        self.report: list[Entry] = []
        self._sound = sound

    def advance(self, now: int, events: Sequence[Event]) -> list[Action]:
        del now, events
        self.wake = None
        return [Dial("96688"), Send(self._sound)]


def talking(lines: int) -> tuple[Office, Int16]:
    """An office where every line of the equipment talks with a caller, and what the equipment sends."""
    rng = np.random.default_rng(1)
    sound = (rng.standard_normal(60 * RATE) * 1500).astype(np.float32)
    office = Office(analog_office(lines), [Talker(sound) for _ in range(lines)], hearing=False)
    tx = (rng.standard_normal((lines, TICK)) * 1500).astype(np.int16)
    for _ in range(100):
        office.tick(tx)
    for line in range(lines):
        office.hook(line, True)
    return office, tx


def us_a_tick(lines: int) -> float:
    """Microseconds, the best of several stretches: the machine does other things too."""
    office, tx = talking(lines)
    best = float("inf")
    for _ in range(STRETCHES):
        began = time.perf_counter()
        for _ in range(TICKS):
            office.tick(tx)
        best = min(best, time.perf_counter() - began)
    return best / TICKS * 1e6


if __name__ == "__main__":
    print("lines   us a tick   us a line   times real time")
    for size in SIZES:
        us = us_a_tick(size)
        print(f"{size:5}   {us:9.1f}   {us / size:9.2f}   {20000 / us:15.0f}")
