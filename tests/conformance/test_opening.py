"""Opening and closing: who may have a channel, and what an open leaves as it was."""

from __future__ import annotations

import errno
import os

import pytest

from hw_sim.dahdi.kernel import abi
from tests.conformance.device import Device, available, failing
from tests.conformance.world import World


def test_before_specify_a_channel_device_knows_nothing_else(world: World) -> None:
    """Read, write and every other ioctl are ENOSYS until a channel was named."""
    device = Device("channel")
    assert failing(lambda: device.ask("GET_BLOCKSIZE")) == errno.ENOSYS
    assert failing(lambda: device.ask("GETEVENT")) == errno.ENOSYS
    assert failing(device.read) == errno.ENOSYS
    assert failing(lambda: device.write(b"\0" * 160)) == errno.ENOSYS


def test_specify_takes_a_channel(world: World) -> None:
    """After it the descriptor is the channel's."""
    channel = world.roles.kewl[0][0]
    device = Device("channel")
    device.ask("SPECIFY", channel)
    assert device.ask("CHANNO") == channel
    assert device.ask("GET_BLOCKSIZE") == 1024


def test_specify_refuses(world: World) -> None:
    """EINVAL for a channel that is not, EBUSY for one that is another's; the descriptor may try again."""
    channel = world.roles.kewl[0][0]
    first, second = Device(channel), Device("channel")
    assert failing(lambda: second.ask("SPECIFY", world.roles.unknown)) == errno.EINVAL
    assert failing(lambda: second.ask("SPECIFY", 0)) == errno.EINVAL
    assert failing(lambda: second.ask("SPECIFY", -1)) == errno.EINVAL
    assert failing(lambda: second.ask("SPECIFY", channel)) == errno.EBUSY
    first.close()
    second.ask("SPECIFY", channel)
    assert second.ask("CHANNO") == channel


def test_a_second_specify_is_an_unknown_ioctl(world: World) -> None:
    """A channel does not know SPECIFY."""
    device = Device("channel")
    device.ask("SPECIFY", world.roles.kewl[0][0])
    assert failing(lambda: device.ask("SPECIFY", world.roles.kewl[1][0])) == errno.ENOTTY


def test_a_channel_in_use_is_busy(world: World) -> None:
    """EBUSY for a second open, until the first is closed."""
    channel = world.roles.kewl[0][0]
    first = Device(channel)
    assert failing(lambda: Device(channel)) == errno.EBUSY
    first.close()
    Device(channel)


def test_a_channel_is_open_until_its_last_descriptor_is_closed(world: World) -> None:
    """dup counts."""
    channel = world.roles.kewl[0][0]
    first = Device(channel)
    again = os.dup(first.fd)
    first.close()
    assert failing(lambda: Device(channel)) == errno.EBUSY
    os.close(again)
    Device(channel)


def test_a_child_by_fork_has_the_channel_too(world: World) -> None:
    """The parent's close does not free it; the child's end does."""
    channel = world.roles.kewl[0][0]
    device = Device(channel)
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.close(theirs)
        os.read(ours, 1)
        os._exit(device.ask("CHANNO") != channel)
    os.close(ours)
    device.close()
    assert failing(lambda: Device(channel)) == errno.EBUSY
    os.close(theirs)
    assert os.waitpid(child, 0)[1] == 0
    for _ in range(50):
        if failing(lambda: Device(channel)) == 0:
            break
        os.sched_yield()
    else:
        pytest.fail("the child has ended and the channel is still busy")


def test_an_unconfigured_channel(world: World) -> None:
    """ENXIO, by number as well as by SPECIFY."""
    available((world.roles.unconfigured,))
    device = Device("channel")
    assert failing(lambda: device.ask("SPECIFY", world.roles.unconfigured)) == errno.ENXIO


def test_an_open_resets_buffers(world: World) -> None:
    """1024 bytes, 2 of them, IMMEDIATE: whatever the last program left."""
    channel = world.roles.kewl[0][0]
    device = Device(channel).buffers(160, 8, abi.POLICY_WHEN_FULL)
    device.close()
    assert Device(channel).buffer_info() == (0, 0, 2, 1024, -1, -1)


