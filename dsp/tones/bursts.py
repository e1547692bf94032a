"""Every burst of some sounds in a recording of one line, found and measured by the receiver's own means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dsp.plans import Sound
from dsp.receiver import Float32
from dsp.tones.analysis import analyse
from dsp.tones.edges import LATE, Edges
from dsp.tones.presence import HOP, Presence
from dsp.tones.sound import recognise
from dsp.tones.split import split

_BLOCKS = 20
_SHORTEST = 5
_TRIM = 80
_PIECE = 1600


@dataclass(frozen=True, slots=True)
class Burst:
    """One burst: samples from `start` to `end`, of one of the sounds; measured: its own frequencies.

    power: mean square. whole: does the recording hold its beginning and its end?
    """

    start: int
    end: int
    sound: Sound
    measured: Sound
    power: float
    whole: bool = True

    @property
    def length(self) -> int:
        """Samples."""
        return self.end - self.start


def bursts_of(samples: Float32, sounds: Sequence[Sound]) -> list[Burst]:
    """The bursts in samples (n,), one after the other."""
    if not sounds:
        return []
    singles = [sound[0] for sound in sounds if len(sound) == 1]
    found: list[Burst] = []
    for start, end in _stretches(samples, sounds):
        burst = _burst(samples, sounds, start, end)
        parts = [(start, end)] if burst else split(singles, samples[max(start, 0) : end], max(start, 0), end)
        found += [part for a, b in parts if (part := burst or _burst(samples, sounds, a, b))]
    return found


def _stretches(samples: Float32, sounds: Sequence[Sound]) -> Iterator[tuple[int, int]]:
    """From where to where one of the sounds, or several one after the other, are most of what is heard."""
    presence, edges = Presence(1, sounds, _BLOCKS), Edges(1, _SHORTEST, 1 << 40)
    blocks = np.zeros((-(-len(samples) // HOP) + LATE + 8, 1, HOP), np.float32)
    blocks.reshape(-1)[: len(samples)] = samples
    for at in range(0, len(blocks), _BLOCKS):
        for edge in edges(presence(blocks[at : at + _BLOCKS]), np.zeros(1, np.bool_)):
            if edge.kind == "fall":
                end = min(edge.window * HOP - HOP // 2 - presence.release, len(samples))
                yield edge.since * HOP - HOP // 2, end


def _burst(samples: Float32, sounds: Sequence[Sound], start: int, end: int) -> Burst | None:
    inside = samples[max(start, 0) + _TRIM // 2 : end - _TRIM // 2]
    heard = recognise(sounds, inside)
    if not heard.sound:
        return None
    whole = start > 2 * HOP and end < len(samples) - 2 * HOP
    return Burst(start, end, heard.sound, _measured(inside, len(heard.sound)), heard.power, whole)


def _measured(inside: Float32, count: int) -> Sound:
    middle = max((len(inside) - _PIECE) // 2, 0)
    sines = analyse(inside[middle : middle + _PIECE]).sines[:count]
    return tuple(sorted(sine.frequency for sine in sines))
