"""An open DAHDI device by plain system calls: nothing of the project's driver, of its simulator only the numbers."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import time  # noqa: TID251  # the kernel keeps the time of the world
from collections.abc import Callable, Sequence

import pytest

from hw_sim.dahdi.kernel import abi

READABLE, WRITABLE, EVENT = select.POLLIN, select.POLLOUT, select.POLLPRI

_open: list[Device] = []
"""All that a test has opened: closed after it, whatever became of it."""


class Device:
    """A descriptor. Errors are OSError with the driver's errno."""

    def __init__(self, path: str | int, *, blocking: bool = False) -> None:
        name = f"/dev/dahdi/{path}"
        self.fd = os.open(name, os.O_RDWR | (0 if blocking else os.O_NONBLOCK))
        _open.append(self)

    def call(self, name: str, argument: bytes = b"") -> bytes:
        """An ioctl with a structure: its contents afterwards."""
        made = bytearray(argument)
        fcntl.ioctl(self.fd, abi.IOCTLS[name], made)
        return bytes(made)

    def ask(self, name: str, value: int = 0) -> int:
        """An ioctl with a pointer to an int: the int afterwards."""
        return int(struct.unpack("i", self.call(name, struct.pack("i", value)))[0])

    def null(self, name: str) -> int:
        """An ioctl with a null pointer."""
        return fcntl.ioctl(self.fd, abi.IOCTLS[name], 0)

    def buffers(self, size: int = 160, count: int = 4, policy: int = abi.POLICY_IMMEDIATE) -> Device:
        """SET_BUFINFO."""
        self.call("SET_BUFINFO", abi.BUFFERINFO.pack(policy, 0, count, size, 0, 0))
        return self

    def buffer_info(self) -> tuple[int, ...]:
        """GET_BUFINFO: txbufpolicy, rxbufpolicy, numbufs, bufsize, readbufs, writebufs."""
        return abi.BUFFERINFO.unpack(self.call("GET_BUFINFO", bytes(abi.BUFFERINFO.size)))

    def audio(self) -> Device:
        """AUDIOMODE 1, for a channel that opens as bare bytes."""
        self.ask("AUDIOMODE", 1)
        return self

    def hook(self, how: int) -> int:
        """HOOK: the errno, 0 when it was done."""
        return failing(lambda: self.ask("HOOK", how))

    def event(self, seconds: float = 3.0) -> int:
        """The next event; waits for one. Raises TimeoutError."""
        if not self.ready(EVENT, seconds) & EVENT:
            raise TimeoutError("no event came")
        return self.ask("GETEVENT")

    def events(self) -> list[int]:
        """All that are queued now."""
        found = []
        while event := self.ask("GETEVENT"):
            found.append(event)
        return found

    def until(self, wanted: int, seconds: float = 6.0) -> list[int]:
        """Events up to the wanted one. Raises TimeoutError with what came instead."""
        found: list[int] = []
        end = time.monotonic() + seconds
        while wanted not in found:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"event {wanted} did not come, but {found}")
            if self.ready(EVENT, left) & EVENT:
                found.append(self.ask("GETEVENT"))
        return found

    def ready(self, wanted: int, seconds: float = 3.0) -> int:
        """What poll reports of this descriptor; 0 when the time is over."""
        poll = select.poll()
        poll.register(self.fd, wanted)
        return dict(poll.poll(seconds * 1000)).get(self.fd, 0)

    def read(self, size: int = 160) -> bytes:
        """One read, as it is."""
        return os.read(self.fd, size)

    def block(self, size: int = 160, seconds: float = 3.0) -> bytes:
        """The next block; waits for it. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while self.ready(READABLE, max(end - time.monotonic(), 0.0)) & READABLE:
            try:
                return self.read(size)
            except BlockingIOError:  # the virtual devices' poll may be true once without a block: a test of its own
                pass
        raise TimeoutError("no block came")

    def drain(self, size: int = 160) -> list[bytes]:
        """All blocks that are there."""
        found = []
        while not failing(lambda: found.append(self.read(size))):
            pass
        return found

    def write(self, data: bytes) -> int:
        """One write, as it is."""
        return os.write(self.fd, data)

    def send(self, data: bytes, seconds: float = 3.0) -> int:
        """One write, when there is room. Raises TimeoutError."""
        if not self.ready(WRITABLE, seconds) & WRITABLE:
            raise TimeoutError("no room to write")
        return self.write(data)

    def close(self) -> None:
        """Once; later calls do nothing."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def close_all() -> None:
    """Every device that is still open."""
    while _open:
        _open.pop().close()


def available(pairs: Sequence[object]) -> None:
    """Skip when a world has no such channels."""
    if not pairs or pairs[0] == 0:
        pytest.skip("no such channels in this world")


def failing(attempt: Callable[[], object]) -> int:
    """The errno with which it fails, 0 when it does not."""
    try:
        attempt()
    except OSError as error:
        return error.errno or -1
    return 0


def settle(seconds: float) -> None:
    """Let the lines be for a while."""
    time.sleep(seconds)
