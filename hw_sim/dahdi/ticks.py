"""160 samples of everything: from the programs to the office, and back."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from dsp.receiver import TICK, Int16
from hw_sim.dahdi.bulk import Group
from hw_sim.dahdi.devices import Devices
from hw_sim.dahdi.faults import SOUND, DeviceFaults, Impairment
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.channel import Channel
from hw_sim.dahdi.kernel.effects import carry_out
from hw_sim.dahdi.losses import Kind, Losses
from hw_sim.dahdi.sound import Sound
from hw_sim.dahdi.stream import Stream
from hw_sim.equipment import OfficeLike, TickLike

Moment = Callable[[int], float]
Waiting = tuple[float, int, Stream, int, bytes]
"""A block on its way: when it goes, a number that keeps the order, whose it is."""


class Ticks:
    """moment: when so many samples of the present tick have passed, in the clock's seconds."""

    def __init__(
        self, office: OfficeLike, board: Board, devices: Devices, faults: DeviceFaults, losses: Losses
    ) -> None:
        self.office = office
        self._board = board
        self._devices = devices
        self._faults = faults
        self._losses = losses
        self._sound = Sound(len(office.lines))
        self._plain: list[Stream] = []
        self._group = Group(())
        self._others: list[Stream] = []
        self._later: list[Waiting] = []
        self._held: list[Waiting] = []
        self._sequence = itertools.count()

    def tick(self, moment: Moment) -> TickLike:
        """160 samples of everything."""
        self._faults.advance(self._board.now)
        self._sort()
        self._collect()
        self._sound.confer(self._board)
        ticked = self.office.tick(self._sound.tx)
        self._see(ticked)
        carry_out(self._board.advance(self._board.now + TICK), self.office)
        self._sound.received(ticked.rx, self._board)
        if self._board.changed:
            self._board.changed, self._devices.changed, self._devices.regroup = False, True, True
        self._send_until(self._held, self._board.now)
        self._hand_over(moment)
        self._timers()
        return ticked

    @property
    def sounds(self) -> tuple[Int16, Int16]:
        """What the lines sent and heard in the last tick."""
        return self._sound.tx, self._sound.rx

    def act(self, channel: Channel) -> None:
        """Do at the line what is due."""
        carry_out(channel.due(self._board.now), self.office)

    def silence(self, stream: Stream) -> None:
        """A channel that nobody has open sends nothing."""
        if stream.channel and stream.channel.port:
            self._sound.tx[stream.channel.port.row] = 0

    # -- who goes which way ------------------------------------------------------------------------------------------

    def _sort(self) -> None:
        """Most lines go together in one call. Which do changes only with an ioctl, a fault, or at the others' end."""
        if not self._devices.regroup:
            return
        self._devices.regroup = False
        talking = [s for s in self._devices.streams.values() if s.channel and not s.channel.removed]
        for stream in talking:
            self._impair(stream)
        self._plain = [s for s in talking if s.plain]
        self._others = [s for s in talking if not s.plain]
        self._group = Group([s.line for s in self._plain])

    def _impair(self, stream: Stream) -> None:
        fault = self._faults.of(stream.channel.number) if stream.channel else SOUND
        stream.state.read_error, stream.state.write_error = fault.read_error, fault.write_error
        if stream.impaired != fault.slow_road:
            stream.impaired = fault.slow_road
            stream.settle()

    def _collect(self) -> None:
        for index in self._group.collect(self._sound.tx):
            self._underrun(self._plain[index])
        for stream in self._others:
            channel = stream.channel
            if channel is None or (stream.impaired and self._faults.of(channel.number).stall):
                self.silence(stream)
            elif not self._sound.gather(channel, stream):
                self._underrun(stream)
            self._devices.touch(stream)

    def _underrun(self, stream: Stream) -> None:
        channel = stream.channel
        if channel is None:
            return
        self._lose("underrun", stream, channel)
        if channel.policy != abi.POLICY_IMMEDIATE:
            channel.stalled = True
            self._devices.touch(stream)
        if channel.buffer_events:
            channel.queue(abi.EV_WRITE_UNDERRUN)

    # -- what the lines do -------------------------------------------------------------------------------------------

    def _see(self, ticked: TickLike) -> None:
        for signal in ticked.signals:
            self._board.signal(signal)
            self._devices.regroup |= signal.kind == "removed"
        for bits in ticked.bits:
            self._board.bits(bits)
        for alarm in ticked.alarms:
            self._board.alarm(alarm)

    # -- to the programs ---------------------------------------------------------------------------------------------

    def _hand_over(self, moment: Moment) -> None:
        for stream in (s for s in self._plain if s.channel and s.channel.removed):
            stream.cut()
            self._devices.touch(stream)
        for index in self._group.deliver(self._sound.rx):
            self._overrun(self._plain[index])
        for stream in self._plain:
            if stream.channel and stream.channel.events:
                stream.line.raise_event()
        for stream in self._others:
            if stream.channel:
                self._give(stream, stream.channel, moment)

    def _give(self, stream: Stream, channel: Channel, moment: Moment) -> None:
        if channel.removed:
            stream.cut()
            return
        if stream.impaired and self._faults.of(channel.number).stall:
            return
        if stream.frames:
            self._give_frames(stream, channel, self._sound.octets(channel))
        else:
            for end, block in stream.push(channel, self._sound.heard(channel)):
                # A block that ends within the tick comes when it would have: its program is paced by the samples.
                self._send_at(moment(end) if channel.block % TICK else 0.0, stream, channel.generation, block)
        self._devices.touch(stream)
        self._devices.show(stream)

    def _give_frames(self, stream: Stream, channel: Channel, octets: bytes | memoryview) -> None:
        assert stream.frames
        frames, events = stream.frames.heard(octets)
        for frame in frames:
            self._send(stream, channel.generation, frame)
        for event in events if not channel.alarmed else ():
            channel.queue(event)

    def _send_at(self, due: float, stream: Stream, generation: int, block: bytes) -> None:
        delay = self._faults.of(stream.channel.number).delay if stream.impaired and stream.channel else 0
        if delay:
            heapq.heappush(self._held, (self._board.now + delay, next(self._sequence), stream, generation, block))
        elif not due:
            self._send(stream, generation, block)
        else:
            heapq.heappush(self._later, (due, next(self._sequence), stream, generation, block))

    @property
    def next_block(self) -> float | None:
        """When the next block goes to a program, within the tick."""
        return self._later[0][0] if self._later else None

    def send_due(self, now: float) -> None:
        """Blocks whose time has come."""
        self._send_until(self._later, now)

    def _send_until(self, waiting: list[Waiting], now: float) -> None:
        while waiting and waiting[0][0] <= now:
            _, _, stream, generation, block = heapq.heappop(waiting)
            self._send(stream, generation, block)

    def _send(self, stream: Stream, generation: int, block: bytes) -> None:
        channel = stream.channel
        if channel is None or generation != channel.generation or stream.handle not in self._devices.streams:
            return
        fill = channel.block - len(block) if stream.frames else 0
        if stream.impaired:
            self._send_spoilt(stream, self._faults.of(channel.number), block, fill)
        elif not stream.deliver(block, fill):
            self._overrun(stream)

    def _send_spoilt(self, stream: Stream, fault: Impairment, block: bytes, fill: int) -> None:
        if fault.drop:
            stream.state.overruns += 1
            if not stream.state.late:
                self._overrun(stream)
            stream.state.late = 1
            return
        short = min(fault.short or len(block), len(block))
        if not stream.deliver(block[:short], fill + len(block) - short):
            self._overrun(stream)

    def _lose(self, kind: Kind, stream: Stream, channel: Channel) -> None:
        idle = channel.port is not None and channel.port.use == "fxo" and not channel.off_hook
        self._losses.note(kind, channel.number, stream.program, self._board.now, idle)

    def _overrun(self, stream: Stream) -> None:
        if stream.channel:
            self._lose("overrun", stream, stream.channel)
        if stream.channel and stream.channel.buffer_events:
            stream.channel.queue(abi.EV_READ_OVERRUN)
            self._devices.show(stream)

    def _timers(self) -> None:
        for handle, timer in self._devices.timers.items():
            timer.advance(self._board.now)
            self._devices.show(self._devices.streams[handle])
