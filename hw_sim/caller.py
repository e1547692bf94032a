"""A caller: a scripted person on a telephone of the office. Sans-I/O: what it hears in, what it does out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from dsp.events import Event
from hw_sim.caller_events import Action, Dial, HangUp, Heard, Send, Sent

__all__ = ["Action", "CallerProtocol", "Dial", "Entry", "EntryKind", "HangUp", "Heard", "Send", "Sent"]

EntryKind = Literal["dialled", "heard", "cut", "tone", "pressed", "said", "noted", "decided", "failed", "hung_up"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a caller's report: at (samples), what kind of thing, and the words for a person to read.

    name: the id of the clip, the name of the note or of the tone.
    """

    at: int
    kind: EntryKind
    text: str
    name: str = ""


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
