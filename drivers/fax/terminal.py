"""A fax terminal (ITU-T T.30) on sound: libspandsp's, sans-I/O. The count of samples is its clock.

with FaxTerminal(FaxOptions(calling=True, send=Path("page.tif"))) as fax:
    while not fax.finished:
        fax.hear(line.read(160)); line.write(fax.speak(160))
    for event in fax.events(): ...
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np

from drivers.errors import LineClosed
from drivers.fax._fax import ffi, lib
from drivers.fax.codes import ALL_MODEMS, Modem, Status, frame_name
from drivers.fax.errors import BadDocument, FaxError
from drivers.fax.events import FaxEvent, Finished, Frame, Identified, LogLine, PageDone, Statistics
from dsp.receiver import Int16

LONGEST_PATH = 255
"""Octets that the library keeps of a file's name."""

LONGEST_IDENT = 20
LONGEST_HEADER = 50
Direction = Literal["", "sends", "receives"]
_DIRECTIONS: tuple[Direction, ...] = ("", "sends", "receives")

SCAN_LINES = (0, 5, 10, 20, 40)


@dataclass(frozen=True, slots=True)
class FaxOptions:
    """What a terminal is to do. calling: it has dialled.

    send: a TIFF file of fax pages (T.4 sizes). receive: the TIFF file that pages come into (T.6). A calling terminal
    with only `receive` polls; an answering one with `send` can be polled.
    ident: digits, "+" and spaces. header: a line that is put above each page, with date and time; empty for none.
    ecm: error correction (T.30 annex A). most_pages: sends or takes no more. scan_line: ms that it needs to print a
    row, one of 0 5 10 20 40. not_ready: how often it says that it has no room yet (RNR, only with ecm).
    talker_echo: a tone before images, against echo suppressors. log: severity of the library's lines, 0 none, 5 flow.
    """

    calling: bool
    send: Path | None = None
    receive: Path | None = None
    ident: str = ""
    header: str = ""
    ecm: bool = True
    modems: Modem = ALL_MODEMS
    most_pages: int = 0
    scan_line: int = 0
    not_ready: int = 0
    talker_echo: bool = False
    log: int = 0


class FaxTerminal:
    """One session. Hear and speak the same number of samples in turn, in any cut.

    result: how it ended, None while it goes on. Raises BadDocument, FaxError when it cannot be made so.
    """

    def __init__(self, options: FaxOptions) -> None:
        _check(options)
        self.options = options
        self.result: Finished | None = None
        self._event = ffi.new("fax_event *")
        self._terminal = _open(options)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def finished(self) -> bool:
        """Is the session over? Known when `events` has told it."""
        return self.result is not None

    @property
    def closed(self) -> bool:
        """Was everything given back?"""
        return self._terminal is None

    @property
    def fast(self) -> Direction:
        """Is the fast modem at work, for an image or the check of its training? It receives when it has trained.

        Raises LineClosed.
        """
        return _DIRECTIONS[int(lib.fax_fast(self._opened()))]

    def hear(self, samples: Int16) -> None:
        """What came over the line, int16 (n,). Raises LineClosed."""
        heard = np.ascontiguousarray(samples, np.int16)
        lib.fax_hear(self._opened(), ffi.from_buffer("int16_t[]", heard), len(heard))

    def speak(self, samples: int) -> Int16:
        """What goes onto the line, int16 (samples,); silence when there is nothing to say. Raises LineClosed."""
        said = np.zeros(samples, np.int16)
        lib.fax_speak(self._opened(), ffi.from_buffer("int16_t[]", said), samples)
        return said

    def hang_up(self) -> None:
        """The line is gone: a session that is not over ends as CALL_DROPPED. Raises LineClosed."""
        lib.fax_hang_up(self._opened())

    def events(self) -> list[FaxEvent]:
        """What has happened since the last time, in order. Raises LineClosed."""
        terminal = self._opened()
        made = []
        while lib.fax_next(terminal, self._event):
            made.append(self._told(self._event))
        return made

    def close(self) -> None:
        """Give everything back; a received file is whole only after the session has ended or `hang_up`."""
        if self._terminal is not None:
            terminal, self._terminal = self._terminal, None
            ffi.release(terminal)

    def _opened(self) -> Any:
        if self._terminal is None:
            raise LineClosed("the fax terminal was closed")
        return self._terminal

    def _told(self, event: Any) -> FaxEvent:
        at, code = event.at, event.code
        octets = bytes(ffi.buffer(event.octets, event.count))
        match event.kind:
            case lib.FAX_PHASE_B:
                return Identified(at, frame_name(code), octets.decode("ascii", "replace"))
            case lib.FAX_PHASE_D:
                return PageDone(at, frame_name(code), _statistics(event.statistics))
            case lib.FAX_FRAME:
                return Frame(at, bool(event.outgoing), octets)
            case lib.FAX_LOG:
                return LogLine(at, code & 0xFF, octets.decode("utf-8", "replace").rstrip())
        text = ffi.string(lib.fax_status_text(code)).decode("ascii")
        lost = lib.fax_lost(self._terminal)
        self.result = Finished(at, Status(code), text, _statistics(event.statistics), lost)
        return self.result


