"""What a caller on an ISDN trunk hears when no call comes of it: the exchange's tone in the channel."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from dsp import g711, levels
from dsp.g711 import Codes
from dsp.plans import TonePlan
from dsp.receiver import TICK
from hw_sim.switch.supply import supplied_tones
from hw_sim.trunk import Cause

OF_CAUSE: Mapping[Cause, tuple[str, ...]] = {
    Cause.USER_BUSY: ("busy",),
    Cause.UNALLOCATED_NUMBER: ("vacant",),
    Cause.NO_ROUTE: ("vacant",),
    Cause.INVALID_NUMBER: ("vacant",),
    Cause.NO_CIRCUIT: ("congestion", "busy"),
    Cause.CONGESTION: ("congestion", "busy"),
    Cause.NO_ANSWER: ("busy",),
    Cause.NO_USER_RESPONDING: ("busy",),
}
"""The first of these tones that a plan has."""


@cache
def _codes(plan: TonePlan, tone: str) -> Codes:
    """A stretch of a tone in A-law that joins itself, whole ticks."""
    return g711.encode(levels.saturate(supplied_tones(plan)[tone]))


class RefusalTones:
    """Tones on circuits, each from its beginning."""

    def __init__(self, plan: TonePlan) -> None:
        self._plan = plan
        self._began: dict[int, int] = {}

    def tone_of(self, cause: Cause | None) -> str:
        """The name of the tone for a cause; empty when none is given."""
        known = supplied_tones(self._plan)
        return next((name for name in OF_CAUSE.get(cause, ()) if name in known), "") if cause else ""

    def codes(self, causes: Mapping[int, Cause], now: int) -> dict[int, Codes]:
        """160 codes, A-law, of every circuit with a cause that has a tone."""
        self._began = {circuit: self._began.get(circuit, now) for circuit in causes}
        return {circuit: self._tick(cause, now - self._began[circuit]) for circuit, cause in causes.items()}

    def _tick(self, cause: Cause, since: int) -> Codes:
        codes = _codes(self._plan, self.tone_of(cause))
        at = since % len(codes)
        return codes[at : at + TICK]
