"""Talk-off: what is heard where there is nothing to hear, in hours of speech, music and sounds that come near a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dsp.caller_id import CallerIdReceiver
from dsp.dtmf import DtmfReceiver
from dsp.events import CallerId, Digit, Event, Tone
from dsp.receiver import TICK, Int16, Receiver
from dsp.tones import ToneReceiver, plan
from workbench.selftest import material
from workbench.selftest.anchor import Anchor
from workbench.selftest.measure import Effort, Row

AREA = "talk-off"
_STRETCH = 4 * TICK
_PLAN = "cn"


@dataclass(frozen=True, slots=True)
class Listened:
    """What was heard on some hours of one kind of sound: keys, tones, caller IDs."""

    hours: float = 0.0
    keys: int = 0
    tones: int = 0
    numbers: int = 0

    def __add__(self, more: Listened) -> Listened:
        return Listened(
            self.hours + more.hours, self.keys + more.keys, self.tones + more.tones, self.numbers + more.numbers
        )


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of material. share: of the hours of speech asked for. keys: how many false ones are allowed in `hours`
    (None: in all). tones: false ones allowed in an hour, None where nobody asks.
    """

    name: str
    what: str
    share: float
    keys: float = 0.0
    hours: float | None = None
    tones: float | None = None


KINDS = (
    Kind("speech", "speech, synthetic, 17 languages", 0.71, tones=1.0),
    Kind("recorded", "speech, recorded, 5 languages", 0.29, tones=1.0),
    Kind("music", "music", 0.3, tones=5.0),
    Kind("hard", "hard fragments of speech", 0.074, keys=3.0, hours=0.74),
    Kind("whistles", "vowels and whistles", 0.075, keys=40.0, hours=0.75),
)


def rows(effort: Effort, anchor: Anchor | None) -> Iterator[Row]:
    """All rows. A kind of which the source is not installed is told of and left out."""
    for kind in KINDS:
        try:
            mine, its = listen(kind.name, effort.hours * kind.share, effort, anchor)
        except material.Absent as absent:
            effort.news(str(absent))
        else:
            yield from _of(kind, mine, its)


def _of(kind: Kind, mine: Listened, its: Listened | None) -> Iterator[Row]:
    hours, minutes = kind.hours or mine.hours, round(mine.hours * 60)
    scale = hours / mine.hours

    def row(what: str, goal: float, unit: str, ours: float, anchors: float | None) -> Row:
        return Row(AREA, f"false {what} in {kind.what}", "", goal, ours, anchors, "less", unit, minutes)

    yield row("digits", kind.keys, f"in {hours:.3g} h", scale * mine.keys, scale * its.keys if its else None)
    if kind.tones is not None:
        yield row(
            "tones (CN plan)", kind.tones, "an hour", mine.tones / mine.hours, its.tones / its.hours if its else None
        )
        yield row("caller IDs", 0, f"in {mine.hours:.3g} h", mine.numbers, its.numbers if its else None)


def listen(kind: str, hours: float, effort: Effort, anchor: Anchor | None) -> tuple[Listened, Listened | None]:
    """Let all receivers, ours and the anchor's, hear so many hours. Raises material.Absent."""
    mine, its = Listened(), Listened()
    for reel in material.reels(kind, hours, effort.seed, effort.news):
        mine += ours(reel)
        if anchor:
            its += theirs(anchor, reel)
    return mine, its if anchor else None


def ours(reel: Int16) -> Listened:
    """What our receivers hear on a reel."""
    lines = len(reel)
    receivers: Sequence[Receiver] = (
        DtmfReceiver(lines),
        ToneReceiver(lines, plan(_PLAN)),
        CallerIdReceiver(lines),
    )
    found: list[Event] = []
    for at in range(0, reel.shape[1], _STRETCH):
        stretch = reel[:, at : at + _STRETCH].astype(np.float32)
        for receiver in receivers:
            found += receiver(stretch)
    keys, tones = (sum(isinstance(event, kind) and event.edge == "began" for event in found) for kind in (Digit, Tone))
    return Listened(_hours(reel), keys, tones, sum(isinstance(event, CallerId) for event in found))


def theirs(anchor: Anchor, reel: Int16) -> Listened:
    """What libspandsp's hear. It has a caller ID receiver for each modem: both listen."""
    keys = sum(map(len, anchor.keys(reel)))
    tones = sum(map(len, anchor.tones(reel, plan(_PLAN))))
    numbers = sum(len(line) for modem in ("v23", "bell202") for line in anchor.caller_ids(reel, modem))
    return Listened(_hours(reel), keys, tones, numbers)


def _hours(reel: Int16) -> float:
    return reel.size / material.MINUTE / 60
