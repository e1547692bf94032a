"""What answered an outgoing call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dsp.events import Event

Kind = Literal["ringback", "busy", "congestion", "vacant", "sit", "person", "machine", "fax", "modem", "nothing"]


@dataclass(frozen=True, slots=True)
class Answer(Event):
    """What is at the far end.

    at: the sample at which that sound began: a greeting, a tone, or the silence. confidence: how often such a finding
    is right, 0.5 .. 1. detail: which SIT ("vacant code", "no circuit" ...), which fax tone ("ced", "cng"), "beep" when
    a machine was given away by its beep, else "". again: an earlier finding of this call is confirmed or replaced.
    """

    kind: Kind
    confidence: float = 1.0
    detail: str = ""
    again: bool = False
