"""Tone plans as data (ITU-T E.180 Supplement 2, YD/T 1314 for China): what an exchange plays, and fax tones.

A plan is data: make your own TonePlan for an exchange that differs.
"""

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


FAX = (PlanTone("cng", (1100,), ((0.5, 3.0),)), PlanTone("ced", (2100,)))
"""ITU-T T.30: the calling fax machine, and the answering one (2.6 to 4 s, with or without phase reversals)."""

_CN = (
    PlanTone("dial", (450,)),
    PlanTone("ringback", (450,), ((1.0, 4.0),)),
    PlanTone("busy", (450,), ((0.35, 0.35),)),
    PlanTone("congestion", (450,), ((0.7, 0.7),)),
    PlanTone("vacant", (450,), ((0.1, 0.1), (0.1, 0.1), (0.1, 0.1), (0.4, 0.4))),
    PlanTone("trunk_offer", (450,), ((0.2, 0.2), (0.2, 0.6))),
    PlanTone("call_waiting", (450,), ((0.4, 4.0),)),
    PlanTone("howler", (950,), level=-15.0, rise=1.5),
    PlanTone("third_party", (1400,), ((0.4, 10.0),)),
)

_HK = (
    PlanTone("dial", (350, 440)),
    PlanTone("ringback", (440, 480), ((0.4, 0.2), (0.4, 3.0))),
    PlanTone("busy", (480, 620), ((0.5, 0.5),)),
    PlanTone("congestion", (480, 620), ((0.25, 0.25),)),
    PlanTone("vacant", (480, 620)),
)

_TW = (
    PlanTone("dial", (350, 440)),
    PlanTone("ringback", (440, 480), ((1.0, 2.0),)),
    PlanTone("busy", (480, 620), ((0.5, 0.5),)),
    PlanTone("congestion", (480, 620), ((0.25, 0.25),)),
)

_MO = (
    PlanTone("dial", (425,)),
    PlanTone("ringback", (425,), ((1.0, 4.0),)),
    PlanTone("busy", (425,), ((0.5, 0.5),)),
    PlanTone("congestion", (425,), ((0.25, 0.25),)),
)

_US = (
    PlanTone("dial", (350, 440), level=-13.0),
    PlanTone("ringback", (440, 480), ((2.0, 4.0),), level=-16.0),
    PlanTone("busy", (480, 620), ((0.5, 0.5),), level=-21.0),
    PlanTone("congestion", (480, 620), ((0.25, 0.25),), level=-21.0),
    PlanTone("howler", (1400, 2060, 2450, 2600), ((0.1, 0.1),), level=0.0),
)

_UK = (
    PlanTone("dial", (350, 440)),
    PlanTone("ringback", (400, 450), ((0.4, 0.2), (0.4, 2.0))),
    PlanTone("busy", (400,), ((0.375, 0.375),)),
    PlanTone("congestion", (400,), ((0.4, 0.35), (0.225, 0.525))),
    PlanTone("vacant", (400,)),
)

_EU = (
    PlanTone("dial", (425,)),
    PlanTone("ringback", (425,), ((1.0, 4.0),)),
    PlanTone("busy", (425,), ((0.5, 0.5),)),
    PlanTone("congestion", (425,), ((0.25, 0.25),)),
)

_JP = (
    PlanTone("dial", (400,)),
    PlanTone("ringback", (384, 416), ((1.0, 2.0),)),
    PlanTone("busy", (400,), ((0.5, 0.5),)),
)

PLANS = {
    name: TonePlan(name, tones + FAX)
    for name, tones in {
        "cn": _CN, "hk": _HK, "tw": _TW, "mo": _MO, "us": _US, "uk": _UK, "eu": _EU, "jp": _JP,
    }.items()
}  # fmt: skip
"""Plans by country code."""
