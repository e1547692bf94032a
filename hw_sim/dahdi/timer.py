"""/dev/dahdi/timer: expires every so many samples until it is told otherwise; expiries wait to be acknowledged."""

from __future__ import annotations

import errno

from hw_sim.dahdi.kernel import abi


class Timer:
    """period: samples, 0 when stopped. tripped: expiries not yet acknowledged."""

    def __init__(self, now: int) -> None:
        self.period = 0
        self.tripped = 0
        self.pinged = False
        self._due = now

    @property
    def pending(self) -> bool:
        """Should poll report POLLPRI?"""
        return self.tripped > 0 or self.pinged

    def advance(self, now: int) -> None:
        """Count the expiries up to now."""
        if self.period and now >= self._due:
            expired = (now - self._due) // self.period + 1
            self.tripped += expired
            self._due += expired * self.period

    def ioctl(self, name: str, argument: bytes, now: int) -> bytes:
        """Raises OSError ENOTTY for what a timer does not know."""
        match name:
            case "TIMERCONFIG":
                self._configure(max(abi.INT.unpack(argument)[0], 0), now)
            case "TIMERACK":
                count = abi.INT.unpack(argument)[0]
                self.tripped -= count if 1 <= count <= self.tripped else self.tripped
            case "GETEVENT":
                return abi.INT.pack(self._event())
            case "TIMERPING" | "TIMERPONG":
                self.pinged = name == "TIMERPING"
            case _:
                raise OSError(errno.ENOTTY, name)
        return b""

    def _configure(self, period: int, now: int) -> None:
        if period != self.period:
            self.period = period
            self._due = now + period

    def _event(self) -> int:
        if self.pinged:
            return abi.EV_TIMER_PING
        return abi.EV_TIMER_EXPIRED if self.tripped else abi.EV_NONE
