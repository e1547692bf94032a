"""The message of FSK caller ID: type, length, content and checksum (ETSI EN 300 659-3, Telcordia GR-30, GR-1401).

Single data format: 04h who calls, 06h message waiting. Multiple data format: 80h who calls, 82h message waiting; its
content is a row of parameters, each with its type and length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dsp.caller_id.text import Parity, coded, name_of, number_of, parity_of, plain, reason_of

SDMF, SDMF_WAITING = 0x04, 0x06
MDMF, MDMF_WAITING = 0x80, 0x82
TYPES = (MDMF, SDMF, MDMF_WAITING, SDMF_WAITING)
MAX_LENGTH = 255

_WHEN, _NUMBER, _NO_NUMBER, _NAME, _NO_NAME, _WAITING, _CALL_TYPE = 0x01, 0x02, 0x04, 0x07, 0x08, 0x0B, 0x11
CALL_TYPES = {0x01: "voice", 0x02: "ring-back", 0x03: "name", 0x81: "message-waiting"}
_LAMP_ON, _LAMP_OFF = b"BBB", b"ooo"
_ON = b"\xff"

Form = Literal["mdmf", "sdmf"]


@dataclass(frozen=True, slots=True)
class Message:
    """What a caller ID message says; empty where it says nothing.

    when: MMDDhhmm. reason, name_reason: why there is no number, no name: "O" not available, "P" private, or one of
    the letters in `dsp.caller_id.text.REASONS`. waiting: messages wait for the subscriber (True), none do any more
    (False), not said (None). call_type: one of CALL_TYPES.
    """

    number: str = ""
    name: str = ""
    when: str = ""
    reason: str = ""
    name_reason: str = ""
    waiting: bool | None = None
    call_type: str = ""

    @property
    def identifies(self) -> bool:
        """Does it say who calls, or why that is not said?"""
        return bool(self.number or self.reason or self.name or self.name_reason)


def encode(message: Message, form: Form = "mdmf", parity: Parity = "none") -> bytes:
    """Type, length, content and checksum. parity: some exchanges send text as seven bits and parity.

    Raises ValueError for what does not fit into a message.
    """
    kind, body = _single(message, parity) if form == "sdmf" else _multiple(message, parity)
    if len(body) > MAX_LENGTH:
        raise ValueError(f"a caller ID message holds {MAX_LENGTH} bytes, not {len(body)}")
    data = bytes([kind, len(body)]) + body
    return data + bytes([checksum(data)])


def decode(data: bytes) -> Message | None:
    """The message that these bytes begin with; None when it is cut short, its checksum fails, or it makes no sense."""
    if len(data) < 3 or data[0] not in TYPES:
        return None
    end = 2 + data[1]
    if len(data) <= end or checksum(data[:end]) != data[end]:
        return None
    body = data[2:end]
    if data[0] == SDMF_WAITING:
        return _read_lamp(body)
    return _read_single(body) if data[0] == SDMF else _read_multiple(body)


def checksum(data: bytes) -> int:
    """Two's complement of the sum of all bytes before it, modulo 256."""
    return -sum(data) & 0xFF


def _single(message: Message, parity: Parity) -> tuple[int, bytes]:
    if message.waiting is not None and not message.identifies:
        return SDMF_WAITING, coded((_LAMP_ON if message.waiting else _LAMP_OFF).decode("ascii"), parity)
    when = message.when.rjust(8, "0")[:8] if message.when else "01010000"
    return SDMF, coded(when + (message.number or message.reason), parity)


def _multiple(message: Message, parity: Parity) -> tuple[int, bytes]:
    texts = {
        _WHEN: message.when,
        _NUMBER: message.number,
        _NAME: message.name,
        _NO_NUMBER: message.reason,
        _NO_NAME: message.name_reason,
    }
    fields = [(kind, coded(text, parity)) for kind, text in texts.items() if text]
    if message.waiting is not None:
        fields.append((_WAITING, _ON if message.waiting else b"\0"))
    fields += [(_CALL_TYPE, bytes([code])) for code, name in CALL_TYPES.items() if name == message.call_type]
    only_waiting = message.waiting is not None and not message.identifies
    return (MDMF_WAITING if only_waiting else MDMF), b"".join(map(_field, fields))


def _field(field: tuple[int, bytes]) -> bytes:
    kind, text = field
    if len(text) > MAX_LENGTH:
        raise ValueError(f"a caller ID message holds {MAX_LENGTH} bytes, not {len(text)}")
    return bytes([kind, len(text)]) + text


def _read_lamp(body: bytes) -> Message | None:
    lamp = plain(body, parity_of([body]))
    return Message(waiting=lamp == _LAMP_ON) if lamp in (_LAMP_ON, _LAMP_OFF) else None


def _read_single(body: bytes) -> Message | None:
    text = plain(body, parity_of([body]))
    when, who = text[:8], text[8:]
    if len(when) < 8 or not when.isdigit():
        return None
    number, reason = number_of(who), reason_of(who)
    return Message(number or "", when=when.decode("ascii"), reason=reason) if number or reason else None


def _read_multiple(body: bytes) -> Message | None:
    """Unknown parameters are passed over: networks add their own."""
    fields = _fields(body)
    if fields is None:
        return None
    parity = parity_of(fields.get(kind, b"") for kind in (_WHEN, _NUMBER, _NO_NUMBER, _NO_NAME))
    text = {kind: plain(field, parity) for kind, field in fields.items()}
    when, who = text.get(_WHEN, b"0"), text.get(_NUMBER) or text.get(_NO_NUMBER)
    number, reason = (number_of(who), reason_of(who)) if who else ("", "")
    name = name_of(text.get(_NAME, b""))
    if not when.isdigit() or name is None or (who and not number and not reason):
        return None
    made = Message(
        number or "",
        name,
        when.decode("ascii") if _WHEN in text else "",
        reason,
        reason_of(text.get(_NO_NAME, b"")),
        fields[_WAITING][:1] == _ON if _WAITING in fields else None,
        CALL_TYPES.get(int.from_bytes(fields.get(_CALL_TYPE, b""), "big"), ""),
    )
    return made if made.identifies or made.waiting is not None else None


def _fields(body: bytes) -> dict[int, bytes] | None:
    """The parameters by their type; None if they do not fill the content."""
    fields: dict[int, bytes] = {}
    at = 0
    while at < len(body):
        if at + 2 > len(body) or at + 2 + body[at + 1] > len(body):
            return None
        fields[body[at]] = body[at + 2 : at + 2 + body[at + 1]]
        at += 2 + body[at + 1]
    return fields
