"""Which tone of a plan keeps a cadence: from bursts and pauses, measured, to a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsp.plans import PlanTone, Sound, TonePlan
from dsp.receiver import RATE

_OFF = 0.115
"""By how much a burst or a pause may be off: 10 % by the standards, and something for measuring it."""
_EDGES = 160
_JOINT = 320
"""Samples that may be missing between two sounds of a sequence."""
_FEWEST = 3
_SURE = 0.25 * RATE
"""Samples that three bursts and pauses must last; fewer are enough when they last LONG."""
_LONG = 3 * RATE
_QUIET = 0.4
_EVEN = 4.0
_MOST_BURST = 0.8 * RATE
"""Nothing shorter is a continuous tone."""

KEPT = 24
"""Bursts and pauses of which a cadence is told."""


@dataclass(frozen=True, slots=True)
class Element:
    """A burst of one sound, or a pause between bursts (no sound). power: mean square of all that was heard in it."""

    start: int
    length: int
    power: float
    sound: Sound = ()

    @property
    def end(self) -> int:
        """First sample after it."""
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Named:
    """A tone, and of how many of the last bursts and pauses it was told."""

    tone: PlanTone
    count: int


def slack(length: int) -> float:
    """Samples by which a burst or pause may differ from what the plan says."""
    return _OFF * length + _EDGES if length else _JOINT


def longest_pause(tone: PlanTone) -> int:
    """Samples of silence after which the tone is over."""
    return _most(max(off for _, off in tone.cycle))


def longest_burst(tone: PlanTone) -> int:
    """Samples of sound after which it cannot be this cadence. Sounds that follow without a pause count together."""
    joined = longest = 0
    for on, off in tone.cycle * 2:
        joined += on
        longest = max(longest, joined)
        joined = joined if off < _JOINT else 0
    return _most(longest)


def shortest_burst(plan: TonePlan) -> int:
    """Samples of the shortest burst of any tone."""
    return min((on for tone in plan.tones for on, _ in tone.cycle), default=RATE)


def shortest_continuous(plan: TonePlan, tone: PlanTone) -> int:
    """Samples of sound after which it must be the continuous tone: no burst of the same sound lasts that long."""
    rivals = [longest_burst(t) for t in plan.tones if not t.continuous and tone.frequencies in t.bursts]
    return round(max([_MOST_BURST, *(burst + RATE // 20 for burst in rivals)]))


def patience(plan: TonePlan) -> int:
    """Samples of silence after which nothing that a line did matters."""
    return max((longest_pause(tone) for tone in plan.tones if not tone.continuous), default=RATE)


def longest_wait(plan: TonePlan, burst: Element) -> int:
    """Samples of silence that may follow a burst: the pause of a tone that has such bursts, or a common one when this
    may be the end of a burst whose beginning was not heard.
    """
    waits = [RATE]
    for tone in plan.tones:
        for (on, off), sound in zip(tone.cycle, tone.bursts, strict=False):
            if sound == burst.sound and abs(burst.length - on) <= slack(on):
                waits.append(_most(off))
    return max(waits)


def cadenced(plan: TonePlan, elements: Sequence[Element]) -> Named | None:
    """The tone of which the last elements are.

    The tone that explains most of them is meant. While two explain as many, more must be heard, up to two cycles: then
    the one that fits better.
    """
    fits = [(agreeing(tone, elements), tone) for tone in plan.tones if not tone.continuous]
    most = max((count for count, _ in fits), default=0)
    best = [tone for count, tone in fits if count == most and _is_told(tone, elements[-most:])]
    if not best or not _is_enough(elements[-most:]):
        return None
    if len({tone.name for tone in best}) > 1 and most <= 4 * max(len(tone.cadence) for tone in best):
        return None
    return Named(min(best, key=lambda tone: _misfit(tone, elements[-most:])), most)


def agreeing(tone: PlanTone, elements: Sequence[Element]) -> int:
    """How many of the last elements are this tone's, one after the other."""
    count = 0
    while count < len(elements) and _misfit(tone, elements[-count - 1 :]) <= 1:
        count += 1
    return count


def _is_told(tone: PlanTone, elements: Sequence[Element]) -> bool:
    """Do the elements show what the cadence is? Of one with different bursts, equal ones are not enough: they may be
    the simple cadence of an exchange that the plan does not know.
    """
    if len(tone.cadence) == 1 or tone.sequence:
        return len(elements) >= 2
    lengths = [element.length for element in elements]
    return len(elements) > _FEWEST and max(lengths) - min(lengths) > slack(max(lengths))


def _is_enough(elements: Sequence[Element]) -> bool:
    lasted = elements[-1].end - elements[0].start
    return lasted >= _LONG if len(elements) < _FEWEST else lasted >= _SURE


def _misfit(tone: PlanTone, elements: Sequence[Element]) -> float:
    """How far the elements are from the cadence, 1 being just inside; more when they are not this tone."""
    if not _is_clean(elements):
        return 2.0
    pattern = [
        part for (on, off), sound in zip(tone.cycle, tone.bursts, strict=True) for part in ((on, sound), (off, ()))
    ]
    return min(_off(pattern[shift:] + pattern[:shift], elements) for shift in range(len(pattern)))


def _off(pattern: Sequence[tuple[int, Sound]], elements: Sequence[Element]) -> float:
    worst = 0.0
    for i, element in enumerate(elements):
        length, sound = pattern[i % len(pattern)]
        if element.sound != sound:
            return 2.0
        worst = max(worst, abs(element.length - length) / slack(length))
    return worst


def _is_clean(elements: Sequence[Element]) -> bool:
    """Bursts that are all as loud; pauses that are quiet against them. A voice is neither."""
    bursts = [element.power for element in elements if element.sound]
    pauses = [element.power for element in elements if not element.sound and element.length > _JOINT]
    if not bursts:
        return True
    return max(bursts) <= _EVEN * min(bursts) and max(pauses, default=0.0) <= _QUIET * min(bursts)


def _most(length: int) -> int:
    return round(length + slack(length))
