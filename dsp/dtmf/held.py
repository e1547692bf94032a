"""A DTMF key that is down, followed until it has been away for long enough (ITU-T Q.24: interruptions are no end)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.dtmf.samples import Samples
from dsp.dtmf.signal import HIGH, KEYS, LOW
from dsp.events import Digit, Edge
from dsp.levels import power_dbm0
from dsp.receiver import RATE, Float32

BLOCK = 40
"""Every so many samples it is asked whether the key is still down."""
_WINDOW = 2 * BLOCK
_ON = 0.42
"""Amplitude, relative to when the key was accepted, above which a tone is still there: above an echo 10 dB down."""


def _table() -> Float32:
    """(16, BLOCK, 8): real and imaginary part of low and high tone, by key, in the first block of a window, then in the
    second. A sine gives its amplitude.
    """
    offset = np.arange(_WINDOW) - (_WINDOW - 1) / 2
    shape = np.cos(np.pi * offset / _WINDOW) ** 2
    angle = 2 * np.pi * np.outer([*LOW, *HIGH], offset) / RATE
    real, imaginary = np.cos(angle) * shape / shape.sum() * 2, np.sin(angle) * shape / shape.sum() * 2
    tones = [(real[key // 4], imaginary[key // 4], real[4 + key % 4], imaginary[4 + key % 4]) for key in range(16)]
    whole = np.swapaxes(np.array(tones, np.float32), 1, 2)
    return np.concatenate([whole[:, :BLOCK], whole[:, BLOCK:]], axis=2)


_TABLE = _table()


@dataclass(slots=True)
class Held:
    """A key that is down.

    at: its first sample. last: its last sample so far. reference: amplitude of its tones. low, high: their level in
    dBm0. fill: how much of it there was in the last window, 1 being all of it. off: blocks without it since. rest: it
    is what is left of a key that has ended, its echo or its fading, of which nothing is told.
    """

    key: int
    at: int
    last: float
    reference: tuple[float, float]
    low: float
    high: float
    fill: float = 1.0
    off: int = 0
    rest: bool = False

    def goes_on(self, fills: list[float], end: int) -> bool:
        """Take the next windows if the key is down in all of them, so that nothing else needs to be asked of them.

        end: of the last one.
        """
        if self.off or min(fills) < _ON:
            return False
        self.last, self.fill = end - BLOCK, fills[-1]
        return True

    def is_over(self, fill: float, end: int, patience: int) -> bool:
        """Take the next window: has the key been away for so many blocks?"""
        if fill >= _ON:
            self.last, self.off = end - BLOCK, 0
        else:
            if self.off == 0:
                self.last += BLOCK * min(max((self.fill - 0.5) / max(self.fill - fill, 1e-6), 0.0), 1.0)
            self.off += 1
        self.fill = fill
        return self.off >= patience

    def began(self, line: int) -> Digit:
        return self._digit(line, self.at, "began", 0)

    def ended(self, line: int) -> Digit:
        end = max(round(self.last), self.at + 1)
        return self._digit(line, end, "ended", end - self.at)

    def _digit(self, line: int, at: int, edge: Edge, length: int) -> Digit:
        return Digit(line, at, KEYS[self.key], edge, length, self.low, self.high)


def accepted(keys: list[int], starts: list[int], ends: list[int], amplitude: NDArray[np.float64]) -> list[Held]:
    """Keys that were found in spans ending there. amplitude: (n, 2) of their tones."""
    levels = power_dbm0(amplitude * amplitude / 2).tolist()
    return [
        Held(key, start, end - BLOCK, (low, high), round(low_dbm0, 1), round(high_dbm0, 1))
        for key, start, end, (low, high), (low_dbm0, high_dbm0) in zip(
            keys, starts, ends, amplitude.tolist(), levels, strict=True
        )
    ]


def fills(samples: Samples, held: Mapping[int, Held], first: int, count: int) -> dict[int, list[float]]:
    """Line by line, how much of the key that is down there is in each of `count` blocks' windows, 1 being all of it.

    first: the sample with which the first window ends; the others follow block by block.
    """
    lines, end = np.array(list(held)), np.array(first + BLOCK * (count - 1))
    heard = samples.gather(lines, end, BLOCK * (count + 1)).reshape(-1, count + 1, BLOCK)
    parts = heard @ _TABLE[[one.key for one in held.values()]]
    whole = parts[:, :-1, :4] + parts[:, 1:, 4:]
    whole *= whole
    amplitudes = np.sqrt(whole[..., 0::2] + whole[..., 1::2])
    amplitudes /= np.array([one.reference for one in held.values()], np.float32)[:, None]
    return dict(zip(held, np.minimum(amplitudes[..., 0], amplitudes[..., 1]).tolist(), strict=True))
