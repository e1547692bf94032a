"""A receiver of keys that sleeps while all lines are silent, as those without a call are nearly always."""

from __future__ import annotations

import numpy as np

from dsp.caller_id_look import BLOCK
from dsp.dtmf import DtmfReceiver
from dsp.events import Digit
from dsp.levels import power
from dsp.receiver import Float32

_FLOOR = BLOCK * power(-50.0)
_FALL_ASLEEP = 10
"""Blocks of silence after which no key is down."""
REMEMBERED = 2
"""Blocks before a sound that the DTMF receiver needs, so as to be as if it had never slept."""


class SleepyKeys:
    """Keys on all lines, taken in blocks."""

    def __init__(self, lines: int) -> None:
        self._receiver = DtmfReceiver(lines)
        self._silent = 0
        """Blocks since there was a sound."""

    def __call__(self, history: list[Float32], block: Float32) -> list[Digit]:
        """The keys in the next block. history: the last blocks before it, at least REMEMBERED."""
        quiet = not np.any(np.vecdot(block, block) > _FLOOR)
        if quiet and self._silent >= _FALL_ASLEEP:
            self._silent += 1
            return []
        asleep = self._silent - _FALL_ASLEEP
        events: list[Digit] = []
        if asleep > 0:
            last = min(asleep, REMEMBERED)
            self._receiver.rest((asleep - last) * BLOCK)
            events += [key for past in history[-last:] for key in self._receiver(past)]
        self._silent = self._silent + 1 if quiet else 0
        return [*events, *self._receiver(block)]

    def rest(self, samples: int) -> None:
        """So many samples of silence went by."""
        self._receiver.rest(samples)

    def reset(self, line: int) -> None:
        """A new call."""
        self._receiver.reset(line)
