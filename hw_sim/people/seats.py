"""The world's side of the office: who sits where, what they do, what they notice.

Most sit at ends of the exchange and dial as mobile telephones do; some sit at a telephone on an FXS port of the
equipment, which only the equipment can connect to anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from drivers.errors import BadLine
from drivers.events import Ringing
from drivers.signals import Signal
from dsp import dtmf
from dsp.receiver import Float32, Int16
from hw_sim.caller.events import Action, CallerProtocol, Dial, Flash, HangUp, PickUp, Send
from hw_sim.line.config import OnALine, copper_on
from hw_sim.line.loop import Loop
from hw_sim.line.model import Copper
from hw_sim.line.speech_path import SpeechPath
from hw_sim.people.display import Displays
from hw_sim.people.ends import Ends, MakeReceivers
from hw_sim.people.source import Live
from hw_sim.people.telephone import Hooked, Telephone
from hw_sim.switch.effects import Effect, Join, OffHook, Part
from hw_sim.switch.exchange import Exchange
from hw_sim.switch.subscriber import Subscriber

END = Copper(loss=0.0, return_loss=20.0, noise=-75.0)
"""A caller's telephone: a good one, next to the office."""

MORE_ENDS = 8

Apply = Callable[[Sequence[Effect]], None]


class People:
    """lines: rows of the equipment; those of the people come after. ports: FXS ports that have a telephone, by name.

    apply: has effects done.
    """

    def __init__(
        self,
        lines: int,
        path: SpeechPath,
        exchange: Exchange,
        ports: Mapping[str, Loop],
        receivers: MakeReceivers,
        apply: Apply,
    ) -> None:
        self._lines = lines
        self._path = path
        self._exchange = exchange
        self._ports = ports
        self._apply = apply
        self._ends = Ends(receivers, self._act)
        self._telephones: dict[int, tuple[Telephone, Loop]] = {}
        self._displays: Displays | None = None
        self._now = 0

    # -- coming and going --------------------------------------------------------------------------------------------

    def room(self, count: int) -> None:
        """So many ends are free."""
        missing = count - len(self._ends.free())
        if missing > 0:
            first = self._lines + len(self._ends)
            self._ends.add(missing, self._now)
            self._path.add_ends([END] * missing)
            for row in range(first, first + missing):
                self._exchange.add(Subscriber(row))

    @property
    def seated(self) -> Mapping[int, CallerProtocol]:
        """Who is calling now, by their row of the people's sound."""
        return self._ends.seated

    def seat(self, callers: Sequence[tuple[CallerProtocol, int]]) -> None:
        """People who begin at these samples."""
        for index, (caller, at) in zip(self._free(len(callers)), callers, strict=False):
            self._sit(index, caller, caller.number, at)

    def seat_at(self, port: str, caller: CallerProtocol, at: int) -> None:
        """Somebody at the telephone of an FXS port, alone there. Raises BadLine."""
        self._vacate()
        loop = self._ports.get(port)
        if loop is None or loop.far >= 0:
            wrong = "is taken" if loop else "is not there"
            raise BadLine(f"the telephone {port!r} {wrong}; telephones: {', '.join(self._ports) or 'none'}")
        index = self._free(1)[0]
        self._sit(index, caller, "", at)
        loop.far = self._lines + index
        self._telephones[index] = Telephone(), loop
        self._displays = self._displays or Displays([port.fxs for port in self._ports.values()], self._now)

    def _free(self, count: int) -> list[int]:
        """Free ends, at least so many."""
        self._vacate()
        if count > len(self._ends.free()):
            self.room(max(MORE_ENDS, count))
        return self._ends.free()

    def _vacate(self) -> None:
        """Telephones whose people have gone are put down, and free."""
        for index in [i for i in self._ends.free() if i in self._telephones]:
            _, loop = self._telephones.pop(index)
            self._apply([Part(loop.fxs), OffHook(self._lines + index, False), *loop.hook(False, self._now)])
            loop.far = -1

    def _sit(self, index: int, caller: CallerProtocol, number: str, starts: int) -> None:
        row = self._lines + index
        self._exchange.rename(row, number)
        self._path.relay(row, _line(caller))
        self._ends.seat(index, caller, starts)

    def open(self, now: int) -> None:
        """The equipment is there."""
        self._ends.open(now)

    # -- time --------------------------------------------------------------------------------------------------------

    def speak(self, now: int) -> Float32 | None:
        """The next tick of what they say, float32 (ends, 160), None when all are silent."""
        self._now = now
        for index, (telephone, loop) in self._telephones.items():
            for deed in telephone.advance(now):
                if isinstance(deed, Hooked):
                    self._loop(index, loop, deed)
                else:
                    self._ends.say(index, Send(dtmf.keys(deed.keys, level=KEYS)))
        return self._ends.speak(now)

    def read(self, tx: Int16) -> None:
        """Those at telephones that are on hook read what the equipment sends them, int16 (lines, 160)."""
        if self._displays is None:
            return
        at = {loop.fxs: index for index, (_, loop) in self._telephones.items() if not loop.off_hook}
        for event in self._displays.tick(tx):
            if event.line in at:
                self._ends.tell(at[event.line], replace(event, line=at[event.line]))

    def listen(self, heard: Float32, now: int) -> None:
        """They have heard a tick which ends at `now`."""
        self._now = now
        self._ends.listen(heard, now)

    def see(self, signal: Signal) -> None:
        """What happens on somebody's line: they notice the bell only."""
        if signal.kind == "ring_on":
            index = signal.line - self._lines
            who = self._exchange.parties[signal.line]
            rings = self._telephones[index][1].rings if index in self._telephones else _rings(who)
            self._ends.tell(index, Ringing(index, signal.at, rings))

    # -- what they do ------------------------------------------------------------------------------------------------

    def _act(self, index: int, action: Action) -> None:
        match action:
            case Send():
                self._ends.say(index, action)
            case Live(source):
                self._ends.live(index, source)
            case HangUp():
                self._ends.hush(index)
                self._hook(index, False)
            case PickUp():
                self._hook(index, True)
            case Dial(number, pulse):
                self._dial(index, number, pulse)
            case Flash():
                if index in self._telephones:
                    self._telephones[index][0].flash(self._now)
            case _:
                assert_never(action)

    def _hook(self, index: int, off_hook: bool) -> None:
        if index not in self._telephones:
            self._apply(self._exchange.hook(self._lines + index, off_hook, self._now))
        elif off_hook:
            self._telephones[index][0].lift(self._now)
        else:
            self._telephones[index][0].put_down(self._now)

    def _dial(self, index: int, number: str, pulse: bool) -> None:
        if index in self._telephones:
            self._telephones[index][0].dial(number, self._now, pulse)
        else:
            self._apply(self._exchange.dial(self._lines + index, number, self._now))

    def _loop(self, index: int, loop: Loop, deed: Hooked) -> None:
        row = self._lines + index
        wires: Effect = Join(loop.fxs, row) if deed.off_hook and loop.whole else Part(row)
        self._apply([wires, OffHook(row, deed.off_hook), *loop.hook(deed.off_hook, deed.at)])


KEYS = -9.0
"""dBm0 of each of the two tones of a key, at the telephone."""


def _rings(who: object) -> int:
    return who.rings if isinstance(who, Subscriber) else 0


def _line(caller: CallerProtocol) -> Copper:
    """A good one, unless they have said otherwise; the noise of their own room goes before the line's."""
    line = caller.line if isinstance(caller, OnALine) else None
    copper = END if line is None else copper_on(line, END)
    return copper if caller.noise is None else replace(copper, noise=caller.noise)
