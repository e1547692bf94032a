"""The D channel of a span: octets of slot 16 in and out, calls of libpri between them, and faults on demand."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from drivers.isdn.events import Event, Incoming
from drivers.isdn.lapd import message_of
from drivers.isdn.pri import Pri
from dsp.g711 import Codes
from hw_sim.hdlc import Deframer, Framer
from hw_sim.isdn import messages
from hw_sim.isdn.config import Spoilt

FCS = 2
LONGEST = 512

Seen = Callable[[int, bool, bytes], None]
"""Told of every good frame: when, whether the office sent it, and the frame without its check sequence."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with a D channel while it is.

    deaf: a SETUP is acknowledged by Q.921 and never answered. late: samples before a SETUP is dealt with.
    bit_errors: share of the bits that are turned over, both ways.
    """

    deaf: bool = False
    late: int = 0
    bit_errors: float = 0.0


class DChannel:
    """seed: of the bit errors. seen: for a capture."""

    def __init__(self, pri: Pri, seed: int = 1, seen: Seen | None = None) -> None:
        self.pri = pri
        self.faults = Faults()
        self.counts: Counter[str] = Counter()
        """Frames sent and received, and spoilt ones by their fault."""
        self.inband: set[int] = set()
        """Call references whose DISCONNECT says that tones can be heard."""
        self.seen = seen
        self._framer = Framer()
        self._deframer = Deframer(LONGEST)
        self._random = np.random.default_rng(seed)
        self._to_spoil: deque[Spoilt] = deque()
        self._spoilt: dict[bytes, Spoilt] = {}
        self._late: deque[tuple[int, Event]] = deque()

    def spoil(self, how: Spoilt) -> None:
        """The next message that is sent has this fault, each time that Q.921 sends it."""
        self._to_spoil.append(how)

    def carrier(self) -> None:
        """The span's signal has come or gone: what was half received or half sent is void."""
        self._deframer = Deframer(LONGEST)
        self._framer = Framer()

    def receive(self, codes: Codes, now: int) -> list[Event]:
        """A tick of the timeslot, uint8 (160,), and what came of it and of the timers."""
        for frame in self._deframer.take(self._disturbed(codes).tobytes()):
            if frame.fault or len(frame.data) <= FCS:
                self.counts[frame.fault or "short"] += 1
            else:
                self._take(frame.data[:-FCS], now)
        self.pri.advance(now)
        return self._due(self.pri.events(), now)

    def send(self, count: int, now: int) -> Codes:
        """The next octets of the timeslot, uint8 (count,)."""
        for frame in self.pri.frames():
            made = self._changed(frame)
            self.counts["sent"] += 1
            self._framer.send(made)
            if self.seen:
                self.seen(now, True, made)
        return self._disturbed(np.frombuffer(self._framer.next(count), np.uint8))

    def _take(self, frame: bytes, now: int) -> None:
        self.counts["received"] += 1
        if self.seen:
            self.seen(now, False, frame)
        if self.faults.deaf and messages.kind(frame) == messages.SETUP:
            frame = messages.unheard(frame)
        self.pri.receive(frame, now)

    def _due(self, events: list[Event], now: int) -> list[Event]:
        """Events whose time has come: all, but for a SETUP that is dealt with late, and what comes after it."""
        for event in events:
            due = now + self.faults.late if isinstance(event, Incoming) else now
            self._late.append((max(due, self._late[-1][0]) if self._late else due, event))
        made = []
        while self._late and self._late[0][0] <= now:
            made.append(self._late.popleft()[1])
        return made

    def _changed(self, frame: bytes) -> bytes:
        message = message_of(frame)
        if not message:
            return frame
        if self._to_spoil and message not in self._spoilt:
            self._spoilt[message] = self._to_spoil.popleft()
        if self._announces(frame):
            frame = messages.with_inband(frame)
        how = self._spoilt.get(message)
        return messages.spoil(frame, how) if how else frame

    def _announces(self, frame: bytes) -> bool:
        return (
            messages.kind(frame) == messages.DISCONNECT
            and messages.from_destination(frame)
            and messages.reference(frame) in self.inband
        )

    def _disturbed(self, codes: Codes) -> Codes:
        if not self.faults.bit_errors:
            return codes
        wrong = self._random.random((len(codes), 8)) < self.faults.bit_errors
        return codes ^ np.packbits(wrong, axis=1)[:, 0]
