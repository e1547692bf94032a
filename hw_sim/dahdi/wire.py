"""The messages of wire.h, on the office's side. The constants are read from that file: one text for both sides."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import NamedTuple

HEADER = Path(__file__).with_name("wire.h")
_TEXT = HEADER.read_text(encoding="utf-8")
_DEFINED = dict(re.findall(r'^#define (WIRE_\w+) "?([\w./-]+)"?', _TEXT, re.MULTILINE))


def _number(name: str) -> int:
    return int(_DEFINED[name], 0)


MAGIC = _number("WIRE_MAGIC")
ENVIRONMENT = _DEFINED["WIRE_ENVIRONMENT"]
NAME = _DEFINED["WIRE_NAME"]
LARGEST = _number("WIRE_LARGEST")
OPEN, IOCTL, BUSY, IDENTIFY, SETTLE = (_number(f"WIRE_{n}") for n in ("OPEN", "IOCTL", "BUSY", "IDENTIFY", "SETTLE"))
TOOK, INDIRECT, NULL, WAITS = (_number(f"WIRE_{n}") for n in ("TOOK", "INDIRECT", "NULL", "WAITS"))
FRAMES = _number("WIRE_FRAMES")
CONTROL, CHANNEL, TIMER = (_number(f"WIRE_{n}") for n in ("CONTROL", "CHANNEL", "TIMER"))

_REQUEST = struct.Struct("=IHHIIiI")
REPLY = struct.Struct("=iIIIIHHHHHH")
BLOCK = struct.Struct("=HHHBB")


class Request(NamedTuple):
    """One request. payload: the path, or the struct of the ioctl."""

    op: int
    flags: int
    handle: int
    cmd: int
    channel: int
    payload: bytes


class Reply(NamedTuple):
    """One reply; the fields are those of struct wire_reply."""

    result: int = 0
    payload: bytes = b""
    handle: int = 0
    block: int = 0
    room: int = 0
    kind: int = CONTROL
    refusal: int = 0
    generation: int = 1
    discard: bool = False
    mode: int = 0
    number: int = 0

    def packed(self) -> bytes:
        fields = (self.kind, self.refusal, self.generation, int(self.discard), self.mode, self.number)
        size = len(self.payload)
        return REPLY.pack(self.result, self.handle, self.block, self.room, size, *fields) + self.payload


def parse(message: bytes | memoryview) -> Request:
    """Raises ValueError for anything that is not one whole request."""
    if len(message) < _REQUEST.size:
        raise ValueError("too short")
    magic, op, flags, handle, cmd, channel, size = _REQUEST.unpack_from(message)
    if magic != MAGIC or op not in (OPEN, IOCTL, BUSY, IDENTIFY, SETTLE) or size != len(message) - _REQUEST.size:
        raise ValueError("no request of this office")
    return Request(op, flags, handle, cmd, channel, bytes(message[_REQUEST.size :]))


def request(op: int, payload: bytes = b"", *, flags: int = 0, handle: int = 0, cmd: int = 0, channel: int = 0) -> bytes:
    """A request as the preload library sends it (for tests)."""
    return _REQUEST.pack(MAGIC, op, flags, handle, cmd, channel, len(payload)) + payload
