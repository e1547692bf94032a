"""What an E1 card of OFFICE.yaml says of its MFC-R2, under `r2`:

r2: {calling: 20, called: 20, calling_first: true, category: subscriber, double_answer: false, re_answer: 0s}
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from hw_sim.yaml_types import Duration, Strict

Variant = Literal["cn", "itu", "ar", "br", "co", "cz", "ec", "id", "mx", "ph", "ve"]
"""National variants that libopenr2 knows."""


class R2Options(Strict):
    """calling, called: the office asks the equipment for so many digits at most; calling 0 never asks.

    calling_first: the calling number is asked for after the first digit of the called one. skip_category: and its
    category never. category: of the office's own calls. charge: how the office accepts. double_answer: the office
    answers, clears back and answers again. re_answer: so long the office takes a clear-back of the equipment back.
    definitions: an r2proto.conf.
    """

    calling: int = Field(default=20, ge=0, le=79)
    called: int = Field(default=20, ge=1, le=79)
    calling_first: bool = True
    skip_category: bool = False
    category: Literal["subscriber", "priority", "international", "collect", "test"] = "subscriber"
    charge: bool = True
    double_answer: bool = False
    re_answer: Duration = 0
    definitions: Path | None = None
