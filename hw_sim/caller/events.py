"""What passes between the office and a caller: what the caller does, and what it hears on its own end of the line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from dsp.events import Edge, Event
from dsp.receiver import Float32
from hw_sim.people.source import Live


@dataclass(frozen=True, slots=True)
class Dial:
    """Lift the receiver and dial. The office answers with tones and speech, never with a message.

    pulse: with the dial, on a telephone at an FXS port of the equipment. There it may be lifted already.
    """

    number: str
    pulse: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Send:
    """Make a sound: float32 samples at 8 kHz, full scale 32768, queued behind what is still being sent."""

    sound: Float32


@dataclass(frozen=True, slots=True)
class HangUp:
    """Put the receiver down. What is still queued is dropped."""


@dataclass(frozen=True, slots=True)
class PickUp:
    """Lift the receiver of a ringing telephone."""


@dataclass(frozen=True, slots=True)
class Flash:
    """Press the hook for a moment: on a telephone at an FXS port of the equipment; others have no hook."""


Action = Dial | PickUp | Flash | Send | Live | HangUp


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


EntryKind = Literal[
    "dialled", "lifted", "heard", "cut", "tone", "pressed", "said", "noted", "decided", "mischief", "recording",
    "failed", "abandoned", "hung_up",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a caller's report: at (samples), what kind of thing, and the words for a person to read.

    name: the id of the clip, the name of the note, the tone, the trait or the recording. place: file:line of a step.
    """

    at: int
    kind: EntryKind
    text: str
    name: str = ""
    place: str = ""


class CallerProtocol(Protocol):
    """What the office drives.

    number: the caller's own number, for caller ID. level: dBm0 at which its keys and speech leave.
    noise: dBm0 of noise on its end of the line, or None for the line's own.
    wake: no need to call `advance` before this sample unless there are events (None: only events matter).
    report: what happened, in order; grows.
    """

    number: str
    level: float
    noise: float | None
    wake: int | None
    report: list[Entry]

    @property
    def finished(self) -> bool:
        """The script is over (well or badly) and the receiver is down."""
        ...

    @property
    def succeeded(self) -> bool:
        """The script is over and everything it should have heard was heard."""
        ...

    def advance(self, now: int, events: Sequence[Event]) -> list[Action]:
        """Time is `now` (samples); these things were heard or sent since the last time. What to do now, in order."""
        ...
