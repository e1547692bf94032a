"""What can go wrong with hardware.

    DriverError
    ├── CardNotFound      no such device, driver not loaded, channel not configured
    ├── CardBusy          another program holds the channel
    ├── BadLine           the line cannot do what was asked (wrong signalling, index out of range)
    ├── LineClosed        we closed it
    ├── LineLost          the world did: unplugged, driver unloaded
    ├── ModemError        the modem answered with an error code
    └── ModemTimeout      the modem did not answer

Overruns, underruns and alarms are counters and events, not exceptions. Faults of a YAML file are
`drivers.yaml_source.ConfigError`.
"""

from __future__ import annotations


class DriverError(Exception):
    """Something about hardware went wrong. The message names device and line and says what to do."""


class CardNotFound(DriverError):
    """There is no such device, or it is not configured."""


class CardBusy(DriverError):
    """Another program holds the device."""


class BadLine(DriverError):
    """The line cannot do what was asked of it."""


class LineClosed(DriverError):
    """The line was used after we closed it."""


class LineLost(DriverError):
    """The world took the line away."""


class ModemError(DriverError):
    """The modem answered with an error."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class ModemTimeout(DriverError):
    """The modem did not answer in time."""
