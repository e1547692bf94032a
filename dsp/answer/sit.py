"""Single tones one after the other: special information tones, fax, modem, the beep of a machine.

Special information tones (ITU-T E.180/Q.35, 5.3): 950, 1400, 1800 Hz, 330 +-70 ms each. In North America (Bellcore
SR-2275) frequencies and lengths of the first two say why: low 913.8 and 1370.6, high 985.2 and 1428.5 Hz; short 274,
long 380 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dsp.activity.look import BLOCK
from dsp.receiver import RATE

_SECOND = RATE // BLOCK
_TURNS = ((890.0, 1010.0), (1340.0, 1460.0), (1740.0, 1860.0))
_SHORTEST, _LONGEST = 0.22 * RATE, 0.44 * RATE
_JOINT = 0.08 * RATE
_LONG = 0.327 * RATE
_HIGH = (949.5, 1399.6)
_EXACT = 22.0
"""Hz from a frequency of North America: farther off it is the ITU's tone, that says no more."""

_WHY = {
    (False, False, False, False): "intercept",
    (False, False, True, True): "no circuit, other network",
    (True, False, True, False): "vacant code",
    (True, False, False, True): "reorder, other network",
    (False, True, False, True): "reorder",
    (True, True, True, True): "no circuit",
    (False, True, True, False): "reserved 1",
    (True, True, False, False): "reserved 2",
}
"""(first high, second high, first long, second long)."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A single tone that has ended. frequency in Hz, 0 for several at once; powers: of its blocks of 20 ms."""

    at: int
    end: int
    frequency: float
    powers: tuple[float, ...]

    @property
    def length(self) -> int:
        """In samples."""
        return self.end - self.at

    def is_about(self, frequency: float, off: float) -> bool:
        """Is it that tone?"""
        return abs(self.frequency - frequency) <= off

    @property
    def steady(self) -> bool:
        """Has it one level to 2 dB, as no vowel has?"""
        inside = self.powers[2:-2]
        return len(inside) > 0 and max(inside) < 1.6 * min(inside)

    @property
    def swings(self) -> bool:
        """Is its amplitude modulated by 15 Hz, as ANSam's (ITU-T V.8: 20 %)?"""
        powers = np.array(self.powers[1:-1])
        if len(powers) < _SECOND // 2:
            return False
        swing = np.abs(np.exp(2j * np.pi * 15 / _SECOND * np.arange(len(powers))) @ (powers - powers.mean()))
        return bool(2 * swing / len(powers) > 0.15 * powers.mean())


def sit(bursts: tuple[Burst, ...]) -> str | None:
    """Are the last three bursts a special information tone, and which? "unknown" when it says no more."""
    last = bursts[-3:]
    if len(last) < 3 or not all(_fits(burst, *turn) for burst, turn in zip(last, _TURNS, strict=True)):
        return None
    if any(later.at - earlier.end > _JOINT for earlier, later in pairwise(last)):
        return None
    high = [burst.frequency > limit for burst, limit in zip(last, _HIGH, strict=False)]
    long = [burst.length > _LONG for burst in last]
    exact = last[0].is_about(985.2 if high[0] else 913.8, _EXACT) and last[1].is_about(
        1428.5 if high[1] else 1370.6, _EXACT
    )
    return _WHY.get((high[0], high[1], long[0], long[1]), "unknown") if exact else "unknown"


def _fits(burst: Burst, lowest: float, highest: float) -> bool:
    return lowest <= burst.frequency <= highest and _SHORTEST <= burst.length <= _LONGEST
