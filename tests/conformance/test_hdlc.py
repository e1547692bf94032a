"""HDLC: the D channel, and bearers in HDLC mode."""

from __future__ import annotations

import errno
import random
import time  # noqa: TID251  # the kernel keeps the time of the world

import pytest

from hw_sim.dahdi.kernel import abi
from tests.conformance.device import EVENT, READABLE, WRITABLE, Device, available, failing, settle
from tests.conformance.world import World

ABORT, OVERRUN, BADFCS = 6, 7, 8
FLAGS = b"\x7e" * 160


def fcs(data: bytes) -> bytes:
    """CRC-16/X.25 of a frame, low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8408 * (crc & 1)
    return (crc ^ 0xFFFF).to_bytes(2, "little")


def ends(world: World, size: int = 1024, count: int = 16) -> tuple[Device, Device]:
    """Both ends of a D channel, in step with each other's flags."""
    available(world.roles.dchannel)
    here, there = (Device(number).buffers(size, count) for number in world.roles.dchannel)
    return in_step(here, there)


def in_step(here: Device, there: Device) -> tuple[Device, Device]:
    """A receiver needs a moment of flags after it was opened."""
    settle(0.3)
    for device in (here, there):
        device.ask("BUFFER_EVENTS", 0)
        device.ask("FLUSH", 7)
    return here, there


def modes(world: World, here_mode: str, there_mode: str, size: int = 256) -> tuple[Device, Device]:
    """Both ends of a bearer, each switched to a mode of its own (empty: bare bytes)."""
    available(world.roles.bearers)
    here, there = (Device(number).buffers(size, 16) for number in world.roles.bearers[1])
    for device, mode in ((here, here_mode), (there, there_mode)):
        if mode:
            device.ask(mode, 1)
    return in_step(here, there)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 20, 64, 100, 260, 500])
def test_a_frame_arrives_with_its_fcs(world: World, size: int) -> None:
    """Two bytes of the write are room for the FCS; the read has it."""
    here, there = ends(world)
    payload = random.Random(size).randbytes(size)
    assert here.write(payload + b"??") == size + 2
    assert there.block(2000) == payload + fcs(payload)


@pytest.mark.parametrize("fill", [b"\x00", b"\xff", b"\x7e", b"\x7d", b"\xaa"])
def test_frames_of_the_same_byte(world: World, fill: bytes) -> None:
    """Zeros are inserted where ones would look like a flag."""
    here, there = ends(world)
    here.write(fill * 50 + b"??")
    assert there.block(2000) == fill * 50 + fcs(fill * 50)


def test_frames_keep_their_order_and_their_bounds(world: World) -> None:
    """Twelve in a burst, one read each."""
    here, there = ends(world)
    frames = [bytes([n]) * (n + 4) for n in range(12)]
    for frame in frames:
        here.write(frame + b"??")
    assert [there.block(2000) for _ in frames] == [frame + fcs(frame) for frame in frames]
    assert not there.ready(READABLE, 0.2)


def test_both_ways_at_once(world: World) -> None:
    """The two directions have nothing to do with each other."""
    here, there = ends(world)
    here.write(b"north??")
    there.write(b"south??")
    assert there.block(2000)[:-2] == b"north"
    assert here.block(2000)[:-2] == b"south"


def test_between_frames_there_is_nothing(world: World) -> None:
    """Flags are no data: EAGAIN."""
    _, there = ends(world)
    assert not there.ready(READABLE, 0.3)
    assert failing(lambda: there.read(1024)) == errno.EAGAIN


def test_a_short_read_loses_the_rest_of_the_frame(world: World) -> None:
    """The next read is the next frame."""
    here, there = ends(world)
    here.write(b"abcdefgh??")
    here.write(b"ijklmnop??")
    assert there.block(3) == b"abc"
    assert there.block(2000)[:-2] == b"ijklmnop"


def test_a_frame_longer_than_the_block(world: World) -> None:
    """It is dropped, and OVERRUN tells; the next one arrives."""
    here, there = ends(world)
    there.buffers(64, 16)
    in_step(here, there)
    here.write(b"x" * 100 + b"??")
    assert there.until(OVERRUN, 2.0) == [OVERRUN]
    settle(0.2)
    there.events()
    here.write(b"short??")
    assert there.block(64)[:-2] == b"short"


@pytest.mark.parametrize(("size", "arrives"), [(52, True), (61, True), (62, False), (64, False)])
def test_the_longest_frame_of_a_block(world: World, size: int, arrives: bool) -> None:
    """Frame and FCS must be shorter than a block of 64."""
    here, there = ends(world)
    there.buffers(64, 16)
    in_step(here, there)
    here.write(b"y" * size + b"??")
    if arrives:
        assert there.block(64)[:-2] == b"y" * min(size, 62)
    else:
        assert there.until(OVERRUN, 2.0) == [OVERRUN]


def test_a_write_longer_than_the_block(world: World) -> None:
    """As much as the block holds is the frame."""
    here, there = ends(world)
    here.buffers(32, 16)
    in_step(here, there)
    assert here.write(b"z" * 50) == 32
    assert there.block(2000) == b"z" * 30 + fcs(b"z" * 30)


