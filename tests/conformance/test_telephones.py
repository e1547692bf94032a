"""More of analog pairs: what times and cadences a program may set, what it hears of tones, and what a close does."""

from __future__ import annotations

import errno
import itertools
import math
import struct
import time  # noqa: TID251  # the kernel keeps the time of the world

import pytest

from hw_sim.dahdi.kernel import abi
from tests.conformance.analog import (
    ONHOOK,
    PULSEDIGIT,
    RINGBEGIN,
    RINGEROFF,
    RINGOFFHOOK,
    WINKFLASH,
    Wire,
    cadence,
    dial,
)
from tests.conformance.device import Device, available, failing, settle
from tests.conformance.world import World

PREFLASH, FLASH, START, RXFLASH, PULSE_BREAK, PULSE_MAKE = 14, 16, 17, 19, 21, 22
"""Places in the parameters."""


def set_time(device: Device, field: int, ms: int) -> None:
    """SET_PARAMS with one of the hook times changed."""
    fields = list(abi.PARAMS.unpack(device.call("GET_PARAMS", bytes(abi.PARAMS.size))))
    fields[field] = ms
    device.call("SET_PARAMS", abi.PARAMS.pack(*fields))


def power(codes: bytes, hertz: float) -> float:
    """How much of A-law sound is this tone, 0 to 1."""
    samples = [_linear(code) for code in codes]
    total = sum(x * x for x in samples) or 1
    turns = [2 * math.pi * hertz * n / 8000 for n in range(len(samples))]
    real = sum(x * math.cos(t) for x, t in zip(samples, turns, strict=True))
    imaginary = sum(x * math.sin(t) for x, t in zip(samples, turns, strict=True))
    return 2 * (real * real + imaginary * imaginary) / (len(samples) * total)


def _linear(code: int) -> int:
    inverted = code ^ 0x55
    segment, step = inverted >> 4 & 7, inverted & 15
    magnitude = (2 * step + 33 << segment + 2) if segment else (2 * step + 1 << 3)
    return magnitude if inverted & 0x80 else -magnitude


def heard(device: Device, blocks: int) -> bytes:
    """So many blocks from now on."""
    device.ask("FLUSH", abi.FLUSH_READ)
    return b"".join(device.block() for _ in range(blocks))


# -- tones -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "low", "high"), [(b"1", 697, 1209), (b"0", 941, 1336), (b"D", 941, 1633)])
def test_dialled_keys_are_heard(world: World, key: bytes, low: float, high: float) -> None:
    """The other end hears the two tones of the key."""
    wire = Wire(world.roles.kewl[0], rest=1.0)
    wire.talk()
    assert dial(wire.fxo, b"T" + key * 8) == 0
    sound = heard(wire.fxs, 30)
    pieces = [sound[at : at + 400] for at in range(0, len(sound) - 400, 200)]
    assert max(min(power(piece, low), power(piece, high)) for piece in pieces) > 0.05


def test_a_dial_tone_is_heard_until_it_is_stopped(world: World) -> None:
    """350 and 440 Hz in the zone of these tests; SENDTONE -1 ends it."""
    wire = Wire(world.roles.kewl[0], rest=1.0)
    wire.talk()
    wire.fxs.ask("SENDTONE", 0)
    settle(0.1)
    sound = heard(wire.fxo, 15)[800:]
    assert min(power(sound, 350), power(sound, 440)) > 0.2
    wire.fxs.ask("SENDTONE", -1)
    settle(0.1)
    quiet = heard(wire.fxo, 15)[800:]
    assert max(abs(_linear(code)) for code in quiet) < 500


def test_a_write_ends_a_tone(world: World) -> None:
    """The program's sound takes its place."""
    wire = Wire(world.roles.kewl[0], rest=1.0)
    wire.talk()
    wire.fxs.ask("SENDTONE", 0)
    settle(0.1)
    wire.fxs.write(b"\xd5" * 160)
    settle(0.2)
    quiet = heard(wire.fxo, 15)[800:]
    assert max(abs(_linear(code)) for code in quiet) < 500


def test_nothing_is_heard_while_dialling(world: World) -> None:
    """A port that dials reads silence."""
    wire = Wire(world.roles.kewl[0], rest=1.0)
    wire.talk()
    assert dial(wire.fxo, b"T" + b"5" * 20) == 0
    for _ in range(12):
        wire.fxs.send(b"\x2a\xaa" * 80)
    assert set(heard(wire.fxo, 8)[320:]) == {0xD5}


# -- times -----------------------------------------------------------------------------------------------------------


def test_the_flash_window_is_set(world: World) -> None:
    """rxflashtime: sooner than that it is a flash, later it is on hook."""
    wire = Wire(world.roles.kewl[1], rest=1.0)
    set_time(wire.fxs, RXFLASH, 400)
    wire.talk()
    began = time.monotonic()
    wire.fxo.hook(abi.ONHOOK)
    assert wire.fxs.until(ONHOOK, 3.0) == [ONHOOK]
    assert 0.3 < time.monotonic() - began < 1.0


def test_the_length_of_a_flash_is_set(world: World) -> None:
    """flashtime: a long one is a hang-up at the other end."""
    wire = Wire(world.roles.kewl[1], rest=1.0)
    set_time(wire.fxo, FLASH, 1800)
    wire.talk()
    assert wire.fxo.hook(abi.FLASH) == errno.EINPROGRESS
    got = wire.fxs.until(ONHOOK, 4.0)
    assert WINKFLASH not in got