def test_an_open_resets_law_linear_and_gains(world: World) -> None:
    """The law is the channel's own again, samples are codes, the gain tables do nothing."""
    channel = world.roles.kewl[0][0]
    device = Device(channel)
    device.ask("SETLAW", abi.LAW_MULAW)
    device.ask("SETLINEAR", 1)
    device.call("SETGAINS", abi.GAINS.pack(channel, bytes(256), bytes(256)))
    device.close()
    device = Device(channel).buffers(160)
    assert abi.PARAMS.unpack(device.call("GET_PARAMS", bytes(abi.PARAMS.size)))[10] == abi.LAW_ALAW
    assert abi.GAINS.unpack(device.call("GETGAINS", bytes(abi.GAINS.size)))[1] == bytes(range(256))
    assert len(device.block(400)) == 160


def test_an_open_keeps_buffer_events(world: World) -> None:
    """The one thing that is not reset: a program that wants no such events must say so."""
    channel = world.roles.kewl[0][0]
    device = Device(channel)
    device.ask("BUFFER_EVENTS", 1)
    device.close()
    device = Device(channel).buffers(16, 2)
    assert device.until(abi.EV_READ_OVERRUN)
    device.ask("BUFFER_EVENTS", 0)


def test_an_open_resets_hook_times(world: World) -> None:
    """SET_PARAMS of the last program is forgotten."""
    channel = world.roles.kewl[0][0]
    device = Device(channel)
    before = device.call("GET_PARAMS", bytes(abi.PARAMS.size))
    fields = list(abi.PARAMS.unpack(before))
    fields[17] = 1234
    device.call("SET_PARAMS", abi.PARAMS.pack(*fields))
    assert abi.PARAMS.unpack(device.call("GET_PARAMS", bytes(abi.PARAMS.size)))[17] == 1234
    device.close()
    assert abi.PARAMS.unpack(Device(channel).call("GET_PARAMS", bytes(abi.PARAMS.size)))[13:24] == tuple(
        abi.PARAMS.unpack(before)[13:24]
    )


def test_a_bearer_opens_as_bare_bytes(world: World) -> None:
    """No audio: SETLINEAR, gains, conferences and the canceller are EINVAL until AUDIOMODE 1."""
    available(world.roles.bearers)
    channel = world.roles.bearers[0][0]
    device = Device(channel)
    assert failing(lambda: device.ask("SETLINEAR", 1)) == errno.EINVAL
    assert failing(lambda: device.ask("ECHOCANCEL", 128)) == errno.EINVAL
    assert failing(lambda: device.ask("CONFMUTE", 1)) == errno.EINVAL
    assert failing(lambda: device.call("GETGAINS", bytes(abi.GAINS.size))) == errno.EINVAL
    device.audio()
    device.ask("SETLINEAR", 1)
    device.call("GETGAINS", bytes(abi.GAINS.size))
    device.close()
    assert failing(lambda: Device(channel).ask("SETLINEAR", 1)) == errno.EINVAL


def test_flags_do_not_matter(world: World) -> None:
    """A channel opened for reading alone is as open as any."""
    channel = world.roles.kewl[0][0]
    descriptor = os.open(f"/dev/dahdi/{channel}", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert failing(lambda: Device(channel)) == errno.EBUSY
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("path", ["ctl", "timer", "pseudo"])
def test_devices_that_any_number_may_open(path: str) -> None:
    """Twice at once."""
    Device(path)
    Device(path)


def test_the_control_device_carries_no_sound() -> None:
    """read and write are ENOSYS, and GETEVENT is no ioctl of it."""
    device = Device("ctl")
    assert failing(device.read) == errno.ENOSYS
    assert failing(lambda: device.write(b"\0" * 160)) == errno.ENOSYS
    assert failing(lambda: device.ask("GETEVENT")) == errno.ENOTTY


def test_no_such_device() -> None:
    """ENOENT for a number that no card has."""
    assert failing(lambda: Device(999)) == errno.ENOENT
