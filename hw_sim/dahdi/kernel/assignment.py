"""Spans that come and go by writing into /sys/bus/dahdi_devices: assign_span, unassign_span, auto_assign."""

from __future__ import annotations

import errno
import re
from pathlib import PurePosixPath

from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.spans import Span
from hw_sim.dahdi.kernel.sysfs import DEVICES, device_name

ATTRIBUTES = ("assign_span", "unassign_span", "auto_assign")


def is_attribute(path: str) -> bool:
    """Is the path, as the program names it, one of those that must be written to the office?"""
    parts = PurePosixPath(path)
    return parts.name in ATTRIBUTES and str(parts.parent.parent) == f"/{DEVICES}"


def store(board: Board, path: str, text: str) -> None:
    """What a write does. A device has one local span, number 1.

    Raises OSError: ENOENT for what is none of the attributes, EINVAL for words that are wrong or spans in the wrong
    state.
    """
    parts = PurePosixPath(path)
    span = next((s for s in board.spans if device_name(s.card) == parts.parent.name), None)
    if span is None or not is_attribute(path):
        raise OSError(errno.ENOENT, path)
    match parts.name:
        case "auto_assign":
            if not span.assigned:
                board.assign(span)
        case "unassign_span":
            _local(span, _numbers(text, 1)[0])
            board.unassign(span)
        case _:
            local, number, base = _numbers(text, 3)
            _local(span, local)
            if number and not base:
                raise OSError(errno.EINVAL, "a span number goes with a base channel")
            board.assign(span, number, base)


def _numbers(text: str, count: int) -> list[int]:
    """As sscanf reads them: what follows does not matter."""
    found = re.match(r"\s*" + r":\s*".join([r"(\d{1,9})"] * count), text)
    if found is None:
        raise OSError(errno.EINVAL, text)
    return [int(number) for number in found.groups()]


def _local(span: Span, number: int) -> None:
    if number != 1:
        raise OSError(errno.EINVAL, f"{span.name} has one span")
