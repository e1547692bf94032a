"""Somebody with a telephone who answers by themselves: the far end for calls that the equipment places."""

from __future__ import annotations

from collections.abc import Sequence

from drivers.events import Ringing
from drivers.speech.wav import read_wav
from dsp.events import Event, Tone
from hw_sim.caller.events import Action, Entry, HangUp, PickUp, Send
from hw_sim.caller.voice import at_level
from hw_sim.config import PhoneConfig


class Phone:
    """Picks up at the n-th ring, sends its sound, and hangs up after its time or when a tone says nobody is there.

    It has the face of a caller (`hw_sim.caller.events.CallerProtocol`) that never dials.
    """

    finished = False
    succeeded = True

    def __init__(self, config: PhoneConfig) -> None:
        self.number = config.number
        self.level = config.level
        self.noise: float | None = None
        self.line = config.line
        self.wake: int | None = None
        self.report: list[Entry] = []
        self._rings = config.rings
        self._talk = config.talk
        self._sound = None if config.sound is None else at_level(read_wav(config.sound), config.level)

    def advance(self, now: int, events: Sequence[Event]) -> list[Action]:
        """What it does about its bell and about what it hears."""
        if self.wake is None:
            rung = any(isinstance(event, Ringing) and event.ring >= self._rings for event in events)
            return self._pick_up(now) if rung else []
        alone = any(isinstance(event, Tone) and event.edge == "began" for event in events)
        if alone or now >= self.wake:
            self.wake = None
            self.report.append(Entry(now, "hung_up", "hung up"))
            return [HangUp()]
        return []

    def _pick_up(self, now: int) -> list[Action]:
        self.wake = now + self._talk
        self.report.append(Entry(now, "said", "picked up"))
        return [PickUp()] if self._sound is None else [PickUp(), Send(self._sound)]
