"""The exchange's side of an analog pair: FXS ports of the real kernel driver, driven by plain ioctls."""

from __future__ import annotations

import errno
import fcntl
import os
import struct

HOOK, GETEVENT = 0x4004DA07, 0x8004DA08
ON_HOOK, OFF_HOOK, RING = 0, 1, 5
RING_OFF_HOOK = 2
"""The event an FXS port gives when its far end goes off hook."""


class ExchangePort:
    """One FXS port."""

    def __init__(self, channel: int) -> None:
        self._fd = os.open(f"/dev/dahdi/{channel}", os.O_RDWR | os.O_NONBLOCK)

    def ring(self) -> None:
        """Ring in the zone's cadence until it is stopped."""
        self._hook(RING)

    def stop(self) -> None:
        """On hook: stops ringing, or opens the loop of a call (kewl start)."""
        self._hook(ON_HOOK)

    def connect(self) -> None:
        """Off hook: ringing stops, the loop is fed."""
        self._hook(OFF_HOOK)

    def answered(self) -> bool:
        """Has the far end gone off hook since the last time this was asked?"""
        found = False
        while code := struct.unpack("i", fcntl.ioctl(self._fd, GETEVENT, struct.pack("i", 0)))[0]:
            found = found or code == RING_OFF_HOOK
        return found

    def close(self) -> None:
        """Release the port."""
        os.close(self._fd)

    def _hook(self, how: int) -> None:
        try:
            fcntl.ioctl(self._fd, HOOK, struct.pack("i", how))
        except OSError as error:
            if error.errno != errno.EINPROGRESS:  # not blocking: the kernel is at it
                raise
