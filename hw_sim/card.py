"""SimCard: the office as a card in this process, as fast as the machine can, every run the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from drivers.analog import FxoLines, Hook
from drivers.card import Card, Line, Tick
from drivers.errors import CardNotFound, LineClosed
from drivers.events import Event
from drivers.signals import Signal
from drivers.speech.errors import SpeechError
from drivers.yaml_source import ConfigError
from dsp import dtmf
from dsp.receiver import TICK, Float32, Int16
from hw_sim.line.reel import Reel
from hw_sim.office import Office
from hw_sim.session import Plan, set_up


class SimCard(Card):
    """The FXO lines of all cards of an office as one card. Time passes only when it is read.

    Rows of other kinds are not offered: nobody has them open, so they send nothing.
    address: path of an OFFICE.yaml, whose callers begin with the card. lines: what the operator knows of the lines, in
    the order of the office's rows.
    Raises CardNotFound when the file cannot be read or has faults (all of them are in the message).
    """

    def __init__(
        self, address: str, name: str = "", lines: Sequence[Line] = (), *, office: Office | None = None
    ) -> None:
        self.office = office or _open(address)
        self._rows = _Rows(self.office)
        super().__init__(name or f"sim:{address}", _lines(self.office, lines), live=False)
        self._fxo = FxoLines(self.lines)
        self._dialled = Reel(len(self.lines))
        self._events: list[Event] = []
        self._tx = self.silence()
        self._closed = False
        self.office.opened()

    @classmethod
    def of(cls, office: Office, name: str = "sim", lines: Sequence[Line] = ()) -> SimCard:
        """A card on an office that stands already, for tests and benches."""
        return cls("", name, lines, office=office)

    def read(self) -> Tick:
        """Let the office make the next 20 ms, with what was last written. Raises LineClosed after close()."""
        if self._closed:
            raise LineClosed(f"{self.name} was closed")
        done = self.office.tick(self._rows.sent(self._sent()))
        for signal in self._rows.signals(done.signals):
            self._events += self._fxo.signal(signal)
        self._events += self._fxo.advance(self.office.now)
        self._do()
        self.counters.ticks += 1
        events, self._events = self._events, []
        return Tick(self._rows.heard(done.rx), events)

    def write(self, tx: Int16) -> None:
        """What the lines send during the next tick."""
        if self._closed:
            raise LineClosed(f"{self.name} was closed")
        if tx.shape != self._tx.shape:
            raise ValueError(f"a tick of {self.name} has shape {self._tx.shape}, not {tx.shape}")
        self._tx[:] = tx

    def heard(self, events: Sequence[Event]) -> list[Event]:
        """In-band findings in, call events out."""
        made = self._fxo.heard(events, self.office.now) if events else []
        self._do()
        return made

    def answer(self, line: int) -> None:
        self._verb(self._fxo.answer(line, self._now(line)))

    def hang_up(self, line: int) -> None:
        self._verb(self._fxo.hang_up(line, self._now(line)))

    def place_call(self, line: int, number: str) -> None:
        self._verb(self._fxo.place_call(line, number, self._now(line)))

    def close(self) -> None:
        for line in range(len(self.lines)):
            if not self._closed:
                self.office.hook(self._rows.fxo[line], False)
        self._closed = True

    def _now(self, line: int) -> int:
        if self._closed:
            raise LineClosed(f"{self.name}: line {line} was closed")
        return self.office.now

    def _verb(self, events: Sequence[Event]) -> None:
        self._events += events
        self._do()

    def _do(self) -> None:
        """What the state machine wants done at the ports."""
        for effect in self._fxo.effects():
            if isinstance(effect, Hook):
                self.office.hook(self._rows.fxo[effect.line], effect.off_hook)
                self._dialled.stop(effect.line)
            else:
                self._dialled.play(effect.line, dtmf.keys(effect.number))

    def _sent(self) -> Int16:
        """What was written, and the keys of a number being dialled in its place."""
        keys, _ = self._dialled.tick()
        return self._tx if keys is None else _in_place(self._tx, keys)


class _Rows:
    """The FXO lines among the office's rows. fxo: the office's row of each line."""

    def __init__(self, office: Office) -> None:
        self.fxo = [line.row for line in office.lines if line.use == "fxo"]
        self._all = len(self.fxo) == len(office.lines)
        self._line = {row: line for line, row in enumerate(self.fxo)}
        self._tx = np.zeros((len(office.lines), TICK), np.int16)

    def sent(self, tx: Int16) -> Int16:
        """What the office's rows send when the lines send this."""
        if self._all:
            return tx
        self._tx[self.fxo] = tx
        return self._tx

    def heard(self, rx: Int16) -> Int16:
        """What the lines hear of the office's rows."""
        return rx if self._all else rx[self.fxo]

    def signals(self, signals: Sequence[Signal]) -> Iterable[Signal]:
        """What the lines see; the line instead of the row."""
        if self._all:
            return signals
        return [replace(s, line=self._line[s.line]) for s in signals if s.line in self._line]


def _in_place(tx: Int16, keys: Float32) -> Int16:
    sent = tx.copy()
    dialling = keys.any(axis=1)
    sent[dialling] = keys[dialling].astype(tx.dtype)
    return sent


def _open(address: str) -> Office:
    try:
        return set_up(Plan(Path(address)))
    except (ConfigError, SpeechError) as error:
        raise CardNotFound(f"{address} is no office:\n{error}") from error


def _lines(office: Office, known: Sequence[Line]) -> tuple[Line, ...]:
    """The operator's names where they were given, the office's own for the rest."""
    fxo = [line for line in office.lines if line.use == "fxo"]
    if not fxo:
        raise CardNotFound("the office has no FXO port, which is all that this card can speak to")
    made = [Line(known[i].name if i < len(known) else o.name, f"sim/{o.row + 1}", law=o.law) for i, o in enumerate(fxo)]
    for row, line in enumerate(known[: len(made)]):
        made[row] = Line(line.name, made[row].device, line.signalling, made[row].law)
    if len(known) > len(made):
        raise CardNotFound(f"the office has {len(made)} lines, not {len(known)}")
    return tuple(made)
