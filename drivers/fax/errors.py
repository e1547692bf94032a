"""What can go wrong before a fax session begins. What goes wrong in it is `drivers.fax.codes.Status`.

FaxError
└── BadDocument    a TIFF file that is none, or cannot be sent
"""

from __future__ import annotations

from drivers.errors import DriverError


class FaxError(DriverError):
    """A terminal cannot be made so, or was used after it was closed."""


class BadDocument(FaxError):
    """A file cannot be sent: it is missing, no TIFF, or no fax page."""
