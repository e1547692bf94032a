"""Who hears whom in the office, as sound: analog lines and people through the copper, timeslots code by code.

Rows are the switch's: the equipment's lines, then the ends where people sit. The copper's own are the analog lines,
then ends and gates (`hw_sim.line.digital`) in the order they were made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dsp.receiver import TICK, Float32, Int16
from hw_sim.line.digital import Digital
from hw_sim.line.model import Copper, LineModel
from hw_sim.line.reel import Reel

GATE = Copper(loss=0.0, return_loss=200.0, noise=-200.0)
"""Four wires all the way: what a slot hears of an analog line is what arrived at the office."""

MORE_GATES = 30
"""Gates are made for a span's worth of calls at once."""


class SpeechPath:
    """All speech paths of an office.

    digital: which of the equipment's lines are timeslots. copper: of the others, in order.
    tones: what the office can give, by name, in whole ticks.
    """

    def __init__(
        self,
        digital: Sequence[bool],
        copper: Sequence[Copper],
        tones: Mapping[str, Float32],
        seed: int,
    ) -> None:
        self._lines = len(digital)
        analog = [row for row in range(self._lines) if not digital[row]]
        self._analog = np.array(analog, np.intp)
        self._digital = Digital([row for row in range(self._lines) if digital[row]], self._lines)
        self._model = LineModel(copper, seed=seed)
        self._supply = Reel(len(analog))
        self._tones = {name: self._supply.keep(tone) for name, tone in tones.items()}
        self._peers = np.full(len(analog), -1, np.intp)
        self._place = dict(zip(analog, range(len(analog)), strict=True))
        self._ends = 0
        self._people: list[int] = []
        self._spare: list[int] = []
        self._spoken = np.zeros((0, TICK), np.float32)
        self._heard = np.zeros((0, TICK), np.float32)

    # -- who hears whom ----------------------------------------------------------------------------------------------

    def join(self, a: int, b: int) -> None:
        """Two rows hear each other."""
        if {a, b} <= self._digital.slots:
            self._free_gate(a)
            self._free_gate(b)
            self._digital.join(a, b)
        else:
            here, there = self._copper_row(a), self._copper_row(b)
            self._peers[here], self._peers[there] = there, here

    def part(self, row: int) -> None:
        """A row hears nobody."""
        self._digital.part(row)
        if row in self._place:
            self._peers[self._place[row]] = -1

    def hook(self, row: int, off_hook: bool) -> None:
        """A row's voice is let in, or kept out."""
        if row not in self._digital.slots:
            self._model.hook(self._place[row], off_hook)
        elif not off_hook:
            self._free_gate(row)

    def give(self, row: int, tone: str) -> None:
        """Give a row a tone without end; one that the office has not, or none, is silence."""
        if tone in self._tones:
            self._supply.turn(self._copper_row(row), self._tones[tone])
        elif row in self._place:
            self._supply.stop(self._place[row])

    def play(self, row: int, sound: Float32) -> None:
        """Give a row a sound once."""
        self._supply.play(self._copper_row(row), sound)

    # -- ends --------------------------------------------------------------------------------------------------------

    def add_ends(self, ends: Sequence[Copper]) -> None:
        """Ends where people can sit."""
        row = self._lines + len(self._people)
        for i, place in enumerate(self._add(ends)):
            self._place[row + i] = place
            self._people.append(place - len(self._analog))
        self._heard = np.zeros((len(self._people), TICK), np.float32)

    def relay(self, row: int, copper: Copper) -> None:
        """Another line to an end."""
        self._model.relay(self._place[row], copper)

    def _add(self, copper: Sequence[Copper]) -> range:
        """More rows of the copper, and where they are."""
        first = len(self._analog) + self._ends
        self._model.add(copper)
        self._ends += len(copper)
        self._supply.resize(first + len(copper))
        self._peers = np.append(self._peers, np.full(len(copper), -1, np.intp))
        self._spoken = np.zeros((self._ends, TICK), np.float32)
        return range(first, first + len(copper))

    def _copper_row(self, row: int) -> int:
        if row not in self._place:
            self._take_gate(row)
        return self._place[row]

    def _take_gate(self, row: int) -> None:
        if not self._spare:
            self._spare += reversed(self._add([GATE] * MORE_GATES))
        place = self._place[row] = self._spare.pop()
        self._digital.borrow(row, place - len(self._analog))
        self._model.hook(place, True)

    def _free_gate(self, row: int) -> None:
        if self._digital.give_back(row) is not None:
            place = self._place.pop(row)
            self._model.hook(place, False)
            self._supply.stop(place)
            self._peers[place] = -1
            self._spare.append(place)

    # -- time --------------------------------------------------------------------------------------------------------

    def analog(self, tx: Int16) -> Int16:
        """The analog rows of a tick of the equipment."""
        return tx if len(self._analog) == self._lines else tx[self._analog]

    def tick(self, tx: Int16, spoken: Float32 | None) -> tuple[Int16, Float32]:
        """160 samples of everybody.

        tx: int16 (lines, 160) of the equipment. spoken: float32 (people, 160), None when all are silent.
        Returns rx int16 (lines, 160) and heard float32 (people, 160), both used again at the next tick.
        """
        supply, _ = self._supply.tick()
        if not self._digital.slots:
            return self._model.tick(tx, spoken, self._peers, supply)
        rx = self._digital.tick(tx)
        if not self._ends and not len(self._analog):
            return rx, self._heard
        made, heard = self._model.tick(self.analog(tx), self._said(tx, spoken), self._peers, supply)
        rx[self._analog] = made
        self._digital.hear(rx, heard)
        return rx, self._heard_by_people(heard)

    def _said(self, tx: Int16, spoken: Float32 | None) -> Float32 | None:
        """What comes from people and through gates, float32 (ends, 160)."""
        if not self._digital.gates:
            return spoken if spoken is None or self._ends == len(self._people) else self._beside(spoken)
        self._beside(spoken)
        self._digital.spoken(tx, self._spoken)
        return self._spoken

    def _beside(self, spoken: Float32 | None) -> Float32:
        """What people say, at their places among the ends."""
        if spoken is None:
            self._spoken.fill(0)
        else:
            self._spoken[self._people] = spoken
        return self._spoken

    def _heard_by_people(self, heard: Float32) -> Float32:
        if self._ends == len(self._people):
            return heard
        return np.take(heard, self._people, axis=0, out=self._heard, mode="clip")
