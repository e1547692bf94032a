"""All receivers on a recording at once; what each found."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dsp.activity import ActivityReceiver
from dsp.answer import AnswerReceiver
from dsp.caller_id import CallerIdReceiver
from dsp.dtmf import ATT, DtmfReceiver, Profile
from dsp.events import Digit
from dsp.plans import TonePlan
from dsp.receiver import RATE, Float32, Receiver
from dsp.tones import ToneReceiver

FLUSH = 4 * RATE
"""Silence after the end, so that what ended with the recording is told."""

LATEST = 16 * RATE
"""So long after its sample an event is told at the latest: a ringback tone has ended when no burst followed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to listen for. answer: classify what answers an outgoing call that begins with the recording."""

    plans: Sequence[TonePlan]
    profile: Profile = ATT
    answer: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that was found. event: a `dsp` event; or, with `aside`, what was nearly one and why it was not.

    plan: by which tone plan it was heard; empty for what needs none.
    """

    event: Any
    plan: str = ""
    aside: bool = False


class Ears:
    """Every receiver for so many lines. The samples of their events count from `offset`."""

    def __init__(self, lines: int, wanted: Wanted, offset: int = 0) -> None:
        self._lines, self._offset = lines, offset
        self._keys, self._numbers = DtmfReceiver(lines, wanted.profile), CallerIdReceiver(lines)
        self._receivers: list[tuple[str, Receiver]] = [("", self._keys), ("", self._numbers)]
        self._receivers += [(plan.name, ToneReceiver(lines, plan)) for plan in wanted.plans]
        self._receivers.append(("", ActivityReceiver(lines)))
        if wanted.answer:
            self._receivers.append(("", _calling(lines, wanted.plans[0])))

    def __call__(self, rx: Float32) -> list[Heard]:
        """Take the next samples (lines, any number); give what was found."""
        found = [Heard(self._moved(event), plan) for plan, receiver in self._receivers for event in receiver(rx)]
        asides = [*self._keys.near_misses(), *self._numbers.refusals()]
        found += [Heard(self._moved(aside), aside=True) for aside in asides]
        return found

    def flush(self) -> list[Heard]:
        """The recording is over: what still sounded has ended."""
        return self(np.zeros((self._lines, FLUSH), np.float32))

    def _moved(self, event: Any) -> Any:
        return replace(event, at=event.at + self._offset) if self._offset else event


def _calling(lines: int, plan: TonePlan) -> AnswerReceiver:
    receiver = AnswerReceiver(lines, plan)
    for line in range(lines):
        receiver.begin(line)
    return receiver


def hear(
    pieces: Iterable[Float32],
    lines: int,
    wanted: Wanted,
    offset: int = 0,
    look: Callable[[Float32], None] | None = None,
) -> Iterator[Heard]:
    """All that is found in the pieces, in the order of time. look: is shown each of them."""
    ears, waiting, now = Ears(lines, wanted, offset), list[Heard](), offset
    for piece in pieces:
        if look is not None:
            look(piece)
        waiting += ears(np.nan_to_num(piece, nan=0.0, posinf=0.0, neginf=0.0))
        now += piece.shape[1]
        waiting.sort(key=_at)
        known = bisect_left(waiting, now - LATEST, key=_at)
        yield from waiting[:known]
        del waiting[:known]
    yield from sorted(waiting + ears.flush(), key=_at)


def _at(heard: Heard) -> int:
    return int(heard.event.at)


def keys(heard: Iterable[Heard]) -> str:
    """All keys in their order."""
    return "".join(
        h.event.digit for h in heard if isinstance(h.event, Digit) and h.event.edge == "began" and not h.aside
    )
