"""Pictures of kept calls, drawn when the run is over: meanwhile the office's clock would stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from dsp.receiver import Int16
from hw_sim.caller.events import Entry

SOME = 5
"""From so many pictures on, it is told how far they are."""


@dataclass(frozen=True, slots=True)
class KeptCall:
    """A call to be drawn. began: the office's sample at which its sound begins. samples: int16 (n, 2), heard, said."""

    title: str
    began: int
    samples: Int16
    entries: Sequence[Entry]


Draw = Callable[[KeptCall, Path], None]
"""Draws a call into a PNG file."""

Tell = Callable[[str], object]
"""Says a line to the person who started the run."""


def unheard(line: str) -> None:
    """For runs that nobody watches."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    title: str
    began: int
    sound: Path
    entries: Sequence[Entry]


class Pictures:
    """Remembers which calls are to be drawn, with their sound on the disk. draw: None draws nothing."""

    def __init__(self, draw: Draw | None) -> None:
        self._draw = draw
        self._wanted: list[_Wanted] = []

    def add(self, title: str, began: int, sound: Path, entries: Sequence[Entry]) -> None:
        """A call. sound: its WAV file; the picture will stand beside it."""
        if self._draw is not None:
            self._wanted.append(_Wanted(title, began, sound, entries))

    def make(self, tell: Tell) -> None:
        """Draw them all, and tell how far it is. Ctrl-C leaves the rest undrawn. Raises OSError where the disk does."""
        wanted, self._wanted = self._wanted, []
        try:
            for i, call in enumerate(wanted):
                if len(wanted) >= SOME and i % SOME == 0:
                    tell(f"picture {i + 1} of {len(wanted)} (Ctrl-C: no more of them)")
                self._make(call)
        except KeyboardInterrupt:
            tell("the rest is not drawn")

    def _make(self, call: _Wanted) -> None:
        assert self._draw is not None
        samples, _ = soundfile.read(call.sound, dtype="int16", always_2d=True)
        kept = KeptCall(call.title, call.began, np.asarray(samples, np.int16), call.entries)
        self._draw(kept, call.sound.with_suffix(".png"))
