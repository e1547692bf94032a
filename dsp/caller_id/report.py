"""What the caller ID receiver knows beside the numbers: what it refused, what waits, what each port sends."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from dsp.events import CallerIdKind

T = TypeVar("T")

_KEPT = 64
"""Refusals and notices that wait to be read; older ones are dropped, and counted."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A transmission that was heard and not believed, or not understood.

    at: sample at which that was known. snr: dB (noise over 300-3400 Hz), 0 for DTMF. bits: bits of the message that
    came. data: its bytes as far as they were read, or the keys.
    """

    line: int
    at: int
    why: str
    snr: float = 0.0
    bits: int = 0
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class MessageWaiting:
    """The exchange said that messages wait for the subscriber, or that none do any more (GR-1401, EN 300 659-3)."""

    line: int
    at: int
    waiting: bool


@dataclass(frozen=True, slots=True)
class Learned:
    """What a port has sent so far. kind: what it sent most, None if nothing. messages: of that kind. others: of others.

    sure: 0 to 1, (messages + 1) / (messages + others + 2): how likely the next is of that kind, by Laplace's rule.
    """

    kind: CallerIdKind | None = None
    messages: int = 0
    others: int = 0

    @property
    def total(self) -> int:
        """All messages of the port."""
        return self.messages + self.others

    @property
    def sure(self) -> float:
        return (self.messages + 1) / (self.messages + self.others + 2) if self.kind else 0.0


class Drained(Generic[T]):
    """Things that wait to be read, the newest _KEPT of them."""

    def __init__(self) -> None:
        self.count = 0
        """All that there ever were."""
        self.dropped = 0
        """Those that nobody read in time."""
        self._kept: deque[T] = deque()

    def add(self, one: T) -> None:
        """One more; the oldest makes room."""
        self.count += 1
        if len(self._kept) >= _KEPT:
            self._kept.popleft()
            self.dropped += 1
        self._kept.append(one)

    def drain(self) -> list[T]:
        """Those not read before."""
        drained = list(self._kept)
        self._kept.clear()
        return drained


class Experience:
    """What each port has sent, by the kinds of its messages."""

    def __init__(self) -> None:
        self._heard: dict[int, dict[CallerIdKind, int]] = {}

    def add(self, line: int, kind: CallerIdKind) -> None:
        """A message of that kind came on the line."""
        kinds = self._heard.setdefault(line, {})
        kinds[kind] = kinds.get(kind, 0) + 1

    def of(self, line: int) -> Learned:
        """What the port has sent so far."""
        kinds = self._heard.get(line)
        if not kinds:
            return Learned()
        kind = max(kinds, key=lambda one: kinds[one])
        return Learned(kind, kinds[kind], sum(kinds.values()) - kinds[kind])
