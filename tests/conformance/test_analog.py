"""Analog pairs: a port to an exchange (FXO, signalled fxs*) and a telephone's port (FXS, signalled fxo*) on a wire."""

from __future__ import annotations

import errno
import time  # noqa: TID251  # the kernel keeps the time of the world

import pytest

from hw_sim.dahdi.kernel import abi
from tests.conformance.analog import (
    HOOKCOMPLETE,
    ONHOOK,
    RINGBEGIN,
    RINGEROFF,
    RINGERON,
    RINGOFFHOOK,
    WINKFLASH,
    Wire,
    cadence,
)
from tests.conformance.device import EVENT, Device, available, settle
from tests.conformance.world import World

# -- ringing ---------------------------------------------------------------------------------------------------------


def test_the_life_of_a_call(world: World) -> None:
    """Ring, answer, talk, the exchange hangs up (kewl start: the loop opens), the port hangs up."""
    wire = Wire(world.roles.kewl[0])
    wire.ring()
    assert wire.fxo.until(RINGBEGIN) == [RINGBEGIN]
    assert wire.fxo.hook(abi.OFFHOOK) == 0
    assert RINGOFFHOOK in wire.fxs.until(RINGOFFHOOK)
    assert wire.fxs.hook(abi.OFFHOOK) == 0
    settle(1.0)
    wire.clear()
    assert wire.fxs.hook(abi.ONHOOK) == 0
    assert wire.fxo.until(ONHOOK, 2.0) == [ONHOOK]
    assert wire.fxo.hook(abi.ONHOOK) == 0


@pytest.mark.parametrize("kind", ["kewl", "loop", "ground"])
def test_the_end_of_a_burst_is_told(world: World, kind: str) -> None:
    """RINGBEGIN with the burst; RINGOFFHOOK after its end, once it is sure."""
    available(getattr(world.roles, kind))
    wire = Wire(getattr(world.roles, kind)[0])
    cadence(wire.fxs, 1000, 4000)
    wire.ring()
    assert wire.fxo.until(RINGBEGIN) == [RINGBEGIN]
    began = time.monotonic()
    assert wire.fxo.until(RINGOFFHOOK) == [RINGOFFHOOK]
    assert 0.8 < time.monotonic() - began < 1.6


def test_the_ringing_ports_own_events(world: World) -> None:
    """RINGEROFF at the end of a burst, RINGERON at the next one; the first has none."""
    wire = Wire(world.roles.kewl[1])
    cadence(wire.fxs, 600, 600)
    wire.ring()
    assert wire.fxs.until(RINGERON) == [RINGEROFF, RINGERON]
    assert wire.fxs.until(RINGEROFF) == [RINGEROFF]


def test_rings_follow_the_cadence(world: World) -> None:
    """Bursts of 0.6 s every 1.5 s, each heard."""
    wire = Wire(world.roles.kewl[2])
    cadence(wire.fxs, 600, 900)
    wire.ring()
    wire.fxo.until(RINGBEGIN)
    began = time.monotonic()
    assert wire.fxo.until(RINGBEGIN) == [RINGOFFHOOK, RINGBEGIN]
    assert 1.2 < time.monotonic() - began < 2.1


def test_a_ringing_port_stops(world: World) -> None:
    """RINGOFF and ONHOOK end it; no more bursts are heard."""
    wire = Wire(world.roles.kewl[3])
    cadence(wire.fxs, 500, 500)
    wire.ring()
    wire.fxo.until(RINGBEGIN)
    assert wire.fxs.hook(abi.RINGOFF) == 0
    settle(0.5)
    wire.clear()
    settle(1.5)
    assert wire.fxo.events() == []
    assert wire.fxs.events() == []


def test_a_telephone_rings_only_when_it_is_on_hook(world: World) -> None:
    """EBUSY for RING while it rings, and while it is off hook."""
    wire = Wire(world.roles.kewl[0], rest=0.3)
    wire.ring()
    assert wire.fxs.hook(abi.RING) == errno.EBUSY
    assert wire.fxs.hook(abi.ONHOOK) == 0
    settle(1.2)
    assert wire.fxs.hook(abi.OFFHOOK) == 0
    assert wire.fxs.hook(abi.RING) == errno.EBUSY


# -- hook ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [7, 99, -1])
def test_no_such_hook(world: World, how: int) -> None:
    """EINVAL."""
    device = Device(world.roles.kewl[0][0])
    assert device.hook(how) == errno.EINVAL


