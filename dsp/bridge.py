"""Bridges and conferences: any line hears any mix of the others, by a matrix of gains.

Two parties, a conference, listening in, a coach who whispers to one side: all are gains from talker to listener. Lines
that hear each other, over however many others, form a group; groups of one size are mixed by one product. A line that
is not bridged costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log10

import numpy as np
from numpy.typing import NDArray

from dsp.bridge_groups import Group, group_up
from dsp.levels import asked_gain
from dsp.receiver import TICK, Float32, Int16

RAMP = TICK
"""Samples over which a gain reaches what it was set to: who joins or leaves does so without a click."""


class Bridge:
    """Who hears whom among that many lines. Nobody at first.

    Changes are heard from the next `add` on, gliding over 20 ms. When several talkers together would exceed the range
    of int16, what their listener hears of them gets softer for as long as it must, and never wraps round.
    """

    def __init__(self, lines: int) -> None:
        self._lines = lines
        # Factors (listener, talker): what is wanted, and from what to what the gains glide. Made with the first pair.
        self._wanted: Float32 = np.zeros((0, 0), np.float32)
        self._from = self._to = self._wanted
        self._passed = RAMP
        self._changed = False
        self._groups: list[Group] = []
        self._automatic: Float32 = np.ones(lines, np.float32)

    def __bool__(self) -> bool:
        """Does any line hear another, or did until now?"""
        return bool(self._groups) or self._changed

    def hear(self, listener: int, talker: int, gain_db: float = 0.0) -> None:
        """Let one line hear another, with that gain. Raises ValueError for an unknown line, itself, or no number."""
        if not (0 <= listener < self._lines and 0 <= talker < self._lines):
            raise ValueError(f"line {listener} cannot hear line {talker}: there are {self._lines} lines")
        if listener == talker:
            raise ValueError(f"line {listener} cannot hear itself")
        self._set(np.array([listener]), np.array([talker]), gain_db)

    def unhear(self, listener: int, talker: int) -> None:
        """One line hears another no more; nothing when it did not."""
        if talker in self.heard_by(listener):
            self._wanted[listener, talker] = 0.0
            self._changed = True

    def connect(self, lines: Iterable[int], gain_db: float = 0.0) -> None:
        """Let each of these lines hear all the others: a call of two, a conference. Raises ValueError as `hear`."""
        members = np.array(list(dict.fromkeys(lines)), np.int64)
        strange = members[(members < 0) | (members >= self._lines)].tolist()
        if strange:
            raise ValueError(f"lines {strange} cannot be connected: there are {self._lines} lines")
        apart = ~np.eye(len(members), dtype=np.bool_)
        listeners, talkers = np.broadcast_arrays(members[:, None], members)
        self._set(listeners[apart], talkers[apart], gain_db)

    def leave(self, line: int) -> None:
        """The line hears nobody, and nobody hears it."""
        if self._wanted.size and (self._wanted[line].any() or self._wanted[:, line].any()):
            self._wanted[line] = self._wanted[:, line] = 0.0
            self._changed = True

    def heard_by(self, listener: int) -> Mapping[int, float]:
        """Whom a line hears, and with which gain in dB."""
        if not self._wanted.size:
            return {}
        factors = self._wanted[listener]
        return {talker: 20 * log10(factors[talker]) for talker in np.flatnonzero(factors).tolist()}

    def add(self, tx: Int16, rx: Int16 | Float32) -> list[int]:
        """Add to `tx` int16 (lines, n) what each line hears of `rx` (lines, n), int16 or float32; the rows written.

        NaN and infinite samples count as silence. Raises ValueError for matrices of another shape.
        """
        if rx.shape != tx.shape or len(tx) != self._lines or rx.dtype not in (np.int16, np.float32):
            raise ValueError(
                f"a bridge of {self._lines} lines wants what was received as int16 or float32 of {tx.shape}, "
                f"not {rx.dtype} {rx.shape}"
            )
        samples = tx.shape[1]
        if not samples:
            return []
        if self._changed:
            self._begin_ramp()
        ramp = self._ramp(samples) if self._passed < RAMP else None
        for group in self._groups:
            group.add(tx, rx, ramp, self._automatic)
        written = [line for group in self._groups for line in group.lines]
        if ramp is not None:
            self._go_on(samples)
        return written

    def _set(self, listeners: NDArray[np.int64], talkers: NDArray[np.int64], gain_db: float) -> None:
        factor = asked_gain(gain_db)
        if not self._wanted.size:
            self._wanted, self._from, self._to = np.zeros((3, self._lines, self._lines), np.float32)
        self._wanted[listeners, talkers] = factor
        self._changed = True

    def _begin_ramp(self) -> None:
        """From where the gains are now, which may be in the middle of the last ramp."""
        self._from += (self._to - self._from) * np.float32(self._passed / RAMP)
        self._to[...] = self._wanted
        self._passed, self._changed = 0, False
        self._groups = group_up(self._from, self._to)

    def _ramp(self, samples: int) -> Float32:
        """How far each of the next samples is on its way to the new gains: 0 to 1."""
        steps: Float32 = np.arange(self._passed + 1, self._passed + samples + 1, dtype=np.float32)
        np.minimum(steps / np.float32(RAMP), np.float32(1), out=steps)
        return steps

    def _go_on(self, samples: int) -> None:
        self._passed = min(RAMP, self._passed + samples)
        if self._passed == RAMP:
            self._from[...] = self._to
            self._groups = group_up(self._to, self._to)
            alone = np.ones(self._lines, np.bool_)
            alone[[line for group in self._groups for line in group.lines]] = False
            self._automatic[alone] = 1.0
