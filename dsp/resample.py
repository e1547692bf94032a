"""Any sampling rate to 8 kHz, limited to the telephone band on the way (ITU-T G.712).

One windowed-sinc band-pass does resampling and band limit together. Its taps are tabulated once per phase of the
rate ratio, so that all samples of one phase are one product; numpy alone, since scipy costs a server 0.3 s and 40 MB.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, gcd
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from dsp.receiver import RATE, Float32

LOW, HIGH = 200.0, 3550.0
"""Middle of the filter's slopes in Hz; each slope is 200 Hz wide and ends 65 dB down."""

REACH = 0.01
"""Half the length of the filter in seconds: 4 / 200 Hz over two for a Kaiser window of 65 dB."""

KAISER = 6.2
LOWEST, HIGHEST = 1000, 400_000
"""Rates that a sound may have: a damaged header must not fill the memory."""


def resample(samples: NDArray[Any], rate: int, low: float = LOW, high: float = HIGH) -> Float32:
    """One row of samples at `rate` Hz to float32 at 8 kHz, on the same scale and without delay.

    low, high: middle of the slopes of the pass band in Hz; low 0 keeps everything down to DC. Raises ValueError for
    a rate below 1 or above 400 kHz, a band that 8 kHz cannot carry, or anything but a row.
    """
    if samples.ndim != 1:
        raise ValueError(f"a sound is one row of samples, not {samples.shape}")
    sound = np.asarray(samples, np.float32)
    if not sound.size:
        return np.zeros(0, np.float32)
    taps, offsets = _kernel(rate, low, high)
    phases, step = taps.shape[0], rate // gcd(rate, RATE)
    wide, half = taps.shape[1], taps.shape[1] // 2
    padded = np.concatenate([np.zeros(half, np.float32), sound, np.zeros(wide + step, np.float32)])
    windows = sliding_window_view(padded, wide)
    out = np.empty(-(-sound.size * RATE // rate), np.float32)
    for phase in range(min(phases, out.size)):  # every output of one phase: a strided view times the phase's taps
        mine = out[phase::phases]
        mine[:] = windows[offsets[phase] :: step][: mine.size] @ taps[phase]
    return out


@lru_cache(maxsize=8)
def _kernel(rate: int, low: float, high: float) -> tuple[Float32, NDArray[np.int64]]:
    """Taps (phases, width) and the whole input sample at which each phase stands."""
    if not LOWEST <= rate <= HIGHEST:
        raise ValueError(f"a sampling rate of {rate} Hz is out of range")
    if not 0 <= low < high < RATE / 2:
        raise ValueError(f"{low} to {high} Hz is no band that 8 kHz can carry")
    phases = RATE // gcd(rate, RATE)
    half = ceil(REACH * rate)
    position = np.arange(phases) * (rate / RATE)
    whole = np.floor(position).astype(np.int64)
    seconds = (np.arange(-half, half + 1)[None, :] - (position - whole)[:, None]) / rate
    inside = np.clip(1.0 - (seconds / REACH) ** 2, 0.0, None)
    window = np.i0(KAISER * np.sqrt(inside)) / np.i0(KAISER) * (inside > 0)
    top = min(high, rate / 2)
    ideal = 2 * top * np.sinc(2 * top * seconds) - 2 * low * np.sinc(2 * low * seconds)
    return (ideal * window / rate).astype(np.float32), whole
