"""What the switch wants done about its lines and trunks."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.signals import Signal
from dsp.receiver import Float32
from hw_sim.trunk import Message


@dataclass(frozen=True, slots=True)
class Supply:
    """Give the row this tone of the plan; the empty name is silence."""

    row: int
    tone: str


@dataclass(frozen=True, slots=True)
class Inform:
    """Send the row a sound once: caller ID."""

    row: int
    sound: Float32


@dataclass(frozen=True, slots=True)
class Join:
    """A two-way speech path between two rows."""

    a: int
    b: int


@dataclass(frozen=True, slots=True)
class Part:
    """The speech path of the row is open."""

    row: int


@dataclass(frozen=True, slots=True)
class OffHook:
    """The row's loop was closed or opened, its circuit taken or given back: its voice is let in or kept out."""

    row: int
    off_hook: bool


@dataclass(frozen=True, slots=True)
class Listen:
    """The register takes the row's digits, or no longer does."""

    row: int
    wanted: bool


@dataclass(frozen=True, slots=True)
class Tell:
    """The signalling of the row's trunk must hear this."""

    row: int
    message: Message


Effect = Supply | Inform | Join | Part | OffHook | Listen | Tell | Signal
