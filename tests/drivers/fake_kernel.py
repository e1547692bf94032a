"""A DAHDI kernel driver in a test: channels with block queues, events and hooks, and a clock that only poll moves.

Put into the C side's table of system calls, so that everything above it is the real thing. Faults are scripted by the
test through the channels' own fields.
"""

from __future__ import annotations

import errno
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from drivers.dahdi._dahdi import ffi, lib

TICK_NS = 20_000_000
FLUSH, GET_PARAMS, HOOK, GETEVENT = 0x4004DA03, 0xC088DA05, 0x4004DA07, 0x8004DA08
GET_BUFINFO, SET_BUFINFO, AUDIOMODE, SPECIFY = 0x8018DA1B, 0x4018DA1B, 0x4004DA20, 0x4004DA26
SETLAW, BUFFER_EVENTS = 0x4004DA27, 0x4004DA69
ELAST = 500
OVERRUN, UNDERRUN, REMOVED = 29, 30, 20
IN, PRI = lib.ls_poll_in(), lib.ls_poll_pri()


@dataclass
class Channel:
    """One channel. skew: when its blocks complete within a tick. source: what the line says, block by block."""

    number: int
    signalling: int = 0x2004
    law: int = 2
    alarms: int = 0
    skew: int = 0
    fd: int = -1
    audio: bool = False
    blocks: deque[bytes] = field(default_factory=deque)
    sent: list[bytes] = field(default_factory=list)
    queue: deque[bytes] = field(default_factory=deque)
    events: deque[int] = field(default_factory=deque)
    buffers: int = 2
    size: int = 1024
    buffer_events: bool = True
    off_hook: bool = False
    hook_errors: deque[int] = field(default_factory=deque)
    gone: bool = False
    silent: bool = False
    short: int = 160
    dry: bool = True
    spilt: bool = False
    made: int = 0
    since: int = 0

    def event(self, code: int) -> None:
        """The kernel keeps 64; the newest are dropped."""
        if len(self.events) < 64:
            self.events.append(code)

    def block(self) -> bytes:
        """What the line says in its next 20 ms: a block whose every byte is its number (mod 256)."""
        self.made += 1
        return bytes([self.made % 256]) * self.size

    def tick(self) -> None:
        """One block in, one block out."""
        if self.silent:
            return
        block = self.block()
        if len(self.blocks) < self.buffers:
            self.blocks.append(block)
            self.spilt = False
        elif not self.spilt:
            self.spilt = True
            if self.buffer_events:
                self.event(OVERRUN)
        if self.queue:
            self.sent.append(self.queue.popleft())
            self.dry = False
        else:
            self.sent.append(b"")
            if not self.dry and self.buffer_events:
                self.event(UNDERRUN)
            self.dry = True


