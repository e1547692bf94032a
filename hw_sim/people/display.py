"""The displays of telephones at FXS ports: they read the caller ID that the equipment sends while they are on hook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dsp.caller_id import CallerIdReceiver
from dsp.events import CallerId
from dsp.receiver import Int16


class Displays:
    """rows: of the equipment, those that have a telephone. now: the sample at which somebody begins to look."""

    def __init__(self, rows: Sequence[int], now: int) -> None:
        self._rows = np.array(rows, np.intp)
        self._began = now
        self._receiver = CallerIdReceiver(len(rows))

    def tick(self, tx: Int16) -> list[CallerId]:
        """What is read in a tick of the equipment, int16 (lines, 160); the event's line is the port's row."""
        read = self._receiver(tx[self._rows].astype(np.float32))
        return [replace(e, line=int(self._rows[e.line]), at=self._began + e.at) for e in read]
