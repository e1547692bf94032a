"""When calls begin: Poisson, bursts, a list, always so many. Sans-I/O, from a seed, in samples."""

from __future__ import annotations

from random import Random
from typing import Protocol, assert_never

from dsp.receiver import RATE
from hw_sim.traffic.config import Arriving, AtOnce, Burst, Erlangs, Listed, Poisson


class Arrivals(Protocol):
    """Asked again and again how many begin now."""

    def due(self, now: int, present: int) -> int:
        """How many begin since it was asked last, up to now (samples since the beginning). present: who calls now."""
        ...


def arrivals(how: Arriving, random: Random) -> Arrivals:
    """What TRAFFIC.yaml asks for."""
    match how:
        case Poisson():
            return AtRandom(3600 * RATE / how.poisson, random)
        case Erlangs():
            return AtRandom(how.holding / how.erlangs, random)
        case Burst():
            return InBursts(how, random)
        case Listed():
            return AtTimes(list(how.at))
        case AtOnce():
            return Always(how)
        case _:
            assert_never(how)


class AtRandom:
    """A Poisson process. mean: samples between two calls, on average."""

    def __init__(self, mean: float, random: Random) -> None:
        self._mean, self._random = mean, random
        self._next = random.expovariate(1 / mean)

    def due(self, now: int, present: int) -> int:
        """See Arrivals."""
        count = 0
        while self._next <= now:
            count += 1
            self._next += self._random.expovariate(1 / self._mean)
        return count


class AtTimes:
    """A call at each of these samples."""

    def __init__(self, times: list[int]) -> None:
        self._times = sorted(times, reverse=True)

    @property
    def left(self) -> list[int]:
        """Those that have not begun."""
        return list(self._times)

    def due(self, now: int, present: int) -> int:
        """See Arrivals."""
        count = 0
        while self._times and self._times[-1] <= now:
            self._times.pop()
            count += 1
        return count


class InBursts:
    """Bursts without end."""

    def __init__(self, how: Burst, random: Random) -> None:
        self._how, self._random = how, random
        self._begin = 0
        self._burst = AtTimes([])

    def due(self, now: int, present: int) -> int:
        """See Arrivals."""
        count = self._burst.due(now, present)
        while self._begin <= now:
            times = [self._begin + self._random.randint(0, self._how.within) for _ in range(self._how.burst)]
            self._burst = AtTimes(times + self._burst.left)
            self._begin += self._how.every
            count += self._burst.due(now, present)
        return count


class Always:
    """So many at once. A place that has become free is taken again after the pause."""

    def __init__(self, how: AtOnce) -> None:
        self._how = how
        self._free: list[int] = [i * how.apart for i in range(how.at_once)]
        self._taken = 0

    def due(self, now: int, present: int) -> int:
        """See Arrivals."""
        left = self._taken - present
        self._taken = present
        self._free += [now + self._how.pause] * left
        count = sum(at <= now for at in self._free)
        self._free = [at for at in self._free if at > now]
        self._taken += count
        return count
