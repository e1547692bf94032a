"""What a caller on an ISDN trunk hears when no call comes of it: the exchange's tone in the channel."""

from __future__ import annotations

import numpy as np

from dsp import g711, tones
from dsp.g711 import Codes
from dsp.plans import TonePlan
from dsp.receiver import TICK
from hw_sim.trunk import Cause

OF_CAUSE: dict[Cause, tuple[str, ...]] = {
    Cause.USER_BUSY: ("busy",),
    Cause.UNALLOCATED_NUMBER: ("vacant", "congestion"),
    Cause.NO_ROUTE: ("vacant", "congestion"),
    Cause.INVALID_NUMBER: ("vacant", "congestion"),
    Cause.NO_CIRCUIT: ("congestion", "busy"),
    Cause.CONGESTION: ("congestion", "busy"),
    Cause.NO_ANSWER: ("busy",),
    Cause.NO_USER_RESPONDING: ("busy",),
}
"""The first of these tones that a plan has."""


class RefusalTones:
    """Tones on circuits, each from its beginning."""

    def __init__(self, plan: TonePlan) -> None:
        self._plan = plan
        self._known = {tone.name for tone in plan.tones}
        self._began: dict[int, int] = {}

    def tone_of(self, cause: Cause | None) -> str:
        """The name of the tone for a cause; empty when none is given."""
        return next((name for name in OF_CAUSE.get(cause, ()) if name in self._known), "") if cause else ""

    def codes(self, causes: dict[int, Cause], now: int) -> dict[int, Codes]:
        """160 codes, A-law, of every circuit with a cause that has a tone."""
        self._began = {circuit: self._began.get(circuit, now) for circuit in causes}
        return {
            circuit: self._tick(self.tone_of(cause), now - self._began[circuit]) for circuit, cause in causes.items()
        }

    def _tick(self, tone: str, at: int) -> Codes:
        return g711.encode(np.rint(tones.generate(self._plan, tone, TICK, at)).astype(np.int16))
