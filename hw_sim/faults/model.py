"""Faults as OFFICE.yaml or a file of their own name them.

faults:
  - {at: 10s, fault: alarm, card: trunk-1, alarm: red, for: 5s}
  - {at: 20s, fault: d_channel, card: trunk-1, for: 30s}          # LAPD hears nothing any more
  - {at: 30s, fault: unplug, card: trunk-1, for: 10s}             # and plugged in again
  - {at: 40s, fault: cut, line: "80001", for: 10s, every: 60s, times: 3}
  - {at: 50s, fault: event_storm, line: "80002", events: 200}
  - {at: 55s, fault: stall, card: hotline, for: 300ms}            # no sound passes, then all of it at once
  - {at: 56s, fault: io_error, line: "80003", errno: EIO, for: 100ms}
  - {at: 57s, fault: short_reads, line: "80003", for: 1s}
  - {at: 58s, fault: slow, card: hotline, delay: 40ms, for: 2s}
  - {at: 59s, fault: lost_blocks, line: "80004", for: 60ms}       # the card's buffers ran over
  - {at: 60s, fault: kill, program: r2test, signal: KILL}
  - {at: 70s, fault: isdn_deaf, card: trunk-1, for: 10s}          # and more of signalling: hw_sim.faults.signalling

Times are of the office's clock. `for` left out: until the end of the run.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from dsp.receiver import TICK
from hw_sim.faults.signalling import SignallingFault
from hw_sim.faults.timing import OfCard, Timed
from hw_sim.yaml_types import Duration, Number, Strict


class OfPlace(Timed):
    """A fault of a line (its number, or card-position as in trunk-1-3), or of all lines of a card."""

    card: str = ""
    line: Number | str = ""

    @model_validator(mode="after")
    def _one_place(self) -> OfPlace:
        if bool(self.card) == bool(self.line):
            raise ValueError("say either a line or a card")
        return self


class AlarmFault(OfCard):
    """The span gets this alarm from the line."""

    fault: Literal["alarm"]
    alarm: Literal["red", "yellow", "blue"] = "red"


class DChannelFault(OfCard):
    """Nothing passes in the D channel."""

    fault: Literal["d_channel"]


class UnplugFault(OfCard):
    """The card is pulled out of the machine; with `for`, plugged in again."""

    fault: Literal["unplug"]


class CutFault(OfPlace):
    """The wire is cut: no battery, no signal."""

    fault: Literal["cut"]


class StormFault(OfPlace):
    """So many events at once, more than a queue holds."""

    fault: Literal["event_storm"]
    events: int = Field(default=200, ge=1, le=100_000)


class StallFault(OfPlace):
    """The device neither gives nor takes sound; afterwards it gives what its buffers hold."""

    fault: Literal["stall"]


class IoErrorFault(OfPlace):
    """Every read and write fails."""

    fault: Literal["io_error"]
    errno: Literal["EIO", "ENODEV", "ENOMEM", "EAGAIN"] = "EIO"


class ShortReadsFault(OfPlace):
    """Reads give half of a block."""

    fault: Literal["short_reads"]


class SlowFault(OfPlace):
    """Blocks come late."""

    fault: Literal["slow"]
    delay: Duration = 2 * TICK


class LostBlocksFault(OfPlace):
    """Blocks are lost as if the program had not fetched them (an overrun)."""

    fault: Literal["lost_blocks"]


class KillFault(Timed):
    """A signal for the programs on the office's cards. program: part of a command line; empty: all of them.

    STOP is followed by CONT when `for` is over.
    """

    fault: Literal["kill"]
    program: str = ""
    signal: Literal["KILL", "TERM", "STOP", "HUP"] = "KILL"


DeviceFault = StormFault | StallFault | IoErrorFault | ShortReadsFault | SlowFault | LostBlocksFault
"""Faults between a card and its program: they need a program on the virtual devices."""

Fault = Annotated[
    AlarmFault | DChannelFault | UnplugFault | CutFault | DeviceFault | KillFault | SignallingFault,
    Field(discriminator="fault"),
]


class FaultFile(Strict):
    """A file of faults (`loopstart sim --faults FILE`)."""

    spec: Literal[1] = 1
    faults: tuple[Fault, ...] = Field(min_length=1)
