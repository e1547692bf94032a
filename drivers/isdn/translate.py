"""The binding's records into events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drivers.isdn._isdn import ffi, lib
from drivers.isdn.events import (
    ANY,
    Answered,
    Capability,
    Disconnected,
    Event,
    Facility,
    Incoming,
    LinkDown,
    LinkUp,
    Misconfigured,
    MoreDigits,
    Notified,
    Presentation,
    Proceeding,
    Progress,
    Released,
    RestartAcknowledged,
    Restarted,
    Ringing,
    SetupAcknowledged,
)

CAPABILITIES: dict[int, Capability] = {0x00: "speech", 0x10: "3.1 kHz audio", 0x08: "unrestricted digital"}
PRESENTATIONS: dict[int, Presentation] = {0x00: "allowed", 0x20: "restricted", 0x40: "unavailable", 0x60: "unavailable"}
UNSPECIFIED = 31

_RESTRICTION = 0x60
_NO_CHANNEL, _ANY_CHANNEL = 0, 0xFF

Record = Any
"""A `struct isdn_event`: cffi has no types for what it declares at run time."""


def _text(field: Any) -> str:
    return str(ffi.string(field).decode("latin-1"))


def _channel(encoded: int) -> int:
    """libpri packs channel, span and flags into one number; -1 is all or any of them."""
    channel = encoded & 0xFF
    return ANY if encoded < 0 or channel == _ANY_CHANNEL else channel


def _inband(record: Record) -> bool:
    return bool(record.progress & lib.PRI_PROG_INBAND_AVAILABLE)


def _cause(record: Record) -> int:
    return record.cause if record.cause > 0 else UNSPECIFIED


def _incoming(record: Record) -> Incoming:
    return Incoming(
        call=record.call,
        channel=_channel(record.channel),
        flexible=bool(record.flexible),
        called=_text(record.called),
        calling=_text(record.calling),
        complete=bool(record.complete),
        presentation=PRESENTATIONS[record.presentation & _RESTRICTION],
        called_plan=record.called_plan & 0xFF,
        calling_plan=record.calling_plan & 0xFF,
        name=_text(record.name),
        redirecting=_text(record.redirecting),
        capability=CAPABILITIES.get(record.capability, "other"),
        reference=record.reference,
    )


_EVENTS: dict[int, Callable[[Record], Event]] = {
    lib.PRI_EVENT_DCHAN_UP: lambda record: LinkUp(),
    lib.PRI_EVENT_DCHAN_DOWN: lambda record: LinkDown(),
    lib.PRI_EVENT_CONFIG_ERR: lambda record: Misconfigured(_text(record.called).strip()),
    lib.PRI_EVENT_RING: _incoming,
    lib.PRI_EVENT_SETUP_ACK: lambda record: SetupAcknowledged(record.call, _channel(record.channel), _inband(record)),
    lib.PRI_EVENT_INFO_RECEIVED: lambda record: MoreDigits(record.call, _text(record.called), bool(record.complete)),
    lib.PRI_EVENT_PROCEEDING: lambda record: Proceeding(record.call, _channel(record.channel), _inband(record)),
    lib.PRI_EVENT_PROGRESS: lambda record: Progress(record.call, _inband(record), max(record.cause, 0)),
    lib.PRI_EVENT_RINGING: lambda record: Ringing(record.call, _channel(record.channel), _inband(record)),
    lib.PRI_EVENT_ANSWER: lambda record: Answered(record.call, _channel(record.channel)),
    lib.PRI_EVENT_HANGUP_REQ: lambda record: Disconnected(record.call, _cause(record)),
    lib.PRI_EVENT_HANGUP: lambda record: Released(record.call, _channel(record.channel), _cause(record)),
    lib.PRI_EVENT_RESTART: lambda record: Restarted(_channel(record.channel)),
    lib.PRI_EVENT_RESTART_ACK: lambda record: RestartAcknowledged(_channel(record.channel)),
    lib.PRI_EVENT_FACILITY: lambda record: Facility(record.call),
    lib.PRI_EVENT_NOTIFY: lambda record: Notified(record.call, record.cause),
}


def event(record: Record) -> Event | None:
    """The event of a record; None for those of services that are not offered (hold, maintenance)."""
    translate = _EVENTS.get(record.kind)
    return translate(record) if translate else None
