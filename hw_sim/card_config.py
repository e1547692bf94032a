"""What stands in OFFICE.yaml under `cards`: kinds of cards, and their ports."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from drivers.card import Law
from hw_sim.isdn.config import IsdnOptions
from hw_sim.line.config import Line
from hw_sim.r2.config import R2Options, Variant
from hw_sim.switch.number_pattern import PatternText
from hw_sim.yaml_types import Number, Strict

Disconnect = Literal["loop", "reversal", "none"]
CallerIdStyle = Literal["fsk", "bell", "dtmf", "none"]
Start = Literal["kewl", "loop", "ground"]
CardName = Annotated[str, Field(min_length=1, max_length=40)]

DISCONNECT: dict[Start, Disconnect] = {"kewl": "loop", "loop": "none", "ground": "loop"}
"""How a line of each start tells that the far end has gone, unless it says otherwise."""


class LoopPort(Strict):
    """What every analog port has: the copper it ends.

    return_loss: how far below its own voice the port hears itself, dB. loss: of the line, each way, dB.
    noise, hum (50 Hz): at the port, dBm0. line: more of it, or all of it by name; what stands here goes before it.
    """

    line: Line | None = None
    return_loss: float = Field(default=20.0, ge=0.0, le=90.0)
    loss: float = Field(default=3.0, ge=0.0, le=40.0)
    noise: float = Field(default=-65.0, ge=-120.0, le=0.0)
    hum: float = Field(default=-200.0, le=0.0)
    law: Law = "alaw"


class PortConfig(LoopPort):
    """One line of the office and the FXO port it ends in. number: its own; a line without one cannot be called.

    start: kewl is loop start with disconnect supervision; ground start keeps the loop open until the port is on hook.
    disconnect: how the office tells that the far end has hung up: it opens the loop, reverses the battery, or nothing.
    reversal: does it reverse the battery while a call that the port has placed is answered?
    flash: has the line the services behind a hook flash? pulse: are hook pulses taken for digits?
    """

    number: Number = ""
    start: Start = "kewl"
    disconnect: Disconnect | None = None
    caller_id: CallerIdStyle = "fsk"
    reversal: bool = False
    flash: bool = False
    pulse: bool = True

    @property
    def supervision(self) -> Disconnect:
        """How the office tells that the far end has gone."""
        return self.disconnect or DISCONNECT[self.start]


class FxsPort(LoopPort):
    """A port of the equipment with a telephone on it. name: what `phones` and `callers` call it."""

    name: str = Field(default="", max_length=40)
    loss: float = Field(default=0.5, ge=0.0, le=40.0)
    noise: float = Field(default=-70.0, ge=-120.0, le=0.0)


class AnalogCard(Strict):
    """A card of FXO ports, on lines of the office; or wired port by port to an FXS card: then they have no numbers."""

    type: Literal["analog-fxo"]
    name: CardName
    cross: str = ""
    ports: tuple[PortConfig, ...] = Field(min_length=1, max_length=960)


class FxsCard(Strict):
    """A card of FXS ports: telephones, or the FXO ports of the card that `cross` names."""

    type: Literal["analog-fxs"]
    name: CardName
    cross: str = ""
    ports: tuple[FxsPort, ...] = Field(min_length=1, max_length=960)


class E1Card(Strict):
    """One E1 span, slots 1 to 31.

    signalling: isdn (D channel in slot 16), r2 (MFC-R2), cas (bits only), clear (31 clear channels).
    side: what the office is, network or user. switch: dialect of ISDN, isdn: more of it. variant: of MFC-R2, r2: more
    of it.
    cross: the span is wired to this other card and not to the exchange.
    numbers: patterns of the numbers that the office routes over this span. send_digits: only so many of the last digits
    of the called number are sent (direct dialling in), None for all. calling: the number that calls of the equipment
    come from when it gives none. overlap: the office sends the called number digit by digit (ISDN).
    """

    type: Literal["e1"]
    name: CardName
    signalling: Literal["isdn", "r2", "cas", "clear"] = "isdn"
    cross: str = ""
    side: Literal["network", "user"] = "network"
    switch: Literal["euroisdn", "ni1", "ni2", "dms100", "lucent5e", "att4ess", "qsig"] = "euroisdn"
    variant: Variant = "cn"
    isdn: IsdnOptions = IsdnOptions()
    r2: R2Options = R2Options()
    crc4: bool = True
    coding: Literal["hdb3", "ami"] = "hdb3"
    numbers: tuple[PatternText, ...] = ()
    send_digits: int | None = Field(default=None, ge=1, le=20)
    calling: Number = ""
    overlap: bool = False

    @property
    def framing(self) -> Literal["cas", "ccs"]:
        """Is slot 16 a multiframe of CAS bits, or a common channel?"""
        return "cas" if self.signalling in ("r2", "cas") else "ccs"


CardConfig = Annotated[AnalogCard | FxsCard | E1Card, Field(discriminator="type")]