def test_a_bearer_and_a_cas_channel_have_no_hook(world: World) -> None:
    """EINVAL, whatever is asked."""
    available(world.roles.bearers)
    available(world.roles.cas)
    for number in (world.roles.bearers[0][0], world.roles.cas[0][0]):
        device = Device(number)
        assert device.hook(abi.OFFHOOK) == errno.EINVAL
        assert device.hook(abi.ONHOOK) == errno.EINVAL


def test_start_of_a_port_to_an_exchange(world: World) -> None:
    """START is under way (EINPROGRESS), then busy; HOOKCOMPLETE says that it is done."""
    device = Device(world.roles.kewl[0][0])
    assert device.hook(abi.START) == errno.EINPROGRESS
    assert device.hook(abi.START) == errno.EBUSY
    assert device.until(HOOKCOMPLETE, 6.0) == [HOOKCOMPLETE]


def test_a_telephone_is_lifted_and_put_down(world: World) -> None:
    """RINGOFFHOOK at the telephone's port; ONHOOK once it can be no flash (rxflashtime, 1.25 s)."""
    wire = Wire(world.roles.kewl[1], rest=1.0)
    assert wire.fxo.hook(abi.OFFHOOK) == 0
    assert wire.fxs.until(RINGOFFHOOK, 2.0) == [RINGOFFHOOK]
    wire.fxs.hook(abi.OFFHOOK)
    settle(0.8)
    began = time.monotonic()
    assert wire.fxo.hook(abi.ONHOOK) == 0
    assert wire.fxs.until(ONHOOK, 4.0) == [ONHOOK]
    assert 1.0 < time.monotonic() - began < 2.0


def test_flash(world: World) -> None:
    """FLASH needs a port off hook (EBUSY); HOOKCOMPLETE here, WINKFLASH at the other end."""
    wire = Wire(world.roles.kewl[2], rest=1.0)
    assert wire.fxo.hook(abi.FLASH) == errno.EBUSY
    wire.talk()
    assert wire.fxo.hook(abi.FLASH) == errno.EINPROGRESS
    assert wire.fxo.until(HOOKCOMPLETE, 3.0) == [HOOKCOMPLETE]
    assert wire.fxs.until(WINKFLASH, 3.0) == [WINKFLASH]


def test_a_blocking_flash_waits(world: World) -> None:
    """preflashtime + flashtime, 0.8 s; no HOOKCOMPLETE then."""
    available(world.roles.kewl)
    device = Device(world.roles.kewl[3][0], blocking=True)
    assert device.hook(abi.OFFHOOK) == 0
    settle(0.8)
    device.events()
    began = time.monotonic()
    assert device.hook(abi.FLASH) == 0
    assert 0.6 < time.monotonic() - began < 1.6
    assert HOOKCOMPLETE not in device.events()


def test_hook_states_in_the_parameters(world: World) -> None:
    """rxisoffhook, rxhooksig and txhooksig of GET_PARAMS."""
    wire = Wire(world.roles.kewl[0], rest=1.0)

    def told(port: Device) -> tuple[int, int]:
        fields = abi.PARAMS.unpack(port.call("GET_PARAMS", bytes(abi.PARAMS.size)))
        return fields[5], fields[9]

    assert told(wire.fxs) == (0, abi.RX_ONHOOK)
    wire.fxo.hook(abi.OFFHOOK)
    settle(0.3)
    assert told(wire.fxs) == (1, abi.RX_OFFHOOK)


@pytest.mark.parametrize("kind", ["loop", "kewl"])
def test_what_the_far_ends_hanging_up_does(world: World, kind: str) -> None:
    """Kewl start opens the loop, and that is ONHOOK; loop start tells nothing."""
    available(getattr(world.roles, kind))
    wire = Wire(getattr(world.roles, kind)[0], rest=1.0)
    wire.talk()
    assert wire.fxs.hook(abi.ONHOOK) == 0
    settle(1.5)
    assert wire.fxo.events() == ([ONHOOK] if kind == "kewl" else [])


# -- sound -----------------------------------------------------------------------------------------------------------


def test_sound_passes_from_port_to_port(world: World) -> None:
    """In a call, what one writes the other reads: loud enough to be told from silence."""
    wire = Wire(world.roles.kewl[0], rest=1.0)
    wire.talk()
    loud = 0
    for _ in range(60):
        wire.fxs.send(bytes([0x2A, 0xAA] * 80))
        loud += any((code ^ 0x55) & 0x7F > 0x40 for code in wire.fxo.block())
    assert loud > 20


def test_nothing_is_queued_of_the_past(world: World) -> None:
    """A port that was just opened has nothing to say."""
    device = Device(world.roles.kewl[0][0]).buffers()
    assert not device.ready(EVENT, 0.3)
