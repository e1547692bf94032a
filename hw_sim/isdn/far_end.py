"""The office's end of an E1 card with `signalling: isdn`."""

from __future__ import annotations

from collections.abc import Callable

from dsp.plans import TonePlan
from dsp.receiver import RATE
from hw_sim.card_config import E1Card
from hw_sim.isdn.dchannel import Faults
from hw_sim.isdn.trunk import IsdnConfig, IsdnTrunk

FIRST = 1
"""Digits that go with the SETUP when the office sends the number digit by digit."""


def far_end(card: E1Card, plan: TonePlan, more: Callable[[str], bool]) -> IsdnTrunk:
    """more: may these digits be the beginning of a longer number?"""
    options = card.isdn
    trunk = IsdnTrunk(
        IsdnConfig(
            card.side,
            card.switch,
            plan,
            overlap=FIRST if card.overlap else 0,
            restart=options.restart,
            timers={name: samples * 1000 // RATE for name, samples in options.timers.items()},
        ),
        more=more,
    )
    trunk.channel.faults = Faults(options.deaf, options.late, options.bit_errors)
    for how in options.spoil:
        trunk.channel.spoil(how)
    return trunk
