"""One tick of sound between the open channels and the office's matrices: the slow road, for what is not plain."""

from __future__ import annotations

import numpy as np

from dsp import g711
from dsp.levels import saturate
from dsp.receiver import TICK, Float32, Int16
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.channel import IDENTITY, Channel
from hw_sim.dahdi.kernel.conferences import mix, parties, seat
from hw_sim.dahdi.stream import Stream


class Sound:
    """The matrices, both ways. tx, rx: int16 (lines, 160), of the last tick."""

    def __init__(self, lines: int) -> None:
        self.tx: Int16 = np.zeros((lines, TICK), np.int16)
        self.rx: Int16 = np.zeros((lines, TICK), np.int16)
        self._written_by: dict[int, Int16] = {}
        self._tones: dict[int, Int16] = {}
        self._met: list[Channel] = []
        self._spoken: Int16 = np.zeros((0, TICK), np.int16)
        self._mixed: dict[int, Int16] = {}
        self._silence: Int16 = np.zeros(TICK, np.int16)
        self._buffer = bytearray(TICK * 2)

    # -- from the programs -------------------------------------------------------------------------------------------

    def gather(self, channel: Channel, stream: Stream) -> bool:
        """The next 160 samples that a channel sends, into its row. False: an underrun began."""
        row = self.tx[channel.port.row] if channel.port else self._written_by.setdefault(channel.number, _silence())
        if stream.frames and channel.port:
            octets = np.frombuffer(stream.frames.octets(stream.take), np.uint8)
            row[:] = g711.DECODE[channel.port.law][octets]
            return True
        got = self._written(channel, stream)
        if got is None:
            return self._own_sound(channel, row, stream)
        if stream.is_later(len(got) * (2 if channel.linear else 1)) and channel.port:
            channel.stop_sound()
        stream.state.sending = len(got) == TICK
        if not len(got) and channel.sounder:
            return self._own_sound(channel, row, stream)
        row[: len(got)] = got
        row[len(got) :] = stream.state.idle
        if stream.state.sending or channel.sounder:
            return True
        stream.state.underruns += 1
        return False

    def _written(self, channel: Channel, stream: Stream) -> Int16 | None:
        """What the program wrote, at most a tick of it; None when it wrote nothing and was sending nothing."""
        if channel.stalled and not self._filled(channel, stream):
            return None
        width = 2 if channel.linear else 1
        count = stream.take(memoryview(self._buffer)[: TICK * width]) // width
        if not count and not stream.state.sending:
            return None
        own = channel.port.law if channel.port else channel.law
        if not channel.linear:
            codes = np.frombuffer(self._buffer, np.uint8, count)
        elif channel.law == own and channel.tx_gain is IDENTITY:
            return np.frombuffer(self._buffer, np.int16, count)
        else:
            codes = g711.encode(np.frombuffer(self._buffer, np.int16, count), channel.law)
        return g711.decode(_gained(codes, channel.tx_gain), own)

    def _filled(self, channel: Channel, stream: Stream) -> bool:
        """A transmitter that waits until its buffers are full, or half full."""
        buffers = channel.buffers if channel.policy == abi.POLICY_WHEN_FULL else channel.buffers // 2
        channel.stalled = stream.line.written < buffers * channel.block_bytes
        return not channel.stalled

    def _own_sound(self, channel: Channel, row: Int16, stream: Stream) -> bool:
        """A pseudo channel has no line to send its tones to: its own program hears them."""
        if channel.port and channel.looped and not channel.sounder:
            row[:] = self.rx[channel.port.row]
        elif channel.port and channel.sounder:
            row[:] = _next(channel)
        else:
            row[:] = stream.state.idle
        return True

    def confer(self, board: Board) -> None:
        """All have spoken: what goes to a line in a conference is of everybody else in it, as they were heard last."""
        self._met = parties(board.channels, [c for c in board.channels.values() if c.confmode or c.confmute])
        if not self._met:
            return
        written = self._said()
        to_line, _ = mix([seat(channel) for channel in self._met], written, self._came())
        self._spoken = written
        for channel, row in zip(self._met, to_line, strict=True):
            if channel.port:
                self.tx[channel.port.row] = row

    def _said(self) -> Int16:
        """What the programs of those who confer have written."""
        rows = [self.tx[c.port.row] if c.port else self._written_by.get(c.number, self._silence) for c in self._met]
        return np.array(rows, np.int16)

    def _came(self) -> Int16:
        """What came from the lines of those who confer."""
        return np.array([self._line_gave(channel) for channel in self._met], np.int16)

    def _line_gave(self, channel: Channel) -> Int16:
        if channel.port is None:
            return self._tones.get(channel.number, self._silence)
        return self._silence if channel.deaf else self.rx[channel.port.row]

    # -- to the programs ---------------------------------------------------------------------------------------------

    def received(self, rx: Int16, board: Board) -> None:
        """The office's tick is there."""
        self.rx = rx
        self._tones = {c.number: _next(c) for c in board.channels.values() if c.sounder and c.pseudo}
        self._mixed = {}
        if self._met:
            _, to_program = mix([seat(channel) for channel in self._met], self._spoken, self._came())
            self._mixed = {channel.number: row for channel, row in zip(self._met, to_program, strict=True)}

    def octets(self, channel: Channel) -> bytes:
        """160 codes of a channel's line, as they come."""
        if channel.port is None:
            return bytes([g711.silence(channel.law)]) * TICK
        return g711.encode(self.rx[channel.port.row], channel.port.law).tobytes()

    def heard(self, channel: Channel) -> bytes:
        """160 samples for a channel's program, in its present format. Codes are the line's own, whatever law the
        program has chosen: that only says how they become linear samples."""
        samples = self._samples(channel)
        own = channel.port.law if channel.port else channel.law
        if channel.linear and channel.law == own and channel.rx_gain is IDENTITY:
            return samples.tobytes()
        codes = _gained(g711.encode(samples, own), channel.rx_gain)
        return g711.decode(codes, channel.law).tobytes() if channel.linear else codes.tobytes()

    def _samples(self, channel: Channel) -> Int16:
        mixed = self._mixed.get(channel.number)
        return self._line_gave(channel) if mixed is None else mixed


def _silence() -> Int16:
    return np.zeros(TICK, np.int16)


def _next(channel: Channel) -> Int16:
    """What a channel sends by itself."""
    if channel.sounder is None:
        return _silence()
    made: Float32 = channel.sounder.next(TICK)
    channel.dialled()
    return saturate(made)


def _gained(codes: g711.Codes, table: bytes) -> g711.Codes:
    """Gain tables work on codes."""
    return codes if table is IDENTITY else np.frombuffer(table, np.uint8)[codes]
