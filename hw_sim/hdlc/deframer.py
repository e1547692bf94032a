"""Octets into frames, with what was wrong with those that are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hw_sim.hdlc._hdlc import ffi, lib

Fault = Literal["", "fcs", "abort", "overrun"]
_FAULTS: dict[int, Fault] = {
    lib.HDLC_FRAME: "",
    lib.HDLC_BAD_FCS: "fcs",
    lib.HDLC_ABORT: "abort",
    lib.HDLC_OVERRUN: "overrun",
}


@dataclass(frozen=True, slots=True)
class Received:
    """A frame, or the news of a spoilt one. data: with its check sequence; of a spoilt one what came of it.

    fault: "fcs" (its check sequence is wrong), "abort" (ended by an abort, or not a whole number of bytes), "overrun"
    (longer than the longest that is taken).
    """

    data: bytes
    fault: Fault = ""


class Deframer:
    """The receiver of one timeslot. longest: bytes of a frame that is taken, check sequence included.
    raw: frames have no check sequence."""

    def __init__(self, longest: int = 8192, *, raw: bool = False) -> None:
        if longest < 1:
            raise ValueError(f"frames of at most {longest} bytes")
        self._state = ffi.new("struct hdlc_receiver *", {"longest": longest, "check": not raw})
        self._frame = ffi.new("uint8_t[]", longest)
        self._used = ffi.new("uint32_t *")

    def take(self, octets: bytes | bytearray | memoryview) -> list[Received]:
        """The frames that ended in these octets; any cut of the stream gives the same ones."""
        found: list[Received] = []
        source = ffi.from_buffer("uint8_t[]", octets)
        at = 0
        while at < len(source):
            kind = lib.hdlc_take(self._state, source + at, len(source) - at, self._used, self._frame)
            at += self._used[0]
            if kind != lib.HDLC_NOTHING:
                found.append(Received(ffi.buffer(self._frame, self._state.told)[:], _FAULTS[kind]))
        return found
