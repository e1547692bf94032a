"""Fax (ITU-T T.30) on the sound of a line: terminals, their events, their pages."""

from drivers.fax.codes import ALL_MODEMS, Modem, Status
from drivers.fax.errors import BadDocument, FaxError
from drivers.fax.events import FaxEvent, Finished, Frame, Identified, LogLine, PageDone, Statistics
from drivers.fax.terminal import FaxOptions, FaxTerminal, check_document

__all__ = [
    "ALL_MODEMS", "BadDocument", "FaxError", "FaxEvent", "FaxOptions", "FaxTerminal", "Finished", "Frame",
    "Identified", "LogLine", "Modem", "PageDone", "Statistics", "Status", "check_document",
]  # fmt: skip
