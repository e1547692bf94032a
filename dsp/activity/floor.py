"""What lines sound like when nobody speaks: noise, hum, steady tones. Above that floor somebody speaks.

All powers are sums of squares over a block of 20 ms. A group is eight blocks, 160 ms.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dsp.activity.look import BLOCK, low_energy
from dsp.activity.steady import even, medians
from dsp.blocks import Index
from dsp.levels import power
from dsp.receiver import Float32

GROUP: Final = 8
WINDOW: Final = 20
"""Groups: what has kept its level for 3.2 s is no voice. Two seconds of noise may be one yet."""
BEGINS: Final = 3.5
"""A voice begins 5.5 dB above the noise of its line ..."""
STAYS: Final = 2.5
"""... and lasts while it is 4 dB above it."""

_FLOOR = np.float32(power(-52.0) * BLOCK)
"""Nothing quieter is a voice."""
_LEAST = np.float32(_FLOOR / BEGINS)
_LOUDEST = np.float32(power(-28.0) * BLOCK)
"""Nothing louder is taken for the noise of a line within half a second."""
_DIGITAL = np.float32(power(-72.0) * BLOCK)
"""Less than any analog line has: lost samples, or a far end that is muted. It says nothing of the line's noise."""
_RISE = np.float32(1.015**GROUP)
"""The estimate of the noise rises by 3 dB a second, and falls at once."""
_FADE = np.float32(0.9)
_HUM = 8
"""Groups: hum is what was there all the time for 1.3 s, a low voice is not."""
_FLICKER = np.float32(1.01)
"""Hum and noise that is 40 dB below it, summed over a block, flicker by that much."""
_NEAR = np.float32(0.63)
"""A steady sound keeps its level to 2 dB."""
_OVER = np.float32(1.6)
_UNDER = np.float32(0.4)
"""... when it is found; after that a block is of it down to 4 dB."""
_PAUSE = np.float32(1 / 30)
_PAUSES = 4
"""Groups: the pauses of a cadence are shorter."""
_EARLY = 4
_FIRST = 3 * GROUP
PERIOD: Final = GROUP * BLOCK
"""Samples after which everything here comes round again."""


