"""The table of trunk signallings: what an E1 card of OFFICE.yaml has at the office's end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from hw_sim.card_config import E1Card
from hw_sim.trunk import Signalling

MakeSignalling = Callable[[E1Card], Signalling]

MODULES = {"isdn": "hw_sim.isdn.far_end", "r2": "hw_sim.r2.far_end"}
"""Where the function `far_end` of each stands. They bring C libraries with them: only an office that has such a span
imports them."""


def _far_end(signalling: str) -> MakeSignalling:
    def make(card: E1Card) -> Signalling:
        made: Signalling = import_module(MODULES[signalling]).far_end(card)
        return made

    return make


SIGNALLINGS: Mapping[str, MakeSignalling] = {name: _far_end(name) for name in MODULES}
"""By the name that a card gives."""
