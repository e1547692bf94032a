"""What passes between the office and a caller: what the caller does, and what it hears on its own end of the line."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.events import Edge, Event
from dsp.receiver import Float32


@dataclass(frozen=True, slots=True)
class Dial:
    """Lift the receiver and dial. The office answers with tones and speech, never with a message."""

    number: str


@dataclass(frozen=True, slots=True, eq=False)
class Send:
    """Make a sound: float32 samples at 8 kHz, full scale 32768, queued behind what is still being sent."""

    sound: Float32


@dataclass(frozen=True, slots=True)
class HangUp:
    """Put the receiver down. What is still queued is dropped."""


Action = Dial | Send | HangUp


@dataclass(frozen=True, slots=True)
class Sent(Event):
    """The last sample of all that was queued has left the caller. at: the sample after it. samples: how many left."""

    samples: int = 0


@dataclass(frozen=True, slots=True)
class Heard(Event):
    """A clip of the book was recognised by its sound.

    line: row of the callers' matrix. clip: its id in the book. edge: it began or ended (or was cut).
    at: the sample at which the clip began (known later than it happened: recognising takes some 0.2 s) or ended.
    offset: samples of the clip that had played at `at`; length: samples of the whole clip.
    """

    clip: str
    edge: Edge = "began"
    offset: int = 0
    length: int = 0

    @property
    def whole(self) -> bool:
        """It ended where the clip ends; a clip that was cut (barge-in) is not whole."""
        return self.edge == "ended" and self.offset >= self.length
