"""One table from the first word of a device string to the back-end, imported when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from drivers.card import Card, Line
from drivers.errors import CardNotFound

BACK_ENDS = {
    "dahdi": "drivers.dahdi.card:DahdiCard",
    "sim": "hw_sim.card:SimCard",
}
"""Scheme -> "module:class". The class is called with (address, name=..., lines=...)."""


def open_card(device: str, name: str = "", lines: Sequence[Line] = ()) -> Card:
    """Open the card a device string names: "dahdi:1-31", "dahdi:1,3", "sim:office.yaml".

    name: the card's name in logs (the device string by default). lines: what the operator knows of each line, in the
    order of the rows; the back-end fills in what is missing.

    Raises CardNotFound (also for an unknown scheme), CardBusy, BadLine.
    """
    scheme, _, address = device.partition(":")
    if scheme not in BACK_ENDS or not address:
        known = ", ".join(f"{s}:..." for s in BACK_ENDS)
        raise CardNotFound(f"{device!r} names no back-end; a device is one of {known}")
    module, _, cls = BACK_ENDS[scheme].partition(":")
    opened = getattr(importlib.import_module(module), cls)(address, name=name or device, lines=tuple(lines))
    if not isinstance(opened, Card):
        raise TypeError(f"{BACK_ENDS[scheme]} is not a Card")
    return opened
