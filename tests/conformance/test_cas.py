"""Channel-associated signalling, and E&M on top of it."""

from __future__ import annotations

import errno

import pytest

from hw_sim.dahdi.kernel import abi
from tests.conformance.device import EVENT, Device, available, failing, settle
from tests.conformance.world import World

BITSCHANGED, RINGOFFHOOK, ONHOOK, HOOKCOMPLETE, WINKFLASH = 13, 2, 1, 12, 3


def ends(world: World, pair: int = 0) -> tuple[Device, Device]:
    """Both ends of a CAS channel, at rest."""
    available(world.roles.cas)
    here, there = (Device(number).buffers() for number in world.roles.cas[pair])
    here.ask("SETTXBITS", 0b1101)
    there.ask("SETTXBITS", 0b1101)
    settle(0.2)
    here.events()
    there.events()
    return here, there


def received(device: Device) -> int:
    """GETRXBITS; what stands above the four bits is no part of them."""
    return device.ask("GETRXBITS") & 0xF


@pytest.mark.parametrize("bits", range(15))
def test_every_pattern_arrives(world: World, bits: int) -> None:
    """BITSCHANGED, and GETRXBITS gives what SETTXBITS was given."""
    here, there = ends(world)
    if bits == 0b1101:
        return
    here.ask("SETTXBITS", bits)
    assert there.event() == BITSCHANGED
    assert received(there) == bits
    assert there.events() == []


def test_the_same_bits_are_no_change(world: World) -> None:
    """No event."""
    here, there = ends(world)
    here.ask("SETTXBITS", 0b1101)
    assert not there.ready(EVENT, 0.3)


def test_both_ways_at_once(world: World) -> None:
    """Each end has its own."""
    here, there = ends(world)
    here.ask("SETTXBITS", 0b0001)
    there.ask("SETTXBITS", 0b1001)
    assert here.event() == BITSCHANGED
    assert there.event() == BITSCHANGED
    assert (received(here), received(there)) == (0b1001, 0b0001)


def test_neighbours_are_not_touched(world: World) -> None:
    """A change on one channel is no change on the next."""
    here, there = ends(world)
    other_here, other_there = ends(world, 1)
    here.ask("SETTXBITS", 0b0101)
    assert there.event() == BITSCHANGED
    assert not other_there.ready(EVENT, 0.2)
    assert received(other_here) == 0b1101


def test_an_event_stands_in_the_way_of_sound(world: World) -> None:
    """errno 500 until it is fetched."""
    here, there = ends(world)
    here.ask("SETTXBITS", 0b0101)
    assert there.ready(EVENT) & EVENT
    assert failing(there.read) == abi.ELAST
    assert failing(lambda: there.write(bytes(160))) == abi.ELAST
    assert there.event() == BITSCHANGED
    there.block()


def test_the_queue_holds_63(world: World) -> None:
    """A ring of 64 places, of which one stays empty; the newest are dropped."""
    here, there = ends(world)
    for n in range(80):
        here.ask("SETTXBITS", 0b0001 if n % 2 else 0b1001)
        settle(0.03)
    assert there.events() == [BITSCHANGED] * 63


def test_frozen_signalling(world: World) -> None:
    """SETSIGFREEZE 1: nothing is reported and the bits stay as they were."""
    here, there = ends(world)
    assert there.ask("GETSIGFREEZE") == 0
    there.ask("SETSIGFREEZE", 1)
    assert there.ask("GETSIGFREEZE") == 1
    here.ask("SETTXBITS", 0b0001)
    assert not there.ready(EVENT, 0.3)
    assert received(there) == 0b1101
    there.ask("SETSIGFREEZE", 0)


def test_only_a_cas_channel_sets_bits(world: World) -> None:
    """EINVAL on a bearer and on an analog port."""
    available(world.roles.bearers)
    for number in (world.roles.bearers[0][0], world.roles.kewl[0][0]):
        device = Device(number)
        assert failing(lambda opened=device: opened.ask("SETTXBITS", 1)) == errno.EINVAL  # type: ignore[misc]


def test_the_bits_outlive_the_program(world: World) -> None:
    """A close goes back to the idle bits of the configuration."""
    here, there = ends(world)
    here.ask("SETTXBITS", 0b0001)
    assert there.event() == BITSCHANGED
    here.close()
    assert there.event() == BITSCHANGED
    assert received(there) == 0b1101


def test_a_cas_channel_carries_audio(world: World) -> None:
    """It opens in audio mode: linear samples and gains are allowed, and sound passes."""
    here, there = ends(world)
    there.ask("SETLINEAR", 1)
    there.ask("SETLINEAR", 0)
    sent = bytes(range(160))
    here.send(sent)
    got = b"".join(there.block() for _ in range(30))
    assert sent in got


def test_e_and_m_seizure(world: World) -> None:
    """OFFHOOK at one end is RINGOFFHOOK at the other; ONHOOK is ONHOOK."""
    available(world.roles.em)
    here, there = (Device(number).buffers() for number in world.roles.em[0])
    settle(0.3)
    there.events()
    assert here.hook(abi.OFFHOOK) == 0
    assert there.until(RINGOFFHOOK, 2.0) == [RINGOFFHOOK]
    settle(0.5)
    assert here.hook(abi.ONHOOK) == 0
    assert there.until(ONHOOK, 3.0) == [ONHOOK]


def test_e_and_m_wink(world: World) -> None:
    """WINK is under way (EINPROGRESS) and then complete; the other end sees it as one."""
    available(world.roles.em)
    here, there = (Device(number).buffers() for number in world.roles.em[1])
    settle(0.3)
    there.events()
    assert here.hook(abi.WINK) == errno.EINPROGRESS
    assert here.until(HOOKCOMPLETE, 2.0) == [HOOKCOMPLETE]
    assert there.until(WINKFLASH, 2.0) == [WINKFLASH]