class Floor:
    """The record of all lines' block powers, and what of it is floor.

    ring: (blocks, lines), the newest at `newest`. threshold: what a block must exceed, per line, `hum` included; if
    there is `any_steady` sound, also see `is_steady`.
    settled: so many blocks of silence, and more of it changes nothing.
    Takes 4 bytes a line for each block kept, and 150: 0.8 KB with the usual hang time.
    """

    def __init__(self, lines: int, blocks: int) -> None:
        """blocks: how many are kept at least."""
        self.lines = lines
        kept = max(-(-blocks // GROUP), WINDOW) + 1
        self.ring = np.zeros((kept * GROUP, lines), np.float32)
        self.settled = len(self.ring) + 25 * 50
        self.newest = -1
        self.total = np.zeros(lines, np.float64)
        """Sum of all groups so far."""
        self.threshold = np.full(lines, _FLOOR)
        self._factor = np.full(lines, BEGINS, np.float32)
        self._noise = np.full(lines, _LEAST)
        self.hum = np.zeros(lines, np.float32)
        self._steady = np.zeros(lines, np.float32)
        """Level of a tone or noise that was found to be steady; fades when it is over."""
        self._lower, self._upper = np.zeros((2, lines), np.float32)
        """Between these a block is of that sound."""
        self.any_steady = False
        self._held: NDArray[np.int32] = np.zeros(lines, np.int32)
        self._loudest = np.zeros((WINDOW, lines), np.float32)
        self._lows = np.zeros((_HUM, lines), np.float32)
        self._age: NDArray[np.int32] = np.zeros(lines, np.int32)
        self._groups = 0
        self._opened = 0

    def next(self) -> Float32:
        """The row for the powers of the next block."""
        self.newest = (self.newest + 1) % len(self.ring)
        self._opened += 1
        row: Float32 = self.ring[self.newest]
        return row

    def close(self, block: Float32) -> list[int]:
        """A group is complete; block: the samples (lines, BLOCK) of its last one. Gives the lines found steady."""
        group = self.ring[self.newest - GROUP + 1 : self.newest + 1]
        self._groups += 1
        self._opened = 0
        self.total += np.add.reduce(group, axis=0)
        np.maximum.reduce(group, axis=0, out=self._loudest[self._groups % WINDOW])
        low = self._listen_low(block)
        self._follow_noise(np.minimum.reduce(group, axis=0), self.ring[self.newest] - low)
        self._age += 1
        found = self._early(low)
        found += self._lasting()
        if found:
            self._settle(found)
        self._fade()
        self._set_thresholds()
        return found

    def turn(self, line: int, active: bool) -> None:
        """Somebody has begun to speak, or has stopped."""
        factor = STAYS if active else BEGINS
        self._factor[line] = factor
        self.threshold[line] = max(float(self._noise[line]) * factor, float(_FLOOR)) + self.hum[line] * _FLICKER

    def is_steady(self, powers: Float32) -> NDArray[np.bool_]:
        """Has the block of each line the level of its steady sound? In the pauses of a tone one may speak softly."""
        return (powers >= self._lower) & (powers <= self._upper)

    def forget(self, line: int) -> None:
        """A new call: the noise is learned anew."""
        for record in (self.ring, self._loudest, self._lows):
            record[:, line] = 0
        for state in (self.hum, self._steady, self._lower, self._upper, self._age):
            state[line] = 0
        self._noise[line] = _LEAST
        self.turn(line, active=False)

    def recent(self, line: int, blocks: int, ago: int = 0) -> Float32:
        """Powers of that many blocks of a line, oldest first, up to so many blocks ago."""
        places = np.arange(self.newest + 1 - ago - blocks, self.newest + 1 - ago)
        powers: Float32 = self.ring[:, line].take(places, mode="wrap")
        return powers

    def energy(self, line: int, ago: int) -> float:
        """Sum of squares of the line from its first sample up to that many blocks ago."""
        changed = self.recent(line, abs(self._opened - ago), min(self._opened, ago))
        part = float(np.add.reduce(changed, dtype=np.float64))
        return float(self.total[line]) + (part if ago < self._opened else -part)

    def noise(self) -> Float32:
        """Mean square of each line's noise without its hum, shape (lines,)."""
        return self._noise / np.float32(BLOCK)

    def where_steady(self, line: int, blocks: int) -> int:
        """How many of the newest blocks, `blocks` at most, belong to the sound that was found steady.

        A voice is louder than it, or somewhat quieter, for two blocks together (edges of bursts are one).
        """
        recent = self.recent(line, min(blocks, len(self.ring) - GROUP))
        level = self._steady[line]
        voice = (recent > level * _OVER) | ((recent < level * _NEAR) & (recent > level * _PAUSE))
        pairs = np.flatnonzero(voice[1:] & voice[:-1])
        return len(recent) - (int(pairs[-1]) + 2 if len(pairs) else 0)

    def _listen_low(self, block: Float32) -> Float32:
        low: Float32 = self._lows[self._groups % _HUM]
        with np.errstate(over="ignore", invalid="ignore"):
            np.copyto(low, low_energy(block))
        if not np.isfinite(low.sum()):
            low[~np.isfinite(low)] = 0
        np.minimum.reduce(self._lows, axis=0, out=self.hum)
        return low

    def _follow_noise(self, quietest: Float32, last: Float32) -> None:
        """Falls at once to the quietest block of a group, rises slowly; where nothing at all is heard it fades.

        Where there is much hum its beat with the noise would be taken for quiet: there the last block counts, of
        which it was taken off.
        """
        fallen = np.where(self.hum * 4 > quietest, last, quietest - self.hum)
        np.copyto(fallen, self._noise * _FADE, where=quietest <= _DIGITAL)
        self._noise *= _RISE
        np.minimum(self._noise, fallen, out=self._noise)
        np.clip(self._noise, _LEAST, _LOUDEST, out=self._noise)

    def _lowest(self) -> Float32:
        """The least power that is a sound, if nothing steady is heard."""
        lowest: Float32 = np.maximum(self._noise * np.float32(STAYS), _FLOOR) + self.hum * _FLICKER
        return lowest

    def _set_thresholds(self) -> None:
        np.multiply(self._noise, self._factor, out=self.threshold)
        np.maximum(self.threshold, _FLOOR, out=self.threshold)
        hum = self.hum * _FLICKER
        self.threshold += hum
        self.any_steady = bool(np.count_nonzero(self._steady))
        if self.any_steady:
            np.multiply(self._steady, _UNDER, out=self._lower)
            np.multiply(self._steady, _OVER, out=self._upper)
            self._upper += hum

    def _fade(self) -> None:
        """A steady sound is looked for until it was not found again for as long as it takes to find it."""
        if np.count_nonzero(self._steady):
            self._held -= 1
            np.multiply(self._steady, _FADE, out=self._steady, where=self._held < 0)
            self._steady *= self._steady > _LEAST

    def _early(self, low: Float32) -> list[int]:
        """A call that begins with half a second of one level, not too loud, begins with the noise of its line; if that
        is mostly `low`, with its hum.
        """
        young = (self._age == _EARLY).nonzero()[0]
        if not len(young):
            return []
        recent = self.ring[np.arange(self.newest - _FIRST + 1, self.newest + 1)[:, None], young]
        quietest, loudest = recent.min(axis=0), recent.max(axis=0)
        even = (loudest * _NEAR * _NEAR < quietest) & (loudest < _LOUDEST) & (quietest > _DIGITAL)
        hums = quietest < 2 * low[young]
        mains = young[even & hums]
        self._lows[:, mains] = self.hum[mains] = low[mains]
        return [int(line) for line in young[even & ~hums]]

    def _lasting(self) -> list[int]:
        """What sounds since 3.2 s, and where it sounds has one level: a tone, with or without a cadence, or noise."""
        newest = self._groups % WINDOW
        lowest = self._lowest() + self.hum / 4  # hum itself is steady, and flickers
        oldest = self._loudest.take(np.arange(newest + 1, newest + 1 + _PAUSES), axis=0, mode="wrap")
        level = self._loudest[newest]
        ends = (level > lowest) & (np.maximum.reduce(oldest, axis=0) > lowest)
        if not np.count_nonzero(ends):
            return []
        near = (self._loudest > level * _NEAR) & (self._loudest < level * _OVER)
        ends &= np.count_nonzero(near, axis=0) >= 0.7 * np.count_nonzero(self._loudest > lowest, axis=0)
        lines = ends.nonzero()[0]
        if not len(lines):
            return []
        steady = even(self._blocks(lines, WINDOW * GROUP) - self.hum[lines], (lowest - self.hum)[lines])
        return [int(line) for line in lines[steady]]

    def _blocks(self, lines: Index, blocks: int) -> Float32:
        """The newest powers of some lines, oldest first: (blocks, lines)."""
        places = np.arange(self.newest + 1 - blocks, self.newest + 1)
        powers: Float32 = self.ring.take(places, axis=0, mode="wrap")[:, lines]
        return powers

    def _settle(self, found: list[int]) -> None:
        """Lines have a steady sound: its level, and if it is noise without a break, and no hum, the noise too."""
        lines = np.asarray(found, np.intp)
        old = self._age[lines] > WINDOW
        for some, blocks in ((lines[old], WINDOW * GROUP), (lines[~old], _FIRST)):
            if not len(some):
                continue
            recent, hum = self._blocks(some, blocks), self.hum[some]
            usual = medians(recent, recent > self._lowest()[some])
            self._steady[some] = np.maximum(usual - hum, np.float32(0))
            self._held[some] = WINDOW
            least = recent.min(axis=0)
            noisy = least > np.maximum(usual * _NEAR, 4 * hum)
            self._noise[some[noisy]] = np.clip(least - hum, _LEAST, _LOUDEST)[noisy]
