"""Blocks and buffers: sizes, policies, what a read and a write take, what becomes of sound that nobody fetches."""

from __future__ import annotations

import errno
import select
import time  # noqa: TID251  # the kernel keeps the time of the world

import pytest

from hw_sim.dahdi.kernel import abi
from tests.conformance.analog import port
from tests.conformance.device import READABLE, WRITABLE, failing, settle
from tests.conformance.world import World

ELAST = 500


# -- sizes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "answer"), [(15, errno.EINVAL), (16, 0), (8192, 0), (8193, errno.EINVAL), (-1, 22)])
def test_block_sizes(world: World, size: int, answer: int) -> None:
    """16 to 8192, by SET_BLOCKSIZE and by SET_BUFINFO."""
    device = port(world).buffers(160, 2)
    assert failing(lambda: device.ask("SET_BLOCKSIZE", size)) == answer
    assert failing(lambda: device.buffers(size, 2)) == answer
    assert device.ask("GET_BLOCKSIZE") == (160 if answer else size)


@pytest.mark.parametrize(("asked", "given"), [(0, 2), (1, 2), (2, 2), (31, 31), (32, 32), (33, 32), (100, 32)])
def test_the_number_of_buffers_is_clamped(world: World, asked: int, given: int) -> None:
    """2 to 32, without a word."""
    assert port(world).buffers(160, asked).buffer_info()[2] == given


def test_there_is_room_for_32768_samples(world: World) -> None:
    """EINVAL for more, counted before the number is clamped."""
    device = port(world)
    device.buffers(8192, 4)
    device.buffers(1024, 32)
    assert failing(lambda: device.buffers(8192, 5)) == errno.EINVAL
    assert failing(lambda: device.buffers(1024, 33)) == errno.EINVAL
    assert device.buffer_info()[2:4] == (32, 1024)


def test_block_size_alone_keeps_the_number(world: World) -> None:
    """SET_BLOCKSIZE."""
    device = port(world).buffers(160, 7)
    device.ask("SET_BLOCKSIZE", 80)
    assert device.buffer_info()[2:4] == (7, 80)


@pytest.mark.parametrize(("asked", "given"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 0), (7, 3)])
def test_policies(world: World, asked: int, given: int) -> None:
    """Of the transmit policy two bits count; the receive policy is always IMMEDIATE."""
    device = port(world)
    device.call("SET_BUFINFO", abi.BUFFERINFO.pack(asked, 1, 4, 160, 9, 9))
    assert device.buffer_info() == (given, 0, 4, 160, -1, -1)


# -- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "given"), [(100, 100), (160, 160), (500, 160), (65535, 160)])
def test_a_read_gives_one_block_at_most(world: World, size: int, given: int) -> None:
    """Whatever it asks for."""
    assert len(port(world).block(size)) == given


def test_a_short_read_throws_the_rest_away(world: World) -> None:
    """Two blocks that wait are two reads, however short."""
    device = port(world).buffers(160, 2)
    settle(0.1)
    assert len(device.read(10)) == 10
    assert len(device.read(10)) == 10
    assert failing(device.read) == errno.EAGAIN


@pytest.mark.parametrize("size", [0, 65536])
def test_the_size_of_a_read_or_write_has_16_bits(world: World, size: int) -> None:
    """None is EINVAL, and 65536 is none."""
    device = port(world)
    settle(0.1)
    assert failing(lambda: device.read(size)) == errno.EINVAL
    assert failing(lambda: device.write(bytes(size))) == errno.EINVAL


def test_65537_bytes_are_one(world: World) -> None:
    """The rest of a size that has more than 16 bits."""
    device = port(world)
    assert device.write(bytes(65537)) == 1
    assert len(device.block(65537)) == 1


