"""One round of a tone of a plan, to be played over and over: ringback, busy tone for a caller."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, lcm

from dsp.joints import softened
from dsp.levels import saturate
from dsp.plans import PlanTone, TonePlan
from dsp.receiver import RATE, Int16
from dsp.tones.signal import generate

FINEST = 50
"""Frequencies are taken as whole multiples of at least 1/50 Hz: the longest round of a steady tone is 50 s."""


def one_round(plan: TonePlan, tone: str, level: float | None = None) -> Int16:
    """int16 samples that give the tone without end when they are repeated (`Mixer.loop`), with no click anywhere.

    One cadence; of a tone that does not pause the least time in which all its frequencies make whole periods. A howler
    is at its loudest. level: dBm0 while it sounds, the plan's own when None. Raises ValueError for a tone that the plan
    has not.
    """
    wanted = plan.tone(tone)
    samples = _whole_periods(wanted) if wanted.continuous else sum(map(sum, wanted.cycle))
    made = saturate(generate(plan, tone, samples, _risen(wanted, samples), level))
    first = 0
    for on, off in wanted.cycle:
        made[first : first + on] = softened(made[first : first + on])
        first += on + off
    return made


def _whole_periods(tone: PlanTone) -> int:
    return lcm(*(Fraction(hertz).limit_denominator(FINEST).denominator for hertz in tone.frequencies)) * RATE


def _risen(tone: PlanTone, samples: int) -> int:
    """The beginning of the first round that is as loud as it gets."""
    if not tone.rise:
        return 0
    return ceil((tone.rise_to - tone.level) / tone.rise * RATE / samples) * samples
