"""Fax machines of OFFICE.yaml, under `faxes`:

faxes:
  - {number: "80100", rings: 2, receive: faxes, ident: "+86 10 80100"}       # answers, keeps what comes
  - {number: "80101", send: price-list.tif}                                  # answers; gives its document on polling
  - {number: "80102", send: order.tif, to: "96688", at: 5s, ecm: false}      # dials and sends
  - {number: "80103", receive: faxes, faults: {train_fails: 2, noise_every: 3s, drop_after_page: 1}}
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from drivers.fax import Modem
from hw_sim.line.config import Line
from hw_sim.yaml_types import Duration, Number, Strict

MODEMS = {"v27ter": Modem.V27TER, "v29": Modem.V29, "v17": Modem.V17}
ModemName = Literal["v27ter", "v29", "v17"]
ALL: tuple[ModemName, ...] = ("v17", "v29", "v27ter")


class FaxFaults(Strict):
    """What is wrong with a fax machine or with its ear, on demand.

    no_ced: it does not announce itself. silent: it answers and says nothing, for as long as
    the other waits. not_ready: how often it has no room yet
    (RNR; with error correction). train_fails: how many trainings it finds bad (FTT). noise_every: 40 ms of noise so
    often while a page passes: bad rows, or frames sent again. reject_pages: so many pages it hears so badly that it
    refuses them (RTN; without error correction). drop_after_page: hangs up after that page. drop_in_page: hangs up
    when a page has passed for so long. echo: dB at which it hears itself again, after 40 ms.
    """

    no_ced: bool = False
    silent: bool = False
    not_ready: int = Field(default=0, ge=0, le=60)
    train_fails: int = Field(default=0, ge=0, le=20)
    noise_every: Duration = Field(default=0, ge=0)
    reject_pages: int = Field(default=0, ge=0, le=100)
    drop_after_page: int = Field(default=0, ge=0)
    drop_in_page: Duration = Field(default=0, ge=0)
    echo: float | None = Field(default=None, ge=-80.0, le=0.0)


class FaxSettings(Strict):
    """How a fax machine is. ident, header: of its own (T.30 TSI or CSI, the line above a page). slow: 40 ms a row.

    gain: dB on what it sends; 0 is its design level of about -14 dBm0. most_pages: 0 is no limit.
    """

    ident: str = Field(default="", pattern=r"^[0-9+ ]{0,20}$")
    header: str = Field(default="", pattern=r"^[ -~]{0,50}$")
    ecm: bool = True
    modems: tuple[ModemName, ...] = Field(default=ALL, min_length=1)
    most_pages: int = Field(default=0, ge=0)
    slow: bool = False
    gain: float = Field(default=0.0, ge=-40.0, le=10.0)
    faults: FaxFaults = FaxFaults()


class FaxDocument(FaxSettings):
    """What a caller sends or receives in the middle of a call (`send_fax`, `receive_fax`), with what machine."""

    file: Path


class FaxConfig(FaxSettings):
    """A fax machine. number: its own; or port: the name of the FXS port it is plugged into.

    line: its own, when it is not a good one. rings: it answers the n-th.
    receive: the folder for what comes, a TIFF file a call (it is made when missing).
    send: a TIFF file; with `to` it is dialled and sent, without it is given to who polls. to, at: what it dials, when.
    poll: it dials to fetch a document.
    """

    number: Number = ""
    port: str = ""
    line: Line | None = None
    rings: int = Field(default=1, ge=1, le=20)
    receive: Path | None = None
    send: Path | None = None
    to: Number = ""
    at: Duration = 0
    poll: bool = False

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if bool(self.number) == bool(self.port):
            raise ValueError("give it a number, or the port of a telephone card that it is plugged into")
        if self.to and not (self.send or (self.poll and self.receive)):
            raise ValueError("a machine that dials has something to `send`, or `poll: true` and a folder to `receive`")
        return self

    def beside(self, folder: Path) -> FaxConfig:
        """The same, with its paths counted from a folder."""
        paths = {name: folder / path for name in ("receive", "send") if (path := getattr(self, name)) is not None}
        return self.model_copy(update=paths)
