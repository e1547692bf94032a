"""Any sound to what a telephone line carries: 8 kHz, 300-3400 Hz (ITU-T G.712), speech at an even level.

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

from dsp import levels
from dsp.receiver import RATE, TICK, Int16

LOW, HIGH = 200.0, 3550.0
"""Middle of the filter's slopes in Hz; each slope is 200 Hz wide and ends 60 dB down."""

REACH = 0.009
"""Half the length of the filter in seconds: 3.6 / 200 Hz over two for a Kaiser window of 60 dB."""

SPEECH_LEVEL = -15.0
"""Active level of a prompt in dBm0: loud and clear, its peaks still inside the law's range."""


def to_telephone(samples: NDArray[Any], rate: int) -> NDArray[np.float32]:
    """Samples of one channel at `rate` Hz to float32 at 8 kHz, limited to the telephone band. Same scale, no delay."""
    sound = np.asarray(samples, np.float32)
    if not sound.size:
        return np.zeros(0, np.float32)
    taps, offsets = _kernel(rate)
    phases, step = taps.shape[0], rate // gcd(rate, RATE)
    wide, half = taps.shape[1], taps.shape[1] // 2
    padded = np.concatenate([np.zeros(half, np.float32), sound, np.zeros(wide + step, np.float32)])
    windows = sliding_window_view(padded, wide)
    out = np.empty(-(-sound.size * RATE // rate), np.float32)
    for phase in range(min(phases, out.size)):  # every output of one phase: a strided view times the phase's taps
        mine = out[phase::phases]
        mine[:] = windows[offsets[phase] :: step][: mine.size] @ taps[phase]
    return out


@lru_cache(maxsize=4)
def _kernel(rate: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Taps (phases, width) and the whole input sample at which each phase stands."""
    if not 1000 <= rate <= 400_000:
        raise ValueError(f"a sampling rate of {rate} Hz is out of range")
    phases = RATE // gcd(rate, RATE)
    half = ceil(REACH * rate)
    position = np.arange(phases) * (rate / RATE)
    whole = np.floor(position).astype(np.int64)
    seconds = (np.arange(-half, half + 1)[None, :] - (position - whole)[:, None]) / rate
    inside = np.clip(1.0 - (seconds / REACH) ** 2, 0.0, None)
    window = np.i0(5.65 * np.sqrt(inside)) / np.i0(5.65) * (inside > 0)
    high = min(HIGH, rate / 2)
    ideal = 2 * high * np.sinc(2 * high * seconds) - 2 * LOW * np.sinc(2 * LOW * seconds)
    return (ideal * window / rate).astype(np.float32), whole


def active_level(samples: NDArray[Any]) -> float:
    """Level in dBm0 of the parts that sound: blocks of 20 ms within 25 dB of the loudest. -99 for silence."""
    power = _block_power(np.asarray(samples, np.float64))
    active = power[power > power.max(initial=0.0) * 10**-2.5]
    return float(levels.power_dbm0(active.mean() if active.size else 0.0))


def at_level(samples: NDArray[Any], dbm0: float = SPEECH_LEVEL) -> Int16:
    """The sound as int16 with that active level, or as near to it as its peaks allow. Silence stays silence."""
    sound = np.asarray(samples, np.float64)
    level = active_level(sound)
    if level <= levels.SILENCE_DBM0:
        return np.zeros(sound.size, np.int16)
    gain = min(levels.gain(dbm0 - level), 32000.0 / np.abs(sound).max())
    scaled: Int16 = np.rint(sound * gain).astype(np.int16)
    return scaled


def trimmed(samples: NDArray[np.float32], margin: int = 80) -> NDArray[np.float32]:
    """Without the silence before and after: what lies 45 dB under the loudest block. `margin` samples stay (10 ms)."""
    power = _block_power(np.asarray(samples, np.float64), 40)
    loud = np.flatnonzero(power > power.max(initial=0.0) * 10**-4.5)
    if not loud.size:
        return samples[:0]
    return samples[max(0, int(loud[0]) * 40 - margin) : (int(loud[-1]) + 1) * 40 + margin]


def _block_power(sound: NDArray[np.float64], block: int = TICK) -> NDArray[np.float64]:
    blocks = np.concatenate([sound, np.zeros(-sound.size % block)]).reshape(-1, block)
    power: NDArray[np.float64] = np.square(blocks).mean(axis=1)
    return power
