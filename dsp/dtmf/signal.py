"""The sound of DTMF keys (ITU-T Q.23)."""

from __future__ import annotations

import numpy as np

from dsp.levels import amplitude
from dsp.receiver import RATE, Float32

LOW = (697, 770, 852, 941)
HIGH = (1209, 1336, 1477, 1633)
KEYS = "123A456B789C*0#D"
"""Row by row of the keypad: KEYS[4 * low + high]."""


def key(
    digit: str, level: float = -7.0, twist: float = 0.0, samples: int = 800, offset: tuple[float, float] = (0.0, 0.0)
) -> Float32:
    """One key held for that many samples: float32, linear.

    level: dBm0 of each tone. twist: high minus low in dB, half taken from one and given to the other.
    offset: relative deviation of the low and the high frequency (0.015 is 1.5 % high).
    Raises ValueError for a key that is not on the pad.
    """
    index = KEYS.find(digit.upper())
    if index < 0 or len(digit) != 1:
        raise ValueError(f"{digit!r} is no DTMF key: the pad has {KEYS}")
    if samples < 0:
        raise ValueError(f"a key is held for 0 samples or more, not for {samples}")
    time = np.arange(samples) / RATE
    low, high = LOW[index // 4] * (1 + offset[0]), HIGH[index % 4] * (1 + offset[1])
    made = amplitude(level - twist / 2) * np.sin(2 * np.pi * low * time)
    made += amplitude(level + twist / 2) * np.sin(2 * np.pi * high * time)
    return np.asarray(made, np.float32)


def keys(digits: str, level: float = -7.0, on: int = 800, off: int = 800, twist: float = 0.0) -> Float32:
    """Keys one after the other, each `on` samples of tone and `off` samples of silence. "," is a pause of both."""
    pause = np.zeros(off, np.float32)
    parts = [np.zeros(0, np.float32)]
    for digit in digits:
        parts += [np.zeros(on, np.float32) if digit == "," else key(digit, level, twist, on), pause]
    return np.concatenate(parts)
