"""What the office itself puts on its lines: its tones, and caller ID."""

from __future__ import annotations

import math
from functools import cache

from dsp import caller_id, tones
from dsp.caller_id.signal import FskKind
from dsp.plans import TonePlan
from dsp.receiver import RATE, TICK, Float32
from hw_sim.card_config import CallerIdStyle

INSTEAD = {"vacant": "congestion"}
"""What a country gives that has no tone of its own for it."""

SUPPLIED = ("dial", "ringback", "busy", "vacant", "congestion", "howler")
HOWLER = 30 * RATE


@cache
def supplied_tones(plan: TonePlan) -> dict[str, Float32]:
    """Each tone as a stretch of whole ticks, whole cadences and whole seconds, which joins itself without a click."""
    known = {tone.name for tone in plan.tones}
    made: dict[str, Float32] = {}
    for name in SUPPLIED:
        tone = name if name in known else INSTEAD.get(name, "")
        if tone:
            made[name] = tones.generate(plan, tone, _stretch(plan.tone(tone)))
    return made


def _stretch(tone: tones.PlanTone) -> int:
    if tone.rise:
        return HOWLER
    cycle = sum(part for pair in tone.cycle for part in pair) or TICK
    return math.lcm(cycle, RATE, TICK)


def caller_id_sound(style: CallerIdStyle, number: str) -> Float32:
    """The number as it is sent to a line; an empty number is one that is withheld."""
    if style == "dtmf":
        return caller_id.dtmf_signal(number)
    kind: FskKind = "fsk-bell202" if style == "bell" else "fsk-v23"
    return caller_id.fsk_signal(number, reason="" if number else "P", kind=kind)
