"""The sound of the tones of a plan (ITU-T E.180)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsp.levels import amplitude, gain
from dsp.plans import PLANS, PlanTone, Sound, TonePlan
from dsp.receiver import RATE, Float32


def plan(name: str) -> TonePlan:
    """The tone plan of a country ("cn"). Raises ValueError naming those there are."""
    if name.lower() not in PLANS:
        raise ValueError(f"there is no tone plan {name!r}: {', '.join(sorted(PLANS))}")
    return PLANS[name.lower()]


def generate(plan: TonePlan, tone: str, samples: int, at: int = 0, level: float | None = None) -> Float32:
    """Samples at .. at + samples of a tone of the plan, counted from where it began: float32, linear.

    Consecutive stretches join without a click. level: dBm0 of the tone while it sounds, the plan's own when None.
    Raises ValueError for a tone that the plan has not, and for less than no samples.
    """
    wanted = plan.tone(tone)
    if samples < 0:
        raise ValueError(f"a tone is 0 samples or more, not {samples}")
    index = np.arange(at, at + samples)
    made = np.zeros(samples)
    for sound in dict.fromkeys(wanted.bursts):
        made += _sines(sound, index, wanted.level if level is None else level) * _sounding(wanted, sound, index)
    return np.asarray(made * _risen(wanted, index), np.float32)


def _sines(sound: Sound, index: NDArray[np.int64], level: float) -> NDArray[np.float64]:
    """All frequencies of a sound, equally strong, together of that level."""
    each = amplitude(level - 10 * np.log10(len(sound)))
    # The phase of whole seconds is dropped, or hours of tone would wear down its precision.
    angles = (2 * np.pi * np.mod(frequency * index / RATE, 1.0) for frequency in sound)
    return np.asarray(each * sum(np.sin(angle) for angle in angles))


def _sounding(tone: PlanTone, sound: Sound, index: NDArray[np.int64]) -> NDArray[np.bool_]:
    """At which samples the cadence is on with this sound."""
    if tone.continuous:
        return np.ones(len(index), np.bool_)
    edges = np.cumsum([0, *(part for pair in tone.cycle for part in pair)])
    part = np.searchsorted(edges, np.mod(index, edges[-1]), side="right") - 1
    has_sound = [has for each in tone.bursts for has in (each == sound, False)]
    sounding: NDArray[np.bool_] = np.array(has_sound)[part]
    return sounding


def _risen(tone: PlanTone, index: NDArray[np.int64]) -> NDArray[np.float64] | float:
    """Factor of a howler that grows louder."""
    if not tone.rise:
        return 1.0
    risen = np.minimum(tone.rise * index / RATE, max(tone.rise_to - tone.level, 0.0))
    return np.asarray(gain(1.0) ** risen)