def test_the_speed_of_pulses_is_set(world: World) -> None:
    """20 pulses a second are told as well as 10."""
    wire = Wire(world.roles.kewl[1], rest=1.0)
    set_time(wire.fxo, PULSE_BREAK, 25)
    set_time(wire.fxo, PULSE_MAKE, 25)
    wire.talk()
    assert dial(wire.fxo, b"P7") == 0
    assert PULSEDIGIT | ord("7") in wire.fxs.until(PULSEDIGIT | ord("7"), 4.0)


def test_a_ring_soon_after_a_call_is_not_heard(world: World) -> None:
    """For two seconds after the loop has opened a port takes nothing for a ring."""
    wire = Wire(world.roles.kewl[2])
    wire.talk()
    wire.fxs.hook(abi.ONHOOK)
    assert wire.fxo.until(ONHOOK, 2.0) == [ONHOOK]
    wire.fxo.hook(abi.ONHOOK)
    settle(0.9)
    cadence(wire.fxs, 300, 4000)
    wire.ring()
    settle(0.6)
    assert RINGBEGIN not in wire.fxo.events()


# -- cadences --------------------------------------------------------------------------------------------------------


def test_a_cadence_of_two_bursts(world: World) -> None:
    """Short, pause, long, pause, and again."""
    wire = Wire(world.roles.kewl[3])
    cadence(wire.fxs, 300, 300, 800, 1000)
    wire.ring()
    offs: list[float] = []
    while len(offs) < 4:
        if wire.fxs.event(4.0) == RINGEROFF:
            offs.append(time.monotonic())
    gaps = [b - a for a, b in itertools.pairwise(offs)]
    assert gaps[0] == pytest.approx(1.1, abs=0.3)
    assert gaps[1] == pytest.approx(1.3, abs=0.3)
    assert gaps[2] == pytest.approx(1.1, abs=0.3)


def test_no_cadence_is_the_zones(world: World) -> None:
    """SETCADENCE with a null pointer: 2 s of ringing in the zone of these tests."""
    wire = Wire(world.roles.kewl[3])
    cadence(wire.fxs, 200, 200)
    wire.fxs.null("SETCADENCE")
    wire.ring()
    began = time.monotonic()
    assert wire.fxs.until(RINGEROFF, 4.0) == [RINGEROFF]
    assert time.monotonic() - began == pytest.approx(2.0, abs=0.4)


# -- opening and closing ---------------------------------------------------------------------------------------------


def test_a_close_puts_the_telephone_down(world: World) -> None:
    """The other end sees ONHOOK."""
    wire = Wire(world.roles.kewl[0], rest=1.0)
    wire.talk()
    wire.fxo.close()
    assert wire.fxs.until(ONHOOK, 4.0) == [ONHOOK]


def test_a_close_ends_ringing(world: World) -> None:
    """No further burst."""
    wire = Wire(world.roles.kewl[0])
    cadence(wire.fxs, 400, 400)
    wire.ring()
    wire.fxo.until(RINGBEGIN)
    wire.fxs.close()
    settle(0.6)
    wire.fxo.events()
    settle(1.2)
    assert RINGBEGIN not in wire.fxo.events()


def test_an_open_while_the_telephone_is_off(world: World) -> None:
    """It is known at once: rxisoffhook."""
    available(world.roles.kewl[0][1:])
    fxo, fxs = world.roles.kewl[0]
    line = Device(fxo)
    line.hook(abi.OFFHOOK)
    settle(0.5)
    fields = abi.PARAMS.unpack(Device(fxs).call("GET_PARAMS", bytes(abi.PARAMS.size)))
    assert fields[5] == 1


def test_ground_start(world: World) -> None:
    """A ground start port that starts is seen at the telephone's port."""
    available(world.roles.ground)
    fxo, fxs = (Device(number) for number in world.roles.ground[1])
    settle(0.5)
    fxs.events()
    assert fxo.hook(abi.START) == errno.EINPROGRESS
    assert RINGOFFHOOK in fxs.until(RINGOFFHOOK, 3.0)


def test_loopback(world: World) -> None:
    """LOOPBACK: the other end hears what it says."""
    available(world.roles.bearers)
    here, there = (Device(number).buffers(160, 16) for number in world.roles.bearers[4])
    here.ask("LOOPBACK", 1)
    sent = bytes(range(160))
    there.send(sent)
    got = b"".join(there.block() for _ in range(30))
    here.ask("LOOPBACK", 0)
    assert sent in got


def test_sync_without_anything_to_send(world: World) -> None:
    """Returns at once."""
    began = time.monotonic()
    assert failing(lambda: Device(world.roles.kewl[0][0]).null("SYNC")) == 0
    assert time.monotonic() - began < 0.5


def test_status_by_the_parameters_of_another(world: World) -> None:
    """SET_PARAMS by number on the control device changes that channel."""
    device = Device(world.roles.kewl[0][0])
    control = Device("ctl")
    head = struct.pack("i", world.roles.kewl[0][0])
    fields = list(abi.PARAMS.unpack(control.call("GET_PARAMS", head + bytes(abi.PARAMS.size - 4))))
    fields[PREFLASH] = 77
    control.call("SET_PARAMS", abi.PARAMS.pack(*fields))
    assert abi.PARAMS.unpack(device.call("GET_PARAMS", bytes(abi.PARAMS.size)))[PREFLASH] == 77
