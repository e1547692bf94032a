"""Which tone of a plan keeps a cadence: from bursts and pauses, measured, to a name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dsp.plans import PlanTone, Sound, TonePlan
from dsp.receiver import RATE

_OFF = 0.115
"""By how much a burst or a pause may be off: 10 % by the standards, and something for measuring it."""
_EDGES = 160
_JOINT = 320
"""Samples that may be missing between two sounds of a sequence."""
_OFF_IN_SEQUENCE = 0.07 * RATE
"""By how much a sound of a sequence may be longer or shorter (ITU-T E.180/Q.35, 5.3: 330 +-70 ms)."""
_FEWEST = 3
_SURE = 0.25 * RATE
"""Samples that three bursts and pauses must last; fewer are enough when they last LONG."""
_LONG = 3 * RATE
_TOLD = 0.2 * RATE
"""Samples of a burst that is enough with the long pause after it: in speech there are shorter ones of any sound."""
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
class Part:
    """A burst of the cadence, or a pause (no sound), in samples, and by how much it may be off."""

    length: int
    sound: Sound
    slack: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """The bursts and pauses of a cadenced tone."""

    tone: PlanTone
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many of the last bursts and pauses are a tone's, and how far off the worst is (1: just inside)."""

    pattern: Pattern
    count: int
    misfit: float


def patterns(plan: TonePlan) -> tuple[Pattern, ...]:
    """The cadences of a plan."""
    return tuple(Pattern(tone, tuple(_parts(tone))) for tone in plan.tones if not tone.continuous)


def _parts(tone: PlanTone) -> Iterator[Part]:
    for (on, off), sound in zip(tone.cycle, tone.bursts, strict=True):
        yield Part(on, sound, slack_of_burst(tone, on))
        yield Part(off, (), slack(off))


def slack(length: int) -> float:
    """Samples by which a burst or pause may differ from what the plan says."""
    return _OFF * length + _EDGES if length else _JOINT


def slack_of_burst(tone: PlanTone, length: int) -> float:
    """The same of a burst: those of a sequence are known by what they follow, and may differ more."""
    return max(slack(length), _OFF_IN_SEQUENCE + _EDGES) if tone.sequence else slack(length)


def longest_pause(tone: PlanTone) -> int:
    """Samples of silence after which the tone is over."""
    return _most(max(off for _, off in tone.cycle))


def longest_burst(tone: PlanTone) -> int:
    """Samples of sound after which it cannot be this cadence. Sounds that follow without a pause count together."""
    joined = longest = 0.0
    for on, off in tone.cycle * 2:
        joined += on + slack_of_burst(tone, on)
        longest = max(longest, joined)
        joined = joined if off < _JOINT else 0.0
    return round(longest)


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


def longest_wait(plan: Sequence[Pattern], burst: Element) -> int:
    """Samples of silence that may follow a burst: the pause of a tone that has such bursts, or a common one when this
    may be the end of a burst whose beginning was not heard.
    """
    waits = [RATE]
    for pattern in plan:
        for part, pause in zip(pattern.parts[::2], pattern.parts[1::2], strict=True):
            if part.sound == burst.sound and abs(burst.length - part.length) <= part.slack:
                waits.append(round(pause.length + pause.slack))
    return max(waits)


def cadenced(plan: Sequence[Pattern], elements: Sequence[Element]) -> Agreement | None:
    """The tone of which the last elements are.

    The tone that explains most of them is meant. While two explain as many, more must be heard, up to two cycles: then
    the one that fits better.
    """
    fits = [agreeing(pattern, elements) for pattern in plan]
    most = max((each.count for each in fits), default=0)
    if most < 2 or not _is_enough(elements[-most:]):
        return None
    best = [each for each in fits if each.count == most and _is_told(each.pattern.tone, elements[-most:])]
    several = len({each.pattern.tone.name for each in best}) > 1
    if several and most <= 2 * max(len(each.pattern.parts) for each in best):
        return None
    return min(best, key=lambda each: each.misfit, default=None)


def agreeing(pattern: Pattern, elements: Sequence[Element]) -> Agreement:
    """How many of the last elements are this tone's, one after the other, wherever in its cycle they end."""
    best = Agreement(pattern, 0, 0.0)
    for end in range(len(pattern.parts)):
        count, misfit = _run(pattern.parts, end, elements)
        if (count, -misfit) > (best.count, -best.misfit):
            best = Agreement(pattern, count, misfit)
    return best


def _run(parts: Sequence[Part], end: int, elements: Sequence[Element]) -> tuple[int, float]:
    """Backwards from the last element, which is to be that part.

    Bursts are all as loud; pauses are quiet against them. A voice is neither.
    """
    count, worst = 0, 0.0
    loudest = noisiest = 0.0
    weakest = math.inf
    for element in reversed(elements):
        part = parts[(end - count) % len(parts)]
        off = abs(element.length - part.length)
        if element.sound != part.sound or off > part.slack:
            break
        if element.sound:
            loudest, weakest = max(loudest, element.power), min(weakest, element.power)
        elif element.length > _JOINT:
            noisiest = max(noisiest, element.power)
        if loudest > _EVEN * weakest or noisiest > _QUIET * weakest:
            break
        count, worst = count + 1, max(worst, off / part.slack)
    return count, worst


def _is_told(tone: PlanTone, elements: Sequence[Element]) -> bool:
    """Do the elements show what the cadence is? Of one with different bursts, equal ones are not enough: they may be
    the simple cadence of an exchange that the plan does not know.
    """
    if len(tone.cadence) == 1 or tone.sequence:
        return len(elements) >= 2
    lengths = [element.length for element in elements]
    return len(elements) > _FEWEST and max(lengths) - min(lengths) > slack(max(lengths))


def _is_enough(elements: Sequence[Element]) -> bool:
    """Two are a long pause after its burst, at the next onset. Not a burst after it: that may have been cut off."""
    lasted = elements[-1].end - elements[0].start
    if len(elements) < _FEWEST:
        return lasted >= _LONG and bool(elements[0].sound) and elements[0].length >= _TOLD
    return lasted >= _SURE


def _most(length: int) -> int:
    return round(length + slack(length))
