"""The office's knowledge of one subscriber's line, and what the switch wants done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from drivers.analog import Signal
from dsp.receiver import RATE, Float32
from hw_sim.config import CallerIdStyle, Disconnect


class State(Enum):
    """Where a subscriber's line is in the life of a call.

    IDLE -off hook-> DIALLING -number-> CALLING -answer-> TALKING
    TALKING -far end gone-> PARTED (loop open) -> REFUSED (a tone) -on hook-> IDLE
    IDLE -called-> RUNG -off hook-> TALKING
    """

    IDLE = "idle"
    DIALLING = "dialling"
    CALLING = "calling"
    RUNG = "rung"
    TALKING = "talking"
    PARTED = "parted"
    REFUSED = "refused"


@dataclass(slots=True)
class Subscriber:
    """One row of the switch.

    reversal: the battery is reversed while a call that this line has placed is answered; reversed: it is now.
    turn goes up at every change of state, so that timers of an earlier state are stale.
    """

    row: int
    number: str
    disconnect: Disconnect = "none"
    caller_id: CallerIdStyle = "none"
    reversal: bool = False
    reversed: bool = False
    out_of_service: bool = False
    state: State = State.IDLE
    peer: int = -1
    digits: str = ""
    burst: bool = False
    rings: int = 0
    called_at: int = 0
    free_at: int = 0
    turn: int = 0

    @property
    def off_hook(self) -> bool:
        """Does loop current flow?"""
        return self.state not in (State.IDLE, State.RUNG)


@dataclass(frozen=True, slots=True)
class Supply:
    """Give the row this tone of the plan; the empty name is silence."""

    row: int
    tone: str


@dataclass(frozen=True, slots=True)
class Inform:
    """Send the row a sound once: caller ID."""

    row: int
    sound: Float32


@dataclass(frozen=True, slots=True)
class Join:
    """A two-way speech path between two rows."""

    a: int
    b: int


@dataclass(frozen=True, slots=True)
class Part:
    """The speech path of the row is open."""

    row: int


@dataclass(frozen=True, slots=True)
class OffHook:
    """The row's loop was closed or opened: its voice is let in or kept out."""

    row: int
    off_hook: bool


@dataclass(frozen=True, slots=True)
class Listen:
    """The register takes the row's digits, or no longer does."""

    row: int
    wanted: bool


Effect = Supply | Inform | Join | Part | OffHook | Listen | Signal


@dataclass(frozen=True, slots=True)
class Cadence:
    """A national ringing cadence: on, off, on, off ... in samples; caller ID goes into the first long pause."""

    steps: tuple[int, ...]

    @property
    def last(self) -> int:
        """The step that is the long pause."""
        return len(self.steps) - 1


def _cadence(*seconds: float) -> Cadence:
    return Cadence(tuple(round(s * RATE) for s in seconds))


RINGING = {
    "cn": _cadence(1, 4),
    "hk": _cadence(0.4, 0.2, 0.4, 3),
    "tw": _cadence(1, 2),
    "mo": _cadence(1, 4),
    "us": _cadence(2, 4),
    "uk": _cadence(0.4, 0.2, 0.4, 2),
    "eu": _cadence(1, 4),
    "jp": _cadence(1, 2),
}
"""Ringing by country (ITU-T E.180 supplement 2)."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long the office waits, in samples (Chinese national standard YD/T 1128 unless it says otherwise).

    set_up: from the last digit to ringing. first_digit, next_digit: patience of the register. no_answer: ringing time.
    loop_open: disconnect supervision. busy, howler: how long each is given to a line that stays off hook.
    guard: after going on hook a line is offered no new call. before_id: silence on both sides of a caller ID.
    """

    set_up: int = RATE // 2
    first_digit: int = 15 * RATE
    next_digit: int = 5 * RATE
    no_answer: int = 60 * RATE
    loop_open: int = RATE * 6 // 10
    busy: int = 40 * RATE
    howler: int = 30 * RATE
    guard: int = RATE * 8 // 10
    before_id: int = RATE // 2
