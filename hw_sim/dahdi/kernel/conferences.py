"""Who hears whom: DAHDI's conference modes as one pure function on the rows of a tick.

The kernel driver adds and takes away chunk by chunk with saturation; here everybody's part is added up first, so that
nobody hears the clipping of what is not meant for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import Int16
from hw_sim.dahdi.kernel import abi

Int32 = NDArray[np.int32]
Flags = NDArray[np.bool_]

MIXES = (
    abi.CONF_CONF,
    abi.CONF_CONFANN,
    abi.CONF_CONFMON,
    abi.CONF_CONFANNMON,
    abi.CONF_REALANDPSEUDO,
)
"""Modes in which several channels meet under the number of a conference."""

HEARS_RECEIVED = (abi.CONF_MONITOR, abi.CONF_MONITORBOTH)
HEARS_SENT = (
    abi.CONF_MONITORTX,
    abi.CONF_MONITORBOTH,
    abi.CONF_MONITOR_TX_PREECHO,
    abi.CONF_MONITORBOTH_PREECHO,
)
"""Modes in which a channel hears what another receives, and what it sends. What was received before the canceller is
silence: none of the cards has one."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A channel in a conference (confno) or listening to another channel (its number is confno).

    mode: as SETCONF gave it, with flags. muted: CONFMUTE, sends silence. dials: takes no part meanwhile.
    """

    number: int
    pseudo: bool
    mode: int = 0
    confno: int = 0
    muted: bool = False
    dials: bool = False


class Table:
    """The seats as columns: each a flag for every seat."""

    def __init__(self, seats: Sequence[Seat]) -> None:
        self.mode = np.array([seat.mode & abi.CONF_MODE for seat in seats], np.int64)
        self.flags = np.array([seat.mode for seat in seats], np.int64)
        self.pseudo = np.array([seat.pseudo for seat in seats], np.bool_)
        self.muted = np.array([seat.muted for seat in seats], np.bool_)
        self.aside = np.array([(seat.muted or seat.dials) and not seat.pseudo for seat in seats], np.bool_)
        self.meets = np.isin(self.mode, MIXES)
        rooms = np.array([seat.confno for seat in seats], np.int64) * self.meets
        self.room = np.unique(rooms, return_inverse=True)[1]

    def has(self, flag: int) -> Flags:
        return np.asarray((self.flags & flag) != 0, np.bool_)

    def among(self, *modes: int) -> Flags:
        return np.isin(self.mode, modes)

    @property
    def takes_part(self) -> Flags:
        """A muted line neither speaks nor hears; a pseudo channel cannot be muted."""
        return np.asarray(self.meets & ~self.aside, np.bool_)


def mix(seats: Sequence[Seat], written: Int16, received: Int16) -> tuple[Int16, Int16]:
    """(what goes to the line, what goes to the program) of every seat: int16 (seats, samples) like what comes in.

    written: what programs wrote. received: what lines give; of a pseudo channel, its own tone or silence. Everybody who
    is listened to must have a seat, with mode 0 where it takes part in nothing itself.
    """
    table = Table(seats)
    spoken, announced = _contributions(table, written, received)
    room = np.zeros((table.room.max(initial=-1) + 1, written.shape[1]), np.int32)
    np.add.at(room, table.room, spoken + announced)
    to_line = _to_line(table, written, room, spoken)
    to_program = _to_program(table, received, room, announced)
    _listen_in(seats, table, written, received, to_line, to_program)
    return _clipped(to_line), _clipped(to_program)


def _contributions(table: Table, written: Int16, received: Int16) -> tuple[Int32, Int32]:
    """What each seat says in its conference from its line, and from its program."""
    part = table.takes_part
    normal = table.among(abi.CONF_CONF)
    from_line = part & table.has(abi.CONF_TALKER) & ~(normal & table.pseudo)
    announces = table.among(abi.CONF_CONFANN, abi.CONF_CONFANNMON)
    both = table.among(abi.CONF_REALANDPSEUDO) & table.has(abi.CONF_PSEUDO_TALKER)
    from_program = part & (announces | both | (normal & table.pseudo & table.has(abi.CONF_TALKER)))
    return _of(received, from_line), _of(written, from_program)


def _to_line(table: Table, written: Int16, room: Int32, spoken: Int32) -> Int32:
    """A line that listens gets its conference without its own voice."""
    part = table.takes_part & ~table.pseudo
    replaced = part & table.among(abi.CONF_CONFANN, abi.CONF_CONFANNMON, abi.CONF_REALANDPSEUDO)
    silent = replaced | table.muted | (table.pseudo & table.meets)
    made = _of(written, ~silent)
    listens = part & table.has(abi.CONF_LISTENER)
    made[listens] += (room[table.room] - spoken)[listens]
    return made


def _to_program(table: Table, received: Int16, room: Int32, announced: Int32) -> Int32:
    made = received.astype(np.int32)
    part = table.takes_part
    both = part & table.among(abi.CONF_REALANDPSEUDO)
    made[both] = 0
    everything = part & table.among(abi.CONF_CONFMON, abi.CONF_CONFANNMON)
    made[everything] = room[table.room][everything]
    listens = both & table.has(abi.CONF_PSEUDO_LISTENER)
    listens |= part & table.pseudo & table.among(abi.CONF_CONF) & table.has(abi.CONF_LISTENER)
    made[listens] += (room[table.room] - announced)[listens]
    return made


def _listen_in(
    seats: Sequence[Seat], table: Table, written: Int16, received: Int16, to_line: Int32, to_program: Int32
) -> None:
    """A pseudo channel's program hears the other channel; a line's far end hears it too, with what is written."""
    place = {seat.number: i for i, seat in enumerate(seats)}
    sent = to_line.copy()
    heard = to_program.copy()
    for i, seat in enumerate(seats):
        mode = int(table.mode[i])
        other = place.get(seat.confno)
        if other is None or table.aside[i]:
            continue
        into = to_program if seat.pseudo else to_line
        of_pseudo = seats[other].pseudo
        if mode == abi.CONF_DIGITALMON:
            into[i] = written[other] if of_pseudo else received[other]
        if mode in HEARS_RECEIVED:
            into[i] += written[other] if of_pseudo else received[other]
        if mode in HEARS_SENT:
            into[i] += heard[other] if of_pseudo else sent[other]


def _of(samples: Int16, rows: Flags) -> Int32:
    """The rows that are flagged; silence in the others."""
    return np.asarray(samples * rows[:, None].astype(np.int32), np.int32)


def _clipped(samples: Int32) -> Int16:
    return np.asarray(np.clip(samples, -32768, 32767), np.int16)


class Party(Protocol):
    """A channel, as far as conferences know it."""

    @property
    def number(self) -> int: ...
    @property
    def pseudo(self) -> bool: ...
    @property
    def confmode(self) -> int: ...
    @property
    def confno(self) -> int: ...
    @property
    def confmute(self) -> int: ...
    @property
    def dials(self) -> bool: ...


P = TypeVar("P", bound=Party)


def parties(channels: Mapping[int, P], taking_part: Iterable[P]) -> list[P]:
    """Those who need a seat: who takes part, and whom they listen to."""
    found = {channel.number: channel for channel in taking_part}
    for channel in list(found.values()):
        if channel.confmode & abi.CONF_MODE not in MIXES and channel.confno in channels:
            found.setdefault(channel.confno, channels[channel.confno])
    return list(found.values())


def seat(party: Party) -> Seat:
    """Its seat."""
    return Seat(party.number, party.pseudo, party.confmode, party.confno, bool(party.confmute), party.dials)
