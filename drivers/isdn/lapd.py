"""Which frames of a D channel may be shown to libpri: it trusts the lengths that it is given (ITU-T Q.921, 3)."""

from __future__ import annotations

LONGEST = 4 + 260
"""Address, control and N201 bytes of information."""

_UNNUMBERED = 0xEC  # without the P/F bit
_UI = 0x00
_FRMR = 0x84
_BARE = {0x6C: "SABME", 0x0C: "DM", 0x40: "DISC", 0x60: "UA"}
_FRMR_INFORMATION = 5
_SAPI_CALLS = 0
_SHORTEST_MESSAGE = 3


def _message(message: bytes) -> str:
    """What is wrong with a message of Q.931, before its elements."""
    if len(message) < _SHORTEST_MESSAGE:
        return "a message too short"
    if message[1] & 0xF0 or message[1] & 0x0F > 2:
        return "a call reference of unknown length"
    if len(message) < _SHORTEST_MESSAGE + (message[1] & 0x0F):
        return "a message too short"
    return ""


def _unnumbered(frame: bytes) -> str:
    kind = frame[2] & _UNNUMBERED
    if kind == _UI:
        return _message(frame[3:])
    if kind in _BARE:
        return "" if len(frame) == 3 else f"{_BARE[kind]} with information"
    if kind == _FRMR:
        return "" if len(frame) == 3 + _FRMR_INFORMATION else "FRMR of a wrong length"
    return "an unknown unnumbered frame"


def fault(frame: bytes) -> str:
    """Why a frame (without check sequence) is thrown away unseen; empty when it is not."""
    if len(frame) < 3:
        return "too short"
    if len(frame) > LONGEST:
        return "too long"
    if frame[0] & 1 or not frame[1] & 1:
        return "an address of a wrong length"
    if frame[0] >> 2 != _SAPI_CALLS:
        return "not for call control"
    control = frame[2] & 3
    if control == 3:
        return _unnumbered(frame)
    if len(frame) < 4:
        return "too short"
    if control == 1:
        return "" if len(frame) == 4 else "a supervisory frame with information"
    return _message(frame[4:])


def message_of(frame: bytes) -> bytes:
    """The message in an I frame; nothing of any other frame."""
    return frame[4:] if len(frame) > 4 and not frame[2] & 1 else b""
