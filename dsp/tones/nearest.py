"""How far one tone is from those of a plan: in hertz, and in its cadence."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.plans import PlanTone, Sound, TonePlan

_HERTZ = 40.0
_CADENCE = 0.25
_CLOSE_HERTZ = 12.0
_CLOSE_CADENCE = 0.1
_SECONDS = 0.02
"""A difference that is none: what measuring adds."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The tone of a plan that another one is most like.

    hertz: by how much its frequencies are off at most. cadence: by which part its bursts and pauses are, at most.
    """

    plan: str
    name: str
    hertz: float
    cadence: float

    @property
    def misfit(self) -> float:
        """1 for as far off as an exchange may be: 25 Hz or a tenth of the cadence."""
        return self.hertz / 25 + self.cadence / 0.1


def nearest(tone: PlanTone, plan: TonePlan, *, close: bool = False) -> Nearest | None:
    """The tone of the plan that is nearest; None when none is near (close: so near that it is the same)."""
    hertz, cadence = (_CLOSE_HERTZ, _CLOSE_CADENCE) if close else (_HERTZ, _CADENCE)
    found = [each for known in plan.tones if (each := _compared(tone, known, plan.name))]
    near = [each for each in found if each.hertz <= hertz and each.cadence <= cadence]
    return min(near, key=lambda each: each.misfit, default=None)


def same_sounds(tone: PlanTone, plan: TonePlan) -> bool:
    """Has the plan a tone of such frequencies, whatever its cadence?"""
    apart = [_apart(tone.frequencies, sound) for known in plan.tones for sound in known.bursts]
    return any(each is not None and each <= _CLOSE_HERTZ for each in apart)


def _compared(tone: PlanTone, known: PlanTone, plan: str) -> Nearest | None:
    """None for tones that have nothing in common: other numbers of bursts or of frequencies."""
    if len(tone.cadence) != len(known.cadence):
        return None
    turns = range(max(len(known.cadence), 1))
    return min(
        (made for turn in turns if (made := _turned(tone, known, turn, plan))), key=lambda n: n.misfit, default=None
    )


def _turned(tone: PlanTone, known: PlanTone, turn: int, plan: str) -> Nearest | None:
    """Against the cadence begun at another of its bursts: a recording begins anywhere."""
    bursts = known.bursts[turn:] + known.bursts[:turn]
    cadence = known.cadence[turn:] + known.cadence[:turn]
    apart = [_apart(a, b) for a, b in zip(tone.bursts, bursts, strict=True)]
    if None in apart:
        return None
    parts = [(a, b) for own, other in zip(tone.cadence, cadence, strict=True) for a, b in zip(own, other, strict=True)]
    off = max((_off(a, b) for a, b in parts), default=0.0)
    return Nearest(plan, known.name, round(max(each for each in apart if each is not None), 1), round(off, 3))


def _apart(one: Sound, other: Sound) -> float | None:
    if len(one) != len(other):
        return None
    return max((abs(a - b) for a, b in zip(sorted(one), sorted(other), strict=True)), default=0.0)


def _off(seconds: float, wanted: float) -> float:
    return max(abs(seconds - wanted) - _SECONDS, 0.0) / max(wanted, 0.1)
