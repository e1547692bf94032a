"""What was nearly a DTMF key, with every number, for the log: a person would wonder why it was not heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.dtmf.check import Fits
from dsp.dtmf.profile import Profile
from dsp.dtmf.signal import KEYS
from dsp.levels import amplitude, power_dbm0

_SHARE = 0.85
"""Both tones' share of all that was heard, from which a person hears a key."""
_TREND = 0.3
_QUIET = 480
"""Samples after which nothing more comes of it."""
_MOST = 256
"""As many are kept for whoever asks."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Two tones that were no key.

    at: sample up to which they were looked at. length: samples of them, as far as they were seen. low, high: level of
    the tones in dBm0. low_offset, high_offset: deviation from their frequencies in %. share: of both in all that was
    heard. why: which limit they missed.
    """

    line: int
    at: int
    digit: str
    length: int
    low: float
    high: float
    low_offset: float
    high_offset: float
    share: float
    why: str

    @property
    def twist(self) -> float:
        """dB by which the high tone is the stronger one."""
        return self.high - self.low


class NearMisses:
    """The near misses of all lines, one a sound, kept until somebody asks; the oldest are dropped and counted."""

    def __init__(self, profile: Profile) -> None:
        self.dropped = 0
        self._profile = profile
        self._open: dict[int, NearMiss] = {}
        self._kept: list[NearMiss] = []

    def worth(self, fits: Fits) -> NDArray[np.bool_]:
        """Which of them are two clean tones, so that a person would hear a key?"""
        return np.asarray((fits.share >= _SHARE) & (np.abs(fits.trend).max(axis=1) <= _TREND))

    def consider(self, line: int, at: int, fits: Fits, i: int) -> None:
        """Two clean tones that were looked at and are no key so far."""
        why = self._why(fits, i)
        if not why:
            return
        before = self._open.get(line)
        if before is not None and at - before.at > _QUIET:
            self._keep(before)
        new = _near_miss(line, at, fits, i, why)
        if before is None or at - before.at > _QUIET or new.share >= before.share:
            self._open[line] = new

    def heard(self, line: int) -> None:
        """A key was heard after all, or a new call begins."""
        self._open.pop(line, None)

    def take(self, now: int) -> list[NearMiss]:
        """What was kept until now."""
        for line in [line for line, one in self._open.items() if now - one.at > _QUIET]:
            self._keep(self._open.pop(line))
        kept, self._kept = self._kept, []
        return kept

    def _keep(self, one: NearMiss) -> None:
        if len(self._kept) == _MOST:
            del self._kept[0]
            self.dropped += 1
        self._kept.append(one)

    def _why(self, fits: Fits, i: int) -> str:
        """Which limit was missed, nothing for what nobody would hear."""
        low, high = fits.amplitude[i].tolist()
        twist = 20 * np.log10(max(high, 1e-9) / max(low, 1e-9))
        if min(low, high) < amplitude(self._profile.threshold - 12):
            return ""
        if min(low, high) < amplitude(self._profile.threshold):
            return "too faint"
        if np.abs(fits.offset[i]).max() > self._profile.offset:
            return "off frequency"
        if not -self._profile.low_twist <= twist <= self._profile.high_twist:
            return "twist"
        return "too short" if fits.ends[i].min() <= 0.5 else ""


def _near_miss(line: int, at: int, fits: Fits, i: int, why: str) -> NearMiss:
    low, high = (round(float(power_dbm0(a * a / 2)), 1) for a in fits.amplitude[i])
    low_offset, high_offset = (round(float(100 * off), 2) for off in fits.offset[i])
    length, share = round(fits.length(i)), round(float(fits.share[i]), 3)
    return NearMiss(line, at, KEYS[fits.key[i]], length, low, high, low_offset, high_offset, share, why)
