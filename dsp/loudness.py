"""Active speech level (ITU-T P.56, method B): how loud speech is while it is spoken, whatever the pauses between.

The envelope of the sound is its rectified value, smoothed twice with 30 ms. Speech is active where the envelope has
been above a threshold within the last 200 ms; the threshold is the one that lies 15.9 dB under the level of what is
then active.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsp import levels
from dsp.receiver import RATE

TIME_CONSTANT = 0.03
HANGOVER = RATE // 5
MARGIN = 15.9
"""P.56: seconds of each smoothing; samples that stay active after the last one above the threshold; dB."""

BLOCK = 1024

Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SpeechLevel:
    """dbm0: level while active, `levels.SILENCE_DBM0` when nothing is. activity: share of the time, 0 to 1."""

    dbm0: float
    activity: float


def speech_level(samples: NDArray[Any]) -> SpeechLevel:
    """Active level and activity of one row of samples at 8 kHz, full scale 32768. Raises ValueError for another shape.

    A steady tone or noise is active throughout and has its own level. The method is made for sentences: a sound that
    is shorter than a second, a word, is taken as if it were said over and over.
    """
    if samples.ndim != 1:
        raise ValueError(f"a sound is one row of samples, not {samples.shape}")
    sound = np.tile(np.asarray(samples, np.float64), -(-RATE // max(samples.size, 1)))
    energy = float(sound @ sound)
    if levels.power_dbm0(energy / max(sound.size, 1)) <= levels.SILENCE_DBM0:
        return SpeechLevel(levels.SILENCE_DBM0, 0.0)
    smooth = exp(-1 / (RATE * TIME_CONSTANT))
    envelope = np.sort(_lately(_smoothed(_smoothed(np.abs(sound), smooth), smooth), HANGOVER + 1))
    active = _active(envelope, energy)
    return SpeechLevel(float(levels.power_dbm0(energy / active)), active / sound.size)


def _active(envelope: Float64, energy: float) -> int:
    """How many samples are above the threshold that lies MARGIN under the level they have; envelope sorted."""
    low, high = 0.0, float(envelope[-1])
    active = envelope.size
    for _ in range(40):
        threshold = (low + high) / 2
        above = envelope.size - int(np.searchsorted(envelope, threshold))
        if above and threshold > 0 and 10 * log10(energy / above) - 20 * log10(threshold) < MARGIN:
            high = threshold  # too near to the level of what is above it
        else:
            low, active = threshold, above or active
    return active


def _smoothed(x: Float64, keep: float) -> Float64:
    """y[n] = keep y[n-1] + (1 - keep) x[n], by blocks: within one a sum, between them what is left of the last."""
    blocks = np.concatenate([x, np.zeros(-x.size % BLOCK)]).reshape(-1, BLOCK)
    fading = keep ** np.arange(BLOCK)
    own = (1 - keep) * fading * np.cumsum(blocks / fading, axis=1)
    carried = np.zeros(len(blocks))
    for i in range(1, len(blocks)):
        carried[i] = own[i - 1, -1] + carried[i - 1] * fading[-1] * keep
    smoothed: Float64 = (own + carried[:, None] * fading * keep).ravel()[: x.size]
    return smoothed


def _lately(x: Float64, width: int) -> Float64:
    """The largest of the last `width` samples at each, doubled in width until it is reached."""
    largest, reached = x.copy(), 1
    while reached < width:
        step = min(reached, width - reached)
        largest[step:] = np.maximum(largest[step:], largest[:-step])
        reached += step
    return largest
