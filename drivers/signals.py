"""What passes between an analog port and the state machine of its line: signals up, effects down, and the times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dsp.receiver import RATE

SignalKind = Literal[
    "ring_on",
    "ring_off",
    "loop_open",
    "loop_closed",
    "polarity",
    "battery_lost",
    "battery_back",
    "removed",
    "plugged",
]


@dataclass(frozen=True, slots=True)
class Signal:
    """What an analog port sees of its line. at: sample of the card's clock."""

    line: int
    at: int
    kind: SignalKind


@dataclass(frozen=True, slots=True)
class Hook:
    """The port must go off hook or on hook."""

    line: int
    off_hook: bool


@dataclass(frozen=True, slots=True)
class Dial:
    """The port must send this number as DTMF: the exchange is ready for it."""

    line: int
    number: str


Effect = Hook | Dial


@dataclass(frozen=True, slots=True)
class Times:
    """How long things may take, in samples.

    ring_gap: no edge of a burst for so long: the caller gave up (the longest pause of a national cadence is 5 s).
    ring_join: bursts closer than this are one ring (0.4/0.2/0.4/3 in Hong Kong and Britain).
    loop_drop: an open loop is a disconnect when it lasts this long (disconnect supervision is 250 ms and more).
    guard: after going on hook the exchange clears the line: what it signals meanwhile belongs to the old call.
    silence: nothing heard from the far end for so long: nobody is there.
    dial_tone: dial blindly when no dial tone was heard for so long after seizing.
    no_answer: an outgoing call that is not answered is given up.
    """

    ring_gap: int = 7 * RATE
    ring_join: int = RATE // 2
    loop_drop: int = RATE * 12 // 100
    guard: int = RATE
    silence: int = 180 * RATE
    dial_tone: int = 3 * RATE
    no_answer: int = 90 * RATE
