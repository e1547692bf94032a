"""Is what the close look found a key? The limits of a profile, drawn tighter the more else is heard.

Where much else is heard (a prompt's echo, noise), one look is not enough: the same tones must be found again 15 ms
later, as loud and as high as before. No voice holds two pitches like that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.dtmf.check import Fits, Float64
from dsp.dtmf.profile import Profile
from dsp.levels import amplitude

_SURE = ((0.85, 0.88, 0.93), (0.47, 0.79, 1.0))
"""Share of both tones in all that is heard, and how far off frequency they may then be, in units of the profile's
limit. Nothing less is a key at one look: noise 5 dB under each tone.
"""
_LIKELY = ((0.57, 0.70, 0.80), (0.17, 0.34, 0.63))
"""The same for what must be found twice."""
_TREND = (0.10, 0.6, 0.25)
"""How much a tone may swell or fade in half a span: so much, and more by the amplitude of all else; and
at most the last in what is to be found twice."""
_BOTH = 0.2
"""How much both may if they do it together, as a key does whose level drifts."""
_OVERTONE = 0.25
"""A second harmonic that is stronger than this, relative to its tone, is of a voice or an instrument. Of telephones'
distortion (ETSI ES 201 235-2: 20 dB below the key) it would be a tenth at most.
"""
_EDGE = 0.5
"""How much of the key there must be at either end of the span: with the length of the span, more than 24 ms of it."""
_MARGIN = (-1.5, 1.5, 3.5)
"""dB of twist beyond the limits, for what noise does to it, and, where little else is heard, for what an echo of the
key does to it: 10 dB down, it makes a tone 2.4 dB louder or 3.3 dB weaker.
"""
_CLEAR = (0.80, 0.88, 0.97)
"""Share of both tones above which little else is heard."""
_APART = 0.004
"""How much more than twice its limit the tones may be off in opposite directions. Harmonics of one pitch are: all pairs
of small whole numbers lie 3.7 % or more beside the ratios of the keys, which were chosen for that.
"""
_DIAL_SHARE, _DIAL_DOUBT, _DIAL_MOST = 0.93, 0.08, 0.92
"""Share of what is left without a dial tone from which there was one, if it was not more than the last of all that is
heard; what it counts for otherwise is so much less.
"""
_AGAIN = (120, 320)
"""Samples after which the same is to be found again."""
_SAME_PITCH, _SAME_LEVEL = 0.005, 1.2


class Verdict:
    """Judges spans by the limits of one profile."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._least = amplitude(profile.threshold)

    def __call__(self, fits: Fits) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which of them are keys, and which are likely to be: keys if they are found again."""
        offset = np.abs(fits.offset).max(axis=1) / self.profile.offset
        near: NDArray[np.bool_] = offset <= 1
        if not np.count_nonzero(near):
            return near, near  # as mostly when somebody speaks
        low, high = np.maximum(fits.amplitude.T, 1e-9)
        twist = 20 * np.log10(high / low)
        margin = np.interp(fits.share, _CLEAR, _MARGIN)
        good = np.minimum(low, high) >= self._least
        good &= (twist >= -self.profile.low_twist - margin) & (twist <= self.profile.high_twist + margin)
        good &= (fits.ends > _EDGE).all(axis=1)
        good &= np.abs(fits.offset[:, 1] - fits.offset[:, 0]) <= 2 * self.profile.accept + _APART
        share = _share(fits)
        trend = np.abs(fits.trend).max(axis=1)
        most = _TREND[0] + _TREND[1] * np.sqrt(1 - share)
        alike = np.abs(fits.trend[:, 1] - fits.trend[:, 0]) <= most
        good &= (trend <= most) | (alike & (trend <= _BOTH))
        good &= fits.overtone <= _OVERTONE
        sure, likely = (
            (share >= shares[0]) & (offset <= np.interp(share, shares, far)) for shares, far in (_SURE, _LIKELY)
        )
        return good & sure, good & likely & (trend <= _TREND[2])


def _share(fits: Fits) -> Float64:
    """The tones' share of all that is heard, a dial tone not counted if it is one."""
    whole = fits.share * (1 - fits.dial)
    there = np.where(
        (fits.share >= _DIAL_SHARE) & (fits.dial <= _DIAL_MOST), fits.share, np.maximum(whole, fits.share - _DIAL_DOUBT)
    )
    return np.clip(np.where(fits.dial > 0, there, fits.share), 0, 1)


@dataclass(frozen=True, slots=True)
class _Seen:
    at: int
    key: int
    amplitude: Float64
    offset: Float64

    def is_again(self, other: _Seen) -> bool:
        """Was the other one, some time before, the same sound?"""
        if other.key != self.key:
            return False
        ratio = self.amplitude / other.amplitude
        return bool(
            np.abs(self.offset - other.offset).max() <= _SAME_PITCH and max(ratio.max(), 1 / ratio.min()) <= _SAME_LEVEL
        )


class Likely:
    """What was likely a key on any line, a moment ago."""

    def __init__(self) -> None:
        self._seen: dict[int, list[_Seen]] = {}

    def again(self, line: int, at: int, fits: Fits, i: int) -> bool:
        """Take what was found in the span that ends there: is it a key, being found again?"""
        new = _Seen(at, int(fits.key[i]), fits.amplitude[i], fits.offset[i])
        before = [one for one in self._seen.get(line, ()) if at - one.at <= _AGAIN[1]]
        self._seen[line] = [*before, new]
        same = [at - one.at for one in before if new.is_again(one)]
        return len(same) >= 2 and max(same) >= _AGAIN[0]

    def forget(self, line: int) -> None:
        """A new call."""
        self._seen.pop(line, None)
