"""Cards: what touches hardware. `open_card` finds the back-end that a device string names."""

from drivers.card import Card, Counters, Line, Tick
from drivers.open import open_card

__all__ = ["Card", "Counters", "Line", "Tick", "open_card"]
