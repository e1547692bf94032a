"""Looks at a running office for the view: a snapshot five times a second, and what has changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import groupby

import numpy as np

from dsp import levels
from dsp.receiver import RATE
from hw_sim.dahdi.programs import numbers
from hw_sim.dahdi.server import Server
from hw_sim.equipment import Alarm
from hw_sim.office import Office, OfficeLine
from hw_sim.view.snapshot import LineView, Snapshot, changes

EVERY = RATE // 5
"""Samples between two looks."""

REMEMBERED = 50


class Watch:
    """server: whose programs and sounds are shown. happened: the log so far, newest last."""

    def __init__(self, office: Office, server: Server) -> None:
        self.happened: deque[str] = deque(maxlen=REMEMBERED)
        self.calls = 0
        self._office = office
        self._server = server
        self._lines: Sequence[LineView] = ()
        self._next = 0

    def due(self) -> bool:
        """Is it time to look again?"""
        if self._office.now < self._next:
            return False
        self._next = self._office.now + EVERY
        return True

    def look(self, **more: object) -> Snapshot:
        """The office now. more: fields of the snapshot that others know."""
        lines = self._views()
        self.calls += sum(
            1 for old, new in zip(self._lines, lines, strict=False) if old.state != new.state == "talking"
        )
        for text in changes(self._lines, lines):
            self.tell(text)
        self._lines = lines
        lateness = self._server.clock.lateness
        return Snapshot(
            self._office.now, lines, self.programs(), sum(1 for c in self._office.callers if not c.finished),
            self.calls, str(lateness) if lateness.late else "", tuple(self.happened), **more,  # type: ignore[arg-type]
        )  # fmt: skip

    def tell(self, text: str) -> None:
        """A line more for the log."""
        self.happened.append(f"{self._office.now / RATE:8.1f}  {text}")

    def programs(self) -> list[str]:
        """Who has which channels open."""
        held = sorted(
            (str(stream.program), stream.channel.number)
            for stream in self._server.devices.streams.values()
            if stream.channel is not None and stream.channel.port is not None
        )
        return [f"{who}: {numbers(n for _, n in opened)}" for who, opened in groupby(held, key=lambda pair: pair[0])]

    def _views(self) -> list[LineView]:
        sent, heard = (levels.dbm0(matrix.astype(np.float32)) for matrix in self._server.sounds)
        held = {s.channel.port.row for s in self._server.devices.streams.values() if s.channel and s.channel.port}
        return [
            self._view(line, float(sent[line.row]), float(heard[line.row]), line.row in held)
            for line in self._office.lines
        ]

    def _view(self, line: OfficeLine, sent: float, heard: float, held: bool) -> LineView:
        state = self._office.state(line.row).value
        peer = self._office.talks_with(line.row) if state != "idle" else ""
        return LineView(
            line.name, line.number, line.use, state, peer, sent, heard, held, self._alarm(line),
            self._office.cards[line.card].name,
        )  # fmt: skip

    def _alarm(self, line: OfficeLine) -> str:
        board = self._server.board
        alarms = Alarm(board.spans[line.card].alarms)
        if not alarms and board.by_row[line.row].alarmed:
            alarms = Alarm.RED
        return (alarms.name or "") if alarms else ""
