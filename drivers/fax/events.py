"""What happens in a fax session (ITU-T T.30), as its terminal tells it. `at`: samples heard when it happened."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.fax.codes import CODINGS, Status, frame_name


@dataclass(frozen=True, slots=True)
class Statistics:
    """How the image is sent. resolution: pixels per metre, across and down. rows, columns, octets, bad rows: of the
    page just over. retries: frames of image sent again for error correction."""

    rate: int
    ecm: bool
    sent: int
    received: int
    resolution: tuple[int, int]
    columns: int
    rows: int
    octets: int
    encoding: int
    bad_rows: int
    longest_bad_run: int
    retries: int

    @property
    def coding(self) -> str:
        """MH, MR or MMR."""
        return CODINGS.get(self.encoding, str(self.encoding))


@dataclass(frozen=True, slots=True)
class Identified:
    """Phase B: the far end has said what it can do (DIS, DTC) or will do (DCS). ident: its own, or empty."""

    at: int
    frame: str
    ident: str


@dataclass(frozen=True, slots=True)
class PageDone:
    """Phase D: a page is over. answer: the frame about it, sent or received (MPS, EOP, MCF, RTN ...)."""

    at: int
    answer: str
    statistics: Statistics


@dataclass(frozen=True, slots=True)
class Finished:
    """Phase E: the session is over. text: the status in English. lost: events that nobody fetched in time."""

    at: int
    status: Status
    text: str
    statistics: Statistics
    lost: int = 0

    @property
    def ok(self) -> bool:
        """Everything was sent or received."""
        return self.status is Status.OK


@dataclass(frozen=True, slots=True)
class Frame:
    """A control frame (HDLC, V.21) was heard, or begins to be sent. octets: address, control, FCF, the rest."""

    at: int
    outgoing: bool
    octets: bytes

    @property
    def name(self) -> str:
        """DIS, DCS, CFR ..."""
        return frame_name(self.octets[2])


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the library's log, when the terminal was opened with one. severity: 1 error .. 5 flow."""

    at: int
    severity: int
    text: str


FaxEvent = Identified | PageDone | Finished | Frame | LogLine
