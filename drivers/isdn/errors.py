"""What can go wrong with ISDN.

IsdnError (a DriverError)
└── CallGone      the call is over
"""

from __future__ import annotations

from drivers.errors import DriverError


class IsdnError(DriverError):
    """libpri refused what was asked of it."""


class CallGone(IsdnError):
    """The call is over, or never was."""
