"""Dialling by tones and by pulses, and the tones of the zone."""

from __future__ import annotations

import errno
import time  # noqa: TID251  # the kernel keeps the time of the world

import pytest

from hw_sim.dahdi.kernel import abi
from tests.conformance.analog import DIALCOMPLETE, PULSE_START, PULSEDIGIT, Wire, dial
from tests.conformance.device import Device, failing, settle
from tests.conformance.world import World


def test_dialling_tones(world: World) -> None:
    """DIALCOMPLETE when the last key has been sent; DIALING meanwhile."""
    device = Device(world.roles.kewl[0][0]).buffers()
    assert device.ask("DIALING") == 0
    assert dial(device, b"T123") == 0
    assert device.ask("DIALING") == 1
    began = time.monotonic()
    assert device.until(DIALCOMPLETE, 4.0) == [DIALCOMPLETE]
    assert 0.3 < time.monotonic() - began < 1.5
    assert device.ask("DIALING") == 0


def test_a_write_ends_dialling(world: World) -> None:
    """No DIALCOMPLETE after it."""
    device = Device(world.roles.kewl[0][0]).buffers()
    assert dial(device, b"T1234567890") == 0
    device.write(bytes(160))
    assert device.ask("DIALING") == 0
    settle(0.5)
    assert device.events() == []


def test_dialling_is_cancelled(world: World) -> None:
    """By DIAL_OP_CANCEL; an operation that is none is EINVAL."""
    device = Device(world.roles.kewl[0][0]).buffers()
    assert dial(device, b"T1234567890") == 0
    assert dial(device, b"", abi.DIAL_CANCEL) == 0
    assert device.ask("DIALING") == 0
    assert dial(device, b"T1", 4) == errno.EINVAL


def test_appending_has_an_end(world: World) -> None:
    """EBUSY when the digits have no room."""
    device = Device(world.roles.kewl[0][0]).buffers()
    assert dial(device, b"T" + b"1" * 200, abi.DIAL_APPEND) == 0
    assert dial(device, b"1" * 100, abi.DIAL_APPEND) == errno.EBUSY


def test_pulse_dialling(world: World) -> None:
    """The other end counts: PULSE_START, then each digit. '0' has ten pulses."""
    wire = Wire(world.roles.kewl[1], rest=1.0)
    wire.talk()
    assert dial(wire.fxo, b"P120") == 0
    got = wire.fxs.until(PULSEDIGIT | ord("0"), 12.0)
    assert [event for event in got if event != PULSE_START] == [PULSEDIGIT | code for code in b"120"]
    assert got.count(PULSE_START) == 3
    assert wire.fxo.until(DIALCOMPLETE, 4.0) == [DIALCOMPLETE]


@pytest.mark.parametrize(("tone", "answer"), [(0, 0), (1, 0), (3, 0), (-1, 0), (64, 0), (79, 0), (200, 22), (-2, 22)])
def test_tones_of_the_zone(world: World, tone: int, answer: int) -> None:
    """Tones of the zone and keys; EINVAL for what is none."""
    device = Device(world.roles.kewl[0][0]).buffers()
    assert failing(lambda: device.ask("SENDTONE", tone)) == answer
