"""Channel lists as DAHDI's own files write them: "1-4", "1,3", "1-15,17-31"."""

from __future__ import annotations

from collections.abc import Iterable

LAST = 1024
"""The kernel driver's highest channel number (DAHDI_MAX_CHANNELS)."""


def parse(text: str) -> tuple[int, ...]:
    """Channel numbers in the order written. Raises ValueError for anything else, saying what."""
    channels: list[int] = []
    for part in text.split(","):
        channels += _range(part.strip(), text)
    twice = {channel for channel in channels if channels.count(channel) > 1}
    if twice:
        raise ValueError(f"channel {min(twice)} stands twice in {text!r}")
    return tuple(channels)


def join(channels: Iterable[int]) -> str:
    """The shortest list for channels in ascending order: (1, 2, 3, 5) -> "1-3,5"."""
    runs: list[list[int]] = []
    for channel in channels:
        if runs and channel == runs[-1][1] + 1:
            runs[-1][1] = channel
        else:
            runs.append([channel, channel])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def _range(part: str, text: str) -> range:
    first, dash, last = part.partition("-")
    if not (_number(first) and (_number(last) or not dash)):
        raise ValueError(f"{part or text!r} is no channel: write a list as in 1-4 or 1,3 or 1-15,17-31")
    a, b = int(first), int(last if dash else first)
    if not 1 <= a <= b <= LAST:
        raise ValueError(f"{part!r}: channels go from 1 to {LAST}, the lower one first")
    return range(a, b + 1)


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6
