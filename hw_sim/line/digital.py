"""Timeslots of the equipment: their codes are copied from slot to slot; analog lines are reached through gates.

A gate is a row of the copper that a slot borrows for a call with an analog line, or to be given a tone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from dsp import g711
from dsp.receiver import TICK, Float32, Int16

IDLE = g711.decode(np.array([g711.silence("alaw")], np.uint8))[0]
"""What a slot carries that nobody speaks on."""

MIDDLE = np.float32(32768.5)
"""Makes a sample's index in RECEIVE, rounded."""

RECEIVE = np.roll(g711.decode(g711.ENCODE["alaw"]), 32768)
"""Samples from -32768 to 32767 as a slot carries them."""


class Digital:
    """The slots among the equipment's rows, and what each of them hears. lines: rows of the equipment in all."""

    def __init__(self, slots: Sequence[int], lines: int) -> None:
        self.slots = frozenset(slots)
        self.gates: dict[int, int] = {}
        self._slots = np.array(sorted(self.slots), np.intp)
        self._from = np.arange(lines)
        self._listening: set[int] = set()
        self._out = np.zeros((lines, TICK), np.int16)
        self._settle()

    def join(self, a: int, b: int) -> None:
        """Two slots hear each other."""
        self._from[a], self._from[b] = b, a
        self._listening |= {a, b}
        self._changed = True

    def part(self, row: int) -> None:
        """A slot hears no other slot."""
        if row in self._listening:
            self._listening.discard(row)
            self._changed = True

    def borrow(self, row: int, end: int) -> None:
        """The slot speaks and hears through this end of the copper."""
        self.gates[row] = end
        self._changed = True

    def give_back(self, row: int) -> int | None:
        """The gate that the slot had, if it had one."""
        self._changed = True
        return self.gates.pop(row, None)

    def tick(self, tx: Int16) -> Int16:
        """What all slots hear from slots, int16 (lines, 160); rows of analog lines are still to be filled."""
        if self._changed:
            self._settle()
        if not self._listening:
            self._out.fill(IDLE)
            return self._out
        np.take(tx, self._from, axis=0, out=self._out, mode="clip")
        self._out[self._idle] = IDLE
        return self._out

    def spoken(self, tx: Int16, out: Float32) -> None:
        """Put what slots with a gate say into the sound of the ends, float32 (ends, 160)."""
        out[self._gate_ends] = np.take(tx, self._gate_rows, axis=0, out=self._said, mode="clip")

    def hear(self, rx: Int16, heard: Float32) -> None:
        """Put what gates hear, float32 (ends, 160), into what the slots hear."""
        if len(self._gate_rows):
            np.take(heard, self._gate_ends, axis=0, out=self._heard, mode="clip")
            self._heard += MIDDLE
            np.copyto(self._index, self._heard, casting="unsafe")
            rx[self._gate_rows] = np.take(RECEIVE, self._index, out=self._said, mode="clip")

    def _settle(self) -> None:
        deaf = [row not in self._listening for row in self._slots.tolist()]
        self._idle = self._slots[deaf]
        self._gate_rows = np.array(list(self.gates), np.intp)
        self._gate_ends = np.array(list(self.gates.values()), np.intp)
        gates = len(self.gates)
        self._said = np.zeros((gates, TICK), np.int16)
        self._heard = np.zeros((gates, TICK), np.float32)
        self._index = np.zeros((gates, TICK), np.intp)
        self._changed = False


def place(rx: Int16, rows: range, codes: Mapping[int, g711.Codes]) -> None:
    """Slots of a span, at these rows, carry codes of its signalling in place of speech."""
    for slot, made in codes.items():
        np.take(g711.DECODE["alaw"], made, out=rx[rows.start + slot - 1], mode="clip")


def silence(rx: Int16, rows: Iterable[int]) -> None:
    """Nothing is heard there but the idle code."""
    rx[list(rows)] = IDLE
