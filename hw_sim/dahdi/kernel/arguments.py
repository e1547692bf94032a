"""The structs that ioctls point to: what trails them, and what a null pointer means."""

from __future__ import annotations

from hw_sim.dahdi.kernel import abi

NAMES = {number: name for name, number in abi.IOCTLS.items()}

TRAILED = ("LOADZONE", "ECHOCANCEL_PARAMS")
"""What they point to goes on behind the struct."""

LOOKED_AT = {
    "ATTACH_ECHOCAN", "CHANCONFIG", "GET_DIALPARAMS", "SET_DIALPARAMS", "LOADZONE", "MAINT", "SFCONFIG", "SPANCONFIG",
    "SPANSTAT", "SPANSTAT_V1", "STARTUP", "SHUTDOWN", "DEFAULTZONE", "FREEZONE", "GETGAINS", "GETGAINS_V1", "SETGAINS",
    "GET_PARAMS", "GET_PARAMS_V1", "SET_PARAMS", "GETVERSION", "BUFFER_EVENTS", "DIAL", "DIALING", "GETCONF",
    "GETCONF_V1", "SETCONF", "SETCONF_V1", "GET_BUFINFO", "SET_BUFINFO", "IOMUX", "INDIRECT",
}  # fmt: skip
"""A null pointer is refused (EFAULT). The other ioctls of the kernel driver take it for a pointer to zeros."""

MEANINGFUL = ("SETCADENCE", "ECHOCANCEL_PARAMS")
"""Here the ioctl itself says what a null pointer means."""


def shaped(cmd: int, payload: bytes) -> bytes:
    """The struct that an ioctl points to, without what trails it; b"" for a null pointer where that makes a
    difference, zeros where it does not."""
    name, size = NAMES.get(cmd, ""), cmd >> 16 & 0x3FFF
    if len(payload) < size:
        return b"" if name in LOOKED_AT or name in MEANINGFUL else bytes(size)
    return payload if name in TRAILED else payload[:size]
