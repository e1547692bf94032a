"""The office's side of the virtual /dev/dahdi: one loop over the control sockets, the clock and the office's ticks."""

from __future__ import annotations

import contextlib
import errno
import heapq
import os
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsp.receiver import RATE, TICK
from hw_sim.dahdi import abi, wire
from hw_sim.dahdi.board import Board
from hw_sim.dahdi.channel import Channel
from hw_sim.dahdi.devices import Devices
from hw_sim.dahdi.sound import Sound
from hw_sim.dahdi.spans import layout
from hw_sim.dahdi.stream import Stream
from hw_sim.equipment import OfficeLike

PERIOD = TICK / RATE
BREATH = PERIOD / 4
"""Least time between two ticks while lateness is made up for: programs must get to write what the next one sends."""

FORGIVEN = 5.0
"""Seconds. A machine that slept longer does not have to make up for it: the clock jumps."""


@dataclass(slots=True)
class Lateness:
    """How the clock was kept. late: ticks begun a whole tick or more after their time; worst: seconds."""

    ticks: int = 0
    late: int = 0
    worst: float = 0.0
    jumps: int = 0

    def __str__(self) -> str:
        return f"the office's clock was late {self.late} of {self.ticks} ticks, at worst {self.worst * 1000:.0f} ms"


