"""The C side of open lines: one line's socket, and many lines' ticks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dsp import g711
from dsp.receiver import Int16
from hw_sim.dahdi.bulk._bulk import ffi, lib

LineState = Any
"""struct bulk_line of bulk.h, whose fields are plain attributes."""

UNSEEN: int = lib.BULK_UNSEEN
"""Blocks after which an event that neither waits nor was taken is raised again."""

_ENCODE = {law: ffi.from_buffer("uint8_t[]", table) for law, table in g711.ENCODE.items()}
_DECODE = {law: ffi.from_buffer("int16_t[]", table) for law, table in g711.DECODE.items()}


class Line:
    """One line's data socket. state: the counters and flags that it keeps."""

    def __init__(self, descriptor: int, byte: int) -> None:
        """byte: kernel memory that an out-of-band byte takes."""
        self.state: LineState = ffi.new("struct bulk_line *", {"fd": descriptor, "byte": byte})

    def coded(self, law: g711.Law) -> None:
        """The law of the line's codes."""
        self.state.encode, self.state.decode = _ENCODE[law], _DECODE[law]

    def send(self, data: bytes | memoryview, fill: int = 0) -> bool:
        """One block to the program, with so many bytes after it that are thrown away. False: there was no room."""
        return bool(lib.line_send(self.state, ffi.from_buffer("uint8_t[]", data), len(data), fill))

    def take(self, into: memoryview | bytearray) -> int:
        """Up to that many bytes of what the program wrote."""
        return int(lib.line_take(self.state, ffi.from_buffer("uint8_t[]", into, require_writable=True), len(into)))

    def raise_event(self) -> None:
        """Make POLLPRI true, once, until the program says that it took the byte."""
        lib.line_raise(self.state)

    @property
    def written(self) -> int:
        """Bytes written and not yet taken."""
        return int(lib.line_written(self.state))

    @property
    def unread(self) -> int:
        """Kernel memory of what the program has not read."""
        return int(lib.line_unread(self.state))


class Group:
    """Lines whose ticks go together."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._states = [line.state for line in lines]
        self._array = ffi.new("struct bulk_line *[]", self._states)

    def __len__(self) -> int:
        return len(self._states)

    def collect(self, tx: Int16) -> list[int]:
        """160 samples from each line's program into its row of int16 (rows, 160). Gives which lines began to fail."""
        return self._news(lib.bulk_collect(self._array, len(self), ffi.from_buffer("int16_t[]", tx)))

    def deliver(self, rx: Int16) -> list[int]:
        """160 samples of each line's row to its program. Gives which lines began to lose blocks."""
        return self._news(lib.bulk_deliver(self._array, len(self), ffi.from_buffer("int16_t[]", rx)))

    def behind(self) -> list[int]:
        """Which lines' programs have not read all, or (when they are sending) not written a tick."""
        return self._news(lib.bulk_behind(self._array, len(self)))

    def _news(self, count: int) -> list[int]:
        return [i for i, state in enumerate(self._states) if state.news] if count else []
