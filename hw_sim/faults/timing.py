"""What every fault of a schedule says: when, for how long, how often; and of which card."""

from __future__ import annotations

from pydantic import Field, model_validator

from dsp.receiver import TICK
from hw_sim.yaml_types import Duration, Strict


class Timed(Strict):
    """When. lasts: samples (`for`), None for ever. every: again after so long, `times` in all, None without end.

    jitter: each time up to so much later, by the schedule's seed.
    """

    at: Duration = 0
    lasts: Duration | None = Field(default=None, alias="for", ge=TICK)
    every: Duration | None = Field(default=None, ge=TICK)
    times: int | None = Field(default=None, ge=1)
    jitter: Duration = 0

    @model_validator(mode="after")
    def _repeated(self) -> Timed:
        if self.every is None and self.times is not None:
            raise ValueError("times needs every: how long from one to the next")
        if self.every is not None and self.lasts is not None and self.lasts >= self.every:
            raise ValueError("it lasts longer than until the next time: make `for` shorter than `every`")
        return self


class OfCard(Timed):
    """A fault of a whole card."""

    card: str
