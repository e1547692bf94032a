"""IOMUX: waiting for a block, for room, for all to be sent, for an event."""

from __future__ import annotations

import errno
import time  # noqa: TID251  # the kernel keeps the time of the world

from hw_sim.dahdi.kernel import abi
from tests.conformance.analog import port
from tests.conformance.device import failing
from tests.conformance.world import World

READ, WRITE, WRITE_EMPTY, SIGNAL_EVENT, NO_WAIT = 1, 2, 4, 8, 0x100
"""What IOMUX waits for."""


def test_iomux_without_a_wish(world: World) -> None:
    """EINVAL."""
    device = port(world)
    assert failing(lambda: device.ask("IOMUX", 0)) == errno.EINVAL


def test_iomux_without_waiting(world: World) -> None:
    """What is so now: room to write, nothing to read."""
    device = port(world).buffers(8000, 2)
    everything = READ | WRITE | WRITE_EMPTY | SIGNAL_EVENT | NO_WAIT
    assert device.ask("IOMUX", everything) == WRITE | WRITE_EMPTY
    assert device.ask("IOMUX", READ | NO_WAIT) == 0
    device.write(bytes(8000))
    assert device.ask("IOMUX", everything) == WRITE


def test_iomux_waits_for_a_block(world: World) -> None:
    """READ."""
    device = port(world).buffers(1600, 2)
    assert device.ask("IOMUX", READ) == READ
    assert len(device.read(1600)) == 1600


def test_iomux_waits_until_all_is_sent(world: World) -> None:
    """WRITEEMPTY; what WHEN_FULL holds back is let go."""
    device = port(world).buffers(1600, 4, abi.POLICY_WHEN_FULL)
    device.write(bytes(1600))
    began = time.monotonic()
    assert device.ask("IOMUX", WRITE_EMPTY) == WRITE_EMPTY
    assert time.monotonic() - began > 0.1


def test_iomux_tells_of_events(world: World) -> None:
    """SIGEVENT, which stays until it is fetched."""
    device = port(world).buffers(160, 2)
    device.ask("BUFFER_EVENTS", 1)
    assert device.ask("IOMUX", SIGNAL_EVENT) == SIGNAL_EVENT
    assert device.ask("IOMUX", SIGNAL_EVENT | NO_WAIT) == SIGNAL_EVENT
    device.ask("BUFFER_EVENTS", 0)