def _check(options: FaxOptions) -> None:
    """What the library would cut short or find out too late."""
    for file in (options.send, options.receive):
        if file is not None and len(str(file).encode()) > LONGEST_PATH:
            raise FaxError(f"{file}: libspandsp takes names of {LONGEST_PATH} octets: use a folder with a shorter name")
    if options.send is not None:
        check_document(options.send)
    if len(options.ident) > LONGEST_IDENT or set(options.ident) - set("0123456789+ "):
        raise FaxError(f"{options.ident!r} is no fax ident: at most {LONGEST_IDENT} of digits, + and spaces")
    if len(options.header.encode()) > LONGEST_HEADER or not options.header.isascii():
        raise FaxError(f"{options.header!r} is no header: at most {LONGEST_HEADER} ASCII characters")
    if options.scan_line not in SCAN_LINES:
        raise FaxError(f"a row takes one of {SCAN_LINES} ms, not {options.scan_line}")
    if not options.modems:
        raise FaxError("a fax terminal needs a modem")


def check_document(file: Path) -> None:
    """A TIFF file says so in its first octets. Raises BadDocument."""
    try:
        with file.open("rb") as stream:
            begin = stream.read(4)
    except OSError as error:
        raise BadDocument(f"{file}: {error.strerror}") from error
    if begin not in (b"II*\0", b"MM\0*"):
        raise BadDocument(f"{file} is no TIFF file: make one, e.g. with tiffcp -c g4 or a PDF printer for fax")


def _open(options: FaxOptions) -> Any:
    strings = {
        name: ffi.NULL if value is None else ffi.new("char[]", str(value).encode())
        for name, value in (
            ("send", options.send),
            ("receive", options.receive),
            ("ident", options.ident),
            ("header", options.header),
        )
    }
    numbers = {
        name: int(getattr(options, name))
        for name in ("calling", "ecm", "modems", "most_pages", "scan_line", "not_ready", "talker_echo", "log")
    }
    terminal = lib.fax_open(ffi.new("fax_options *", {**strings, **numbers}))
    if terminal == ffi.NULL:
        raise FaxError("libspandsp makes no fax terminal so: it has no memory, or refuses an option")
    return ffi.gc(terminal, lib.fax_close)


def _statistics(s: Any) -> Statistics:
    return Statistics(
        s.bit_rate, bool(s.ecm), s.pages_sent, s.pages_received, (s.x_resolution, s.y_resolution), s.width, s.length,
        s.image_size, s.encoding, s.bad_rows, s.longest_bad_run, s.ecm_retries,
    )  # fmt: skip
