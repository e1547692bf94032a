"""An E1 span at the office's end: alarms both ways, CAS bits, a fault of its D channel; or the wires to another span.

Sans-I/O. Alarms are those that the equipment's framer would show.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dsp import g711
from dsp.g711 import Codes
from dsp.receiver import TICK, Int16
from hw_sim.equipment import Alarm
from hw_sim.layout import SIGNALLING_SLOT
from hw_sim.trunk import SLOTS, Message, Sent, Signalling

DEAF = Alarm.RED | Alarm.BLUE
"""Alarms with which nothing can be heard."""

NO_SIGNAL = DEAF | Alarm.NOTOPEN
"""What a span that sends it cannot be understood with: nothing, or all ones."""


class Span:
    """One E1 card.

    signalling: the office's end of it; None when the wires lead to another card, or to nothing. hears: the slots that
    it listens to, all unless it is known to need fewer. deaf: does the equipment hear nothing?
    """

    def __init__(
        self, card: int, rows: range, signalling: Signalling | None = None, hears: range = range(1, SLOTS + 1)
    ) -> None:
        self.card = card
        self.rows = rows
        self.d_channel = rows[SIGNALLING_SLOT - 1 : SIGNALLING_SLOT]
        self.signalling = signalling
        self.peer: Span | None = None
        self.deaf = self.no_d_channel = False
        self._fault = self._sent = self._shown = Alarm.NONE
        self._carrier = True
        self._bits: dict[int, int] = {}
        self._last_bits: dict[int, int] = {}
        self._hears = slice(hears.start - 1, hears.stop - 1)
        self._codes = np.full((SLOTS, TICK), g711.silence("alaw"), np.uint8)

    def fail(self, alarms: Alarm) -> None:
        """What the equipment receives has these alarms, whatever the other side sends."""
        self._fault = alarms
        self.deaf = bool(alarms & DEAF)

    def send(self, alarms: Alarm) -> None:
        """The equipment sends these alarms."""
        self._sent = alarms

    @property
    def alarms(self) -> Alarm:
        """What the equipment sees: what was done to the span, and what comes from the other side."""
        if self.peer is not None:
            return self._fault | _arriving(self.peer._sent)
        return self._fault | (Alarm.YELLOW if self._sent & NO_SIGNAL else Alarm.NONE)

    @property
    def carrier(self) -> bool:
        """Do both sides hear each other?"""
        return not self.deaf and not self._sent & (NO_SIGNAL | Alarm.YELLOW)

    def news(self) -> Alarm | None:
        """The alarms of the equipment's side, when they have changed since they were last asked for."""
        alarms = self.alarms
        if alarms == self._shown:
            return None
        self._shown = alarms
        return alarms

    def turned(self, now: int) -> bool | None:
        """Has the carrier come or gone since this was last asked? The signalling is told."""
        if self.carrier == self._carrier:
            return None
        self._carrier = self.carrier
        self._bits = dict(self._last_bits)
        if self.signalling is not None:
            self.signalling.carrier(self._carrier, now)
        return self._carrier

    def send_bits(self, slot: int, bits: int) -> None:
        """The equipment sends other CAS bits in a slot."""
        if self._last_bits.get(slot) != bits:
            self._last_bits[slot] = self._bits[slot] = bits

    def arriving_bits(self) -> Mapping[int, int]:
        """New bits from the span at the other end of the wires."""
        if self.peer is None or not self.peer._bits or self.deaf:
            return {}
        bits, self.peer._bits = self.peer._bits, {}
        return bits

    def tell(self, message: Message, now: int) -> None:
        """The switch has something to say."""
        if self.signalling is not None:
            self.signalling.tell(message, now)

    def tick(self, signalling: Signalling, now: int, tx: Int16) -> Sent:
        """A tick of the span's signalling. tx: int16 (lines, 160) of the equipment."""
        bits, self._bits = (self._bits, {}) if self._carrier else ({}, self._bits)
        return signalling.tick(now, self._sent_codes(tx), bits)

    def _sent_codes(self, tx: Int16) -> Codes:
        heard = self._codes[self._hears]
        if not self._carrier:
            heard.fill(0xFF)
            return self._codes
        g711.encode(tx[self.rows.start : self.rows.stop][self._hears], out=heard)
        if self.no_d_channel:
            self._codes[SIGNALLING_SLOT - 1] = 0xFF
        return self._codes


def _arriving(sent: Alarm) -> Alarm:
    """What a span sends, as the other end of its wires sees it."""
    if sent & (Alarm.NOTOPEN | Alarm.RED):
        return Alarm.RED
    return sent & (Alarm.BLUE | Alarm.YELLOW)
