"""A wire with a port to an exchange (FXO) at one end and a telephone's port (FXS) at the other."""

from __future__ import annotations

import errno
import struct

from hw_sim.dahdi.kernel import abi
from tests.conformance.device import Device, available, failing, settle
from tests.conformance.world import Pair, World

RINGERON, RINGEROFF, HOOKCOMPLETE, PULSE_START = 10, 11, 12, 14
ONHOOK, RINGOFFHOOK, WINKFLASH, DIALCOMPLETE, RINGBEGIN = 1, 2, 3, 9, 18
PULSEDIGIT = 0x10000
DEBOUNCE = 2.3
"""Seconds on hook after which a port hears a ring (the driver's ring debounce time is 2 s). A telephone's port takes no
hook for 0.8 s after a call (kewl start)."""


class Wire:
    """Both ports, with what they have to say fetched."""

    def __init__(self, pair: Pair, *, rest: float = DEBOUNCE) -> None:
        available(pair[1:])
        self.fxo, self.fxs = (Device(number).buffers() for number in pair)
        for port in (self.fxo, self.fxs):
            port.ask("BUFFER_EVENTS", 0)
        if rest:
            settle(rest)
        self.clear()

    def clear(self) -> None:
        """Fetch all events."""
        self.fxo.events()
        self.fxs.events()

    def ring(self) -> None:
        """The telephone's port rings until it is told otherwise."""
        assert self.fxs.hook(abi.RING) == errno.EINPROGRESS

    def talk(self) -> None:
        """Both off hook, nothing waiting."""
        assert self.fxo.hook(abi.OFFHOOK) == 0
        assert self.fxs.hook(abi.OFFHOOK) == 0
        settle(0.8)
        self.clear()


def cadence(port: Device, *times: int) -> None:
    """SETCADENCE: ms on, off, on ..."""
    port.call("SETCADENCE", struct.pack("16i", *times, *[0] * (16 - len(times))))


def dial(device: Device, digits: bytes, op: int = abi.DIAL_REPLACE) -> int:
    """DIAL: the errno, 0 when it began."""
    return failing(lambda: device.call("DIAL", abi.DIAL.pack(op, digits)))


def port(world: World, *, blocking: bool = False) -> Device:
    """A port to an exchange, four buffers of 160."""
    device = Device(world.roles.kewl[0][0], blocking=blocking)
    device.ask("BUFFER_EVENTS", 0)
    return device.buffers()
