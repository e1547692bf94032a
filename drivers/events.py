"""What happens on a line: the signalling events of the hardware, and (from `dsp.events`) what is heard on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dsp.events import Activity, CallerId, CallerIdKind, Digit, Edge, Event, Tone

__all__ = [
    "Activity", "Alarm", "Answered", "CallerId", "CallerIdKind", "Clear", "Digit", "Edge", "Event", "Flash",
    "HangUpCause", "HungUp", "Lost", "Polarity", "Removed", "Ringing", "Tone",
]  # fmt: skip

HangUpCause = Literal[
    "disconnect", "busy_tone", "dial_tone", "howler", "silence", "ring_no_answer", "local", "removed", "glare"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ringing(Event):
    """A ring burst began. ring: 1 for the first burst of a call, 2 for the second ..."""

    ring: int = 1


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """The line is off hook and speech can pass (our answer took effect, or the far end answered our call)."""


@dataclass(frozen=True, slots=True)
class HungUp(Event):
    """The conversation, or the ringing, is over. cause says how we know; "local" is our own hang-up,
    "glare" an outgoing call that met an incoming one while we seized the line (its `Ringing` follows)."""

    cause: HangUpCause = "disconnect"


@dataclass(frozen=True, slots=True)
class Flash(Event):
    """A hook flash on an FXS line."""


@dataclass(frozen=True, slots=True)
class Polarity(Event):
    """Battery polarity was reversed: answer or disconnect supervision on some exchanges."""


@dataclass(frozen=True, slots=True)
class Alarm(Event):
    """The span or line is in alarm: no battery, red, yellow ... The line is unusable until Clear."""

    alarm: str = "red"


@dataclass(frozen=True, slots=True)
class Clear(Event):
    """The alarm is over."""


@dataclass(frozen=True, slots=True)
class Removed(Event):
    """The line is gone (card unplugged, driver unloaded). Its row is silent from now on."""


@dataclass(frozen=True, slots=True)
class Lost(Event):
    """Samples were lost on this line: an overrun (receive) or underrun (transmit). Counted, never hidden."""

    direction: Literal["rx", "tx"] = "rx"
