"""Frames into octets: zero insertion, check sequence, one flag between frames, flags while idle."""

from __future__ import annotations

from collections import deque

from hw_sim.hdlc._hdlc import ffi, lib

LONGEST = 65536


def fcs(data: bytes) -> bytes:
    """The check sequence of a frame (CRC-16 of ITU-T X.25), as it is sent after it."""
    return int(lib.hdlc_fcs(ffi.from_buffer(data), len(data))).to_bytes(2, "little")


class Framer:
    """The sender of one timeslot. Begins with a flag, whatever is sent first."""

    def __init__(self) -> None:
        self._state = ffi.new("struct hdlc_sender *")
        self._octets = bytearray(self._flags(1))
        self._ends: deque[int] = deque()
        self._sent = 0
        self._made = 1

    def send(self, payload: bytes, raw: bool = False) -> None:
        """Queue a frame. raw: the payload is all of it, no check sequence is added. Raises ValueError when it is empty
        or longer than 65536 bytes."""
        if not 0 < len(payload) <= LONGEST:
            raise ValueError(f"a frame of {len(payload)} bytes")
        space = bytearray(lib.hdlc_room(len(payload)))
        made = lib.hdlc_send(self._state, ffi.from_buffer(payload), len(payload), not raw, ffi.from_buffer(space))
        self._octets += memoryview(space)[:made]
        self._made += made
        self._ends.append(self._made)

    def next(self, count: int) -> bytes:
        """The next octets of the timeslot."""
        if len(self._octets) < count:
            self._octets += self._flags(count - len(self._octets))
            self._made = self._sent + len(self._octets)
        made = bytes(self._octets[:count])
        del self._octets[:count]
        self._sent += count
        while self._ends and self._ends[0] <= self._sent:
            self._ends.popleft()
        return made

    @property
    def waiting(self) -> int:
        """Octets of frames that are not sent yet."""
        return len(self._octets) if self._ends else 0

    @property
    def frames(self) -> int:
        """Frames that are not sent yet, with the one that is being sent."""
        return len(self._ends)

    def clear(self) -> None:
        """Throw away what is not sent yet; the frame that is being sent is aborted."""
        if not self._ends:
            return
        self._ends.clear()
        self._octets = bytearray(b"\xff")
        self._state = ffi.new("struct hdlc_sender *")
        self._octets += self._flags(1)
        self._made = self._sent + len(self._octets)

    def _flags(self, count: int) -> bytes:
        space = bytearray(count)
        lib.hdlc_idle(self._state, ffi.from_buffer(space), count)
        return bytes(space)
