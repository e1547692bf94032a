"""A line of OFFICE.yaml by name or in its own figures, for ports, phones and callers:

line: long-rural
line: {preset: noisy, noise: -40, delay: 30ms}
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Protocol, runtime_checkable

from pydantic import BeforeValidator, Field, model_validator

from dsp.g711 import Law
from dsp.receiver import RATE
from hw_sim.line.impairments import Coder, Impairment
from hw_sim.line.model import Copper
from hw_sim.line.presets import PRESETS
from hw_sim.yaml_types import Duration, Strict


class LineConfig(Strict):
    """What stands between a telephone or port and the office. What is not said is of the preset, or nothing.

    loss: each way, dB. return_loss: of the near hybrid, dB. noise, hum (50 Hz): dBm0 where it is heard. harmonics: of
    the hum, dB beside it, of 100 Hz, 150 Hz ... All others are of `hw_sim.line.impairments.Impairment`.
    """

    preset: str = "good-city"
    loss: float | None = Field(default=None, ge=0.0, le=40.0)
    return_loss: float | None = Field(default=None, ge=0.0, le=90.0)
    noise: float | None = Field(default=None, ge=-120.0, le=0.0)
    hum: float | None = Field(default=None, ge=-200.0, le=0.0)
    harmonics: tuple[float, ...] = Field(default=(), max_length=20)
    tilt: float = Field(default=0.0, ge=-10.0, le=10.0)
    offset: float = Field(default=0.0, ge=-50.0, le=50.0)
    coder: Coder = "none"
    lost_frames: float = Field(default=0.0, ge=0.0, le=0.5)
    dropouts: float = Field(default=0.0, ge=0.0, le=600.0)
    dropout_length: Duration = Field(default=RATE // 20, ge=1, le=RATE)
    delay: Duration = Field(default=0, ge=0, le=RATE)
    slip_every: Duration = Field(default=0, ge=0)
    clicks: float = Field(default=0.0, ge=0.0, le=6000.0)
    click_level: float = Field(default=-10.0, ge=-60.0, le=3.0)
    echo_loss: float | None = Field(default=None, ge=0.0, le=90.0)
    echo_delay: Duration = Field(default=RATE // 20, ge=0, le=RATE)

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        """The preset's figures under those that are said."""
        if not isinstance(data, dict):
            return data
        name = data.get("preset", "good-city")
        if not isinstance(name, str) or name not in PRESETS:
            raise ValueError(f"there is no line {name!r}: {', '.join(PRESETS)}")
        return {**PRESETS[name], **data}

    @property
    def impairment(self) -> Impairment | None:
        """What is computed beside the line model's own; None when there is nothing."""
        made = Impairment(**{name: getattr(self, name) for name in Impairment.__dataclass_fields__})
        silent = Impairment(
            dropout_length=made.dropout_length, click_level=made.click_level, echo_delay=made.echo_delay
        )
        return None if made == silent else made


Preset = Literal["good-city", "long-rural", "noisy", "bad-gsm"]
"""Names of `hw_sim.line.presets`, for the schema."""


def _by_name(value: object) -> object:
    return {"preset": value} if isinstance(value, str) else value


Line = Annotated[LineConfig, BeforeValidator(_by_name, json_schema_input_type=LineConfig | Preset)]
"""As a field: `line: Line | None = None`."""


@runtime_checkable
class OnALine(Protocol):
    """Somebody whose line is not simply a good one."""

    line: LineConfig | None


def copper_on(line: LineConfig, base: Copper, law: Law = "alaw") -> Copper:
    """The line's figures; what it does not say is as in `base`."""
    return Copper(
        loss=base.loss if line.loss is None else line.loss,
        return_loss=base.return_loss if line.return_loss is None else line.return_loss,
        noise=base.noise if line.noise is None else line.noise,
        hum=base.hum if line.hum is None else line.hum,
        law=law,
        harmonics=line.harmonics,
        impairment=line.impairment,
    )
