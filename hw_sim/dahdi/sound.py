"""One tick of sound between the open channels and the office's matrices: the slow road, for what is not plain."""

from __future__ import annotations

import numpy as np

from dsp import g711
from dsp.levels import saturate
from dsp.receiver import TICK, Float32, Int16
from hw_sim.dahdi import abi
from hw_sim.dahdi.board import Board
from hw_sim.dahdi.channel import IDENTITY, Channel
from hw_sim.dahdi.stream import Stream

LISTENS_RX = (abi.CONF_MONITOR, abi.CONF_MONITORBOTH, abi.CONF_DIGITALMON, 10, 12)
LISTENS_TX = (abi.CONF_MONITORTX, abi.CONF_MONITORBOTH, 11, 12)


class Sound:
    """The matrices, both ways. tx, rx: int16 (lines, 160), of the last tick."""

    def __init__(self, lines: int) -> None:
        self.tx: Int16 = np.zeros((lines, TICK), np.int16)
        self.rx: Int16 = np.zeros((lines, TICK), np.int16)
        self._board: dict[int, Channel] = {}
        self._buffer = bytearray(TICK * 2)

    # -- from the programs -------------------------------------------------------------------------------------------

    def gather(self, channel: Channel, stream: Stream) -> bool:
        """The next 160 samples that a channel sends, into its row. False: an underrun began."""
        row = self.tx[channel.port.row] if channel.port else None
        if stream.frames:
            octets = np.frombuffer(stream.frames.octets(stream.take), np.uint8)
            if row is not None and channel.port:
                row[:] = g711.DECODE[channel.port.law][octets]
            return True
        got = self._written(channel, stream)
        if got is None:
            return self._own_sound(channel, row, stream)
        if stream.is_later(len(got) * (2 if channel.linear else 1)):
            channel.stop_sound()
        stream.state.sending = len(got) == TICK
        if not len(got) and channel.sounder:
            return self._own_sound(channel, row, stream)
        if row is not None:
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

    def _own_sound(self, channel: Channel, row: Int16 | None, stream: Stream) -> bool:
        if row is None:
            return True
        if channel.sounder is None:
            row[:] = stream.state.idle
            return True
        made: Float32 = channel.sounder.next(TICK)
        row[:] = saturate(made)
        if channel.sounder.finished:
            channel.stop_sound()
            channel.queue(abi.EV_DIALCOMPLETE)
        return True

    # -- to the programs ---------------------------------------------------------------------------------------------

    def received(self, rx: Int16, board: Board) -> None:
        """The office's tick is there."""
        self.rx = rx
        self._board = board.channels

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
        if channel.confmode and (watched := self._board.get(channel.confno)) and watched.port:
            both = np.zeros(TICK, np.int32)
            if channel.confmode in LISTENS_RX:
                both += self.rx[watched.port.row]
            if channel.confmode in LISTENS_TX:
                both += self.tx[watched.port.row]
            return saturate(both.astype(np.float32))
        return self.rx[channel.port.row] if channel.port else np.zeros(TICK, np.int16)


def _gained(codes: g711.Codes, table: bytes) -> g711.Codes:
    """Gain tables work on codes."""
    return codes if table is IDENTITY else np.frombuffer(table, np.uint8)[codes]
