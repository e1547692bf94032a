"""The office's end of an E1 card with `signalling: r2`."""

from __future__ import annotations

from functools import cache

from drivers import tone_plans
from drivers.r2.events import Category, Mode
from drivers.r2.settings import R2Settings, read_definitions
from dsp import g711
from dsp.g711 import Codes
from dsp.receiver import RATE
from dsp.tones.loop import one_round
from hw_sim.card_config import E1Card
from hw_sim.r2.config import R2Options
from hw_sim.r2.trunk import R2Trunk

TONES = {"cn": "cn"}
"""The tones of a variant's country; of all others the CEPT's."""


def far_end(card: E1Card) -> R2Trunk:
    """Raises ConfigError for a bad r2proto.conf, OSError when it cannot be read."""
    options = card.r2
    mode = Mode.CHARGE if options.charge else Mode.NO_CHARGE
    busy = _busy(TONES.get(card.variant, "eu"))
    return R2Trunk(
        settings_of(card.variant, options), busy=busy, category=Category[options.category.upper()], mode=mode
    )


def settings_of(variant: str, options: R2Options) -> R2Settings:
    """The options in the library's words."""
    return R2Settings(
        variant,
        calling=options.calling,
        called=options.called,
        calling_first=options.calling_first,
        skip_category=options.skip_category,
        double_answer=options.double_answer,
        metering=options.re_answer * 1000 // RATE,
        definitions=read_definitions(options.definitions) if options.definitions else {},
    )


@cache
def _busy(country: str) -> Codes:
    return g711.encode(one_round(tone_plans.load(country), "busy"))
