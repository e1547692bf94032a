"""Live sound at an end of the office: machines that listen and speak at once, as modems do.

A caller queues sounds with `Send`; with `Live` a source speaks and listens for it, tick by tick, until it hangs up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dsp.events import Event
from dsp.receiver import Float32


class Source(Protocol):
    """Something that speaks and listens without a pause. Sans-I/O: the count of samples is its clock."""

    def speak(self, samples: int) -> Float32:
        """The next samples it sends, float32, full scale 32768. Always asked for before `listen` of the same tick."""
        ...

    def listen(self, heard: Float32, now: int) -> Sequence[Event]:
        """It hears float32 (160,), a tick that ends at `now`. What the caller who owns it is told at once."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """From the next tick on, this source speaks and listens at the caller's end, beside what is queued."""

    source: Source
