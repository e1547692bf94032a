"""What a tone plan is made of: one tone with its frequencies and cadence, and all tones of one exchange."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.receiver import RATE

Cadence = tuple[tuple[float, float], ...]
"""(seconds on, seconds off) pairs that repeat; empty is continuous."""

Sound = tuple[float, ...]
"""Frequencies in Hz that sound together."""


@dataclass(frozen=True, slots=True)
class PlanTone:
    """One tone of a plan.

    frequencies: Hz, sounding together. level: dBm0 of all of them together, as the exchange sends it.
    rise: dB a second by which a howler grows louder, up to `rise_to` dBm0.
    sequence: what each burst of the cadence consists of, when they differ; `frequencies` are then all that occur.
    """

    name: str
    frequencies: tuple[float, ...]
    cadence: Cadence = ()
    level: float = -10.0
    rise: float = 0.0
    rise_to: float = 3.0
    sequence: tuple[Sound, ...] = ()

    @property
    def bursts(self) -> tuple[Sound, ...]:
        """The frequencies of each burst of the cadence; of a continuous tone, of all of it."""
        return self.sequence or (self.frequencies,) * max(len(self.cadence), 1)

    @property
    def continuous(self) -> bool:
        """Does it sound without a break?"""
        return not self.cadence

    @property
    def cycle(self) -> tuple[tuple[int, int], ...]:
        """The cadence in samples."""
        return tuple((round(on * RATE), round(off * RATE)) for on, off in self.cadence)


@dataclass(frozen=True, slots=True)
class TonePlan:
    """All tones of one country or exchange."""

    name: str
    tones: tuple[PlanTone, ...]

    def tone(self, name: str) -> PlanTone:
        """The tone of that name. Raises ValueError naming those the plan has."""
        for tone in self.tones:
            if tone.name == name:
                return tone
        raise ValueError(f"plan {self.name!r} has no tone {name!r}: {', '.join(t.name for t in self.tones)}")
