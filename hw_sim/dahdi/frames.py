"""The HDLC of one open channel: frames of the program on the bits of its timeslot, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dsp.receiver import TICK
from hw_sim.dahdi import wire
from hw_sim.dahdi.kernel.channel import Hdlc
from hw_sim.hdlc import Deframer, Framer

FCS = 2
"""Bytes at the end of a written frame that the driver replaces by the check sequence."""

EVENTS: Final = {"abort": 6, "overrun": 7, "fcs": 8}
"""DAHDI_EVENT_ABORT, _OVERRUN and _BADFCS of dahdi/user.h, by fault."""

Take = Callable[[memoryview], int]


class Frames:
    """mode: "raw" or "fcs". block: bytes of a buffer; the receiver overruns when a frame fills one, as the kernel's
    does."""

    def __init__(self, mode: Hdlc, block: int) -> None:
        self.mode = mode
        self.block = block
        self._framer = Framer()
        self._deframer = Deframer(block - 1, raw=mode == "raw")
        self._message = bytearray(wire.BLOCK.size + block)

    def octets(self, take: Take) -> bytes:
        """A tick of the timeslot: what the program wrote, as long as it is needed, then flags."""
        while self._framer.waiting < TICK and take(memoryview(self._message)) == len(self._message):
            length = wire.BLOCK.unpack_from(self._message)[0]
            payload = length - FCS if self.mode == "fcs" else length
            if 0 < payload <= self.block:
                self._framer.send(bytes(self._message[wire.BLOCK.size :][:payload]), raw=self.mode == "raw")
        return self._framer.next(TICK)

    def heard(self, octets: bytes | memoryview) -> tuple[list[bytes], list[int]]:
        """Whole frames, check sequence included, and the events of spoilt ones."""
        received = self._deframer.take(octets)
        return [r.data for r in received if not r.fault], [EVENTS[r.fault] for r in received if r.fault]

    def clear(self) -> None:
        """Throw away what was written and not yet sent."""
        self._framer.clear()
