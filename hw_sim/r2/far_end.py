"""The office's end of an E1 card with `signalling: r2`."""

from __future__ import annotations

from drivers.r2.events import Category, Mode
from drivers.r2.settings import R2Settings, read_definitions
from dsp.g711 import Codes
from dsp.receiver import RATE
from hw_sim.card_config import E1Card
from hw_sim.r2.config import R2Options
from hw_sim.r2.trunk import More, R2Trunk


def far_end(card: E1Card, more: More, busy: Codes) -> R2Trunk:
    """more, busy: as of R2Trunk. Raises ConfigError for a bad r2proto.conf, OSError when it cannot be read."""
    options = card.r2
    mode = Mode.CHARGE if options.charge else Mode.NO_CHARGE
    category = Category[options.category.upper()]
    return R2Trunk(settings_of(card.variant, options), more, busy, category, mode)


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
