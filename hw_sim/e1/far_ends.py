"""The table of trunk signallings: what an E1 card of OFFICE.yaml has at the office's end.

Each brings a C library with it, so it is imported when an office has such a span.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dsp import g711, levels
from dsp.plans import TonePlan
from hw_sim.card_config import E1Card
from hw_sim.switch.supply import supplied_tones
from hw_sim.trunk import Signalling


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a far end knows of its office. more: may these digits be the beginning of a longer number?"""

    plan: TonePlan
    more: Callable[[str], bool]


MakeSignalling = Callable[[E1Card, Surroundings], Signalling]


def _isdn(card: E1Card, office: Surroundings) -> Signalling:
    from hw_sim.isdn.far_end import far_end

    return far_end(card, office.plan, office.more)


def _r2(card: E1Card, office: Surroundings) -> Signalling:
    from hw_sim.r2.far_end import far_end

    return far_end(card, office.more, g711.encode(levels.saturate(supplied_tones(office.plan)["busy"])))


SIGNALLINGS: Mapping[str, MakeSignalling] = {"isdn": _isdn, "r2": _r2}
"""By the name that a card gives."""
