"""Joints without a click: sounds that begin and end at nothing, and the last moment of a sound that is stopped."""

from __future__ import annotations

import numpy as np

from dsp.levels import amplitude, saturate
from dsp.receiver import Float32, Int16

EDGE = 40
"""Samples in which a sound comes and goes (5 ms): too short to be heard as a fade, long enough not to click."""

FADE = 64
"""Samples in which a sound that is stopped goes (8 ms)."""

NOTHING_DBM0 = -55.0
NEAR = 4
"""A sound whose first samples, and one whose last, are below the peak of such a tone needs no softening there. One
sample is not enough: a wave that sets out steeply from zero is heard as well."""


def rise(samples: int) -> Float32:
    """The first half of a raised cosine: from just above 0 to just below 1, float32."""
    steps = (np.arange(samples, dtype=np.float32) + np.float32(0.5)) / np.float32(max(samples, 1))
    risen: Float32 = np.float32(0.5) - np.float32(0.5) * np.cos(np.float32(np.pi) * steps)
    return risen


def softened(samples: Int16) -> Int16:
    """A copy whose first and last 5 ms come from nothing and go to nothing, each only where it does not anyway.

    int16 (n,); of a sound shorter than 10 ms each edge takes half.
    """
    made = samples.copy()
    edge = min(EDGE, len(made) // 2)
    limit = amplitude(NOTHING_DBM0)
    if edge and _peak(made[:NEAR]) > limit:
        made[:edge] = saturate(made[:edge] * rise(edge))
    if edge and _peak(made[-NEAR:]) > limit:
        made[-edge:] = saturate(made[-edge:] * rise(edge)[::-1])
    return made


def _peak(samples: Int16) -> float:
    return float(np.abs(samples.astype(np.float32)).max())


def faded(samples: Int16) -> Int16:
    """A copy that goes to nothing over its whole length: how a sound that is stopped ends."""
    return saturate(samples * rise(len(samples))[::-1])