def test_nothing_to_read(world: World) -> None:
    """EAGAIN, and no POLLIN, until a block is whole."""
    device = port(world).buffers(8000, 2)
    assert failing(lambda: device.read(8000)) == errno.EAGAIN
    assert not device.ready(READABLE, 0.3)
    assert device.ready(READABLE, 3.0)
    assert len(device.read(8000)) == 8000


def test_a_blocking_read_waits(world: World) -> None:
    """For a whole block: 0.5 s of 4000 samples, less what had come before."""
    device = port(world, blocking=True).buffers(4000, 2)
    began = time.monotonic()
    assert len(device.read(4000)) == 4000
    assert time.monotonic() - began > 0.3


def test_blocks_come_at_the_clocks_rate(world: World) -> None:
    """8,000 samples a second, within what a busy machine does."""
    device = port(world).buffers(160, 8)
    device.block()
    began = time.monotonic()
    for _ in range(50):
        device.block()
    assert 0.85 < time.monotonic() - began < 1.6


def test_full_receive_buffers_drop_what_comes(world: World) -> None:
    """As many blocks as there are buffers wait, however long nobody reads."""
    device = port(world).buffers(160, 4)
    settle(0.4)
    assert len(device.drain()) == 4


@pytest.mark.parametrize("size", [16, 80, 160, 200, 512, 1024])
def test_any_size_of_block(world: World, size: int) -> None:
    """Every block is whole, and linear samples are two bytes each."""
    device = port(world).buffers(size, 8)
    assert len(device.block(4096)) == size
    device.ask("SETLINEAR", 1)
    device.ask("FLUSH", abi.FLUSH_READ)
    device.block(4096)
    assert len(device.block(4096)) == size * 2


# -- writing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "taken"), [(1, 1), (100, 100), (160, 160), (161, 160), (5000, 160)])
def test_a_write_fills_one_block_at_most(world: World, size: int, taken: int) -> None:
    """And tells how much it took."""
    assert port(world).write(bytes(size)) == taken


@pytest.mark.parametrize(("size", "taken"), [(2, 2), (320, 320), (400, 320)])
def test_a_linear_write_takes_twice_as_many_bytes(world: World, size: int, taken: int) -> None:
    """Two bytes a sample."""
    device = port(world)
    device.ask("SETLINEAR", 1)
    assert device.write(bytes(size)) == taken


def test_a_full_channel_takes_no_more(world: World) -> None:
    """WHEN_FULL sends nothing before all buffers are full: exactly that many writes, then EAGAIN and no POLLOUT."""
    device = port(world).buffers(4000, 4, abi.POLICY_WHEN_FULL)
    for _ in range(4):
        assert device.ready(WRITABLE, 0) == WRITABLE
        assert device.write(bytes(4000)) == 4000
    assert not device.ready(WRITABLE, 0)
    assert failing(lambda: device.write(bytes(4000))) == errno.EAGAIN
    assert device.ready(WRITABLE, 2.0) == WRITABLE


def test_a_blocking_write_waits_for_room(world: World) -> None:
    """Three blocks into two buffers of half a second."""
    device = port(world, blocking=True).buffers(4000, 2)
    began = time.monotonic()
    for _ in range(3):
        device.write(bytes(4000))
    assert 0.2 < time.monotonic() - began < 1.5


def test_poll_reports_both_at_once(world: World) -> None:
    """POLLIN and POLLOUT are of one descriptor; without events there is no POLLPRI."""
    device = port(world)
    settle(0.1)
    assert device.ready(select.POLLIN | select.POLLOUT | select.POLLPRI) == select.POLLIN | select.POLLOUT


# -- flush -----------------------------------------------------------------------------------------------------------


def test_flush_of_what_was_received(world: World) -> None:
    """The blocks that wait are gone; the next comes later."""
    device = port(world).buffers(1600, 4)
    settle(0.5)
    device.ask("FLUSH", abi.FLUSH_READ)
    assert failing(lambda: device.read(1600)) == errno.EAGAIN
    assert len(device.block(1600)) == 1600


