"""All FXO lines of a card, for every analog back-end: signals and in-band findings in, call events out.

No hardware here. A back-end feeds `signal` and `heard`, calls `advance` each tick, and then does what `effects` says:

    events = [e for s in signals for e in fxo.signal(s)] + fxo.advance(now)
    for effect in fxo.effects(): ...   # Hook: go off or on hook; Dial: send the number as DTMF
"""

from __future__ import annotations

from collections.abc import Sequence

from drivers.card import Line
from drivers.errors import BadLine, LineLost
from drivers.events import Activity, Digit, Event, Tone
from drivers.fxo_port import NEVER, FxoPort, State
from drivers.signals import Dial, Effect, Hook, Signal, SignalKind, Times

__all__ = ["Dial", "Effect", "FxoLines", "Hook", "Signal", "SignalKind", "State", "Times"]


class FxoLines:
    """The lines' state machines (`drivers.fxo_port`) as a bank that costs nothing while nothing happens."""

    def __init__(self, lines: Sequence[Line], times: Times | None = None) -> None:
        times = times or Times()
        self._effects: list[Effect] = []
        self._ports = [
            FxoPort(row, times, line.signalling != "fxs_ls", self._effects) for row, line in enumerate(lines)
        ]
        self._next = NEVER

    def state(self, line: int) -> State:
        """Where the line is in its life. Raises BadLine."""
        return self._port(line).state

    def effects(self) -> list[Effect]:
        """What the ports must do since the last time this was asked, in order."""
        if not self._effects:
            return []
        made = list(self._effects)
        self._effects.clear()
        return made

    def signal(self, signal: Signal) -> list[Event]:
        """The port saw something. A loop that opens ends a call only after `Times.loop_drop`, from `advance`."""
        port = self._port(signal.line)
        return self._after(port, port.signal(signal.kind, signal.at))

    def heard(self, events: Sequence[Event], now: int) -> list[Event]:
        """What the receivers found in band: tones that say nobody is there, sound that says somebody is."""
        made: list[Event] = []
        for event in events:
            if isinstance(event, Tone):
                port = self._ports[event.line]
                made += self._after(port, port.tone(event, now))
            elif isinstance(event, (Activity, Digit)):
                port = self._ports[event.line]
                port.sound(event.edge == "began", now)
                self._after(port, [])
        return made

    def advance(self, now: int) -> list[Event]:
        """Time has passed: what ran out."""
        if now < self._next:
            return []
        made: list[Event] = []
        for port in self._ports:
            if port.wake() <= now:
                made += port.run_out(now)
        self._next = min((port.wake() for port in self._ports), default=NEVER)
        return made

    def answer(self, line: int, now: int) -> list[Event]:
        """Go off hook on a ringing line. Nothing when the caller has just given up. Raises BadLine, LineLost."""
        port = self._living(line)
        return self._after(port, port.answer(now))

    def hang_up(self, line: int, now: int) -> list[Event]:
        """End the call on a line, whatever it is at; ignore a ringing caller. An idle line: nothing. Raises BadLine."""
        port = self._port(line)
        return self._after(port, port.hang_up(now))

    def place_call(self, line: int, number: str, now: int) -> list[Event]:
        """Seize an idle line; `Dial` follows in `effects` when the exchange is ready.

        Raises BadLine when the line is not idle or has no battery, LineLost when it is gone.
        """
        port = self._living(line)
        if port.state != "idle":
            raise BadLine(f"line {line} cannot place a call: it is {port.state}")
        if not port.battery:
            raise BadLine(f"line {line} cannot place a call: no battery, is the exchange's cable plugged in?")
        port.seize(number, now)
        return self._after(port, [])

    def _port(self, line: int) -> FxoPort:
        if not 0 <= line < len(self._ports):
            raise BadLine(f"there is no line {line}: the card has {len(self._ports)}, counted from 0")
        return self._ports[line]

    def _living(self, line: int) -> FxoPort:
        port = self._port(line)
        if port.state == "removed":
            raise LineLost(f"line {line} is gone: unplugged, or its driver was unloaded")
        return port

    def _after(self, port: FxoPort, events: list[Event]) -> list[Event]:
        """The port has moved: it may want to be woken earlier than any other."""
        self._next = min(self._next, port.wake())
        return events
