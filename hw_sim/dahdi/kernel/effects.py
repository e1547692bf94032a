"""What the channels do to their lines, decided without I/O: the server carries it out on the office."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from hw_sim.equipment import Alarm, Feed, OfficeLike


@dataclass(frozen=True, slots=True)
class Hook:
    """An FXO port closes its loop, or opens it."""

    row: int
    off_hook: bool


@dataclass(frozen=True, slots=True)
class RingOn:
    """An FXS port begins a burst of ringing, or ends it."""

    row: int
    on: bool


@dataclass(frozen=True, slots=True)
class SetFeed:
    """An FXS port feeds its loop otherwise."""

    row: int
    feed: Feed


@dataclass(frozen=True, slots=True)
class SendBits:
    """A timeslot sends these CAS bits from now on; A is 8."""

    row: int
    bits: int


@dataclass(frozen=True, slots=True)
class SendAlarm:
    """A span sends an alarm, or none."""

    card: int
    alarms: Alarm


Effect = Hook | RingOn | SetFeed | SendBits | SendAlarm


def carry_out(effects: Iterable[Effect], office: OfficeLike) -> None:
    """In their order."""
    for effect in effects:
        match effect:
            case Hook(row, off_hook):
                office.hook(row, off_hook)
            case RingOn(row, on):
                office.ring(row, on)
            case SetFeed(row, feed):
                office.feed(row, feed)
            case SendBits(row, bits):
                office.send_bits(row, bits)
            case SendAlarm(card, alarms):
                office.send_alarm(card, alarms)
            case _:
                assert_never(effect)
