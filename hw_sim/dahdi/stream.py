"""The data socket of one open device: blocks to the program, samples from it, events as one out-of-band byte."""

from __future__ import annotations

import array
import contextlib
import fcntl
import functools
import select
import socket

from dsp.receiver import TICK
from hw_sim.dahdi import wire
from hw_sim.dahdi.channel import Channel

SIOCINQ = 0x541B
SIOCOUTQ = 0x5411
EVENT_BYTE = b"!"

UNSEEN = 5
"""Blocks after which an event that was raised and neither waits in the socket nor was taken is raised again."""


def queued(sock: socket.socket, request: int) -> int:
    """Bytes waiting to be read (SIOCINQ), or kernel memory held by what the peer has not read (SIOCOUTQ)."""
    count = array.array("i", [0])
    fcntl.ioctl(sock, request, count)
    return count[0]


@functools.lru_cache(maxsize=256)
def cost(size: int) -> int:
    """Kernel memory that one message of that many bytes occupies in a socket's buffer."""
    here, there = socket.socketpair()
    with here, there:
        here.send(bytes(size))
        return queued(here, SIOCOUTQ)


class Stream:
    """handle: the descriptor's name on the wire. channel: None for ctl, timers and unspecified channels.
    ahead: bytes that waited to be sent when the channel began a sound of its own: they go first."""

    def __init__(self, handle: int, sock: socket.socket) -> None:
        self.handle = handle
        self.sock = sock
        self.channel: Channel | None = None
        self.raised = False
        self.overrun = False
        self.sending = False
        self.ahead = 0
        self.overruns = 0
        self.underruns = 0
        self.partial = bytearray()
        self._generation = 0
        self._slack = 0
        self._unseen = 0

    # -- buffers -----------------------------------------------------------------------------------------------------

    def capacity(self, channel: Channel) -> int:
        """Blocks that fit: DAHDI's buffers, but never less than a tick and one block, because the office's clock
        goes by ticks."""
        return max(channel.buffers, -(-TICK // channel.block) + 1)

    def room(self, channel: Channel) -> int:
        """SO_SNDBUF of the program's end. A socket is writable while what it holds is at most a quarter of its buffer,
        and the kernel doubles the value: so POLLOUT means that one more block fits."""
        return (2 * self.capacity(channel) - 1) * cost(channel.block_bytes)

    # -- to the program ----------------------------------------------------------------------------------------------

    def push(self, channel: Channel, data: bytes | memoryview) -> list[tuple[int, bytes]]:
        """The tick's sound, in the channel's present format: completed blocks as (samples into the tick, bytes)."""
        if self._generation != channel.generation:
            self._generation = channel.generation
            self.partial.clear()
        size = channel.block_bytes
        width = 2 if channel.linear else 1
        if not self.partial and len(data) == size:
            return [(TICK, bytes(data))]
        before = len(self.partial)
        self.partial += data
        whole = len(self.partial) // size * size
        blocks = [((i + size - before) // width, bytes(self.partial[i : i + size])) for i in range(0, whole, size)]
        del self.partial[:whole]
        return blocks

    def deliver(self, channel: Channel, block: bytes) -> bool:
        """Send a block, or drop it because the program has not fetched the last ones. False: dropped, for the first
        time since there was room."""
        held = queued(self.sock, SIOCOUTQ)
        each = cost(len(block) + wire.BLOCK.size)
        if held < each:
            self._slack = 0
        self._raise_again(held)
        if held - self._slack >= self.capacity(channel) * each or not self._send(channel, block):
            self.overruns += 1
            first, self.overrun = not self.overrun, True
            return not first
        self.overrun = False
        return True

    def _send(self, channel: Channel, block: bytes) -> bool:
        try:
            self.sock.send(wire.BLOCK.pack(len(block), channel.generation) + block, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:  # closed meanwhile: the hang-up will be seen in its place
            return True
        return True

    def raise_event(self) -> None:
        """Make POLLPRI true, once, until the program says that it took the byte."""
        if self.raised:
            return
        try:
            self.sock.send(EVENT_BYTE, socket.MSG_OOB | socket.MSG_DONTWAIT)
        except OSError:  # full (never by our own measure) or closed: tried again with the next event
            return
        self.raised = True
        self._slack += cost(1)

    def _raise_again(self, held: int) -> None:
        """A program that receives at the very moment the byte comes drops it, and would never hear of an event again.
        held: by what the program has not read."""
        self._unseen = self._unseen + 1 if self.raised and not held else 0
        if self._unseen == UNSEEN:
            self.raised, self._unseen = False, 0
            self.raise_event()

    # -- from the program --------------------------------------------------------------------------------------------

    def take(self, into: memoryview) -> int:
        """Up to that many bytes of what the program wrote."""
        try:
            return self.sock.recv_into(into, len(into), socket.MSG_DONTWAIT)
        except OSError:  # nothing there, or closed
            return 0

    def discard(self) -> None:
        """Throw away what was written and not yet sent."""
        self.ahead = 0
        while self.take(memoryview(bytearray(wire.LARGEST))):
            pass

    def is_later(self, sent: int) -> bool:
        """Of so many bytes that are now sent: was any written after the channel began a sound of its own?"""
        self.ahead -= sent
        later = self.ahead < 0
        self.ahead = max(self.ahead, 0)
        return later

    def waiting(self) -> int:
        """Bytes written and not yet sent."""
        return queued(self.sock, SIOCINQ)

    @property
    def hung_up(self) -> bool:
        """Has the program closed its last copy of the descriptor?"""
        poll = select.poll()
        poll.register(self.sock, 0)
        return bool(poll.poll(0))

    def cut(self) -> None:
        """The card was pulled: the program's reads and writes end with ENODEV."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.sock.close()
