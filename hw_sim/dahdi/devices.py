"""Open devices: what a path opens, what a request does to it, what goes back to the preload."""

from __future__ import annotations

import errno
import itertools
import os
import re
import socket
from collections.abc import Callable

from hw_sim.dahdi import wire
from hw_sim.dahdi.kernel import abi, ioctls
from hw_sim.dahdi.kernel.arguments import NAMES, shaped
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.channel import Channel
from hw_sim.dahdi.programs import NOBODY, Program
from hw_sim.dahdi.stream import Stream
from hw_sim.dahdi.timer import Timer

DEVICE = re.compile(
    r"/dev/dahdi/(?:(?P<name>ctl|channel|timer|pseudo)|(?P<number>\d{1,5})|chan/(?P<span>\d+)/(?P<position>\d+))"
)
TELLS_SIZE = {
    abi.IOCTLS[n]
    for n in (
        "SET_BLOCKSIZE",
        "SET_BUFINFO",
        "SETLINEAR",
        "SPECIFY",
        "AUDIOMODE",
        "HDLCRAWMODE",
        "HDLCFCSMODE",
        "HDLCPPP",
    )
}


class Devices:
    """streams: every open descriptor's, by handle. changed: is what /proc shows still to be written?
    closing: called with a stream before its socket is closed. regroup: does another road suit some stream now?"""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.streams: dict[int, Stream] = {}
        self.timers: dict[int, Timer] = {}
        self.controls: set[int] = set()
        self.changed = False
        self.regroup = False
        self._lost = [0, 0]
        self.closing: Callable[[Stream], object] = lambda stream: None
        self._handles = itertools.count(1)

    # -- open and close ----------------------------------------------------------------------------------------------

    def open(self, path: str, program: Program = NOBODY) -> tuple[Stream, socket.socket]:
        """The office's stream and the program's socket. Raises OSError as open() would fail."""
        match = DEVICE.fullmatch(path)
        if match is None:
            raise OSError(errno.ENOENT, path)
        here, there = socket.socketpair()
        stream = Stream(next(self._handles), here, program)
        try:
            here.bind(b"\0" + f"{wire.NAME}{os.getpid()}/{stream.handle}".encode())
            self._attach(stream, match)
            if stream.channel:
                there.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, stream.room(stream.channel))
        except OSError:
            here.close()
            there.close()
            raise
        self.streams[stream.handle] = stream
        self.regroup = True
        return stream, there

    def _attach(self, stream: Stream, match: re.Match[str]) -> None:
        match match["name"]:
            case "ctl":
                self.controls.add(stream.handle)
            case "timer":
                self.timers[stream.handle] = Timer(self.board.now)
            case "pseudo":
                stream.channel = self.board.pseudo()
                stream.settle()
            case None:
                self.take(stream, self._numbered(match))

    def _numbered(self, match: re.Match[str]) -> int:
        """Raises OSError ENOENT: only channels that are there have a node."""
        try:
            if match["number"]:
                return self.board.channel(int(match["number"])).number
            ports = {port.position: port for port in self.board.span(int(match["span"])).ports}
            return ports[int(match["position"])].channel
        except (OSError, KeyError):
            raise OSError(errno.ENOENT, match[0]) from None

    def take(self, stream: Stream, number: int) -> None:
        """The stream's program has the channel from now on. Raises OSError EINVAL, ENXIO, EBUSY, ENODEV."""
        channel = self.board.channel(number)
        if channel.open:
            self._release_dead(channel)
        self.board.open(channel)
        stream.channel = channel
        self.changed = self.regroup = True
        stream.settle()

    def _release_dead(self, channel: Channel) -> None:
        """The holder may have closed it a moment ago, and the news may be waiting behind this request."""
        for stream in list(self.streams.values()):
            if stream.channel is channel and stream.hung_up:
                self.close(stream)

    def close(self, stream: Stream) -> None:
        """The last copy of the program's descriptor is gone."""
        if self.streams.pop(stream.handle, None) is None:
            return
        self._lost[0] += stream.state.overruns
        self._lost[1] += stream.state.underruns
        if stream.channel:
            self.board.close(stream.channel)
        self.timers.pop(stream.handle, None)
        self.controls.discard(stream.handle)
        self.closing(stream)
        self.changed = self.regroup = True
        stream.close()

    @property
    def overruns(self) -> int:
        """Blocks dropped because programs had not read the last ones, on all devices ever open."""
        return self._lost[0] + sum(int(stream.state.overruns) for stream in self.streams.values())

    @property
    def underruns(self) -> int:
        """Ticks for which a program that was sending had not written enough, on all devices ever open."""
        return self._lost[1] + sum(int(stream.state.underruns) for stream in self.streams.values())

    # -- requests ----------------------------------------------------------------------------------------------------

    def ioctl(self, stream: Stream, request: wire.Request) -> wire.Reply:
        """Carry out an ioctl on an open device."""
        if request.flags & wire.TOOK:
            stream.state.raised = 0
        generation = stream.channel.generation if stream.channel else 0
        result, payload = self._result(stream, request)
        self.touch(stream)
        if request.flags & wire.INDIRECT:
            self._touch_all()
        self.show(stream)
        discard = stream.channel is not None and generation not in (0, stream.channel.generation)
        return self.reply(stream, result, payload, discard=discard, sized=request.cmd in TELLS_SIZE)

    def _result(self, stream: Stream, request: wire.Request) -> tuple[int, bytes]:
        if stream.channel and stream.channel.removed:
            gone = request.cmd == abi.IOCTLS["GETEVENT"]
            return -errno.ENODEV, abi.INT.pack(abi.EV_REMOVED) if gone else b""
        try:
            return 0, self._answer(stream, request)
        except OSError as error:
            return -(error.errno or errno.EINVAL), b""

    def _answer(self, stream: Stream, request: wire.Request) -> bytes:
        name = NAMES.get(request.cmd, "")
        argument = shaped(request.cmd, request.payload)
        if stream.handle in self.timers:
            return self.timers[stream.handle].ioctl(name, argument, self.board.now)
        if request.flags & wire.INDIRECT:
            return self._indirect(stream, request, argument)
        if stream.handle in self.controls:
            return ioctls.answer(ioctls.CONTROL, self.board, None, request.cmd, argument)
        if stream.channel is None:
            if name != "SPECIFY":
                raise OSError(errno.ENOSYS, "no channel was specified")
            self.take(stream, ioctls.number(argument))
            return b""
        if name == "FLUSH" and ioctls.number(argument) & abi.FLUSH_WRITE:
            stream.discard()
        if name == "HOOK":
            stream.channel.blocking = bool(request.flags & wire.WAITS)
        if name == "DIALING" and stream.line.written > stream.ahead and stream.channel.port:
            stream.channel.stop_sound()  # a write ends it at once, though its samples are not sent yet
        table = ioctls.CHANNEL if stream.channel.port else ioctls.PSEUDO
        made = ioctls.answer(table, self.board, stream.channel, request.cmd, argument)
        if name in ("DIAL", "SENDTONE"):
            stream.ahead = stream.line.written
        return made

    def _indirect(self, stream: Stream, request: wire.Request, argument: bytes) -> bytes:
        """An ioctl on another channel, through the control device."""
        if stream.handle not in self.controls:
            raise OSError(errno.ENOTTY, "only the control device goes by way of another")
        channel = self.board.channel(request.channel)
        return ioctls.answer(ioctls.CHANNEL, self.board, channel, request.cmd, argument)

    def touch(self, stream: Stream) -> None:
        """The channel may have changed: does its stream go another road now?"""
        before = stream.plain
        stream.settle()
        self.regroup |= stream.plain != before

    def _touch_all(self) -> None:
        for stream in self.streams.values():
            self.touch(stream)

    # -- what the program sees ---------------------------------------------------------------------------------------

    def show(self, stream: Stream) -> None:
        """Make POLLPRI true when something waits."""
        timer = self.timers.get(stream.handle)
        if (timer and timer.pending) or (stream.channel and stream.channel.events):
            stream.line.raise_event()

    def reply(
        self, stream: Stream, result: int, payload: bytes = b"", *, discard: bool = False, sized: bool = False
    ) -> wire.Reply:
        """The result, with what the preload must know of the descriptor."""
        channel = stream.channel
        if channel is None:
            timer = stream.handle in self.timers
            kind = wire.TIMER if timer else wire.CONTROL
            return wire.Reply(result, payload, stream.handle, kind=kind, refusal=errno.ENOSYS)
        room = stream.room(channel) if sized else 0
        known = (channel.block_bytes, room, wire.CHANNEL, errno.EINVAL, channel.generation)
        return wire.Reply(
            result, payload, stream.handle, *known, discard, wire.FRAMES if channel.hdlc else 0, channel.number
        )


def misshapen(cmd: int) -> str:
    """What is wrong with the number of an ioctl of DAHDI's that differs from a known one by size or direction: a
    program built for another version. Empty for any other."""
    if cmd >> 8 & 0xFF != 0xDA or cmd in NAMES:
        return ""
    alike = [name for number, name in NAMES.items() if number & 0xFF == cmd & 0xFF]
    return f"ioctl {cmd:#x}, which is {alike[0]} of another size or direction" if alike else ""
