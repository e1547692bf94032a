"""The tones of an exchange that nobody described: from half a minute of a line to frequencies and cadences, measured.

First the steady sounds of short pieces are collected, whatever they are; then the receiver's own means find each of
their bursts, so that what is learned is measured as it will be heard; then the bursts are searched for what repeats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dsp.dtmf.signal import HIGH, LOW
from dsp.levels import power_dbm0
from dsp.plans import PLANS, PlanTone, Sound, TonePlan
from dsp.receiver import RATE, Float32
from dsp.tones.analysis import analyse
from dsp.tones.bursts import Burst, bursts_of
from dsp.tones.nearest import Nearest, nearest, same_sounds
from dsp.tones.periods import repeating

_PIECE = 640
_STEP = 320
_PURE = 0.75
_STRONG = 0.08
_LEVEL = 1.6
_QUIETEST = -50.0
_NEAR = 12.0
_OFF_KEY = 0.02
_FEWEST = 3
_SHADOW = 0.15
_LONGER = 1.3
_LONG = int(1.5 * RATE)
"""Samples of a burst that is taken for a continuous tone, when nothing repeats."""


@dataclass(frozen=True, slots=True)
class LearnedTone:
    """A tone that was heard. tone: as it may stand in a plan. bursts: how many were measured. nearest: what it is most
    like among the tones that are known, None when it is like none.
    """

    tone: PlanTone
    bursts: int
    nearest: Nearest | None


@dataclass(frozen=True, slots=True)
class Learned:
    """What was heard on a line. like: the plan that is nearest, empty when no tone is known. seconds: of recording."""

    tones: tuple[LearnedTone, ...]
    like: str
    seconds: float

    def plan(self, name: str = "learned") -> TonePlan:
        """The tones that were heard, as a plan of their own."""
        return TonePlan(name, tuple(learned.tone for learned in self.tones))


def learn(samples: ArrayLike, rate: int = RATE) -> Learned:
    """The tones in a recording of one line, (n,) linear with full scale 32768, at 8000 samples a second.

    Half a minute is best: a ringback tone must be heard twice. Raises ValueError for another rate, for more than one
    line, and for what is no sound.
    """
    heard = np.asarray(samples)
    if rate != RATE:
        raise ValueError(f"tones are learned at {RATE} samples a second, not at {rate}")
    if heard.ndim != 1 or heard.dtype.kind not in "fiu":
        raise ValueError(f"tones are learned from one line of samples (n,), not from {heard.dtype} {heard.shape}")
    clean = np.nan_to_num(heard.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    found = bursts_of(clean, _sounds(clean))
    tones = _named(_tones(found))
    like = _nearest_plan([tone for tone, _ in tones])
    made = tuple(LearnedTone(tone, count, nearest(tone, PLANS[like]) if like else None) for tone, count in tones)
    return Learned(made, like, round(len(clean) / RATE, 1))


def _sounds(samples: Float32) -> list[Sound]:
    """The sets of frequencies that stay for a while, the commonest first."""
    groups: list[list[Sound]] = []
    for at in range(0, len(samples) - _PIECE + 1, _STEP):
        sound = _steady(samples[at : at + _PIECE])
        if sound:
            same = (group for group in groups if _is_near(group[0], sound))
            group = next(same, None)
            if group is None:
                groups.append([sound])
            else:
                group.append(sound)
    groups.sort(key=len, reverse=True)
    kept = [group for group in groups if len(group) >= _FEWEST]
    return [_middle(group) for i, group in enumerate(kept) if not any(_is_shadow(group, other) for other in kept[:i])]


def _steady(piece: Float32) -> Sound:
    """The frequencies of a piece that is nothing but a few sines, and as loud in its second half as in its first."""
    halves = [float(np.dot(half, half)) for half in (piece[: _PIECE // 2], piece[_PIECE // 2 :])]
    if not 0 < max(halves) <= _LEVEL * min(halves):
        return ()
    heard = analyse(piece)
    strong = [sine for sine in heard.sines if sine.power >= _STRONG * heard.sines[0].power]
    pure = sum(sine.power for sine in strong) >= _PURE * heard.power and power_dbm0(heard.power) > _QUIETEST
    sound = tuple(sorted(sine.frequency for sine in strong))
    return sound if pure and 0 < len(sound) <= 4 and not _is_key(sound) else ()


def _is_key(sound: Sound) -> bool:
    """A key that somebody pressed (ITU-T Q.23): no exchange has such a tone."""
    if len(sound) != 2:
        return False
    return all(min(abs(f / key - 1) for key in keys) <= _OFF_KEY for f, keys in zip(sound, (LOW, HIGH), strict=True))


def _is_near(one: Sound, other: Sound) -> bool:
    return len(one) == len(other) and all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))


def _is_shadow(group: Sequence[Sound], other: Sequence[Sound]) -> bool:
    """Is that seldom heard, and made of what another sound is made of? So the edges of a burst look."""
    beside = all(min(abs(f - g) for g in other[0]) <= 60 for f in group[0])
    return beside and len(group) < _SHADOW * len(other)


def _middle(group: Sequence[Sound]) -> Sound:
    return tuple(round(float(f), 1) for f in np.median(np.asarray(group), axis=0))


def _tones(bursts: Sequence[Burst]) -> list[tuple[PlanTone, int]]:
    """What repeats, and long bursts that do not: each different tone once, and of how many bursts it was told."""
    found: list[tuple[PlanTone, int]] = []
    at = 0
    while at < len(bursts):
        cadence, count = repeating(bursts[at:])
        if count and bursts[at].length > _LONGER * max(on for on, _ in cadence) * RATE:
            count = 0  # the dial tone before the cadence began with the recording
        if count:
            found.append((_tone(bursts[at : at + count], cadence), count))
        elif bursts[at].length >= _LONG:
            found.append((_tone(bursts[at : at + 1], ()), 1))
        at += max(count, 1)
    return _without_twins(found)


def _tone(bursts: Sequence[Burst], cadence: tuple[tuple[float, float], ...]) -> PlanTone:
    sequence = tuple(burst.sound for burst in bursts[: len(cadence)])
    level = round(float(power_dbm0(float(np.mean([burst.power for burst in bursts])))), 1)
    if len(set(sequence)) > 1:
        return PlanTone("", tuple(sorted({f for s in sequence for f in s})), cadence, level, sequence=sequence)
    return PlanTone("", _measured(bursts), cadence, level)


def _measured(bursts: Sequence[Burst]) -> Sound:
    """Frequencies over all bursts, to a tenth of a hertz."""
    exact = [burst.measured for burst in bursts if len(burst.measured) == len(burst.sound)] or [bursts[0].sound]
    return tuple(round(float(f), 1) for f in np.median(np.asarray(exact), axis=0))


def _without_twins(found: Sequence[tuple[PlanTone, int]]) -> list[tuple[PlanTone, int]]:
    """A tone that was heard twice in the recording is one tone: that of which more was heard."""
    kept: list[tuple[PlanTone, int]] = []
    for tone, count in sorted(found, key=lambda each: -each[1]):
        alone = TonePlan("", tuple(other for other, _ in kept))
        if nearest(tone, alone, close=True) is None:
            kept.append((tone, count))
    return kept


def _nearest_plan(tones: Sequence[PlanTone]) -> str:
    """The plan that knows most of the tones, and them best; or at least such sounds."""
    scores = {}
    for name, plan in PLANS.items():
        near = [close for tone in tones if (close := nearest(tone, plan))]
        alike = sum(same_sounds(tone, plan) for tone in tones)
        scores[name] = (-len(near), -alike, sum(each.misfit for each in near))
    best = min(scores, key=lambda name: scores[name])
    return best if any(scores[best]) else ""


def _named(tones: Sequence[tuple[PlanTone, int]]) -> list[tuple[PlanTone, int]]:
    """Names: those of the nearest plan; else what such a cadence mostly means."""
    like = _nearest_plan([tone for tone, _ in tones])
    made: list[tuple[PlanTone, int]] = []
    for tone, count in tones:
        near = nearest(tone, PLANS[like]) if like else None
        name = near.name if near else _guess(tone)
        taken = sum(other.name.partition("_heard_")[0] == name for other, _ in made)
        name = f"{name}_heard_{taken + 1}" if taken else name
        made.append((PlanTone(name, tone.frequencies, tone.cadence, tone.level, sequence=tone.sequence), count))
    return made


def _guess(tone: PlanTone) -> str:
    cycle = sum(on + off for on, off in tone.cadence)
    return "dial" if tone.continuous else "ringback" if cycle >= 2.5 else "busy"
