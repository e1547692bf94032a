"""Which tone of a plan a stretch of sound is: by its frequencies, then by its cadence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsp.plans import PlanTone, TonePlan
from dsp.receiver import RATE, Float32

Complex = NDArray[np.complex64]
Sound = tuple[float, ...]
"""The frequencies of a tone."""

HOP = 80
_CLOSE = 60.0
"""Frequencies nearer than that (Hz) beat within a window of 20 ms and are looked at from their middle."""
_OFF = 32.0
"""How far off a frequency may be (Hz): 25 by the standards, and something for noise."""
_PURITY = 0.8
_MOST_OF_IT = 0.45
SHORTEST = 6
"""Windows of which less than a sound cannot be told."""
_BALANCE = 0.1
_FEWEST = 3
"""Bursts and pauses of which a cadence can be told."""
_CADENCE = 0.115
_EDGES = 130
CONTINUOUS = 6400
"""Samples: nothing shorter is a continuous tone."""
_PATIENCE = 8000
_QUIET = 0.25
_EVEN = 4.0


@dataclass(frozen=True, slots=True)
class Element:
    """A burst of one sound, or a pause between bursts (no sound). power: mean square of all that was heard in it."""

    start: int
    length: int
    power: float
    sound: Sound = ()


def sounds(plan: TonePlan) -> tuple[Sound, ...]:
    """The different sets of frequencies of a plan."""
    return tuple(dict.fromkeys(tone.frequencies for tone in plan.tones))


def clusters(sound: Sound) -> list[Sound]:
    """The frequencies of a sound, those that cannot be told apart in one window together."""
    made: list[Sound] = []
    for frequency in sorted(sound):
        if made and frequency - made[-1][-1] < _CLOSE:
            made[-1] = (*made[-1], frequency)
        else:
            made.append((frequency,))
    return made


def middle(cluster: Sound) -> float:
    """Where the bank listens for a cluster."""
    return sum(cluster) / len(cluster)


def mean_powers(spectrum: Float32) -> list[float]:
    """The mean power at each frequency of spectra (2 * frequencies, windows): real parts, then imaginary ones."""
    powers = np.vecdot(spectrum, spectrum) / spectrum.shape[1]
    return np.asarray(powers[: len(powers) // 2] + powers[len(powers) // 2 :]).tolist()  # type: ignore[no-any-return]


def is_strong(powers: Sequence[float], heard: float) -> bool:
    """Are the powers at all clusters of a sound alike, and together most of all that is heard?"""
    return min(powers) >= _BALANCE * max(powers) and sum(powers) >= _MOST_OF_IT * heard


def is_sound(sound: Sound, columns: Sequence[Complex]) -> bool:
    """Do these spectra, one row of windows for each cluster of the sound, hold its frequencies and no others near?"""
    return all(_is_cluster(cluster, column) for cluster, column in zip(clusters(sound), columns, strict=True))


def _is_cluster(cluster: Sound, column: Complex) -> bool:
    turned = column * np.exp(-2j * np.pi * middle(cluster) * HOP / RATE * np.arange(column.size))
    return _is_sine(turned) if len(cluster) == 1 else _is_pair(turned, cluster[-1] - cluster[0])


def _is_sine(turned: Complex) -> bool:
    """One steady sine near zero: neighbours turn by the same small angle."""
    turn = np.sum(turned[1:] * np.conj(turned[:-1]))
    power = np.sum(np.square(np.abs(turned))) - 0.5 * (abs(turned[0]) ** 2 + abs(turned[-1]) ** 2)
    return bool(np.abs(turn) >= _PURITY * power and np.abs(np.angle(turn)) <= 2 * np.pi * _OFF * HOP / RATE)


def _is_pair(turned: Complex, apart: float) -> bool:
    """Two sines of similar power around zero, as far apart as they should be."""
    points = 512
    spectrum = np.square(np.abs(np.fft.fftshift(np.fft.fft(turned * np.hanning(turned.size), points))))
    frequency = (np.arange(points) - points // 2) * RATE / HOP / points
    first = int(np.argmax(spectrum))
    circle = RATE / HOP
    away = np.abs(_wrapped(frequency - frequency[first], circle)) > 0.6 * apart
    second = int(np.argmax(np.where(away, spectrum, 0)))
    if spectrum[second] < _BALANCE * spectrum[first]:
        return False
    # One window every 10 ms tells frequencies on a circle of 100 Hz: either of the two may be the upper one.
    for low, high in ((first, second), (second, first)):
        spread = float(frequency[high] - frequency[low]) % circle
        centre = _wrapped(frequency[low] + spread / 2, circle)
        if abs(spread - apart) <= 0.3 * apart and abs(centre) <= _OFF:
            return True
    return False


def _wrapped(frequency: Any, circle: float) -> Any:
    """The same frequency between plus and minus half a turn."""
    return (frequency + circle / 2) % circle - circle / 2


def longest_pause(tone: PlanTone) -> int:
    """Samples of silence after which the tone is over."""
    return _most(max(off for _, off in tone.cycle))


def longest_burst(tone: PlanTone) -> int:
    """Samples of sound after which it cannot be this cadence."""
    return _most(max(on for on, _ in tone.cycle))


def shortest_continuous(plan: TonePlan, tone: PlanTone) -> int:
    """Samples of sound after which it must be the continuous tone: no burst of the same sound lasts that long."""
    bursts = [longest_burst(t) for t in plan.tones if t.frequencies == tone.frequencies and not t.continuous]
    return max([CONTINUOUS, *(burst + RATE // 20 for burst in bursts)])


def cadenced(plan: TonePlan, elements: Sequence[Element]) -> PlanTone | None:
    """The tone whose cadence the last elements keep: two bursts and a pause, or two pauses and a burst, of a simple
    cadence; a whole cycle of one with different bursts.
    """
    if len(elements) < _FEWEST:
        return None
    fits = [(_misfit(tone, elements), i) for i, tone in enumerate(plan.tones) if not tone.continuous]
    best = min(fits, default=(2.0, 0))
    return plan.tones[best[1]] if best[0] <= 1 else None


def _misfit(tone: PlanTone, elements: Sequence[Element]) -> float:
    """How far the last elements are from the cadence, 1 being just inside; more when it is not this tone."""
    needed = max(2 * len(tone.cadence), _FEWEST)
    recent = elements[-needed:]
    if len(recent) < needed or not _is_clean(tone, recent):
        return 2.0
    pattern = [part for pair in tone.cycle for part in pair]
    first = 0 if recent[0].sound else 1
    return min(
        max(
            abs(element.length - pattern[(shift + i) % len(pattern)]) / _slack(pattern[(shift + i) % len(pattern)])
            for i, element in enumerate(recent)
        )
        for shift in range(first, len(pattern), 2)
    )


def _is_clean(tone: PlanTone, recent: Sequence[Element]) -> bool:
    """Bursts of the tone's sound, all as loud; pauses that are quiet against them. A voice is neither."""
    bursts = [element.power for element in recent if element.sound]
    pauses = [element.power for element in recent if not element.sound]
    same = all(element.sound in ((), tone.frequencies) for element in recent)
    return same and max(bursts) <= _EVEN * min(bursts) and max(pauses) <= _QUIET * min(bursts)


def longest_wait(plan: TonePlan, burst: Element) -> int:
    """Samples of silence that may follow a burst: the pause of a tone that has such bursts, or a common one when this
    may only be the end of a burst.
    """
    waits = [_PATIENCE]
    for tone in plan.tones:
        if tone.frequencies == burst.sound and not tone.continuous:
            fits = any(abs(burst.length - on) <= _slack(on) for on, _ in tone.cycle)
            waits.append(longest_pause(tone) if fits else 0)
    return max(waits)


def _slack(length: int) -> float:
    return _CADENCE * length + _EDGES


def _most(length: int) -> int:
    return round(length + _slack(length))
