"""People for tests of the office: they do things at given samples and write down what they notice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dsp.events import Event
from dsp.receiver import RATE, TICK, Float32, Int16
from hw_sim.caller.person import Action, Entry
from hw_sim.office import Office, OfficeTick


class Scripted:
    """Does what the plan says at its seconds; `finished` after the last of it when `leaves`."""

    succeeded = True

    def __init__(
        self,
        plan: Mapping[float, Sequence[Action]],
        number: str = "13800138000",
        noise: float | None = None,
        leaves: bool = False,
    ) -> None:
        self.number = number
        self.level = -10.0
        self.noise = noise
        self.report: list[Entry] = []
        self.noticed: list[Event] = []
        self._plan = sorted((round(s * RATE), list(actions)) for s, actions in plan.items())
        self._leaves = leaves

    @property
    def wake(self) -> int | None:
        """When the next thing is to be done."""
        return self._plan[0][0] if self._plan else None

    @property
    def finished(self) -> bool:
        """Everything is done."""
        return self._leaves and not self._plan

    def advance(self, now: int, events: Sequence[Event]) -> list[Action]:
        """What is due."""
        self.noticed += events
        made: list[Action] = []
        while self._plan and self._plan[0][0] <= now:
            made += self._plan.pop(0)[1]
        return made


def sine(seconds: float, frequency: float = 1004.0, peak: float = 8000.0) -> Float32:
    """A steady sound."""
    return np.asarray(peak * np.sin(2 * np.pi * frequency / RATE * np.arange(round(seconds * RATE))), np.float32)


def quiet(office: Office) -> Int16:
    """A tick in which the equipment sends nothing."""
    return np.zeros((len(office.lines), TICK), np.int16)


def run(office: Office, seconds: float, tx: Int16 | None = None) -> tuple[Int16, list[OfficeTick]]:
    """Ticks for so long: rx of all of them side by side, and the ticks (their rx is used again)."""
    silence = quiet(office)
    heard: list[Int16] = []
    ticks: list[OfficeTick] = []
    for i in range(round(seconds * RATE / TICK)):
        tick = office.tick(silence if tx is None else np.ascontiguousarray(tx[:, i * TICK : (i + 1) * TICK]))
        heard.append(tick.rx.copy())
        ticks.append(tick)
    return np.concatenate(heard, axis=1), ticks


def signals(ticks: Sequence[OfficeTick]) -> list[tuple[int, str, float]]:
    """(line, kind, second) of every signal."""
    return [(s.line, s.kind, s.at / RATE) for tick in ticks for s in tick.signals]
