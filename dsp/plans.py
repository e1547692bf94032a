"""Tone plans as data: what the exchanges of a country play, each with its source, and fax tones.

A plan is data: make your own TonePlan for an exchange that differs. A tone may stand twice in a plan under one name,
as exchanges of one country differ; the first is the standard's, and the one that `TonePlan.tone` gives.
"""

from __future__ import annotations

from dsp.plan_tone import Cadence, PlanTone, Sound, TonePlan

__all__ = ["FAX", "PLANS", "Cadence", "PlanTone", "Sound", "TonePlan"]

FAX = (PlanTone("cng", (1100,), ((0.5, 3.0),)), PlanTone("ced", (2100,)))
"""ITU-T T.30: the calling fax machine, and the answering one (2.6 to 4 s, with or without phase reversals)."""


def _sit(on: float = 0.33, joint: float = 0.0) -> PlanTone:
    """ITU-T E.180/Q.35, 5.3: three tones in turn, each 330 +-70 ms, up to 30 ms between them, then a second's pause."""
    turns = ((950.0,), (1400.0,), (1800.0,))
    return PlanTone("sit", (950, 1400, 1800), ((on, joint), (on, joint), (on, 1.0)), sequence=turns)


_CN = (  # YD/T 1314 and GB 3380; levels -10 +-3 dBm, 450 +-25 Hz, cadences +-10 %; ITU-T E.180 Supplement 2 (China)
    PlanTone("dial", (450,)),
    PlanTone("special_dial", (450,), ((0.4, 0.04),)),
    PlanTone("ringback", (450,), ((1.0, 4.0),)),
    PlanTone("busy", (450,), ((0.35, 0.35),)),
    PlanTone("congestion", (450,), ((0.7, 0.7),)),
    PlanTone("vacant", (450,), ((0.1, 0.1), (0.1, 0.1), (0.1, 0.1), (0.4, 0.4))),
    PlanTone("trunk_offer", (450,), ((0.2, 0.2), (0.2, 0.6))),
    PlanTone("call_waiting", (450,), ((0.4, 4.0),)),
    PlanTone("howler", (950,), level=-15.0, rise=1.5),
    PlanTone("third_party", (1400,), ((0.4, 10.0),)),
    PlanTone("recording", (950,), ((0.4, 10.0),)),
    _sit(),
)

_HK = (  # ITU-T E.180 Supplement 2 (Hong Kong)
    PlanTone("dial", (350, 440)),
    PlanTone("ringback", (440, 480), ((0.4, 0.2), (0.4, 3.0))),
    PlanTone("busy", (480, 620), ((0.5, 0.5),)),
    PlanTone("congestion", (480, 620), ((0.25, 0.25),)),
    PlanTone("vacant", (480, 620)),
    PlanTone("call_waiting", (440,), ((0.5, 0.5), (0.5, 8.0))),
    _sit(),
)

_TW = (  # ITU-T E.180 Supplement 2 (Taiwan)
    PlanTone("dial", (350, 440)),
    PlanTone("ringback", (440, 480), ((1.0, 2.0),)),
    PlanTone("busy", (480, 620), ((0.5, 0.5),)),
    PlanTone("congestion", (480, 620), ((0.25, 0.25),)),
    PlanTone("call_waiting", (350, 440), ((0.25, 0.25), (0.25, 3.25))),
    _sit(),
)

_MO = (  # ITU-T E.180 Supplement 2 (Macao)
    PlanTone("dial", (425,)),
    PlanTone("ringback", (425,), ((1.0, 4.0),)),
    PlanTone("busy", (425,), ((0.5, 0.5),)),
    PlanTone("congestion", (425,), ((0.25, 0.25),)),
    PlanTone("call_waiting", (425,), ((0.2, 0.6),)),
    PlanTone("recording", (1400,), ((0.4, 15.0),)),
    _sit(0.333),
)

_US = (  # Telcordia GR-506 (levels too); ANSI T1.401; ITU-T E.180 Supplement 2 (United States)
    PlanTone("dial", (350, 440), level=-13.0),
    PlanTone("special_dial", (350, 440), ((0.1, 0.1),), level=-13.0),
    PlanTone("ringback", (440, 480), ((2.0, 4.0),), level=-16.0),
    PlanTone("busy", (480, 620), ((0.5, 0.5),), level=-21.0),
    PlanTone("congestion", (480, 620), ((0.25, 0.25),), level=-21.0),
    PlanTone("call_waiting", (440,), ((0.3, 10.0),), level=-13.0),
    PlanTone("recording", (1400,), ((0.5, 15.0),)),
    PlanTone("howler", (1400, 2060, 2450, 2600), ((0.1, 0.1),), level=0.0),
    _sit(),
)

# BT SIN 350; BS 6305. Without the special dial tone: its 440 Hz alone cannot be told from a busy tone 25 Hz too high.
_UK = (
    PlanTone("dial", (350, 440)),
    PlanTone("ringback", (400, 450), ((0.4, 0.2), (0.4, 2.0))),
    PlanTone("busy", (400,), ((0.375, 0.375),)),
    PlanTone("congestion", (400,), ((0.4, 0.35), (0.225, 0.525))),
    PlanTone("vacant", (400,)),
    PlanTone("call_waiting", (400,), ((0.1, 4.0),)),
    _sit(joint=0.015),
)

_EU = (  # ETSI TR 101 041-1, what Europe's networks are to agree on; call waiting as Norway has it (E.180 Supplement 2)
    PlanTone("dial", (425,)),
    PlanTone("ringback", (425,), ((1.0, 4.0),)),
    PlanTone("busy", (425,), ((0.5, 0.5),)),
    PlanTone("congestion", (425,), ((0.25, 0.25),)),
    PlanTone("congestion", (425,), ((0.2, 0.2),)),
    PlanTone("call_waiting", (425,), ((0.2, 0.6), (0.2, 10.0))),
    _sit(),
)

_JP = (  # NTT technical reference, telephone service interfaces; ITU-T E.180 Supplement 2 (Japan)
    PlanTone("dial", (400,)),
    PlanTone("special_dial", (400,), ((0.25, 0.25),)),
    PlanTone("second_dial", (400,), ((0.125, 0.125),)),
    PlanTone("ringback", (384, 416), ((1.0, 2.0),)),
    PlanTone("ringback", (384, 400, 416), ((1.0, 2.0),)),  # 400 Hz modulated by 16 Hz, its carrier not suppressed
    PlanTone("busy", (400,), ((0.5, 0.5),)),
    _sit(),
)

PLANS = {
    name: TonePlan(name, tones + FAX)
    for name, tones in {
        "cn": _CN, "hk": _HK, "tw": _TW, "mo": _MO, "us": _US, "uk": _UK, "eu": _EU, "jp": _JP,
    }.items()
}  # fmt: skip
"""Plans by country code."""