def test_poll_after_a_flush(world: World) -> None:
    """No POLLIN before the next block."""
    device = port(world).buffers(1600, 4)
    settle(0.5)
    device.ask("FLUSH", abi.FLUSH_READ)
    assert not device.ready(READABLE, 0)


def test_poll_after_events(world: World) -> None:
    """No POLLIN of an event that was fetched."""
    device = port(world).buffers(160, 2)
    device.ask("BUFFER_EVENTS", 1)
    device.ready(select.POLLPRI)
    device.ask("BUFFER_EVENTS", 0)
    device.buffers(8000, 2)
    device.events()
    assert not device.ready(READABLE, 0)


def test_flush_of_what_was_to_be_sent(world: World) -> None:
    """There is room for everything again."""
    device = port(world).buffers(4000, 4, abi.POLICY_WHEN_FULL)
    for _ in range(4):
        device.write(bytes(4000))
    device.ask("FLUSH", abi.FLUSH_WRITE)
    for _ in range(4):
        assert device.write(bytes(4000)) == 4000


# -- overrun and underrun --------------------------------------------------------------------------------------------


def test_no_word_of_overruns_unless_asked_for(world: World) -> None:
    """BUFFER_EVENTS 0: no event of either."""
    device = port(world).buffers(160, 2)
    device.write(bytes(160))
    settle(0.3)
    assert device.events() == []


def test_read_overrun(world: World) -> None:
    """With BUFFER_EVENTS: one event when the buffers are full, however long it lasts."""
    device = port(world).buffers(160, 2)
    device.ask("BUFFER_EVENTS", 1)
    settle(0.5)
    assert device.events().count(abi.EV_READ_OVERRUN) == 1
    device.ask("BUFFER_EVENTS", 0)


def test_write_underrun(world: World) -> None:
    """With BUFFER_EVENTS: one event when what was written has been sent."""
    device = port(world).buffers(160, 4)
    device.events()
    device.ask("BUFFER_EVENTS", 1)
    device.ask("FLUSH", abi.FLUSH_EVENT)
    for _ in range(3):
        device.write(bytes(160))
    settle(0.5)
    assert device.events().count(abi.EV_WRITE_UNDERRUN) == 1
    device.ask("BUFFER_EVENTS", 0)


def test_an_event_stands_in_the_way(world: World) -> None:
    """errno 500 of read and of write, POLLPRI, until GETEVENT has fetched it; 0 when there is none."""
    device = port(world).buffers(160, 2)
    device.ask("BUFFER_EVENTS", 1)
    assert device.ready(select.POLLPRI) == select.POLLPRI
    assert failing(device.read) == ELAST
    assert failing(lambda: device.write(bytes(160))) == ELAST
    device.ask("BUFFER_EVENTS", 0)
    assert device.events()
    assert device.ask("GETEVENT") == 0
    assert len(device.block()) == 160
    assert device.write(bytes(160)) == 160


def test_flush_of_events(world: World) -> None:
    """FLUSH 4, and nothing is in the way."""
    device = port(world).buffers(160, 2)
    device.ask("BUFFER_EVENTS", 1)
    device.ready(select.POLLPRI)
    device.ask("BUFFER_EVENTS", 0)
    device.ask("FLUSH", abi.FLUSH_EVENT)
    assert device.events() == []
    assert len(device.block()) == 160


def test_a_flush_after_an_event(world: World) -> None:
    """Blocks that wait behind an event that was fetched are flushed, and the next ones read."""
    for _ in range(20):
        device = port(world).buffers(160, 2)
        device.ask("BUFFER_EVENTS", 1)
        device.ready(select.POLLPRI)
        device.ask("BUFFER_EVENTS", 0)
        device.events()
        settle(0.03)
        device.ask("FLUSH", abi.FLUSH_READ)
        device.events()
        assert len(device.block()) == 160
        device.close()
