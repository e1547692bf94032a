"""What the office's YAML files share: models that know all their keys, durations, telephone numbers."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from dsp.receiver import RATE

UNITS = {"ms": RATE / 1000, "s": RATE, "min": 60 * RATE, "": RATE}

LONGEST = 366 * 24 * 3600 * RATE


def samples(value: object) -> int:
    """A duration as people write it ("2s", "350ms", "1.5", 2) in samples. Raises ValueError."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?(ms|s|min|)", str(value).strip()) if not isinstance(value, bool) else None
    if match is None:
        raise ValueError(f"{value!r} is no duration: write 2s, 350ms or 1min")
    made = float(match[1]) * UNITS[match[2]]
    if made > LONGEST:
        raise ValueError(f"{str(value)[:20]!r} is longer than a year")
    return round(made)


def quoted(value: object) -> object:
    """YAML takes 0755 for 493: a number must be quoted."""
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f'a telephone number must be quoted: "{value}"')
    return value


Duration = Annotated[int, BeforeValidator(samples, json_schema_input_type=str | int | float)]
Number = Annotated[str, BeforeValidator(quoted), Field(pattern=r"^[0-9*#A-D]{1,20}$")]


class Strict(BaseModel):
    """A model that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)
