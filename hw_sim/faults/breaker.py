"""Carries out a schedule of faults: on the office's lines and spans, on its virtual devices, on the programs there."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol, assert_never

from dsp.receiver import RATE, TICK
from hw_sim.card_config import E1Card
from hw_sim.dahdi.faults import Kind
from hw_sim.equipment import Alarm
from hw_sim.faults.model import (
    AlarmFault,
    CutFault,
    DChannelFault,
    DeviceFault,
    Fault,
    IoErrorFault,
    KillFault,
    LostBlocksFault,
    ShortReadsFault,
    SlowFault,
    StallFault,
    StormFault,
    UnplugFault,
)
from hw_sim.faults.schedule import Schedule
from hw_sim.faults.signalling import SignallingFault, make
from hw_sim.office import Office

ALARMS = {"red": Alarm.RED, "yellow": Alarm.YELLOW, "blue": Alarm.BLUE}


class Devices(Protocol):
    """The virtual devices, as a breaker breaks them: `hw_sim.dahdi.faults.DeviceFaults`."""

    def inject(
        self,
        kind: Kind,
        *,
        channels: Collection[int] = (),
        span: int | None = None,
        samples: int | None = None,
        value: int | None = None,
    ) -> object:
        """Begin a fault. Channels count from 1, as rows do from 0."""
        ...


Programs = Callable[[], Iterable[tuple[int, str]]]
"""Who has devices open: process and command line."""


class Breaker:
    """To be asked after each tick. devices, programs: None in a run without virtual devices, which then has only the
    faults of lines and spans. told: what was done, a sentence each, with the sample.

    Raises ValueError when the schedule needs devices that there are not.
    """

    def __init__(
        self,
        office: Office,
        faults: Sequence[Fault],
        seed: int = 1,
        *,
        devices: Devices | None = None,
        programs: Programs | None = None,
    ) -> None:
        self.told: list[tuple[int, str]] = []
        self._office = office
        self._devices = devices
        self._programs = programs
        self._schedule = Schedule(faults, seed)
        self._cards = {card.name: index for index, card in enumerate(office.cards)}
        self._rows = {f"{office.cards[line.card].name}-{line.port + 1}": line.row for line in office.lines}
        self._rows |= {line.name: line.row for line in office.lines}
        self._rows |= {line.number: line.row for line in office.lines if line.number}
        needing = [fault.fault for fault in faults if isinstance(fault, DeviceFault)]
        if needing and devices is None:
            raise ValueError(f"the fault {needing[0]!r} is one of a virtual device, and this run has none")

    def tick(self) -> None:
        """Do what is due by now."""
        for happening in self._schedule.due(self._office.now):
            word = "begins" if happening.begins else "is over"
            self.told.append((self._office.now, f"{describe(happening.fault)} {word}"))
            self._carry_out(happening.fault, happening.begins)

    def _carry_out(self, fault: Fault, begins: bool) -> None:
        match fault:
            case AlarmFault():
                self._office.span_alarm(self._cards[fault.card], ALARMS[fault.alarm] if begins else Alarm.NONE)
            case DChannelFault():
                self._office.lose_d_channel(self._cards[fault.card], begins)
            case UnplugFault():
                self._unplug(fault, begins)
            case CutFault():
                self._cut(fault, begins)
            case KillFault():
                self._kill(fault, begins)
            case _ if isinstance(fault, SignallingFault):
                self._signal(fault, begins)
            case _:
                if begins:
                    self._break_device(fault)

    def _rows_of(self, fault: CutFault | DeviceFault) -> Sequence[int]:
        return [self._rows[fault.line]] if fault.line else self._office.cards[self._cards[fault.card]].rows

    def _cut(self, fault: CutFault, begins: bool) -> None:
        if fault.card and self._office.cards[self._cards[fault.card]].kind == "e1":
            self._office.span_alarm(self._cards[fault.card], Alarm.RED if begins else Alarm.NONE)
            return
        for row in self._rows_of(fault):
            if begins:
                self._office.cut(row)
            else:
                self._office.mend(row)

    def _signal(self, fault: SignallingFault, begins: bool) -> None:
        card = self._office.config.cards[self._cards[fault.card]]
        if not isinstance(card, E1Card):
            raise ValueError(f"the card {fault.card!r} is no E1")
        make(fault, begins, card, self._office.signalling(self._cards[fault.card]))

    def _unplug(self, fault: UnplugFault, begins: bool) -> None:
        card = self._cards[fault.card]
        if self._devices is not None:
            if begins:
                self._devices.inject("unplug", span=card + 1, samples=fault.lasts)
        elif begins:
            self._office.remove_card(card)
        else:
            self._office.replug(card)

    def _break_device(self, fault: DeviceFault) -> None:
        channels = [row + 1 for row in self._rows_of(fault)]
        for kind, samples, value in _injections(fault):
            assert self._devices is not None
            self._devices.inject(kind, channels=channels, samples=samples, value=value)

    def _kill(self, fault: KillFault, begins: bool) -> None:
        if not begins and fault.signal != "STOP":
            return
        number = signal.Signals[f"SIG{fault.signal}"] if begins else signal.SIGCONT
        for process, command in self._programs() if self._programs else ():
            if fault.program in command:
                _send(process, number)


def _injections(fault: DeviceFault) -> list[tuple[Kind, int | None, int | None]]:
    """What a fault is for the devices: kind, samples, value."""
    match fault:
        case StormFault():
            return [("events", TICK, fault.events)]
        case StallFault():
            return [("stall", fault.lasts, None)]
        case IoErrorFault():
            number = getattr(errno, fault.errno)
            return [("read_error", fault.lasts, number), ("write_error", fault.lasts, number)]
        case ShortReadsFault():
            return [("short_read", fault.lasts, None)]
        case SlowFault():
            return [("slow", fault.lasts, fault.delay)]
        case LostBlocksFault():
            return [("drop", fault.lasts, None)]
    assert_never(fault)


def _send(process: int, number: signal.Signals) -> None:
    try:
        os.kill(process, number)
    except ProcessLookupError:  # it has just ended by itself
        return


def describe(fault: Fault) -> str:
    """alarm red on trunk-1 for 5 s."""
    where = getattr(fault, "card", "") or getattr(fault, "line", "")
    what = {"alarm": f"alarm {getattr(fault, 'alarm', '')}", "kill": f"SIG{getattr(fault, 'signal', '')}"}
    words = what.get(fault.fault, fault.fault.replace("_", " "))
    if isinstance(fault, KillFault):
        where = fault.program or "every program"
    lasts = "" if fault.lasts is None else f" for {fault.lasts / RATE:g} s"
    return f"{words} on {where}{lasts}"
