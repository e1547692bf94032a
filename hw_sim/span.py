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
    """One E1 card. signalling: the office's end of it; None when the wires lead to another card, or to nothing."""

    def __init__(self, card: int, rows: range, signalling: Signalling | None = None) -> None:
        self.card = card
        self.rows = rows
        self.d_channel = rows[SIGNALLING_SLOT - 1 : SIGNALLING_SLOT]
        self.signalling = signalling
        self.peer: Span | None = None
        self.fault = self.sent = Alarm.NONE
        self.shown = Alarm.NONE
        self.no_d_channel = False
        self._carrier = True
        self._bits: dict[int, int] = {}
        self._last_bits: dict[int, int] = {}
        self._codes = np.zeros((SLOTS, TICK), np.uint8)

    @property
    def alarms(self) -> Alarm:
        """What the equipment sees: what was done to the span, and what comes from the other side."""
        if self.peer is not None:
            return self.fault | _arriving(self.peer.sent)
        return self.fault | (Alarm.YELLOW if self.sent & NO_SIGNAL else Alarm.NONE)

    @property
    def carrier(self) -> bool:
        """Do both sides hear each other?"""
        return not self.fault & DEAF and not self.sent & (NO_SIGNAL | Alarm.YELLOW)

    def news(self) -> Alarm | None:
        """The alarms of the equipment's side, when they have changed since they were last asked for."""
        alarms = self.alarms
        if alarms == self.shown:
            return None
        self.shown = alarms
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
        if self.peer is None or not self.peer._bits or self.fault & DEAF:
            return {}
        bits, self.peer._bits = self.peer._bits, {}
        return bits

    def tell(self, message: Message, now: int) -> None:
        """The switch has something to say."""
        if self.signalling is not None:
            self.signalling.tell(message, now)

    def tick(self, now: int, tx: Int16) -> Sent:
        """A tick of the signalling. tx: int16 (lines, 160) of the equipment."""
        if self.signalling is None:
            return Sent()
        bits, self._bits = (self._bits, {}) if self._carrier else ({}, self._bits)
        return self.signalling.tick(now, self._sent_codes(tx), bits)

    def _sent_codes(self, tx: Int16) -> Codes:
        if not self._carrier:
            self._codes.fill(0xFF)
            return self._codes
        codes = g711.encode(tx[self.rows.start : self.rows.stop], out=self._codes)
        if self.no_d_channel:
            codes[SIGNALLING_SLOT - 1] = 0xFF
        return codes


def _arriving(sent: Alarm) -> Alarm:
    """What a span sends, as the other end of its wires sees it."""
    if sent & (Alarm.NOTOPEN | Alarm.RED):
        return Alarm.RED
    return sent & (Alarm.BLUE | Alarm.YELLOW)
