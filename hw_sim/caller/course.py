"""Where somebody is in a script: which step comes next, through branches and repetitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsp.receiver import TICK
from hw_sim.yaml_types import Strict


@dataclass(slots=True)
class Level:
    """A list of steps that is being done. left: how often it comes again. until: no pass begins from this sample on.

    began: when this pass began. loop: is it a repetition?
    """

    steps: Sequence[Strict]
    place: int = 0
    left: int = 0
    until: int | None = None
    began: int = 0
    loop: bool = False


class Course:
    """A script being done. rest: not before this sample goes it on: a pass through a loop takes a tick at least."""

    def __init__(self, script: Sequence[Strict]) -> None:
        self.rest = 0
        self._levels = [Level(script)]

    @property
    def step(self) -> Strict | None:
        """What is to be done now; None at the end."""
        return self._levels[-1].steps[self._levels[-1].place] if self._levels else None

    @property
    def following(self) -> Strict | None:
        """What comes after it, if that is known: within its list."""
        if not self._levels:
            return None
        level = self._levels[-1]
        return level.steps[level.place + 1] if level.place + 1 < len(level.steps) else None

    def done(self, now: int) -> None:
        """The step is done: to the next one, out of lists that are at their end, and round again."""
        while self._levels:
            level = self._levels[-1]
            level.place += 1
            if level.place < len(level.steps):
                return
            if level.loop and level.left > 0 and not (level.until is not None and now >= level.until):
                level.left -= 1
                level.place = 0
                self.rest = now + TICK if now == level.began else self.rest
                level.began = now
                return
            self._levels.pop()

    def enter(self, steps: Sequence[Strict], now: int) -> None:
        """Do these first, and then what follows the step that they belong to."""
        if steps:
            self._levels.append(Level(steps, began=now))
        else:
            self.done(now)

    def repeat(self, steps: Sequence[Strict], times: int, lasting: int | None, now: int) -> None:
        """Do these so many times."""
        until = None if lasting is None else now + lasting
        self._levels.append(Level(steps, 0, times - 1, until, now, loop=True))

    def leave(self, now: int) -> None:
        """Out of the nearest repetition, or on when there is none."""
        if any(level.loop for level in self._levels):
            while not self._levels.pop().loop:
                pass
        self.done(now)

    def stop(self) -> None:
        """Nothing of it is done any more."""
        self._levels.clear()
