"""The one shape every detector has, and the types of the matrices it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dsp.events import Event

RATE = 8000
"""Samples a second on every line (ITU-T G.711)."""

TICK = 160
"""Samples a card hands over at a time: 20 ms."""

Int16 = NDArray[np.int16]
Float32 = NDArray[np.float32]
Samples = NDArray[np.floating[Any]]


class Receiver(Protocol):
    """DSP with state for all lines at once.

    Cut the stream anywhere and the events are the same; a line alone gives what it gives in the bank; permute the rows
    and the events permute.
    """

    def __call__(self, rx: Float32) -> Sequence[Event]:
        """Take the next samples, shape (lines, any number), linear with full scale 32768; give what began or ended."""
        ...

    def skip(self, samples: int) -> None:
        """That many samples of every line were lost."""
        ...

    def reset(self, line: int) -> None:
        """A new call begins on the line: forget what was heard of the last one. The clock goes on."""
        ...