def test_room_for_frames(world: World) -> None:
    """POLLOUT while a buffer is free; EAGAIN when frames wait for the line in all of them."""
    here, there = ends(world, 1024, 4)
    written = 0
    while here.ready(WRITABLE, 0) and written < 50:
        here.write(b"w" * 500)
        written += 1
    assert 4 <= written <= 6
    assert failing(lambda: here.write(b"w" * 500)) == errno.EAGAIN
    assert here.ready(WRITABLE, 2.0)
    assert there.block(2000)


def test_frames_take_the_time_of_their_bits(world: World) -> None:
    """64 kbit/s: 8 frames of 500 bytes are half a second."""
    here, there = ends(world)
    began = time.monotonic()
    for _ in range(8):
        here.write(b"\x55" * 500)
    for _ in range(8):
        there.block(2000)
    assert 0.4 < time.monotonic() - began < 1.2


def test_no_underruns_on_a_d_channel(world: World) -> None:
    """Flags between frames are what should be sent: no WRITE_UNDERRUN."""
    here, there = ends(world)
    here.ask("BUFFER_EVENTS", 1)
    here.write(b"once??")
    assert there.block(2000)
    settle(0.2)
    got = here.events()
    here.ask("BUFFER_EVENTS", 0)
    assert got == []


def test_a_d_channels_mode_is_its_own(world: World) -> None:
    """EINVAL for every other mode, and for what is of sound."""
    available(world.roles.dchannel)
    device = Device(world.roles.dchannel[0])
    for name in ("AUDIOMODE", "HDLCRAWMODE", "HDLCFCSMODE", "SETLINEAR", "ECHOCANCEL", "CONFMUTE", "HOOK", "SETTXBITS"):
        assert failing(lambda ioctl=name: device.ask(ioctl, 1)) == errno.EINVAL, name  # type: ignore[misc]


def test_ppp_is_not_built_in(world: World) -> None:
    """ENOSYS, on any channel."""
    available(world.roles.bearers)
    assert failing(lambda: Device(world.roles.bearers[0][0]).ask("HDLCPPP", 1)) == errno.ENOSYS


@pytest.mark.parametrize("mode", ["HDLCFCSMODE", "HDLCRAWMODE"])
def test_a_bearer_carries_frames(world: World, mode: str) -> None:
    """In FCS mode as on a D channel; in raw mode the bytes are the program's to the last."""
    here, there = modes(world, mode, mode)
    payload = random.Random(1).randbytes(80)
    here.write(payload + b"??")
    assert there.block(2000) == payload + (fcs(payload) if mode == "HDLCFCSMODE" else b"??")


def test_a_wrong_fcs(world: World) -> None:
    """BADFCS, and no frame."""
    here, there = modes(world, "HDLCRAWMODE", "HDLCFCSMODE")
    here.write(b"something wrong")
    assert there.until(BADFCS, 2.0) == [BADFCS]
    assert not there.ready(READABLE, 0.2)


def test_a_right_fcs_of_ones_own(world: World) -> None:
    """A frame is a frame, whoever made its FCS."""
    here, there = modes(world, "HDLCRAWMODE", "HDLCFCSMODE")
    here.write(b"all right" + fcs(b"all right"))
    assert there.block(2000) == b"all right" + fcs(b"all right")


def test_an_abort_within_a_frame(world: World) -> None:
    """Seven ones and more: ABORT once, and no frame."""
    here, there = modes(world, "", "HDLCFCSMODE")
    here.buffers(160, 16, abi.POLICY_WHEN_FULL)
    for data in [FLAGS, b"\x11" * 160, b"\xff" * 160, *[FLAGS] * 13]:
        here.write(data)
    assert there.until(ABORT, 2.0) == [ABORT]
    settle(0.2)
    assert there.events() == []
    assert not there.ready(READABLE, 0)


def test_the_bits_on_the_line(world: World) -> None:
    """Flags between frames, then the bits of each byte, the least first, five ones never followed by a sixth."""
    here, there = modes(world, "HDLCFCSMODE", "")
    settle(0.3)
    there.ask("FLUSH", abi.FLUSH_READ)
    settle(0.1)
    payload = bytes(range(0xE0, 0x100))
    here.write(payload + b"??")
    heard = b"".join(there.block(256) for _ in range(6))
    bits = "".join(f"{byte:08b}" for byte in heard)
    inner = stuffed("".join(f"{byte:08b}"[::-1] for byte in payload + fcs(payload)))
    assert "01111110" + inner + "01111110" in bits


def stuffed(bits: str) -> str:
    """A zero after five ones."""
    return bits.replace("11111", "111110")


def test_leaving_hdlc(world: World) -> None:
    """Mode 0 is bare bytes again; AUDIOMODE ends it as well."""
    here, there = modes(world, "HDLCFCSMODE", "HDLCFCSMODE")
    assert not there.ready(READABLE | EVENT, 0.2)
    there.ask("HDLCFCSMODE", 0)
    assert len(there.block(256)) == 256
    here.ask("AUDIOMODE", 1)
    settle(0.2)
    there.ask("FLUSH", abi.FLUSH_READ)
    assert set(there.block(256)) == {0xD5}
