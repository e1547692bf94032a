"""What our DTMF receiver and the anchor's heard on the same matrix, and what that is worth in figures."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.dtmf import DtmfReceiver
from dsp.events import Digit
from dsp.receiver import TICK, Int16
from workbench.selftest.anchor import Anchor
from workbench.selftest.measure import Row, percent

AREA = "dtmf"
Lost = tuple[int, int]
Heard = tuple[Int16, list[str]]
"""A matrix, and what is to be heard on each line."""
_NEARLY_ALL = 0.99
Figure = Callable[[Sequence[str]], float]
"""Of what was heard on each line."""


def events(rx: Int16, cut: int = TICK, lost: Lost | None = None) -> list[Digit]:
    """All events of our receiver. lost: first and last + 1 of the samples that it never gets (`skip`)."""
    receiver, found = DtmfReceiver(len(rx)), []
    sound = rx.astype(np.float32)
    edges = sorted({*range(0, rx.shape[1], cut), rx.shape[1], *(lost or ())})
    for first, end in itertools.pairwise(edges):
        if lost and lost[0] <= first < lost[1]:
            receiver.skip(end - first)
        else:
            found += receiver(np.ascontiguousarray(sound[:, first:end]))
    return found


def ours(rx: Int16, lost: Lost | None = None) -> list[str]:
    """The keys that our receiver hears on each line, in their order."""
    heard = [""] * len(rx)
    for event in events(rx, lost=lost):
        if event.edge == "began":
            heard[event.line] += event.digit
    return heard


def first_reports(rx: Int16) -> NDArray[np.float64]:
    """By which sample the first key of each line was reported, the stream handed over sample by sample; infinite where
    none was.
    """
    receiver, sound = DtmfReceiver(len(rx)), rx.astype(np.float32)
    first = np.full(len(rx), np.inf)
    for at in range(rx.shape[1]):
        for event in receiver(np.ascontiguousarray(sound[:, at : at + 1])):
            first[event.line] = min(first[event.line], at + 1)
    return first


def theirs(anchor: Anchor, rx: Int16, lost: Lost | None = None) -> list[str]:
    """The same of the anchor's."""
    return ["".join(key.digit for key in line) for line in anchor.keys(rx, lost=lost)]


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the lines: the wanted keys and nothing else; nothing at all; too many of them; others."""

    right: int = 0
    missed: int = 0
    doubled: int = 0
    wrong: int = 0

    @classmethod
    def of(cls, heard: Sequence[str], wanted: Sequence[str]) -> Tally:
        """Compare line by line."""
        pairs = list(zip(heard, wanted, strict=True))
        right = sum(got == want for got, want in pairs)
        strangers = sum(not set(got) <= set(want) for got, want in pairs)
        doubled = sum(set(got) <= set(want) and len(got) > len(want) for got, want in pairs)
        return cls(right, len(pairs) - right - strangers - doubled, doubled, strangers)

    def __str__(self) -> str:
        parts = ((self.missed, "missed"), (self.doubled, "doubled"), (self.wrong, "wrong"))
        return ", ".join(f"{count} {what}" for count, what in parts if count)


def accepted(heard: Sequence[str]) -> float:
    """Percent of lines on which anything was heard."""
    return percent(sum(map(bool, heard)), len(heard))


@dataclass(frozen=True, slots=True)
class Ears:
    """Ours, and the anchor's where there is one, listen to the same."""

    anchor: Anchor | None

    def both(self, rx: Int16, figure: Figure, lost: Lost | None = None) -> tuple[float, float | None]:
        """The same figure of what each of them heard: ours, the anchor's."""
        return figure(ours(rx, lost)), figure(theirs(self.anchor, rx, lost)) if self.anchor else None

    def right(
        self, measure: str, requirement: str, goal: float, rx: Int16, wanted: Sequence[str], lost: Lost | None = None
    ) -> Row:
        """A row: the percentage of lines on which exactly what was wanted was heard."""
        heard = ours(rx, lost)
        tally = Tally.of(heard, wanted)
        its = Tally.of(theirs(self.anchor, rx, lost), wanted).right if self.anchor else None
        share = None if its is None else percent(its, len(rx))
        return Row(
            AREA, measure, requirement, goal, percent(tally.right, len(rx)), share, trials=len(rx), note=str(tally)
        )

    def furthest(self, levels: Sequence[int], at: Callable[[float], Heard]) -> tuple[float, float | None]:
        """The last of some levels, from easy to hard, at which 99 % are heard: ours, the anchor's.

        at: the matrix at a level, and what is to be heard on each of its lines.
        """
        mine = _furthest(levels, at, ours)
        anchor = self.anchor
        return mine, None if anchor is None else _furthest(levels, at, lambda rx: theirs(anchor, rx))

    def rejected(self, measure: str, goal: float, rx: Int16) -> Row:
        """A row: the percentage of lines on which anything was heard where nothing should be."""
        mine, its = self.both(rx, accepted)
        return Row(AREA, measure, "reject", goal, mine, its, "less", trials=len(rx))


def _furthest(levels: Sequence[int], at: Callable[[float], Heard], listen: Callable[[Int16], list[str]]) -> float:
    """By halves: whoever hears a level hears all that are easier. NaN where the first is not heard."""
    heard, failed = -1, len(levels)
    while failed - heard > 1:
        middle = (heard + failed) // 2
        rx, wanted = at(levels[middle])
        if Tally.of(listen(rx), wanted).right >= _NEARLY_ALL * len(wanted):
            heard = middle
        else:
            failed = middle
    return float(levels[heard]) if heard >= 0 else float("nan")
