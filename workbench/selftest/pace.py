"""The same sound faster or slower, as a tape would play it: pitch and formants move with the time."""

from __future__ import annotations

import numpy as np

from dsp.receiver import Float32

_STEPS = 100


def played_at(sound: Float32, pace: float) -> Float32:
    """A sound at `pace` times its speed, in steps of 1 %."""
    from scipy.signal import resample_poly

    return np.asarray(resample_poly(sound, _STEPS, max(round(_STEPS * pace), 1)), np.float32)
