"""Which sound of a plan a stretch of audio is: by its frequencies, measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from dsp.plans import Sound
from dsp.receiver import Float32
from dsp.tones.analysis import Sine, analyse

_PIECE = 1600
"""Samples: long enough to tell 16 Hz apart, and short enough that a fax machine's phase reversals spoil every other."""
_PIECES = 6
_OFF = 33.0
"""How far off all frequencies may be (Hz): 25 by the standards and something for noise."""
_OFF_ABOVE, _ABOVE = 53.0, 900.0
"""The same of a single tone from there on: special information tones may be 50 Hz off (ITU-T E.180/Q.35, 5.3)."""
_OFF_RATIO = 0.04
"""Or 4 %, as T.30 wants."""
_BENT = 26.0
"""How far a frequency may be off from where the others say it should be."""
_SHARE = 0.72
_BALANCE = 0.08
_BESIDE = 0.2
HIGH = 1050.0
_SHARE_OF_HIGH = 0.55
_BESIDE_HIGH = 0.5
"""Where speech has little, as at the tones of fax machines, more may sound beside: the echo of a prompt."""
_EVEN = 2.2
_HALVES = 2.2
_SHORT = 1000
_FEWEST = 400


@dataclass(frozen=True, slots=True)
class Heard:
    """sound: that of the plan; () when it is none of them. power: mean square of all that sounded."""

    sound: Sound
    power: float


def recognise(sounds: Sequence[Sound], samples: Float32) -> Heard:
    """What samples (n,) of a burst are. A tone is the same, and as loud, from its beginning to its end: a voice or an
    instrument seldom is.
    """
    power = float(np.dot(samples, samples)) / max(len(samples), 1)
    if len(samples) < _FEWEST or not _is_level(samples):
        return Heard((), power)
    pieces = list(_pieces(samples))
    kind: Sound = ()
    powers: list[float] = []
    missed = 0
    for piece in pieces:
        sound, strength = _nearest(sounds, piece)
        if not sound:
            missed += 1
        elif powers and sound != kind:
            return Heard((), power)
        else:
            kind = sound
            powers.append(strength)
        if 2 * missed >= len(pieces):
            return Heard((), power)
    return Heard(kind if max(powers) <= _EVEN * min(powers) else (), power)


def _is_level(samples: Float32) -> bool:
    """Are all parts of about the same power? That is told at once, and it is the end of most of speech."""
    parts = 2 if len(samples) < _SHORT else 4
    size = len(samples) // parts
    each = samples[: parts * size].reshape(parts, size)
    powers = np.vecdot(each, each)
    return bool(0 < powers.max() <= _HALVES * powers.min())


def _pieces(samples: Float32) -> Iterator[Float32]:
    count = max(len(samples) // _PIECE, 1)
    size = len(samples) // count
    for i in range(max(count - _PIECES, 0), count):
        yield samples[i * size : (i + 1) * size]


def _nearest(sounds: Sequence[Sound], piece: Float32) -> tuple[Sound, float]:
    """The sound that fits best, and the power of its sines; () when none fits."""
    heard = analyse(piece)
    best: tuple[float, Sound, float] = (np.inf, (), 0.0)
    for count, alike in groupby(sounds, len):
        sines, others = sorted(heard.sines[:count], key=lambda sine: sine.frequency), heard.sines[count:]
        power = sum(sine.power for sine in sines)
        if len(sines) < count or power < _SHARE_OF_HIGH * heard.power:
            continue
        for sound in alike:
            misfit = _misfit(sound, sines)
            if misfit < best[0] and _is_pure(sound, power / heard.power, sines, others):
                best = (misfit, sound, power)
    return best[1], best[2]


def _is_pure(sound: Sound, share: float, sines: Sequence[Sine], others: Sequence[Sine]) -> bool:
    """Are the sines most of what is heard, of similar power, and anything beside them much weaker?"""
    least, beside = (_SHARE_OF_HIGH, _BESIDE_HIGH) if min(sound) > HIGH else (_SHARE, _BESIDE)
    weakest, strongest = min(sine.power for sine in sines), max(sine.power for sine in sines)
    pure = share >= least and weakest >= _BALANCE * strongest
    return pure and (not others or others[0].power <= beside * strongest)


def _misfit(sound: Sound, sines: Sequence[Sine]) -> float:
    """How far off the frequencies are; infinite when too far. An exchange's clock moves all of them alike."""
    off = [sine.frequency - wanted for sine, wanted in zip(sines, sorted(sound), strict=True)]
    shift = sum(off) / len(off)
    bent = max(abs(each - shift) for each in off)
    least = min(sound)
    if abs(shift) > max(_OFF_ABOVE if least >= _ABOVE else _OFF, _OFF_RATIO * least) or bent > _BENT:
        return np.inf
    return (shift / 25) ** 2 + (bent / 8) ** 2
