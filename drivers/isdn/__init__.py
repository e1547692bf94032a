"""ISDN primary rate access: libpri's Q.921 and Q.931, without I/O and by the count of samples."""

from drivers.isdn.errors import CallGone, IsdnError
from drivers.isdn.pri import Pri, Side, Switch

__all__ = ["CallGone", "IsdnError", "Pri", "Side", "Switch"]
