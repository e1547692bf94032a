"""Machines and people of OFFICE.yaml that answer by themselves, under `machines`:

machines:
  - {type: answering, number: "80110", rings: 4, text: "您好，请在提示音后留言", record: messages}
  - {type: announcement, number: "80111", sit: vacant, language: en, text: "There is no such number."}
  - {type: modem, number: "80112"}
  - {type: person, number: "80113", text: "喂，你好", talk: 20s}
  - {type: time, number: "117"}
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from dsp.receiver import RATE
from hw_sim.line.config import Line
from hw_sim.yaml_types import Duration, Number, Strict

SitName = Literal["itu", "intercept", "vacant", "reorder", "no_circuit"]


class Answering(Strict):
    """What all of them have. number: its own; or port: the name of the FXS port that it is at.

    line: its own, when it is not a good one. rings: it answers the n-th. level: dBm0 of its voice or tone.
    talk: it hangs up after so long at the latest.
    """

    number: Number = ""
    port: str = ""
    line: Line | None = None
    rings: int = Field(default=1, ge=1, le=20)
    level: float = Field(default=-15.0, ge=-60.0, le=3.0)
    talk: Duration = Field(default=60 * RATE, gt=0)

    @model_validator(mode="after")
    def _placed(self) -> Self:
        if bool(self.number) == bool(self.port):
            raise ValueError("give it a number, or the port of a telephone card that it is at")
        return self

    def beside(self, folder: Path) -> Self:
        """The same, with its paths counted from a folder."""
        paths = {name: folder / path for name in ("wav", "record") if (path := getattr(self, name, None)) is not None}
        return self.model_copy(update=paths)


class Speaking(Answering):
    """Those with a voice. text, language: spoken by espeak-ng; or wav: a file of any format."""

    text: str = ""
    language: str = "zh"
    wav: Path | None = None

    @model_validator(mode="after")
    def _one_voice(self) -> Self:
        if self.text and self.wav:
            raise ValueError("give it a `text` or a `wav`, not both")
        return self


class AnsweringMachine(Speaking):
    """Greets, beeps (Hz, so long), keeps what comes as a WAV file in the folder `record`, until `silence` or a tone."""

    type: Literal["answering"]
    beep: float = Field(default=1000.0, ge=300.0, le=3000.0)
    beep_length: Duration = Field(default=RATE * 35 // 100, gt=0)
    record: Path | None = None
    silence: Duration = Field(default=5 * RATE, gt=0)


class Announcement(Speaking):
    """Special information tones, if any, then its text, so many times; then it hangs up. rings: 1 is at once."""

    type: Literal["announcement"]
    sit: SitName | None = None
    times: int = Field(default=2, ge=1, le=20)


class AnsweringModem(Answering):
    """2100 Hz for 3.3 s (ITU-T V.25), then the carrier of V.22. reversals: of its phase, against echo cancellers.

    swing: of its amplitude, 15 Hz (ANSam, V.8); a modem before V.8 has none, and sounds as a fax machine does.
    """

    type: Literal["modem"]
    level: float = Field(default=-12.0, ge=-60.0, le=3.0)
    reversals: bool = True
    swing: bool = True
    talk: Duration = Field(default=30 * RATE, gt=0)


class Person(Speaking):
    """Says a short word, waits, says it again, talks on with pauses, and hangs up."""

    type: Literal["person"]
    talk: Duration = Field(default=20 * RATE, gt=0)


class TimeSignal(Answering):
    """A pip each second of the office's clock, six tenths long at the minute."""

    type: Literal["time"]


MachineConfig = Annotated[
    AnsweringMachine | Announcement | AnsweringModem | Person | TimeSignal, Field(discriminator="type")
]
