"""The cheap look: could there be FSK on a line at all? And the capture of the sound of a line while there could.

FSK has nearly all its power between 1000 and 2500 Hz, and has it all the time. Ten milliseconds of every twenty are
looked at, on all lines by one product. Hum and DC on the line are not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dsp.levels import power
from dsp.receiver import RATE, Float32

BLOCK = 160
LISTEN = 80
"""Samples of each block that are looked at, from its middle."""
_BAND = tuple(range(1100, 2451, 150))
"""So close that the powers at all of them add up to the power in the band."""
HIGH_MARK = 1633.0
"""Of the keys A to D."""
_HUM = 50.0
_SHARE, _MARK_SHARE = 0.6, 0.1
_FLOOR = power(-50.0)

BEFORE = 10
"""Blocks before the carrier was believed that belong to the capture."""
_ENOUGH = 5
"""Blocks with a carrier that make it believed; a block without takes back two. The shortest message takes 110 ms."""
_SHORTEST = 6
_STEADY = 0.35
"""By how much (natural logarithm) the energy of FSK changes from block to block at most, in the median: 1.5 dB."""
_QUIET = 5
"""Blocks without a carrier after which the capture is over."""
_FADED = 0.1
"""Of the energy of the median block: what is left after the message is noise, even if it is noise in the band."""
_LONGEST = 250
"""Blocks: five seconds. The longest message takes 2.6."""
KEPT = 140
"""Blocks that are kept of a capture that goes on, so that a message across its end is whole in the next."""


class Look:
    """What there could be, for many stretches of BLOCK samples at once. any_key: in any sound there could be a key."""

    def __init__(self, any_key: bool = False) -> None:
        self._any_key = any_key
        self._weights = np.concatenate([tuned(_BAND), _hum(), tuned((HIGH_MARK,))])
        self._band, self._low = 2 * len(_BAND), 2 * len(_BAND) + 3

    def __call__(self, flat: Float32) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """flat: (stretches, BLOCK). Is most of the sound of each between 1000 and 2500 Hz? Is some of it at 1633 Hz?"""
        middle = flat[:, (BLOCK - LISTEN) // 2 : (BLOCK + LISTEN) // 2]
        spectrum = self._weights @ middle.T
        energy = np.vecdot(middle, middle)
        spectrum *= spectrum
        energy -= spectrum[self._band : self._low].sum(axis=0)
        energy *= 1 / LISTEN
        carrier = spectrum[: self._band].sum(axis=0) > _SHARE * energy + _FLOOR
        if self._any_key:
            return carrier, energy > _FLOOR
        return carrier, spectrum[self._low :].sum(axis=0) > _MARK_SHARE * energy + _FLOOR


class Belief:
    """On which lines a carrier has been there for so long that a capture should begin."""

    def __init__(self, lines: int) -> None:
        self._score = np.zeros(lines, np.int8)
        self.hopes = False
        """Is any score above zero?"""

    def __call__(self, carrier: NDArray[np.bool_]) -> list[int]:
        """The next block of all lines; those where one is believed."""
        self._score += np.where(carrier, np.int8(1), np.int8(-2))
        np.clip(self._score, 0, _ENOUGH, out=self._score)
        self.hopes = bool(self._score.any())
        return np.flatnonzero(self._score >= _ENOUGH).tolist() if self.hopes else []

    def forget(self, line: int) -> None:
        """A new call."""
        self._score[line] = 0


@dataclass(slots=True)
class Recording:
    """The sound of a line since shortly before a carrier was believed. begun: sample of its beginning."""

    begun: int
    blocks: list[Float32]
    quiet: int = 0
    energies: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.energies = [float(np.dot(block, block)) for block in self.blocks[-_ENOUGH:]]

    def add(self, block: Float32, carrier: bool) -> None:
        """The next block of the line."""
        energy = float(np.dot(block, block))
        if carrier and energy > _FADED * float(np.median(self.energies)):
            self.energies.append(energy)
            self.quiet = 0
        else:
            self.quiet += 1
        self.blocks.append(block)

    @property
    def over(self) -> bool:
        """Is the carrier gone?"""
        return self.quiet >= _QUIET

    @property
    def plausible(self) -> bool:
        """Could it be FSK, which is always equally loud?"""
        if len(self.energies) < _SHORTEST:
            return False
        change = np.abs(np.diff(np.log(np.maximum(self.energies, 1.0))))
        return bool(np.median(change) < _STEADY)

    @property
    def full(self) -> bool:
        """Is it longer than any message?"""
        return len(self.blocks) >= _LONGEST

    @property
    def sound(self) -> Float32:
        """All of it, one row."""
        return np.concatenate(self.blocks)

    def drop(self, until: int) -> None:
        """What was before that sample is no longer wanted, nor anything but the last KEPT blocks."""
        gone = max(len(self.blocks) - KEPT, min(until - self.begun, len(self.blocks) * BLOCK) // BLOCK)
        del self.blocks[:gone]
        self.begun += gone * BLOCK


def tuned(frequencies: Sequence[float]) -> Float32:
    """(2 * frequencies, LISTEN): a Hann window at each frequency; the squares of both its rows make up the power."""
    offset = np.arange(LISTEN) - (LISTEN - 1) / 2
    shape = 0.5 + 0.5 * np.cos(2 * np.pi * offset / LISTEN)
    angle = 2 * np.pi * np.outer(np.asarray(frequencies), offset) / RATE
    rows = np.concatenate([np.cos(angle), np.sin(angle)]) * shape * np.sqrt(2) / shape.sum()
    return np.asarray(rows, np.float32)


def _hum() -> Float32:
    """(3, LISTEN): direct current and hum, as orthonormal rows."""
    offset = np.arange(LISTEN) - (LISTEN - 1) / 2
    turn = 2 * np.pi * _HUM * offset / RATE
    rows = np.stack([np.ones(LISTEN), np.cos(turn), np.sin(turn)], axis=1)
    return np.asarray(np.linalg.qr(rows)[0].T, np.float32)
