"""One tick of sound between the open channels and the office's matrices."""

from __future__ import annotations

import numpy as np

from dsp import g711
from dsp.levels import saturate
from dsp.receiver import TICK, Float32, Int16
from hw_sim.dahdi import abi
from hw_sim.dahdi.channel import IDENTITY, Channel
from hw_sim.dahdi.stream import Stream

LISTENS_RX = (abi.CONF_MONITOR, abi.CONF_MONITORBOTH, abi.CONF_DIGITALMON, 10, 12)
LISTENS_TX = (abi.CONF_MONITORTX, abi.CONF_MONITORBOTH, 11, 12)


class Sound:
    """The matrices, both ways. tx, rx: int16 (lines, 160), of the last tick."""

    def __init__(self, lines: int) -> None:
        self.tx: Int16 = np.zeros((lines, TICK), np.int16)
        self.rx: Int16 = np.zeros((lines, TICK), np.int16)
        self._codes = {law: np.zeros((lines, TICK), np.uint8) for law in g711.DECODE}
        self._fresh: set[str] = set()
        self._buffer = bytearray(TICK * 2)

    # -- from the programs -------------------------------------------------------------------------------------------

    def gather(self, channel: Channel, stream: Stream) -> bool:
        """The next 160 samples that a channel sends, into its row. False: an underrun began."""
        row = self.tx[channel.port.row] if channel.port else None
        got = self._written(channel, stream)
        if got is None:
            return self._own_sound(channel, row)
        if stream.is_later(len(got) * (2 if channel.linear else 1)):
            channel.stop_sound()
        stream.sending = len(got) == TICK
        if not len(got) and channel.sounder:
            return self._own_sound(channel, row)
        if row is not None:
            row[: len(got)] = got
            row[len(got) :] = 0
        if stream.sending or channel.sounder:
            return True
        stream.underruns += 1
        channel.stalled = channel.policy != abi.POLICY_IMMEDIATE
        return False

    def _written(self, channel: Channel, stream: Stream) -> Int16 | None:
        """What the program wrote, at most a tick of it; None when it wrote nothing and was sending nothing."""
        if channel.stalled and not self._filled(channel, stream):
            return None
        width = 2 if channel.linear else 1
        count = stream.take(memoryview(self._buffer)[: TICK * width]) // width
        if not count and not stream.sending:
            return None
        if channel.linear:
            made = np.frombuffer(self._buffer, np.int16, count)
        else:
            made = g711.decode(np.frombuffer(self._buffer, np.uint8, count), channel.law)
        return made if channel.tx_gain is IDENTITY else self._gained(made, channel, channel.tx_gain)

    def _filled(self, channel: Channel, stream: Stream) -> bool:
        """A transmitter that waits until its buffers are full, or half full."""
        buffers = channel.buffers if channel.policy == abi.POLICY_WHEN_FULL else channel.buffers // 2
        channel.stalled = stream.waiting() < buffers * channel.block_bytes
        return not channel.stalled

    def _own_sound(self, channel: Channel, row: Int16 | None) -> bool:
        if row is None:
            return True
        if channel.sounder is None:
            row[:] = 0
            return True
        made: Float32 = channel.sounder.next(TICK)
        row[:] = saturate(made)
        if channel.sounder.finished:
            channel.stop_sound()
            channel.queue(abi.EV_DIALCOMPLETE)
        return True

    # -- to the programs ---------------------------------------------------------------------------------------------

    def received(self, rx: Int16) -> None:
        """The office's tick is there."""
        self.rx = rx
        self._fresh.clear()

    def heard(self, channel: Channel, board: dict[int, Channel]) -> bytes | memoryview:
        """160 samples for a channel's program, in its present format."""
        if channel.port is not None and channel.rx_gain is IDENTITY and not channel.linear:
            return memoryview(self._coded(channel)[channel.port.row])
        samples = self._samples(channel, board)
        if channel.rx_gain is not IDENTITY:
            samples = self._gained(samples, channel, channel.rx_gain)
        if channel.linear:
            return samples.tobytes()
        return g711.encode(samples, channel.law).tobytes()

    def _coded(self, channel: Channel) -> g711.Codes:
        """All lines in the channel's law: done once a tick for all that want it."""
        codes = self._codes[channel.law]
        if channel.law not in self._fresh:
            g711.encode(self.rx, channel.law, out=codes)
            self._fresh.add(channel.law)
        return codes

    def _samples(self, channel: Channel, board: dict[int, Channel]) -> Int16:
        if channel.confmode and (watched := board.get(channel.confno)) and watched.port:
            both = np.zeros(TICK, np.int32)
            if channel.confmode in LISTENS_RX:
                both += self.rx[watched.port.row]
            if channel.confmode in LISTENS_TX:
                both += self.tx[watched.port.row]
            return saturate(both.astype(np.float32))
        return self.rx[channel.port.row] if channel.port else np.zeros(TICK, np.int16)

    @staticmethod
    def _gained(samples: Int16, channel: Channel, table: bytes) -> Int16:
        """Gain tables work on codes."""
        codes = np.frombuffer(table, np.uint8)[g711.encode(samples, channel.law)]
        return g711.decode(codes, channel.law)
