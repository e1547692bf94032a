"""The office's side of the virtual /dev/dahdi: one loop over the control sockets, the clock and the office's ticks."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dsp.receiver import RATE, Int16
from hw_sim.dahdi import wire
from hw_sim.dahdi.attendance import EVERY, Attendance
from hw_sim.dahdi.clock import MakeClock, real_time
from hw_sim.dahdi.devices import Devices, misshapen
from hw_sim.dahdi.faults import DeviceFaults
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.spans import layout
from hw_sim.dahdi.losses import Losses
from hw_sim.dahdi.programs import Notices, Program, command_line, peer
from hw_sim.dahdi.stream import Stream
from hw_sim.dahdi.ticks import Ticks
from hw_sim.equipment import OfficeLike

DEAF = RATE * 5 // 2
"""A port hears no ringing for 2 s after it was opened (RING_DEBOUNCE_TIME): the office's own people do not dial into
that, as nobody would who has just plugged it in."""

NEVER = 1 << 62


class Server:
    """folder: where the socket stands. country: whose tone zone is loaded. clock: how time goes by.
    faults: what goes wrong with the cards, on demand. notices: what is to be said of the programs. on_settle: called
    before a program looks at the files beside the devices.
    Use `with`, or close()."""

    def __init__(
        self,
        office: OfficeLike,
        folder: Path,
        *,
        country: str = "cn",
        configured: bool = True,
        clock: MakeClock = real_time,
    ) -> None:
        self.office = office
        self.spans = layout(office.cards, office.lines)
        self.board = Board(self.spans, country, configured=configured)
        self.devices = Devices(self.board)
        self.devices.closing = self._closing
        self.faults = DeviceFaults(self.board, self.plug, self._impaired)
        self.notices = Notices()
        self.on_tick: Callable[[Any], object] | None = None
        self._hears: int | None = None
        self.on_settle: Callable[[], object] = lambda: None
        self.losses = Losses()
        self._ticks = Ticks(office, self.board, self.devices, self.faults, self.losses)
        self._attendance = Attendance(self.devices, self.board, self.notices)
        self.clock = clock(self._attendance)
        self._late = 0
        self._next_look = EVERY
        self._poll = select.epoll()
        self._ready: dict[int, Callable[[], object]] = {}
        self._message = bytearray(wire.LARGEST + 64)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        self._listener.bind(str(folder / "socket"))
        self._listener.listen(64)
        self._spare = os.open(os.devnull, os.O_RDONLY)
        self.watch(self._listener.fileno(), self._accept)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """All programs see their cards pulled."""
        for stream in list(self.devices.streams.values()):
            self._close(stream)
        self._listener.close()
        self._poll.close()
        os.close(self._spare)

    def watch(self, descriptor: int, ready: Callable[[], object], events: int = select.EPOLLIN) -> None:
        """Call `ready` whenever the descriptor is."""
        self._poll.register(descriptor, events)
        self._ready[descriptor] = ready

    def forget(self, descriptor: int) -> None:
        """Before the descriptor is closed."""
        if self._ready.pop(descriptor, None):
            self._poll.unregister(descriptor)

    @property
    def sounds(self) -> tuple[Int16, Int16]:
        """What the lines sent and heard in the last tick: int16 (rows, 160), used again at the next."""
        return self._ticks.sounds

    def programs(self) -> list[tuple[int, str]]:
        """Who has devices open: process and command line."""
        present = {stream.program.pid for stream in self.devices.streams.values()}
        return [(pid, command_line(pid)) for pid in sorted(present)]

    # -- the clock ---------------------------------------------------------------------------------------------------

    def serve(self, stopped: Callable[[], bool]) -> None:
        """Keep the clock until told to stop."""
        self.clock.start(time.monotonic())
        while not stopped():
            self.step()

    def step(self) -> None:
        """Wait for what comes next, and do it."""
        now = time.monotonic()
        wake = self.clock.wake(now)
        block = self._ticks.next_block
        self.attend(max((wake if block is None else min(wake, block)) - now, 0.0))
        now = time.monotonic()
        self._ticks.send_due(now)
        if self.clock.due(now):
            self.tick()

    def attend(self, seconds: float) -> None:
        """Answer the programs' requests; wait so long for the first one."""
        for descriptor, _ in self._poll.poll(seconds):
            if ready := self._ready.get(descriptor):
                ready()

    def tick(self) -> None:
        """160 samples of everything."""
        ticked = self._ticks.tick(self.clock.moment)
        if self._hears is not None and self.board.now >= self._hears:
            self._hears = NEVER
            self.office.opened()
        if self.clock.lateness.late != self._late:
            self._late = self.clock.lateness.late
            self.losses.late(self.board.now)
        self.losses.tick(self.board.now)
        self._next_look -= 1
        if not self._next_look:
            self._next_look = EVERY
            self._attendance.look()
        if self.on_tick:
            self.on_tick(ticked)

    def _impaired(self) -> None:
        self.devices.regroup = True

    def plug(self, span: int, inside: bool) -> None:
        """Pull a card, or plug it in again. span: by its place in the machine."""
        card = self.board.spans[span - 1]
        if inside:
            self.board.plug(card)
        else:
            self.board.unassign(card)
        self.devices.changed = self.devices.regroup = True

    # -- the sockets -------------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        try:
            control, _ = self._listener.accept()
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._turn_away()
            return
        control.setblocking(False)
        program = peer(control)
        self.watch(control.fileno(), lambda: self._serve(control, program))

    def _turn_away(self) -> None:
        """Out of descriptors: give the next program a closed connection rather than a queue that never empties."""
        os.close(self._spare)
        with contextlib.suppress(OSError):
            self._listener.accept()[0].close()
        self._spare = os.open(os.devnull, os.O_RDONLY)

    def _serve(self, control: socket.socket, program: Program) -> None:
        """One request. A program that sends anything else, or takes no replies, is hung up on. Nothing is there when
        the news was of another descriptor, whose number this one has got since."""
        try:
            size = control.recv_into(self._message)
        except BlockingIOError:
            return
        except OSError:
            self._drop(control)
            return
        try:
            if not size:
                self._drop(control)
                return
            request = wire.parse(memoryview(self._message)[:size])
            self._answer(control, request, program)
        except ValueError as error:
            self.notices.say_once(self.board.now, program, f"sent garbage ({error}) and was hung up on")
            self._drop(control)
        except OSError:
            self._drop(control)

    def _drop(self, control: socket.socket) -> None:
        self.forget(control.fileno())
        control.close()

    def _answer(self, control: socket.socket, request: wire.Request, program: Program) -> None:
        if request.op == wire.OPEN:
            self._open(control, request.payload.decode("utf-8", "replace"), program)
            return
        if request.op == wire.IOCTL and (wrong := misshapen(request.cmd)):
            self.notices.say_once(self.board.now, program, f"sent {wrong}")
        control.send(self._reply(request).packed())

    def _reply(self, request: wire.Request) -> wire.Reply:
        if request.op == wire.SETTLE:
            self.on_settle()
            return wire.Reply()
        stream = self.devices.streams.get(request.handle)
        if stream is None:
            return wire.Reply(-errno.ENODEV)
        if request.op == wire.IDENTIFY:
            return self.devices.reply(stream, 0)
        if request.op == wire.BUSY:
            busy = stream.channel is not None and stream.channel.busy
            return self.devices.reply(stream, int(busy))
        before = stream.channel
        reply = self.devices.ioctl(stream, request)
        if stream.channel:
            self._ticks.act(stream.channel)
        if stream.channel is not before:
            self._tell_office(stream)
        return reply

    def _tell_office(self, stream: Stream) -> None:
        """A program has a line, by its number or by SPECIFY: callers may wait for that."""
        if stream.channel is not None and stream.channel.port is not None and self._hears is None:
            self._hears = self.board.now + DEAF

    def _open(self, control: socket.socket, path: str, program: Program) -> None:
        try:
            stream, there = self.devices.open(path, program)
        except OSError as error:
            control.send(wire.Reply(-(error.errno or errno.EIO)).packed())
            return
        self.losses.opened(program, self.board.now)
        with there:
            self.watch(stream.sock.fileno(), lambda: self._hung_up(stream), 0)
            if stream.channel is not None:
                self._ticks.act(stream.channel)
            self._tell_office(stream)
            socket.send_fds(control, [self.devices.reply(stream, 0).packed()], [there.fileno()])

    def _hung_up(self, stream: Stream) -> None:
        """The news may be of another stream, whose number this one has got since."""
        if stream.hung_up:
            self._close(stream)

    def _close(self, stream: Stream) -> None:
        """The last copy of the descriptor was closed, or the program is gone."""
        channel = stream.channel
        if channel:
            self.losses.closed(channel.number, self.board.now)
        self._attendance.closed(stream, active=bool(stream.state.sending or (channel and channel.off_hook)))
        self.devices.close(stream)

    def _closing(self, stream: Stream) -> None:
        self.forget(stream.sock.fileno())
        self._ticks.silence(stream)
        if stream.channel:
            self._ticks.act(stream.channel)
