"""The card's side of a channel: how its hook shows on a loop or on a timeslot, and what is seen there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from drivers.signals import SignalKind
from hw_sim.dahdi.kernel import abi, signalling
from hw_sim.dahdi.kernel.effects import Effect, Hook, RingOn, SendBits, SetFeed
from hw_sim.dahdi.kernel.signalling import Tx
from hw_sim.dahdi.kernel.spans import Port
from hw_sim.equipment import CardKind, Feed


class Wire(Protocol):
    """rx_bits, tx_bits: CAS bits as the kernel driver knows them; all ones where there are none."""

    rx_bits: int
    tx_bits: int

    def send(self, tx: Tx, sigtype: int) -> list[Effect]:
        """The channel's hook is like this from now on."""
        ...

    def signal(self, kind: SignalKind) -> None:
        """The line did this."""
        ...

    def seen(self, sigtype: int) -> int | None:
        """What is seen of the far end's hook, RX_*; None when nothing is."""
        ...


class NoWire:
    """A pseudo channel's."""

    rx_bits, tx_bits = 0xFF, 0

    def send(self, tx: Tx, sigtype: int) -> list[Effect]:
        return []

    def signal(self, kind: SignalKind) -> None:
        """Nothing happens where there is no line."""

    def seen(self, sigtype: int) -> int | None:
        return None


class ExchangeLine(NoWire):
    """An FXO port: it closes its loop, hears ringing while on hook, and sees whether there is battery.

    Off hook its detector of ringing is off: how a burst ends then is not seen.
    """

    def __init__(self, port: Port) -> None:
        self._row = port.row
        self._off_hook = False
        self._ringing = self._heard = False
        self._battery = True

    def send(self, tx: Tx, sigtype: int) -> list[Effect]:
        off_hook = tx in (Tx.OFFHOOK, Tx.START)
        if off_hook == self._off_hook:
            return []
        self._off_hook = off_hook
        if not off_hook:
            self._heard = self._ringing
        return [Hook(self._row, off_hook)]

    def signal(self, kind: SignalKind) -> None:
        if kind in ("ring_on", "ring_off"):
            self._ringing = kind == "ring_on"
            self._heard = self._heard if self._off_hook else self._ringing
        elif kind in ("loop_open", "loop_closed"):
            self._battery = kind == "loop_closed"
            self._heard = self._heard and self._battery

    def seen(self, sigtype: int) -> int | None:
        if not self._battery:
            return abi.RX_ONHOOK
        return abi.RX_RING if self._heard else abi.RX_OFFHOOK


class TelephoneLine(NoWire):
    """An FXS port: it feeds the loop, rings until the telephone is lifted, and sees whether the loop is closed."""

    def __init__(self, port: Port) -> None:
        self._row = port.row
        self._rings = False
        self._feed: Feed = "battery"
        self._closed = False

    def send(self, tx: Tx, sigtype: int) -> list[Effect]:
        effects: list[Effect] = []
        feed: Feed = "open" if tx is Tx.KEWL else "battery"
        rings = tx is Tx.START and not self._closed
        if rings != self._rings:
            effects.append(RingOn(self._row, rings))
        if feed != self._feed:
            effects.append(SetFeed(self._row, feed))
        self._rings, self._feed = rings, feed
        return effects

    def signal(self, kind: SignalKind) -> None:
        if kind in ("loop_open", "loop_closed"):
            self._closed = kind == "loop_closed"

    def seen(self, sigtype: int) -> int | None:
        return abi.RX_OFFHOOK if self._closed else abi.RX_ONHOOK


class Timeslot(NoWire):
    """A timeslot of an E1: all it has are its bits."""

    def __init__(self, port: Port) -> None:
        self._row = port.row
        self._sent: int | None = None
        self.rx_bits, self.tx_bits = 0xFF, 0
        self.far: int | None = None

    def send(self, tx: Tx, sigtype: int) -> list[Effect]:
        return self.put(signalling.BITS.get(sigtype, {}).get(tx, 0))

    def put(self, bits: int) -> list[Effect]:
        """These bits from now on."""
        self.tx_bits = bits
        if bits & 0xF == self._sent:
            return []
        self._sent = bits & 0xF
        return [SendBits(self._row, bits & 0xF)]

    def seen(self, sigtype: int) -> int | None:
        """Once for each change of the bits."""
        if self.far is None or self.far == self.rx_bits:
            return None
        before, self.rx_bits = self.rx_bits, self.far
        return signalling.received(sigtype, self.far, before)


def wire_of(port: Port | None) -> Wire:
    """The card's side of a channel."""
    if port is None:
        return NoWire()
    made: dict[CardKind, Callable[[Port], Wire]] = {"fxo": ExchangeLine, "fxs": TelephoneLine, "e1": Timeslot}
    return made[port.kind](port)
