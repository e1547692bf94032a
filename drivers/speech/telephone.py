"""Speech as a telephone line carries it best: at an even level, its peaks in range, no silence around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsp import levels
from dsp.limiter import limited
from dsp.loudness import speech_level
from dsp.receiver import Float32, Int16

SPEECH_LEVEL = -20.0
"""Active speech level of every prompt in dBm0 (ITU-T P.56): that of a caller who speaks up on a good line."""

PEAK_DBM0 = -3.0
"""No peak of a prompt is higher than that of a tone of this level, so that a line with gain does not cut it off."""

PASSES, NEAR = 6, 0.2
"""Peaks that gave way took of the level with them: so often is it made up for, unless it is as near (dB) before."""

FAINT, FAINT_NOISE = 10**-4.5, 10**-3.0
ABOVE_NOISE = 4.0
BLOCK = 40
QUIET_SHARE = 10


@dataclass(frozen=True, slots=True)
class Levelled:
    """Speech at its level. before: its active level until now, dBm0. lowered: dB by which the highest peak gave way."""

    samples: Int16
    before: float
    lowered: float = 0.0


def levelled(samples: NDArray[Any], dbm0: float = SPEECH_LEVEL) -> Levelled:
    """The sound with that active speech level and its true peaks below PEAK_DBM0. Silence stays silence."""
    sound = np.asarray(samples, np.float32)
    before = level = speech_level(sound).dbm0
    if before <= levels.SILENCE_DBM0:
        return Levelled(np.zeros(sound.size, np.int16), before)
    soft, decibels, lowered = sound, 0.0, 0.0
    for _ in range(PASSES):
        decibels += dbm0 - level
        soft, lowered = limited(sound * np.float32(levels.gain(decibels)), levels.amplitude(PEAK_DBM0))
        level = speech_level(soft).dbm0 if lowered else dbm0
        if abs(level - dbm0) < NEAR:
            break
    return Levelled(levels.saturate(soft), before, lowered)


def trimmed(samples: Float32, margin: int = 80, noisy: bool = False) -> Float32:
    """Without the silence before and after: what lies 45 dB under the loudest 5 ms. `margin` samples stay (10 ms).

    noisy: silence is also what is not 6 dB above the quietest tenth, as in a room; but nothing within 30 dB.
    """
    blocks = np.concatenate([samples, np.zeros(-samples.size % BLOCK, np.float32)]).reshape(-1, BLOCK)
    power = np.square(blocks, dtype=np.float64).mean(axis=1)
    highest = power.max(initial=0.0)
    limit = highest * FAINT
    if noisy and power.size:
        limit = max(limit, min(ABOVE_NOISE * float(np.percentile(power, QUIET_SHARE)), highest * FAINT_NOISE))
    loud = np.flatnonzero(power > limit)
    if not loud.size:
        return samples[:0]
    return samples[max(0, int(loud[0]) * BLOCK - margin) : (int(loud[-1]) + 1) * BLOCK + margin]
