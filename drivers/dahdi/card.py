"""The card on /dev/dahdi: analog lines to an exchange (FXO ports), and B channels as they are."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from drivers import channels
from drivers.analog import FxoLines, Hook, Signal
from drivers.card import Card, Line, Tick
from drivers.dahdi import codes, faults
from drivers.dahdi.port import Info, Port
from drivers.dialler import Dialler
from drivers.errors import BadLine, CardNotFound, LineClosed
from drivers.events import Alarm, Clear, Event, Lost, Removed
from dsp.receiver import TICK, Int16

BUFFERS = 8
"""Blocks of 160 that the kernel keeps each way: the reader may be 140 ms late before a sample is lost."""

PREFILL = 4
"""Blocks sent ahead: the writer may be 60 ms late before the line hears a gap; what is said is heard 80 ms later."""


class DahdiCard(Card):
    """Channels of one DAHDI clock domain: DahdiCard("1-4"), DahdiCard("1-15,17-31").

    What the kernel says of a channel wins over `lines`: its signalling (system.conf) and the law its hardware codes in.
    Only fxs_ls, where the kernel says fxs_ks, stays: the operator knows that the exchange gives no supervision there.

    Raises CardNotFound (no driver, no channel, not configured), CardBusy, BadLine (a D channel, a phone's port).
    """

    def __init__(self, address: str, *, name: str = "", lines: Sequence[Line] = ()) -> None:
        numbers = _numbers(address, len(lines))
        names = {number: f"{line.name} of {name or address}" for number, line in zip(numbers, lines, strict=False)}
        self._port = Port(numbers, BUFFERS, PREFILL, names)
        with ExitStack() as undo:
            undo.callback(self._port.close)
            infos = [self._port.info(i) for i in range(len(numbers))]
            known = [_line(info, lines[i] if lines else None) for i, info in enumerate(infos)]
            undo.pop_all()
        super().__init__(name or f"dahdi:{address}", known, live=True)
        self._clear = [line.signalling == "clear" for line in known]
        self._fxo = FxoLines(known)
        self._dialler = Dialler()
        self._now = 0
        self._pending: list[Event] = []
        self._hooks: dict[int, bool] = {}
        for i, info in enumerate(infos):
            if info.alarms:
                self._pending += self._event(i, codes.ALARM)

    def read(self) -> Tick:
        """The next 160 samples of every line, and what happened since the last. Raises LineClosed after close()."""
        self._open()
        rx, found, lost = self._port.read()
        self._now += lost
        events, self._pending = self._pending, []
        for line, code in found:
            events += self._event(line, code)
        events += self._fxo.advance(self._now)
        self._act()
        self._now += TICK
        self._port.count(self.counters)
        return Tick(rx, events, lost)

    def write(self, tx: Int16) -> None:
        """Send a tick to every line; digits of a call being placed go in place of it. Raises LineClosed."""
        self._open()
        self._port.write(self._dialler.overlay(tx))

    def heard(self, events: Sequence[Event]) -> list[Event]:
        """Busy tone, dial tone, howler, speech and silence of this tick; gives HungUp and Answered."""
        if not events:
            return []
        made = self._fxo.heard([e for e in events if not self._clear[e.line]], self._now)
        self._act()
        return made

    def answer(self, line: int) -> None:
        """Go off hook on a ringing line."""
        self._analog(line)
        self._pending += self._fxo.answer(line, self._now)
        self._act()

    def hang_up(self, line: int) -> None:
        """Go on hook."""
        self._analog(line)
        self._pending += self._fxo.hang_up(line, self._now)
        self._act()

    def place_call(self, line: int, number: str) -> None:
        """Seize an idle line, and dial by DTMF when the exchange gives dial tone."""
        self._analog(line)
        self._dialler.check(number)
        self._pending += self._fxo.place_call(line, number, self._now)
        self._act()

    def close(self) -> None:
        """On hook, and every channel released."""
        if self._port.closed:
            return
        for line, clear in enumerate(self._clear):
            if not clear:
                self._port.hook(line, False)  # a line that is gone already cannot be hung up: nothing to do about it
        self._port.close()

    def info(self, line: int) -> Info:
        """What the kernel says of a line now (hook, alarms): for people. Raises LineLost, LineClosed, BadLine."""
        self._open()
        self._fxo.state(line)
        return self._port.info(line)

    # -- the parts ---------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        if self._port.closed:
            raise LineClosed(f"card {self.name} was closed")

    def _analog(self, line: int) -> None:
        self._open()
        self._fxo.state(line)
        if self._clear[line]:
            raise BadLine(f"line {self.lines[line].name} is a B channel: calls on it are made by ISDN signalling")

    def _event(self, line: int, code: int) -> list[Event]:
        """One of DAHDI's events as ours."""
        if code in (codes.READ_OVERRUN, codes.WRITE_UNDERRUN):
            return [Lost(line, self._now, "rx" if code == codes.READ_OVERRUN else "tx")]
        if self._clear[line]:
            return self._digital(line, code)
        kind = codes.FXO_SIGNALS.get(code)
        if kind is None:
            self._unknown(code)
            return []
        return self._fxo.signal(Signal(line, self._now, kind))

    def _digital(self, line: int, code: int) -> list[Event]:
        if code == codes.ALARM:
            return [Alarm(line, self._now, "red")]
        if code == codes.NOALARM:
            return [Clear(line, self._now)]
        if code == codes.REMOVED:
            return [Removed(line, self._now)]
        self._unknown(code)
        return []

    def _unknown(self, code: int) -> None:
        if code not in codes.EXPECTED:
            self.counters.unknown_events += 1

    def _act(self) -> None:
        """Do what the state machines ask for. A hook that the kernel cannot move now is tried again next tick."""
        for effect in self._fxo.effects():
            if isinstance(effect, Hook):
                self._hooks[effect.line] = effect.off_hook
                self._dialler.stop(effect.line)
            else:
                self._dialler.dial(effect.line, effect.number)
        for line, off_hook in list(self._hooks.items()):
            error = self._port.hook(line, off_hook)
            if error in (0, -errno.ENODEV):  # a line that is gone reports itself as removed
                del self._hooks[line]


def _numbers(address: str, names: int) -> tuple[int, ...]:
    try:
        numbers = channels.parse(address)
    except ValueError as error:
        raise CardNotFound(f"dahdi:{address}: {error}") from error
    if names and names != len(numbers):
        raise BadLine(f"dahdi:{address} has {len(numbers)} channels, but {names} lines are named")
    return numbers


def _line(info: Info, wanted: Line | None) -> Line:
    """The line as it is: the operator's name, the kernel's facts."""
    signalling = codes.SIGNALLING.get(info.signalling)
    if signalling is None:
        raise BadLine(f"channel {info.channel} ({info.name}) carries no speech: signalling {info.signalling:#x}")
    if signalling in ("fxo_ks", "fxo_ls"):
        raise BadLine(
            f"channel {info.channel} ({info.name}) is a port for a phone (signalled {signalling}); a line to an "
            f"exchange is signalled fxs_ks or fxs_ls: {faults.CONFIGURE}"
        )
    if wanted and wanted.signalling == "fxs_ls" and signalling == "fxs_ks":
        signalling = "fxs_ls"
    made = Line(wanted.name if wanted else f"channel-{info.channel}", signalling=signalling, law=info.law)
    return replace(made, device=f"/dev/dahdi/{info.channel}")
