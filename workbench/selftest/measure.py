"""What a conformance table is made of: rows, the effort put into them, and the areas they come from.

An area is a module of this package with one function,

    def rows(effort: Effort, anchor: Anchor | None) -> Iterator[Row]

that measures and yields one row after the other, so that each is printed as it comes. It is named in `AREAS`. Its
signals are made from the standard, not from what the receiver is known to like; it draws every random number from
`effort.rng("some label")`, takes its number of trials from `effort.trials(400)`, and puts all trials of a row as lines
into one matrix. `anchor` (`workbench.selftest.anchor`) hears the same matrix; it is None where libspandsp is absent.
A measure with several figures is several rows: one row, one figure.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, cast

import numpy as np

if TYPE_CHECKING:
    from workbench.selftest.anchor import Anchor

AREAS = {
    "dtmf": "workbench.selftest.dtmf",
    "tones": "workbench.selftest.tones",
    "caller-id": "workbench.selftest.caller_id",
    "activity": "workbench.selftest.activity",
    "voice": "workbench.selftest.voice",
    "talk-off": "workbench.selftest.talk_off",
}
"""Where the rows of each area are made, in the order in which they are printed."""

Better = Literal["more", "less"]


@dataclass(frozen=True, slots=True)
class Row:
    """One measure and its figures.

    requirement: what the standard asks, in words ("accept", "12 dB"), or empty. goal: the figure that ours has to
    reach. better: is more better, or less. anchor: libspandsp's figure on the same signals, None where it was not
    measured. trials: how many signals, or minutes of sound, the figures stand on. note: what ours failed at, in words.
    """

    area: str
    measure: str
    requirement: str
    goal: float
    ours: float
    anchor: float | None = None
    better: Better = "more"
    unit: str = "%"
    trials: int = 0
    note: str = ""

    @property
    def reached(self) -> bool:
        """Is ours as good as the goal? A figure that could not be measured (NaN) is not."""
        return self.ours >= self.goal if self.better == "more" else self.ours <= self.goal


def _no_news(_: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured, from which seed.

    share: of the trials of a full run. hours: of each kind of speech and music to listen to. news: is told what long
    work is at.
    """

    share: float = 1.0
    seed: int = 1
    hours: float = 10.0
    news: Callable[[str], None] = field(default=_no_news)

    def trials(self, full: int, least: int = 24) -> int:
        """How many trials, where a full run makes that many. Below `least` a figure says nothing."""
        return min(full, max(round(full * self.share), least))

    def rng(self, *labels: str | float) -> np.random.Generator:
        """Random numbers of their own for each label, the same for the same seed."""
        return np.random.default_rng([self.seed, zlib.crc32(repr(labels).encode())])


QUICK = Effort(share=0.06, hours=0.3)
FULL = Effort()
EFFORTS = {"quick": QUICK, "full": FULL}


class Area(Protocol):
    """A module that makes rows."""

    def rows(self, effort: Effort, anchor: Anchor | None) -> Iterator[Row]:
        """Measure, row by row."""
        ...


def measured(areas: Iterable[str], effort: Effort, anchor: Anchor | None) -> Iterator[Row]:
    """The rows of some areas, each as soon as it is measured. Raises ValueError for an area that there is not."""
    for name in areas:
        if name not in AREAS:
            raise ValueError(f"there is no area {name!r}: {', '.join(AREAS)}")
        yield from cast(Area, importlib.import_module(AREAS[name])).rows(effort, anchor)


def percent(hits: float, trials: float) -> float:
    """Share of the trials in percent; NaN of none."""
    return 100.0 * hits / trials if trials else float("nan")