class FakeKernel:
    """The whole /dev/dahdi. `late(ns)` makes the reader late."""

    def __init__(self, *channels: Channel, nodes: tuple[str, ...] = ("/dev/dahdi/channel",)) -> None:
        self.channels = {c.number: c for c in channels or tuple(Channel(n) for n in (1, 2, 3, 4))}
        self.nodes = nodes
        self.now = 1_000_000_000
        self.open_fds: dict[int, Channel | None] = {}
        self.open_error = 0
        self.calls = 0
        self._next_fd = 100
        self._table = ffi.new("struct ls_sys *")
        self._keep = {
            "open": ffi.callback("int(*)(const char *, int)", self._open),
            "close": ffi.callback("int(*)(int)", self._close),
            "read": ffi.callback("long(*)(int, void *, unsigned long)", self._read),
            "write": ffi.callback("long(*)(int, const void *, unsigned long)", self._write),
            "ioctl": ffi.callback("int(*)(int, unsigned long, void *)", self._ioctl),
            "poll": ffi.callback("int(*)(struct ls_pollfd *, unsigned long, int)", self._poll),
            "clock": ffi.callback("int64_t(*)(void)", self._clock),
        }
        for name, function in self._keep.items():
            setattr(self._table, name, function)

    def __enter__(self) -> FakeKernel:
        lib.ls_use(self._table)
        return self

    def __exit__(self, *exc: object) -> None:
        lib.ls_use(ffi.NULL)
        for call in range(lib.LS_CALLS):
            lib.ls_fail(call, 0, 0)

    def replace(self, name: str, function: Any) -> None:
        """Put another function into the table."""
        self._keep[name] = ffi.callback(ffi.typeof(self._keep[name]), function)
        setattr(self._table, name, self._keep[name])

    def late(self, ns: int) -> None:
        """The world goes on while nobody reads."""
        self._go(self.now + ns)

    def _go(self, until: int) -> None:
        """Blocks complete at their instants, in order."""
        while True:
            due = [(c.since + TICK_NS, c.number) for c in self.channels.values() if c.fd >= 0]
            if not due or min(due)[0] > until:
                break
            when, number = min(due)
            channel = self.channels[number]
            channel.since = when
            channel.tick()
        self.now = until

    def _fail(self, error: int) -> int:
        lib.ls_set_errno(error)
        return -1

    def _open(self, path: Any, flags: int) -> int:
        name = ffi.string(path).decode()
        if self.open_error:
            return self._fail(self.open_error)
        if name not in self.nodes:
            return self._fail(errno.ENOENT)
        self._next_fd += 1
        self.open_fds[self._next_fd] = None
        tail = name.rpartition("/")[2]
        if tail.isdigit():
            error = self._specify(self._next_fd, int(tail))
            if error:
                del self.open_fds[self._next_fd]
                return self._fail(error)
        return self._next_fd

    def _specify(self, fd: int, number: int) -> int:
        channel = self.channels.get(number)
        if channel is None:
            return errno.EINVAL
        if channel.fd >= 0:
            return errno.EBUSY
        if channel.signalling == 0:
            return errno.ENXIO
        self.open_fds[fd] = channel
        channel.fd, channel.since, channel.audio = fd, self.now + channel.skew - TICK_NS, False
        channel.blocks.clear()
        channel.queue.clear()
        channel.events.clear()
        channel.buffers, channel.size, channel.off_hook, channel.dry = 2, 1024, False, True
        return 0

    def _close(self, fd: int) -> int:
        channel = self.open_fds.pop(fd)
        if channel is not None:
            channel.fd, channel.off_hook = -1, False
        return 0

    def _channel(self, fd: int) -> Channel:
        channel = self.open_fds[fd]
        assert channel is not None, "used before SPECIFY"
        return channel

    def _error(self, channel: Channel) -> int:
        if channel.gone:
            return errno.ENODEV
        return ELAST if channel.events else 0

    def _read(self, fd: int, buffer: Any, size: int) -> int:
        self.calls += 1
        channel = self._channel(fd)
        error = self._error(channel)
        if error or not channel.blocks:
            return self._fail(error or errno.EAGAIN)
        assert size == 160, "a short read throws the rest of the block away"
        block = channel.blocks.popleft()[: min(size, channel.short)]
        ffi.memmove(buffer, block, len(block))
        return len(block)

    def _write(self, fd: int, buffer: Any, size: int) -> int:
        self.calls += 1
        channel = self._channel(fd)
        error = self._error(channel)
        if error or len(channel.queue) >= channel.buffers:
            return self._fail(error or errno.EAGAIN)
        channel.queue.append(bytes(ffi.buffer(buffer, size)))
        return int(size)

    def _ioctl(self, fd: int, request: int, argument: Any) -> int:
        self.calls += 1
        value = ffi.cast("int *", argument)
        if request == SPECIFY:
            error = self._specify(fd, value[0])
            return self._fail(error) if error else 0
        channel = self.open_fds[fd]
        if channel is None:  # the control device answers for any channel
            asked = self.channels.get(value[0])
            return self._known(asked, request, value) if asked and request == GET_PARAMS else self._fail(errno.EINVAL)
        if channel.gone:
            if request == GETEVENT:
                value[0] = REMOVED
            return self._fail(errno.ENODEV)
        return self._known(channel, request, value)

    def _known(self, channel: Channel, request: int, value: Any) -> int:
        if request == GETEVENT:
            value[0] = channel.events.popleft() if channel.events else 0
        elif request == GET_PARAMS:
            fields = np.frombuffer(ffi.buffer(value, 136), np.int32)
            fields.flags.writeable = True
            fields[[0, 1, 3, 5, 10, 33]] = [
                channel.number, 1, channel.signalling, channel.off_hook, channel.law, channel.alarms,
            ]  # fmt: skip
            ffi.memmove(ffi.cast("char *", value) + 48, f"FAKE/0/{channel.number}".encode(), 8)
        elif request == SET_BUFINFO:
            channel.buffers, channel.size = min(value[2], 32), value[3]
        elif request == GET_BUFINFO:
            value[2], value[3] = channel.buffers, channel.size
        elif request == BUFFER_EVENTS:
            channel.buffer_events = bool(value[0])
        elif request == FLUSH:
            channel.blocks.clear()
            channel.queue.clear()
            channel.since, channel.dry, channel.spilt = self.now + channel.skew, True, False
        elif request == AUDIOMODE:
            channel.audio = bool(value[0])
        elif request == SETLAW:
            channel.law = value[0]
        else:
            return self._hook(channel, request, value)
        return 0

    def _hook(self, channel: Channel, request: int, value: Any) -> int:
        assert request == HOOK, hex(request)
        if channel.signalling == 0x80:
            return self._fail(errno.EINVAL)
        if channel.hook_errors:
            return self._fail(channel.hook_errors.popleft())
        channel.off_hook = bool(value[0])
        if not channel.off_hook:  # dahdi_hangup() empties both queues, and a new block begins
            channel.blocks.clear()
            channel.queue.clear()
            channel.since = self.now
        return 0

    def _poll(self, fds: Any, count: int, milliseconds: int) -> int:
        """The only call that lets time pass: to the next block of a watched channel, or to the deadline."""
        deadline = self.now + milliseconds * 1_000_000
        while True:
            ready = 0
            for i in range(count):
                channel = self._channel(fds[i].fd)
                fds[i].revents = (IN if channel.blocks or channel.gone else 0) | (PRI if channel.events else 0)
                ready += bool(fds[i].revents)
            if ready or self.now >= deadline:
                return ready
            due = [c.since + TICK_NS for c in self.channels.values() if c.fd >= 0]
            self._go(min([deadline, *due]))

    def _clock(self) -> int:
        return self.now
