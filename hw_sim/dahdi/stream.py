"""The data socket of one open device: blocks to the program, samples from it, events as one out-of-band byte."""

from __future__ import annotations

import array
import contextlib
import fcntl
import functools
import select
import socket

from dsp import g711
from dsp.receiver import TICK
from hw_sim.dahdi import wire
from hw_sim.dahdi.bulk import Line, LineState
from hw_sim.dahdi.frames import Frames
from hw_sim.dahdi.kernel.channel import IDENTITY, Channel, Hdlc
from hw_sim.dahdi.programs import NOBODY, Program

SIOCOUTQ = 0x5411


@functools.lru_cache(maxsize=256)
def cost(size: int) -> int:
    """Kernel memory that one message of that many bytes occupies in a socket's buffer."""
    here, there = socket.socketpair()
    with here, there:
        here.send(bytes(size))
        count = array.array("i", [0])
        fcntl.ioctl(here, SIOCOUTQ, count)
        return count[0]


class Stream:
    """handle: the descriptor's name on the wire. channel: None for ctl, timers and unspecified channels.
    ahead: bytes that waited to be sent when the channel began a sound of its own: they go first.
    frames: while the channel carries HDLC. plain: its ticks go with all the others', in one call.
    program: who opened it."""

    def __init__(self, handle: int, sock: socket.socket, program: Program = NOBODY) -> None:
        self.handle = handle
        self.sock = sock
        self.program = program
        self.channel: Channel | None = None
        self.line = Line(sock.fileno(), cost(1))
        self.state: LineState = self.line.state
        self.frames: Frames | None = None
        self.ahead = 0
        self.partial = bytearray()
        self.plain = False
        self.impaired = False
        self._generation = 0
        self._format: tuple[int, Hdlc] | None = None

    # -- format ------------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Take over what an ioctl has changed in the channel."""
        channel, state = self.channel, self.state
        if channel is None:
            return
        if self._generation != channel.generation:
            self._generation = state.generation = channel.generation
            self.partial.clear()
        self._reform(channel)
        state.linear = channel.linear
        state.capacity = self.capacity(channel)
        state.each = cost(channel.block_bytes + wire.BLOCK.size)
        if channel.port:
            state.row = channel.port.row
            self.line.coded(channel.port.law)
            state.idle = 0 if channel.audio else int(g711.DECODE[channel.port.law][0xFF])
        self.plain = self._is_plain(channel)

    def _reform(self, channel: Channel) -> None:
        """Other buffers or another mode: what is written and not yet sent would be read wrongly, and is lost."""
        format = (channel.block_bytes, channel.hdlc)
        if format == self._format:
            return
        if self._format is not None:
            self.discard()
            self.partial.clear()
        self._format = format
        self.frames = Frames(channel.hdlc, channel.block) if channel.hdlc else None

    def _is_plain(self, channel: Channel) -> bool:
        """Whole ticks of unchanged sound between the program and its row, and nothing else."""
        return (
            channel.block == TICK
            and channel.port is not None
            and channel.sounder is None
            and not (channel.hdlc or channel.stalled or channel.removed or channel.looped or channel.deaf)
            and not (channel.confmode or channel.confmute)
            and channel.rx_gain is IDENTITY
            and channel.tx_gain is IDENTITY
            and (not channel.linear or channel.law == channel.port.law)
            and not (self.partial or self.ahead or self.impaired)
        )

    def capacity(self, channel: Channel) -> int:
        """Blocks that fit: DAHDI's buffers, but never less than a tick and one block, because the office's clock
        goes by ticks."""
        return max(channel.buffers, -(-TICK // channel.block) + 1)

    def room(self, channel: Channel) -> int:
        """SO_SNDBUF of the program's end. A socket is writable while what it holds is at most a quarter of its buffer,
        and the kernel doubles the value: so POLLOUT means that one more block fits."""
        size = channel.block_bytes + (wire.BLOCK.size if channel.hdlc else 0)
        return (2 * self.capacity(channel) - 1) * cost(size)

    # -- to the program ----------------------------------------------------------------------------------------------

    def push(self, channel: Channel, data: bytes | memoryview) -> list[tuple[int, bytes]]:
        """The tick's sound, in the channel's present format: completed blocks as (samples into the tick, bytes)."""
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

    def deliver(self, block: bytes, fill: int = 0) -> bool:
        """Send a block, or drop it because the program has not fetched the last ones. False: dropped, for the first
        time since there was room."""
        late = self.state.late
        return self.line.send(block, fill) or bool(late)

    # -- from the program --------------------------------------------------------------------------------------------

    def take(self, into: memoryview) -> int:
        """Up to that many bytes of what the program wrote."""
        return self.line.take(into)

    def discard(self) -> None:
        """Throw away what was written and not yet sent."""
        self.ahead = 0
        self.state.sending = 0
        while self.take(memoryview(bytearray(wire.LARGEST))):
            pass
        if self.frames:
            self.frames.clear()

    def is_later(self, sent: int) -> bool:
        """Of so many bytes that are now sent: was any written after the channel began a sound of its own?"""
        self.ahead -= sent
        later = self.ahead < 0
        self.ahead = max(self.ahead, 0)
        return later

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