class Server:
    """folder: where the socket stands. country: whose tone zone is loaded. Use `with`, or close()."""

    def __init__(self, office: OfficeLike, folder: Path, *, country: str = "cn", configured: bool = True) -> None:
        self.office = office
        self.spans = layout(office.lines)
        self.board = Board(self.spans, country, configured=configured)
        self.devices = Devices(self.board)
        self.devices.closing = self._closing
        self.lateness = Lateness()
        self.on_tick: Callable[[Any], object] | None = None
        self._sound = Sound(len(office.lines))
        self._poll = select.epoll()
        self._ready: dict[int, Callable[[], object]] = {}
        self._message = bytearray(wire.LARGEST + 64)
        self._release: list[tuple[float, int, Stream, int, bytes]] = []
        self._sequence = 0
        self._next = 0.0
        self._earliest = 0.0
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

    # -- the clock ---------------------------------------------------------------------------------------------------

    def serve(self, stopped: Callable[[], bool]) -> None:
        """Keep the world's time until told to stop: every tick at its own absolute deadline, late ones made up for."""
        self._next = time.monotonic() + PERIOD
        while not stopped():
            self.step()

    def step(self) -> None:
        """Wait for what comes next, and do it."""
        tick = max(self._next, self._earliest)
        due = min(tick, self._release[0][0]) if self._release else tick
        self.attend(max(due - time.monotonic(), 0.0))
        now = time.monotonic()
        while self._release and self._release[0][0] <= now:
            _, _, stream, generation, block = heapq.heappop(self._release)
            self._send(stream, generation, block)
        if now >= tick:
            self._earliest = now + BREATH
            self._keep_time(now - self._next)
            self.tick()

    def attend(self, seconds: float) -> None:
        """Answer the programs' requests; wait so long for the first one."""
        for descriptor, _ in self._poll.poll(seconds):
            if ready := self._ready.get(descriptor):
                ready()

    def _keep_time(self, late: float) -> None:
        kept = self.lateness
        kept.ticks += 1
        kept.worst = max(kept.worst, late)
        kept.late += late >= PERIOD
        if late > FORGIVEN:
            kept.jumps += 1
            self._next += late
        self._next += PERIOD

    def tick(self) -> None:
        """160 samples of everything."""
        board, sound = self.board, self._sound
        talking = [(stream, c) for stream in self.devices.streams.values() if (c := stream.channel) and not c.removed]
        for stream, channel in talking:
            if not sound.gather(channel, stream) and channel.buffer_events:
                channel.queue(abi.EV_WRITE_UNDERRUN)
        ticked = self.office.tick(sound.tx)
        board.now += TICK
        sound.received(ticked.rx)
        for signal in ticked.signals:
            board.by_row[signal.line].signal(signal.kind, signal.at)
            self.devices.changed |= signal.kind in ("battery_lost", "battery_back")
        self._hooks()
        for stream, channel in talking:
            self._hand_over(stream, channel)
        self._timers()
        if self.on_tick:
            self.on_tick(ticked)

    def _hooks(self) -> None:
        """Carry out what is due at the lines; a hook ioctl does so at once."""
        for channel in self.board.by_row.values():
            if channel.hooks:
                self._hook(channel)

    def _hook(self, channel: Channel | None) -> None:
        if channel and channel.port:
            for off_hook in channel.due_hooks(self.board.now):
                self.office.hook(channel.port.row, off_hook)

    def _hand_over(self, stream: Stream, channel: Channel) -> None:
        if channel.removed:
            stream.cut()
            return
        channel.advance(self.board.now)
        data = self._sound.heard(channel, self.board.channels)
        for end, block in stream.push(channel, data):
            # A block that ends within the tick comes when it would have: its program is paced by the samples.
            if channel.block % TICK:
                self._sequence += 1
                when = self._next - PERIOD + end / RATE
                heapq.heappush(self._release, (when, self._sequence, stream, channel.generation, block))
            else:
                self._send(stream, channel.generation, block)
        self.devices.show(stream)

    def _send(self, stream: Stream, generation: int, block: bytes) -> None:
        channel = stream.channel
        if channel is None or generation != channel.generation or stream.handle not in self.devices.streams:
            return
        if not stream.deliver(channel, block) and channel.buffer_events:
            channel.queue(abi.EV_READ_OVERRUN)
            self.devices.show(stream)

    def _timers(self) -> None:
        for handle, timer in self.devices.timers.items():
            timer.advance(self.board.now)
            self.devices.show(self.devices.streams[handle])

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
        self.watch(control.fileno(), lambda: self._serve(control))

    def _turn_away(self) -> None:
        """Out of descriptors: give the next program a closed connection rather than a queue that never empties."""
        os.close(self._spare)
        with contextlib.suppress(OSError):
            self._listener.accept()[0].close()
        self._spare = os.open(os.devnull, os.O_RDONLY)

    def _serve(self, control: socket.socket) -> None:
        """One request. A program that sends anything else, or takes no replies, is hung up on."""
        try:
            size = control.recv_into(self._message)
            self._answer(control, wire.parse(memoryview(self._message)[:size]))
        except (OSError, ValueError):
            self._drop(control)

    def _drop(self, control: socket.socket) -> None:
        self.forget(control.fileno())
        control.close()

    def _answer(self, control: socket.socket, request: wire.Request) -> None:
        if request.op == wire.OPEN:
            self._open(control, request.payload.decode("utf-8", "replace"))
            return
        control.send(self._reply(request).packed())

    def _reply(self, request: wire.Request) -> wire.Reply:
        stream = self.devices.streams.get(request.handle)
        if stream is None:
            return wire.Reply(-errno.ENODEV)
        if request.op == wire.IDENTIFY:
            return self.devices.reply(stream, 0)
        if request.op == wire.BUSY:
            busy = stream.channel is not None and stream.channel.busy_until > self.board.now
            return self.devices.reply(stream, int(busy))
        reply = self.devices.ioctl(stream, request)
        self._hook(stream.channel)
        return reply

    def _open(self, control: socket.socket, path: str) -> None:
        try:
            stream, there = self.devices.open(path)
        except OSError as error:
            control.send(wire.Reply(-(error.errno or errno.EIO)).packed())
            return
        with there:
            self.watch(stream.sock.fileno(), lambda: self._hung_up(stream), 0)
            self._hook(stream.channel)
            if stream.channel is not None and stream.channel.port is not None:
                self.office.opened()
            socket.send_fds(control, [self.devices.reply(stream, 0).packed()], [there.fileno()])

    def _hung_up(self, stream: Stream) -> None:
        """The news may be of another stream, whose number this one has got since."""
        if stream.hung_up:
            self._close(stream)

    def _close(self, stream: Stream) -> None:
        """The last copy of the descriptor was closed, or the program is gone."""
        self.devices.close(stream)

    def _closing(self, stream: Stream) -> None:
        self.forget(stream.sock.fileno())
        self._hook(stream.channel)
