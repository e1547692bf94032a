"""Equipment that does whatever it likes on the spans of an office: frames, bits, tones, noise, alarms, hooks, in any
order. The office's far ends go on, and are idle again when it has come to its senses."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pytest

from drivers.isdn.pri import Side
from dsp import g711
from dsp.receiver import RATE, TICK, Int16
from hw_sim.config import load_office
from hw_sim.equipment import Alarm
from hw_sim.hdlc import Deframer, Framer
from hw_sim.office import Office
from tests.drivers.isdn_pair import Rogue, random_message

OFFICE = """
spec: 1
country: cn
seed: 3
cards:
  - {type: e1, name: net, signalling: isdn, side: network, numbers: ["82001000-82001099"]}
  - {type: e1, name: user, signalling: isdn, side: user, numbers: ["8300xx"]}
  - {type: e1, name: r2, signalling: r2, variant: cn, numbers: ["8400xx"]}
  - {type: e1, name: r2itu, signalling: r2, variant: itu, numbers: ["8500xx"]}
  - {type: analog-fxo, name: fxo, ports: [{number: "80001", pulse: true, flash: true}, {number: "80002"}]}
phones:
  - {number: "10086", rings: 1, talk: 2s}
faxes:
  - {number: "96001", rings: 1}
numbers: {"80010": busy, "80012": vacant, "80014": congestion}
"""
ISDN, R2 = (0, 1), (2, 3)
D_CHANNEL = 15
FORWARD, BACKWARD = range(1380, 2000, 120), range(540, 1150, 120)
SINGLE = (400, 450, 697, 1100, 1209, 2100)
PATTERNS = (0x00, 0xFF, 0x7E, 0x55)


@dataclass
class Far:
    """What the link of one D channel needs of a Pri: which side it is."""

    side: Side


class Link:
    """A D channel on which valid frames carry nonsense, and sometimes the bits are nonsense themselves."""

    def __init__(self, row: int, side: Side, dice: random.Random) -> None:
        self.row = row
        self._dice = dice
        self._rogue = Rogue(Far(side))  # type: ignore[arg-type]
        self._framer, self._deframer = Framer(), Deframer(512)
        self._framer.send(self._rogue.sabme())

    def next(self) -> Int16:
        """The next tick."""
        dice, rogue, chance = self._dice, self._rogue, self._dice.random()
        if chance < 0.25:
            self._framer.send(rogue.message(random_message(dice, rogue.references)))
        elif chance < 0.28:
            self._framer.send(dice.randbytes(dice.randrange(1, 400)))
        elif chance < 0.29:
            self._framer.send(rogue.sabme())
        elif chance < 0.3:
            self._framer.send(dice.randbytes(dice.choice((1, 2, 600, 3000))), raw=True)
        octets = self._framer.next(TICK)
        if dice.random() < 0.03:
            octets = dice.choice((dice.randbytes(TICK), bytes([dice.choice(PATTERNS)]) * TICK))
        return g711.DECODE["alaw"][np.frombuffer(octets, np.uint8)]

    def take(self, row: Int16) -> None:
        """What the office sent: acknowledged as Q.921 wants it."""
        received = self._deframer.take(g711.encode(row, "alaw").tobytes())
        frames = [frame.data[:-2] for frame in received if not frame.fault and len(frame.data) > 5]
        for reply in self._rogue.replies(frames):
            self._framer.send(reply)

    def idle(self) -> Int16:
        """Flags."""
        return g711.DECODE["alaw"][np.frombuffer(self._framer.next(TICK), np.uint8)]


class Equipment:
    """All that can be done to the office from the equipment's side, by the dice of a seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.office = Office(load_office("office.yaml", OFFICE))
        self.first = [card.rows[0] for card in self.office.cards]
        sides: tuple[Side, Side] = ("user", "network")
        self.links = [Link(self.first[i] + D_CHANNEL, sides[i], self.dice) for i in ISDN]
        self.tx = np.zeros((len(self.office.lines), TICK), np.int16)
        self._sounds = np.zeros_like(self.tx)
        self.busy = 0

    def run(self, ticks: int) -> None:
        """So many ticks of nonsense. busy: in how many of them some line was in use."""
        for _ in range(ticks):
            self._act()
            self._speak()
            received = self.office.tick(self.tx).rx
            self.busy += not self.office.idle
            for link in self.links:
                link.take(received[link.row])

    def _act(self) -> None:
        dice, office = self.dice, self.office
        for card in R2:
            slots = range(31) if dice.random() < 0.3 else range(4)
            for slot in dice.sample([s for s in slots if s != D_CHANNEL], 2):
                office.send_bits(self.first[card] + slot, dice.choice((8, 9, 0, 4, 12, 13, dice.randrange(16))))
        if dice.random() < 0.02:
            office.send_alarm(dice.randrange(4), dice.choice((*Alarm, Alarm.NONE, Alarm.NONE)))
        if dice.random() < 0.02:
            office.span_alarm(dice.randrange(4), dice.choice((Alarm.RED, Alarm.BLUE, Alarm.YELLOW, *[Alarm.NONE] * 5)))
        if dice.random() < 0.05:
            office.hook(self.first[4] + dice.randrange(2), dice.random() < 0.5)
        if dice.random() < 0.003:
            card = dice.randrange(5)
            office.remove_card(card)
            office.replug(card)

    def _speak(self) -> None:
        for row in range(len(self.tx)):
            if self.dice.random() < 0.02:
                self._sounds[row] = self._sound()
        self.tx[:] = self._sounds
        for link in self.links:
            self.tx[link.row] = link.next()

    def _sound(self) -> Int16:
        """Silence, noise, a register signal of R2 or another tone."""
        dice = self.dice
        kind = dice.randrange(5)
        if kind == 0:
            return np.zeros(TICK, np.int16)
        if kind == 1:
            peak = dice.choice((30, 3000, 32767))
            return np.frombuffer(dice.randbytes(2 * TICK), np.int16) // (32768 // peak)
        pitches = dice.sample(dice.choice((FORWARD, BACKWARD)), 2) if kind < 4 else [dice.choice(SINGLE)]
        time = np.arange(TICK) / RATE  # every pitch is a whole number of waves a tick, or nearly
        return sum(6000.0 * np.sin(2 * np.pi * pitch * time) for pitch in pitches).astype(np.int16)  # type: ignore[union-attr]

    def come_to_its_senses(self) -> None:
        """No alarm, idle bits, on hook, silence, flags on the D channels."""
        for card in (*ISDN, *R2):
            self.office.send_alarm(card, Alarm.NONE)
            self.office.span_alarm(card, Alarm.NONE)
        for card in R2:
            for slot in range(31):
                if slot != D_CHANNEL:
                    self.office.send_bits(self.first[card] + slot, 8)
        for port in range(2):
            self.office.hook(self.first[4] + port, False)
        self.tx[:] = 0

    def settles(self, ticks: int) -> bool:
        """Is the office idle within so many ticks?"""
        for _ in range(ticks):
            if self.office.idle:
                return True
            for link in self.links:
                self.tx[link.row] = link.idle()
            self.office.tick(self.tx)
        return bool(self.office.idle)


@pytest.mark.parametrize("seed", range(4))
def test_rogue_equipment(seed: int) -> None:
    """Twenty seconds of nonsense of every kind at once, of which calls come, and then a quiet office."""
    equipment = Equipment(seed)
    equipment.run(1000)
    assert equipment.busy > 100
    equipment.come_to_its_senses()
    assert equipment.settles(40 * 50)
