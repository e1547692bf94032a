"""The switch's knowledge of one party: a subscriber's line, or a circuit of a trunk."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from dsp.receiver import RATE
from hw_sim.card_config import CallerIdStyle, Disconnect


class State(Enum):
    """Where a party is in the life of a call.

    IDLE -off hook, or a call from the trunk-> DIALLING -number-> CALLING -answer-> TALKING
    TALKING -far end gone-> PARTED (loop open) -> REFUSED (a tone) -on hook-> IDLE
    IDLE -called-> RUNG -off hook-> TALKING -the other flashes-> HELD
    """

    IDLE = "idle"
    DIALLING = "dialling"
    CALLING = "calling"
    RUNG = "rung"
    TALKING = "talking"
    PARTED = "parted"
    REFUSED = "refused"
    HELD = "held"


@dataclass(slots=True)
class Party:
    """One row of the switch. number: who calls, for those who are called.

    peer: the row it calls, is called by, or talks with. turn goes up at every change of state, so that timers of an
    earlier state are stale. free_at: no new call before this sample. alerted: the called end has begun to ring.
    """

    row: int
    number: str = ""
    out_of_service: bool = False
    state: State = State.IDLE
    peer: int = -1
    digits: str = ""
    free_at: int = 0
    turn: int = 0
    alerted: bool = False

    @property
    def off_hook(self) -> bool:
        """Does loop current flow, or is the circuit in use by the party itself?"""
        return self.state not in (State.IDLE, State.RUNG)


@dataclass(slots=True)
class Subscriber(Party):
    """An analog line.

    disconnect, caller_id, reversal, ground, flash, pulse: see hw_sim.card_config.PortConfig. reversed: the battery is,
    now. closed: the loop as it is at this instant, in the middle of a pulse too. held: the row that waits while this
    line talks with another. waiting: the row that calls while this line is talking.
    """

    disconnect: Disconnect = "none"
    caller_id: CallerIdStyle = "none"
    reversal: bool = False
    ground: bool = False
    flash: bool = False
    pulse: bool = False
    reversed: bool = False
    closed: bool = False
    opened_at: int = 0
    pulses: int = 0
    held: int = -1
    burst: bool = False
    rings: int = 0
    called_at: int = 0


@dataclass(slots=True)
class Circuit(Party):
    """A timeslot of a trunk. send_digits: how many of the last digits are sent; calling: the trunk's own number."""

    slot: int = 1
    send_digits: int | None = None
    calling: str = ""


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
    pulse: an open loop that lasts no longer is a pulse of a dial. digit: a closed loop that lasts so long ends a digit.
    flash: an open loop that lasts no longer is a flash, on lines that have it.
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
    pulse: int = RATE * 15 // 100
    digit: int = RATE * 3 // 10
    flash: int = RATE * 9 // 10
