"""The message of FSK caller ID: single (04h) and multiple data format (80h), ETSI EN 300 659-3, Telcordia GR-30."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SDMF = 0x04
MDMF = 0x80
MAX_LENGTH = 255

_WHEN, _NUMBER, _NO_NUMBER, _NAME, _NO_NAME = 0x01, 0x02, 0x04, 0x07, 0x08
_REASONS = ("O", "P")
_DIGITS = frozenset("0123456789*#ABCD+ -")

Form = Literal["mdmf", "sdmf"]


@dataclass(frozen=True, slots=True)
class Message:
    """What a caller ID message says; empty where it says nothing. reason: "O" not available, "P" private."""

    number: str = ""
    name: str = ""
    when: str = ""
    reason: str = ""


def encode(message: Message, form: Form = "mdmf") -> bytes:
    """Type, length, content and checksum. Raises ValueError for what does not fit into a message."""
    kind, body = (SDMF, _single(message)) if form == "sdmf" else (MDMF, _multiple(message))
    if len(body) > MAX_LENGTH:
        raise ValueError(f"a caller ID message holds {MAX_LENGTH} bytes, not {len(body)}")
    data = bytes([kind, len(body)]) + body
    return data + bytes([checksum(data)])


def decode(data: bytes) -> Message | None:
    """The message that these bytes begin with; None when it is cut short, its checksum fails, or it makes no sense."""
    if len(data) < 3 or data[0] not in (SDMF, MDMF):
        return None
    end = 2 + data[1]
    if len(data) <= end or checksum(data[:end]) != data[end]:
        return None
    body = data[2:end]
    return _read_single(body) if data[0] == SDMF else _read_multiple(body)


def checksum(data: bytes) -> int:
    """Two's complement of the sum of all bytes before it, modulo 256."""
    return -sum(data) & 0xFF


def _single(message: Message) -> bytes:
    return _ascii(message.when.rjust(8, "0")[:8] if message.when else "01010000") + _ascii(
        message.number or message.reason
    )


def _multiple(message: Message) -> bytes:
    fields = [(_WHEN, message.when), (_NUMBER, message.number), (_NAME, message.name)]
    if message.reason:
        fields.append((_NO_NUMBER, message.reason))
    return b"".join(bytes([kind, len(_ascii(text))]) + _ascii(text) for kind, text in fields if text)


def _ascii(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def _read_single(body: bytes) -> Message | None:
    when, who = body[:8].decode("latin-1"), body[8:].decode("latin-1")
    if len(when) < 8 or not _all_digits(when):
        return None
    return _who(Message(when=when), who)


def _read_multiple(body: bytes) -> Message | None:
    made = Message()
    at = 0
    while at < len(body):
        if at + 2 > len(body) or at + 2 + body[at + 1] > len(body):
            return None
        kind, text = body[at], body[at + 2 : at + 2 + body[at + 1]].decode("latin-1")
        after = _parameter(made, kind, text)
        if after is None:
            return None
        made, at = after, at + 2 + body[at + 1]
    return made if made.number or made.reason or made.name else None


def _parameter(made: Message, kind: int, text: str) -> Message | None:
    """The message with one more parameter. Unknown parameters are passed over: networks add their own."""
    if kind == _WHEN and _all_digits(text):
        return Message(made.number, made.name, text, made.reason)
    if kind in (_NUMBER, _NO_NUMBER):
        return _who(made, text)
    if kind == _NAME and text.isprintable():
        return Message(made.number, text.strip(), made.when, made.reason)
    return None if kind in (_WHEN, _NAME) else made


def _who(made: Message, text: str) -> Message | None:
    """A number, or the reason why there is none."""
    if text in _REASONS:
        return Message(made.number, made.name, made.when, text)
    if not text or not set(text) <= _DIGITS:
        return None
    return Message(text.replace(" ", "").replace("-", ""), made.name, made.when, made.reason)


def _all_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
