"""Changes to frames on their way out: what an exchange does that libpri does not, and faults on demand.

A frame is an I frame of Q.921 with a message of Q.931 after its four octets of address and control. The same message
always comes out the same, so that one that Q.921 sends again is no other.
"""

from __future__ import annotations

from drivers.isdn.lapd import message_of
from hw_sim.isdn.config import Spoilt

DISCONNECT, SETUP = 0x45, 0x05
UNKNOWN_MESSAGE = 0x79 ^ 0x56
"""No message of Q.931 has this type."""

_HEAD = 4
_REFERENCE = 2
_TYPE = 4
_ELEMENTS = 5
_FROM_DESTINATION = 0x80
_INBAND = bytes((0x1E, 0x02, 0x82, 0x88))
"""Progress indicator 8, from the public network serving the local user (Q.931, 4.5.23)."""

_BEFORE_PROGRESS = 0x1E
_NO_LENGTH = 0x80
_TOO_LONG = bytes((0x28, 0x60, 0x41))
"""A display element that says it is longer than the message."""

_NOT_Q931 = 0x4F


def kind(frame: bytes) -> int | None:
    """The type of the message in a frame with a call reference of two octets; None when there is none."""
    message = message_of(frame)
    return message[_TYPE] if len(message) > _TYPE and message[1] == 2 else None


def reference(frame: bytes) -> int:
    """The call reference of such a frame, without the flag."""
    return int.from_bytes(frame[_HEAD + _REFERENCE : _HEAD + _TYPE]) & 0x7FFF


def from_destination(frame: bytes) -> bool:
    """Is it sent by the side that was called?"""
    return bool(frame[_HEAD + _REFERENCE] & _FROM_DESTINATION)


def with_inband(frame: bytes) -> bytes:
    """The message with progress indicator 8: tones can be heard (EN 300 403-1, 5.4.1)."""
    at = _HEAD + _ELEMENTS
    while at < len(frame) and frame[at] < _BEFORE_PROGRESS:
        at += 2 + frame[at + 1]
    return frame[:at] + _INBAND + frame[at:]


def spoil(frame: bytes, how: Spoilt) -> bytes:
    """The message with a fault."""
    if how == "malformed":
        return frame + _TOO_LONG
    changed = bytearray(frame)
    if how == "unknown-message":
        changed[_HEAD + _TYPE] = UNKNOWN_MESSAGE
    else:
        changed[_HEAD + _REFERENCE] ^= 0x55
        changed[_HEAD + _REFERENCE + 1] ^= 0x55
    return bytes(changed)


def unheard(frame: bytes) -> bytes:
    """The frame with a message that nobody takes for one of Q.931: it is acknowledged, and nothing comes of it."""
    return frame[:_HEAD] + bytes((_NOT_Q931,)) + frame[_HEAD + 1 :]
