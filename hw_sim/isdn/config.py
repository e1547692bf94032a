"""What an E1 card of OFFICE.yaml says of its ISDN, under `isdn`:

isdn: {restart: true, timers: {T303: 4s, T305: 30s}, deaf: false, late: 0s, bit_errors: 0, spoil: [malformed]}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from hw_sim.yaml_types import Duration, Strict

Timer = Literal["T200", "T203", "T303", "T305", "T308", "T309", "T313", "T316"]
Spoilt = Literal["malformed", "unknown-message", "wrong-reference"]


class IsdnOptions(Strict):
    """restart: the circuits are restarted when the span comes up (network side). timers: of Q.921 and Q.931.

    Faults. deaf: a SETUP is never answered. late: it is dealt with so much later. bit_errors: share of the bits of the
    D channel that are turned over, both ways. spoil: what is wrong with the first messages that the office sends.
    """

    restart: bool = True
    timers: Mapping[Timer, Duration] = {}
    deaf: bool = False
    late: Duration = 0
    bit_errors: float = Field(default=0.0, ge=0.0, le=0.5)
    spoil: tuple[Spoilt, ...] = ()
