"""Call-progress and fax tones as exchanges and fax machines send them, one to a line, with everything about them at
random. Made from the plan's figures alone: nothing here is shared with the generator or the receiver of `dsp`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dsp.levels import amplitude, power
from dsp.plans import PlanTone, Sound, TonePlan
from dsp.receiver import RATE, Float32, Int16, Receiver
from dsp.tones import ToneReceiver
from workbench.selftest.keying import coded

Floats = NDArray[np.float64]
Reversals = Literal["none", "reversals", "am"]
_STRETCH = 640
_CYCLES = 2.4
_SHORTEST, _CONTINUOUS = 2.0, 3.0
"""Seconds of a quick cadence, and of a tone without one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far from the plan: all frequencies by so many hertz, either way; the cadence by this part, either way.

    spread: anything up to that, not that. noise: dB by which white noise lies below the tone; None is no noise.
    """

    hertz: float = 0.0
    cadence: float = 0.0
    spread: bool = False
    noise: float | None = None
    level: tuple[float, float] = (-38.0, -8.0)

    def drawn(self, rng: np.random.Generator, most: float) -> float:
        """By how much something is off that may be off so much."""
        return float(rng.uniform(-most, most) if self.spread else rng.choice([-most, most]))


def lines(rng: np.random.Generator, tone: PlanTone, trials: int, limits: Limits) -> Int16:
    """So many lines (trials, n), each with a bit more than two cycles of the tone, A-law or mu-law."""
    cycle = sum(on + off for on, off in tone.cadence)
    seconds = max(_CYCLES * cycle * (1 + limits.cadence), _SHORTEST) if cycle else _CONTINUOUS
    made = np.zeros((trials, round((seconds + 0.5) * RATE)))
    levels = rng.uniform(*limits.level, trials)
    for row, level in zip(made, levels, strict=True):
        sent(rng, row[int(rng.integers(RATE // 2)) :], tone, float(level), limits)
    if limits.noise is not None:
        made += rng.standard_normal(made.shape) * np.sqrt([[power(level - limits.noise)] for level in levels])
    return coded(made.astype(np.float32), "alaw" if rng.random() < 0.5 else "mulaw")


def sent(rng: np.random.Generator, row: Floats, tone: PlanTone, level: float, limits: Limits) -> None:
    """Add a tone to a row, from its beginning to its end."""
    off, pace = limits.drawn(rng, limits.hertz), 1 + limits.drawn(rng, limits.cadence)
    sounds = {sound: _sines(rng, sound, len(row), level, off) for sound in set(tone.bursts)}
    if tone.continuous:
        row += sounds[tone.frequencies]
        return
    at, turn = 0.0, 0
    while at < len(row):
        on, pause = tone.cadence[turn % len(tone.cadence)]
        first, end = round(at), min(round(at + on * RATE * pace), len(row))
        row[first:end] += sounds[tone.bursts[turn % len(tone.bursts)]][first:end]
        at, turn = at + (on + pause) * RATE * pace, turn + 1


def _sines(rng: np.random.Generator, sound: Sound, samples: int, level: float, off: float) -> Floats:
    """The frequencies at random phases, their levels up to 2 dB apart."""
    twist = rng.uniform(-1, 1, len(sound))
    each = amplitude(level) * 10 ** ((twist - twist.mean()) / 20) / np.sqrt(len(sound))
    turns = np.outer((np.asarray(sound) + off) / RATE, np.arange(samples)) + rng.random((len(sound), 1))
    return np.asarray(each @ np.sin(2 * np.pi * turns))


def answering(rng: np.random.Generator, trials: int, kind: Reversals, level: tuple[float, float]) -> Floats:
    """2100 Hz of an answering fax machine or modem (ITU-T V.25, V.8), (trials, n): its phase reversed every 450 ms, its
    amplitude modulated by 15 Hz as well, or neither.
    """
    made = np.zeros((trials, 4 * RATE))
    time = np.arange(made.shape[1]) / RATE
    for row in made:
        sine = amplitude(float(rng.uniform(*level))) * np.sin(
            2 * np.pi * ((2100 + rng.uniform(-15, 15)) * time + rng.random())
        )
        if kind != "none":
            sine *= np.where((time + rng.uniform(0, 0.9)) % 0.9 < 0.45, 1, -1)
        if kind == "am":
            sine *= 1 + 0.2 * np.sin(2 * np.pi * 15 * time)
        first, length = int(rng.integers(RATE // 2)), int(rng.uniform(2.6, 3.4) * RATE)
        row[first : first + length] = sine[:length]
    return made


def heard(rx: Int16, plan: TonePlan) -> list[list[str]]:
    """The tones that began on each line, in their order."""
    found: list[list[str]] = [[] for _ in rx]
    for _, tone, line in reports(ToneReceiver(len(rx), plan), rx):
        found[line].append(tone)
    return found


def reports(receiver: Receiver, rx: Int16) -> list[tuple[int, str, int]]:
    """By which sample, what, and on which line: the tones that began."""
    sound: Float32 = rx.astype(np.float32)
    return [
        (at + _STRETCH, event.tone, event.line)  # type: ignore[attr-defined]
        for at in range(0, rx.shape[1], _STRETCH)
        for event in receiver(np.ascontiguousarray(sound[:, at : at + _STRETCH]))
        if event.edge == "began"  # type: ignore[attr-defined]
    ]


def right(found: Sequence[Sequence[str]], name: str) -> int:
    """On how many lines the tone was named, and no other."""
    return sum(set(names) == {name} for names in found)
