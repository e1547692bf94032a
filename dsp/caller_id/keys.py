"""Keys for DTMF caller ID: a receiver of keys is woken for a line on which there could be a start mark.

A B C and D have 1633 Hz together with one of the low frequencies of the keypad. Of a block that is looked at anyway
(`dsp.caller_id.look`) it is known how much 1633 Hz there is; only where it is enough is more asked. What the receiver
needs to know of the time before it is woken is in the last blocks. So lines without caller ID cost next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dsp.caller_id.look import BLOCK, HIGH_MARK, LISTEN
from dsp.dtmf import LOW, DtmfReceiver
from dsp.events import Digit
from dsp.receiver import RATE, Float32

_SHARE, _EACH = 0.8, 0.08
"""Share of the energy that a pair of tones must take, and its weaker tone: a frequency off by 1.5 %, 8 dB of noise, and
10 dB between the tones leave as much.
"""
_BEFORE = 5
"""Blocks before the mark that the receiver hears as well."""
_LAZY, _DECEIVED = 20, 8
"""Blocks without any key after which the receiver sleeps again: after a key, and if there never was one."""
_LATEST = 1600
"""Samples after which everything has been noticed that happened to a key."""


@dataclass(slots=True)
class _Waking:
    """A receiver that hears one line. begun: its first sample. lazy: blocks since the last key."""

    receiver: DtmfReceiver
    begun: int
    lazy: int = 0


class MarkedKeys:
    """Keys on lines that may have caller ID. always: wake for any sound, since a number may have no start mark."""

    def __init__(self, always: bool = False) -> None:
        self._always = always
        self._pairs = _pairs()
        self._waking: dict[int, _Waking] = {}
        self._found: list[Digit] = []

    @property
    def busy(self) -> bool:
        """Is any receiver awake, or anything to be told?"""
        return bool(self._waking or self._found)

    def marked(self, flat: Float32) -> NDArray[np.bool_]:
        """flat: (stretches, BLOCK). Is most of the sound of each 1633 Hz and a low frequency of the keypad?"""
        if self._always:
            return np.ones(len(flat), np.bool_)
        middle = flat[:, (BLOCK - LISTEN) // 2 : (BLOCK + LISTEN) // 2]
        middle = middle - middle.mean(axis=1, keepdims=True)
        parts = (middle @ self._pairs.T).reshape(len(flat), len(LOW), 2, 2)
        powers = np.sum(parts * parts, axis=3)
        energy = np.vecdot(middle, middle)[:, None]
        both = np.minimum(powers[..., 0], powers[..., 1]) > _EACH * energy
        return np.asarray(np.any(both & (powers.sum(axis=2) > _SHARE * energy), axis=1))

    def __call__(self, now: int, block: Float32, marked: list[int], past: Callable[[int, int], Float32]) -> list[Digit]:
        """The next block (lines, BLOCK), which begins at now. marked: lines that may have a start mark.

        past: gives the last so many blocks of a line, in a row, up to the beginning of this one. What is given happened
        a little while ago, always the same while, so that it does not matter how the stream is cut.
        """
        for line in marked:
            if line not in self._waking:
                self._wake(line, now - _BEFORE * BLOCK, past(line, _BEFORE))
        for line in list(self._waking):
            self._hear(line, block[line])
        return self._due(now + BLOCK)

    def reset(self, line: int) -> None:
        """A new call: what was heard is forgotten."""
        self._found = [event for event in self._found if event.line != line]
        self._waking.pop(line, None)

    def _wake(self, line: int, begun: int, before: Float32) -> None:
        waking = self._waking[line] = _Waking(DtmfReceiver(1), begun, _LAZY - _DECEIVED)
        waking.receiver(before[None])

    def _hear(self, line: int, row: Float32) -> None:
        waking = self._waking[line]
        events = waking.receiver(np.ascontiguousarray(row[None]))
        self._found += [replace(event, line=line, at=event.at + waking.begun) for event in events]
        waking.lazy = 0 if events else waking.lazy + 1
        if waking.lazy >= _LAZY:
            del self._waking[line]

    def _due(self, now: int) -> list[Digit]:
        due = [event for event in self._found if event.at + _LATEST <= now]
        if due:
            self._found = [event for event in self._found if event.at + _LATEST > now]
            due.sort(key=lambda event: (event.at, event.line, event.edge == "began"))
        return due


def _pairs() -> Float32:
    """(4 * low frequencies, LISTEN): orthonormal rows, two for a low frequency and two for 1633 Hz, for each."""
    time = np.arange(LISTEN) / RATE
    made = []
    for low in LOW:
        turns = [2 * np.pi * low * time, 2 * np.pi * HIGH_MARK * time]
        columns = [wave(turn) for turn in turns for wave in (np.cos, np.sin)]
        made.append(np.linalg.qr(np.stack(columns, axis=1))[0].T)
    return np.concatenate(made).astype(np.float32)
