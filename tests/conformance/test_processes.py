"""Several programs, and the ways in which a program comes to have a descriptor, and to lose it."""

from __future__ import annotations

import errno
import os
import select
import signal
import subprocess
import sys
import threading

import pytest

from hw_sim.dahdi.kernel import abi
from tests.conformance.device import Device, available, failing, settle
from tests.conformance.world import World

ONHOOK, RINGOFFHOOK = 1, 2

HOLDER = """
import fcntl, os, struct, sys
fd = os.open("/dev/dahdi/" + sys.argv[1], os.O_RDWR | os.O_NONBLOCK)
if len(sys.argv) > 2:
    fcntl.ioctl(fd, 0x4004DA07, struct.pack("i", 1))  # off hook
print("open", flush=True)
sys.stdin.read()
"""


def holder(channel: int, *more: str) -> subprocess.Popen[str]:
    """Another program that has the channel open until its stdin ends."""
    command = [sys.executable, "-S", "-c", HOLDER, str(channel), *more]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "open\n"
    return other


def free_again(channel: int) -> bool:
    """Can it be opened within a second?"""
    for _ in range(20):
        if failing(lambda: Device(channel)) == 0:
            return True
        settle(0.05)
    return False


def test_another_program_has_it(world: World) -> None:
    """EBUSY while it runs; its end frees the channel."""
    channel = world.roles.kewl[0][0]
    other = holder(channel)
    assert failing(lambda: Device(channel)) == errno.EBUSY
    other.communicate()
    assert free_again(channel)


def test_a_program_is_killed(world: World) -> None:
    """The channel is free, and the line on hook: its far end sees that."""
    available(world.roles.kewl[0][1:])
    fxo, fxs = world.roles.kewl[0]
    phone = Device(fxs).buffers()
    settle(0.3)
    phone.events()
    other = holder(fxo, "lift")
    assert RINGOFFHOOK in phone.until(RINGOFFHOOK, 3.0)
    other.send_signal(signal.SIGKILL)
    other.communicate()
    assert phone.until(ONHOOK, 5.0) == [ONHOOK]
    assert free_again(fxo)


def test_a_descriptor_goes_through_exec(world: World) -> None:
    """One that is inheritable keeps the channel open in the program that follows."""
    channel = world.roles.kewl[1][0]
    device = Device(channel)
    os.set_inheritable(device.fd, True)
    child = subprocess.Popen(
        [sys.executable, "-S", "-c", "import sys; print('here', flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        close_fds=False,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "here\n"
    device.close()
    assert failing(lambda: Device(channel)) == errno.EBUSY
    child.communicate()
    assert free_again(channel)


def test_a_descriptor_is_used_after_exec(world: World) -> None:
    """ioctl, read and write of the program that inherited it."""
    device = Device(world.roles.kewl[1][0]).buffers()
    os.set_inheritable(device.fd, True)
    code = (
        "import fcntl, os, select, struct, sys\nfd = int(sys.argv[1])\n"
        "p = select.poll(); p.register(fd, select.POLLIN); p.poll(2000)\n"
        "n = struct.unpack('i', fcntl.ioctl(fd, 0x8004DA22, struct.pack('i', 0)))[0]\n"
        "print(n, len(os.read(fd, 160)), os.write(fd, bytes(160)))"
    )
    told = subprocess.run(
        [sys.executable, "-S", "-c", code, str(device.fd)], capture_output=True, text=True, close_fds=False, check=False
    )
    assert told.stdout.split() == [str(world.roles.kewl[1][0]), "160", "160"], told.stderr


def test_dup2_onto_another_number(world: World) -> None:
    """The same channel under a chosen number; what stood there is closed."""
    channel = world.roles.kewl[1][0]
    device, other = Device(channel).buffers(), Device(world.roles.kewl[2][0])
    os.dup2(device.fd, other.fd)
    assert other.ask("CHANNO") == channel
    Device(world.roles.kewl[2][0])
    assert len(other.block()) == 160


def test_both_sides_of_a_fork_use_it(world: World) -> None:
    """The child reads, the parent asks."""
    device = Device(world.roles.kewl[1][0]).buffers()
    child = os.fork()
    if not child:
        signal.alarm(10)
        os._exit(0 if all(len(device.block()) == 160 for _ in range(5)) and device.ask("CHANNO") else 1)
    for _ in range(20):
        assert device.ask("CHANNO") == world.roles.kewl[1][0]
    assert os.waitpid(child, 0)[1] == 0
    settle(0.1)
    assert len(device.block()) == 160


def test_select_and_epoll(world: World) -> None:
    """They say what poll says."""
    device = Device(world.roles.kewl[1][0]).buffers()
    device.ask("BUFFER_EVENTS", 0)
    settle(0.1)
    assert select.select([device.fd], [device.fd], [device.fd], 1.0) == ([device.fd], [device.fd], [])
    with select.epoll() as epoll:
        epoll.register(device.fd, select.EPOLLIN | select.EPOLLOUT | select.EPOLLPRI)
        assert epoll.poll(1.0) == [(device.fd, select.EPOLLIN | select.EPOLLOUT)]


def test_an_event_in_select_and_epoll(world: World) -> None:
    """An exceptional condition, until it is fetched."""
    device = Device(world.roles.kewl[1][0]).buffers(160, 2)
    device.ask("BUFFER_EVENTS", 1)
    assert select.select([], [], [device.fd], 3.0)[2] == [device.fd]
    device.ask("BUFFER_EVENTS", 0)
    with select.epoll() as epoll:
        epoll.register(device.fd, select.EPOLLPRI)
        assert epoll.poll(1.0) == [(device.fd, select.EPOLLPRI)]
        device.events()
        assert epoll.poll(0.2) == []


def test_two_threads_of_one_descriptor(world: World) -> None:
    """One reads, one writes; neither disturbs the other."""
    device = Device(world.roles.kewl[1][0], blocking=True).buffers(160, 8)
    device.ask("BUFFER_EVENTS", 0)
    written: list[int] = []

    def write() -> None:
        written.extend(device.write(bytes(160)) for _ in range(30))

    writer = threading.Thread(target=write)
    writer.start()
    assert all(len(device.read()) == 160 for _ in range(30))
    writer.join(5.0)
    assert written == [160] * 30


@pytest.mark.parametrize("path", ["ctl", "timer", "channel", "pseudo"])
def test_what_stat_says(path: str) -> None:
    """Character devices of major number 196."""
    found = os.stat(f"/dev/dahdi/{path}")
    assert os.major(found.st_rdev) == abi.MAJOR
    minors = {"ctl": 0, "timer": 253, "channel": 254, "pseudo": 255}
    assert os.minor(found.st_rdev) == minors[path]


def test_a_signal_ends_a_blocking_read(world: World) -> None:
    """EINTR goes to the program's own handler; the read can be made again."""
    device = Device(world.roles.kewl[1][0], blocking=True).buffers(8000, 2)

    class Struck(Exception):
        pass

    def strike(number: int, frame: object) -> None:
        raise Struck

    before = signal.signal(signal.SIGUSR1, strike)
    timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGUSR1))
    timer.start()
    try:
        with pytest.raises(Struck):
            device.read(8000)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert len(device.read(8000)) == 8000
