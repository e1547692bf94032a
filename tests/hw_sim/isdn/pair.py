"""Two ISDN ends that speak to each other by the octets of their timeslots, tick by tick, and what they told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from dsp.g711 import Codes
from hw_sim.isdn.dchannel import Seen
from hw_sim.isdn.trunk import IsdnConfig, IsdnTrunk
from hw_sim.trunk import SLOTS, Message, Released

Kind = TypeVar("Kind")

TICK = 160


class Pair:
    """office: the end under test; far: the equipment's, by the same code on the other side. Both begin at sample 0."""

    def __init__(
        self,
        office: IsdnConfig | None = None,
        far: IsdnConfig | None = None,
        seen: Seen | None = None,
        more: Callable[[str], bool] | None = None,
    ) -> None:
        self.office = IsdnTrunk(office or IsdnConfig(restart=False), seen=seen, more=more)
        self.far = IsdnTrunk(far or IsdnConfig(side="user", restart=False))
        self.now = 0
        self.at_office: list[Message] = []
        self.at_far: list[Message] = []
        self.cut = False
        self.codes: dict[int, Codes] = {}
        self._idle = np.full((SLOTS, TICK), 0xD5, np.uint8)
        self._to_office = self._to_far = self._idle

    def tick(self, ticks: int = 1, until: Callable[[], bool] | None = None) -> bool:
        """Let time pass, until something holds. Did it?"""
        for _ in range(ticks):
            if until and until():
                return True
            sent = self.office.tick(self.now, self._to_office, {})
            answer = self.far.tick(self.now, self._to_far, {})
            self.codes = dict(sent.codes)
            self._to_far, self._to_office = self._wire(sent.codes[16]), self._wire(answer.codes[16])
            self.at_office += sent.messages
            self.at_far += answer.messages
            self.now += TICK
        return until is None or until()

    def tell(self, *messages: Message) -> None:
        """The office's switch says something."""
        for message in messages:
            self.office.tell(message, self.now)

    def say(self, *messages: Message) -> None:
        """The far end's switch says something."""
        for message in messages:
            self.far.tell(message, self.now)

    def over(self) -> bool:
        """Is there no call at either end?"""
        return self.tick(60, lambda: self.office.idle and self.far.idle)

    def up(self) -> Pair:
        """Wait for the data link."""
        assert self.tick(100, lambda: self.office.up and self.far.up)
        return self

    def _wire(self, slot: Codes) -> Codes:
        codes = self._idle.copy()
        codes[15] = 0xFF if self.cut else slot
        return codes


def of(messages: Sequence[Message], kind: type[Kind]) -> list[Kind]:
    """The messages of a kind."""
    return [message for message in messages if isinstance(message, kind)]


def causes(messages: Sequence[Message]) -> list[int]:
    """Why calls ended."""
    return [int(message.cause) for message in messages if isinstance(message, Released)]
