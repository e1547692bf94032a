"""Two ends of an E1's R2, wired to each other in process: codes and bits both ways, 20 ms at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from drivers.r2.events import R2Event, Unblocked
from drivers.r2.settings import R2Settings
from drivers.r2.span import CIRCUITS, Complete, R2Span, R2Tick
from dsp.g711 import Codes, silence
from dsp.receiver import RATE, TICK

QUIET = np.full((31, TICK), silence("alaw"), np.uint8)

Reaction = Callable[[R2Span, R2Event], None]


def codes(tick: R2Tick) -> Codes:
    """A tick of the whole span: register signals where there are any, else silence."""
    matrix = QUIET.copy()
    for slot, sent in tick.codes.items():
        matrix[slot - 1] = sent
    return matrix


class Pair:
    """`a` calls, `b` is called; what happens to each is kept and told to its reaction. bits: side, timeslot, ABCD."""

    def __init__(
        self, settings: R2Settings | None = None, other: R2Settings | None = None, complete: Complete | None = None
    ) -> None:
        first = settings or R2Settings()
        self.a = R2Span(first)
        self.b = R2Span(other or first, CIRCUITS, complete)
        self.now = 0
        self.said_a: list[R2Event] = []
        self.said_b: list[R2Event] = []
        self.on_a: Reaction = lambda span, event: None
        self.on_b: Reaction = lambda span, event: None
        self.bits: list[tuple[str, int, int]] = []
        self.to_a, self._bits_to_a = QUIET, dict[int, int]()
        self.tick()
        self.tick()

    def tick(self) -> None:
        """20 ms. Digits and idle circuits are not kept."""
        a = self.a.tick(self.now, self.to_a, self._bits_to_a)
        b = self.b.tick(self.now, codes(a), a.bits)
        self.to_a, self._bits_to_a = codes(b), dict(b.bits)
        self.bits += [(side, slot, abcd) for side, t in (("a", a), ("b", b)) for slot, abcd in t.bits.items()]
        for span, tick, said, react in ((self.a, a, self.said_a, self.on_a), (self.b, b, self.said_b, self.on_b)):
            for event in tick.events:
                if not isinstance(event, Unblocked):
                    said.append(event)
                react(span, event)
        self.now += TICK

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """So long, or until something is so."""
        end = self.now + seconds * RATE
        while self.now < end and not until():
            self.tick()
