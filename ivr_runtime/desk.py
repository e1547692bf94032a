"""What a call sees of the pump it lives on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Protocol

from dsp.plans import TonePlan
from dsp.receiver import Float32
from ivr_runtime.clock import MediaClock
from ivr_runtime.tape import Takes
from ivr_runtime.turns import Turns


class Switching(Protocol):
    """The part of a mixer that calls use (`dsp.mixer.Mixer`)."""

    def play(self, line: int, clips: Sequence[int], gain_db: float = 0) -> object:
        """Queue clips end to end in place of what is queued."""

    def sound(self, line: int, samples: Float32) -> object:
        """Queue a made-up sound."""

    def stop(self, line: int, fade: int = 0) -> int:
        """Stop, after so many samples more that go to nothing; how many were sent before."""


class Desk(Protocol):
    """What a call may use of the pump it lives on."""

    @property
    def clock(self) -> MediaClock: ...
    @property
    def turns(self) -> Turns: ...
    @property
    def mixer(self) -> Switching: ...
    @property
    def tape(self) -> Takes: ...
    @property
    def tones(self) -> TonePlan: ...
    @property
    def threads(self) -> Executor: ...
    def ask(self, verb: str, line: int) -> None:
        """Have the card do it between this tick's calls and its sound: "answer" or "hang_up"."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something a verb did, for traces and pictures.

    what: "answered"; "play" (clips) and "stopped" (samples sent); "key" (key, pressed: its sample); "record" and
    "recorded" (file, samples, reason).
    """

    at: int
    what: str
    facts: Mapping[str, Any] = field(default_factory=dict)
