"""Answer classification for outgoing calls: ringback, busy, SIT, person, machine, fax, modem, nothing."""

from __future__ import annotations

from math import ceil
from typing import Final

import numpy as np

from dsp.activity.look import BLOCK
from dsp.answer.event import Answer, Kind
from dsp.answer.line import Listener
from dsp.answer.sound import Sounds
from dsp.blocks import checked, checked_line, checked_loss
from dsp.plans import TonePlan
from dsp.receiver import RATE, Float32
from dsp.tones import ToneReceiver

__all__ = ["Answer", "AnswerReceiver", "Kind"]

_GRID: Final = 1280
"""A call is listened to from the next multiple of 160 ms on, so that its findings do not depend on the other lines'."""
_SILENT: Final = 16 * RATE
"""After so much silence nothing new is found until a call is given up."""


class AnswerReceiver:
    """What answers the calls that lines place: `Answer` events. See `dsp.receiver.Receiver`.

    `begin(line)` when the last digit was sent; `reset(line)` when the call is over. Lines that place no call cost
    nothing. A call may have several findings: ringback, then who answers, within about 1 s of the end of a short
    greeting or 3 s into a long one; then better ones (`again`), such as a machine's beep. Music instead of ringback
    counts as a machine. Takes 1.9 KB a line, and a ToneReceiver while calls are placed.
    """

    def __init__(self, lines: int, plan: TonePlan) -> None:
        self._lines = lines
        self._plan = plan
        self._sounds = Sounds(lines)
        self._listeners: dict[int, Listener] = {}
        self._tones: ToneReceiver | None = None
        self._tones_from = 0
        self._carry = np.zeros((lines, BLOCK), np.float32)
        self._filled = 0
        self._now = 0
        self._pending: list[Answer] = []

    def begin(self, line: int) -> None:
        """A call was dialled on the line. Raises ValueError when there is no such line."""
        self.reset(line)
        self._listeners[line] = Listener(line, ceil((self._now + self._filled) / _GRID) * _GRID)

    def reset(self, line: int) -> None:
        """The call is over: find no more. The clock goes on."""
        checked_line(line, self._lines)
        self._pending = [event for event in self._pending if event.line != line]
        self._listeners.pop(line, None)
        self._sounds.forget(line)
        if self._tones is not None:
            self._tones.reset(line)

    def skip(self, samples: int) -> None:
        """That many samples of every line were lost: as if there had been silence."""
        checked_loss(samples)
        whole = max(samples - _SILENT, 0) // _GRID * _GRID
        found: list[Answer] = []
        for left in range(samples - whole, 0, -_GRID):
            found += self(np.zeros((self._lines, min(left, _GRID)), np.float32))
        self._pending = found
        self._now += whole
        if self._tones is not None:
            self._tones.skip(whole)

    def __call__(self, rx: Float32) -> list[Answer]:
        """Take the next samples (lines, any number), float32, full scale 32768; give what was found.

        Raises ValueError for a matrix of another type or number of lines.
        """
        checked(rx, self._lines)
        events, self._pending = self._pending, []
        taken = 0
        while taken < rx.shape[1]:
            count = min(BLOCK - self._filled, rx.shape[1] - taken)
            self._carry[:, self._filled : self._filled + count] = rx[:, taken : taken + count]
            taken += count
            self._filled = (self._filled + count) % BLOCK
            if not self._filled:
                events += self._hear()
        return events

    def _hear(self) -> list[Answer]:
        """The next block of all lines."""
        begin, self._now = self._now, self._now + BLOCK
        if not self._listeners:
            self._tones = None
            return []
        heard = {line: listener for line, listener in self._listeners.items() if listener.since <= begin}
        events = self._hear_progress(heard, begin) if self._tones is not None or begin % _GRID == 0 else []
        rows = np.array(sorted(heard), np.intp)
        for line, moment in zip(rows.tolist(), self._sounds(self._carry, rows, self._now), strict=True):
            events += heard[line].hear(moment)
            if heard[line].over:
                self.reset(line)
        return events

    def _hear_progress(self, heard: dict[int, Listener], begin: int) -> list[Answer]:
        if self._tones is None:
            self._tones, self._tones_from = ToneReceiver(self._lines, self._plan), begin
        mask = np.zeros((self._lines, 1), np.bool_)
        mask[list(heard)] = True
        found = self._tones(np.where(mask, self._carry, np.float32(0)))
        events: list[Answer] = []
        for tone in found:
            if tone.line in heard:
                events += heard[tone.line].tell(tone, tone.at + self._tones_from)
        return events
