"""One D channel of primary rate ISDN: libpri without I/O.

Frames (Q.921, without check sequence) and time go in, frames and events come out. Time is a count of samples at 8 kHz
and never goes back. What is asked for with a verb happens at the time that was given last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal, Self

from drivers.errors import BadLine, LineClosed
from drivers.isdn._isdn import ffi, lib
from drivers.isdn.errors import CallGone, IsdnError
from drivers.isdn.events import Capability, Event, Presentation
from drivers.isdn.lapd import fault
from drivers.isdn.translate import CAPABILITIES, PRESENTATIONS, event

Side = Literal["network", "user"]
Switch = Literal["euroisdn", "ni2", "dms100", "lucent5e", "att4ess", "ni1", "qsig"]
SWITCHES: dict[Switch, int] = {
    "euroisdn": lib.PRI_SWITCH_EUROISDN_E1,
    "ni2": lib.PRI_SWITCH_NI2,
    "dms100": lib.PRI_SWITCH_DMS100,
    "lucent5e": lib.PRI_SWITCH_LUCENT5E,
    "att4ess": lib.PRI_SWITCH_ATT4ESS,
    "ni1": lib.PRI_SWITCH_NI1,
    "qsig": lib.PRI_SWITCH_QSIG,
}
UNKNOWN_PLAN, INTERNATIONAL, NATIONAL, SUBSCRIBER, PRIVATE = 0x00, 0x11, 0x21, 0x41, 0x49
"""Plans of a number: type of number * 16 + numbering plan."""

LONGEST_NUMBER, LONGEST_NAME = 31, 49
"""Of libpri; the rest would be cut off."""

CHANNELS = range(1, 32)
CAUSES = range(1, 128)
_DIGITS = frozenset("0123456789*#")
_LINE = 2048
_CAPABILITY = {name: value for value, name in CAPABILITIES.items()}
_PRESENTATION = {name: value for value, name in reversed(PRESENTATIONS.items())}


class Pri:
    """One end of a D channel, of either side. A context manager.

    timers: libpri's, by name ("T309") in ms, or a count ("N200"). inband_disconnect: a DISCONNECT with tones before the
    answer comes as `Progress`, and the call stays until it is released. Raises IsdnError for a timer nobody knows.
    """

    def __init__(
        self,
        side: Side = "network",
        switch: Switch = "euroisdn",
        *,
        now: int = 0,
        timers: Mapping[str, int] | None = None,
        inband_disconnect: bool = False,
    ) -> None:
        self.side = side
        self.now = now
        self.refused: Counter[str] = Counter()
        """Frames that libpri was not shown, by their fault."""
        made = lib.isdn_open(side == "network", SWITCHES[switch], now)
        if made == ffi.NULL:
            raise IsdnError("no memory for a D channel")
        self._isdn = ffi.gc(made, lib.isdn_close)
        lib.isdn_set_inband_disconnect(self._isdn, inband_disconnect)
        for name, value in (timers or {}).items():
            self._timer(name, value)

    def _timer(self, name: str, value: int) -> None:
        if lib.isdn_set_timer(self._isdn, name.encode("ascii", "replace"), value):
            raise IsdnError(f"libpri has no timer {name!r}, or it cannot be {value}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back all that libpri holds; calls end without a word to the other side. Once is enough."""
        if self._isdn is not None:
            ffi.release(self._isdn)
            self._isdn = None

    # --- in

    def receive(self, frame: bytes, now: int) -> None:
        """A frame without its check sequence. One that is no frame of a D channel is counted in `refused`."""
        self._at(now)
        why = fault(frame)
        if why:
            self.refused[why] += 1
        else:
            lib.isdn_receive(self._isdn, self.now, frame, len(frame))

    def advance(self, now: int) -> None:
        """Let the timers run out that do so until now."""
        self._at(now)
        lib.isdn_advance(self._isdn, self.now)

    def _at(self, now: int) -> None:
        if self._isdn is None:
            raise LineClosed("the D channel is closed")
        self.now = max(self.now, now)

    # --- out

    @property
    def deadline(self) -> int | None:
        """The sample at which the next timer runs out."""
        self._at(self.now)
        at = int(lib.isdn_deadline(self._isdn))
        return None if at < 0 else at

    def frames(self) -> list[bytes]:
        """What is to be sent, without check sequences."""
        self._at(self.now)
        space = ffi.new("unsigned char[]", lib.ISDN_FRAME)
        frames = []
        while length := lib.isdn_take_frame(self._isdn, space):
            frames.append(bytes(ffi.buffer(space, min(length, lib.ISDN_FRAME))))
        return frames

    def events(self) -> list[Event]:
        """What has happened since the last time."""
        self._at(self.now)
        record = ffi.new("struct isdn_event *")
        events = []
        while lib.isdn_take_event(self._isdn, record):
            found = event(record)
            if found:
                events.append(found)
        return events

    def log(self) -> list[str]:
        """What libpri has printed since the last time; of ordinary calls nothing, unless they are traced."""
        self._at(self.now)
        space = ffi.new("char[]", _LINE)
        lines = []
        while length := lib.isdn_take_line(self._isdn, space, _LINE):
            lines.append(bytes(ffi.buffer(space, min(length, _LINE))).decode("latin-1").rstrip("\n"))
        return lines

    def trace(self, on: bool) -> None:
        """Have every state of data link and calls in the log."""
        self._at(self.now)
        lib.isdn_set_trace(self._isdn, on)

    @property
    def counts(self) -> dict[str, int]:
        """blocks: pieces of memory that libpri holds. lost_frames, lost_events, lost_lines: not taken in time."""
        self._at(self.now)
        counts = ffi.new("struct isdn_counts *")
        lib.isdn_count(self._isdn, counts)
        return {name: int(getattr(counts, name)) for name in ("blocks", "lost_frames", "lost_events", "lost_lines")}

    # --- verbs

    def setup(
        self,
        channel: int,
        called: str,
        *,
        calling: str | None = None,
        name: str | None = None,
        exclusive: bool = True,
        complete: bool = True,
        called_plan: int = UNKNOWN_PLAN,
        calling_plan: int = UNKNOWN_PLAN,
        presentation: Presentation = "allowed",
        capability: Capability = "3.1 kHz audio",
    ) -> int:
        """SETUP. Gives the number of the new call. complete: false when more digits will come by `information`.

        Raises BadLine for a channel or a number that cannot be, IsdnError when libpri refuses.
        """
        self._at(self.now)
        asked = ffi.new("struct isdn_setup *")
        kept = [ffi.new("char[]", _number(called)), _optional(calling, _number), _optional(name, _name)]
        asked.channel, asked.exclusive, asked.complete = _bearer(channel), exclusive, complete
        asked.called_plan, asked.calling_plan = called_plan, calling_plan
        asked.presentation, asked.capability = _PRESENTATION[presentation], _CAPABILITY[capability]
        asked.called, asked.calling, asked.name = kept
        call = int(lib.isdn_setup(self._isdn, self.now, asked))
        if not call:
            raise IsdnError("libpri does not set the call up")
        return call

    def setup_acknowledge(self, call: int, channel: int = 0, *, inband: bool = False) -> None:
        """SETUP ACKNOWLEDGE: more digits are wanted. channel 0: as it is."""
        self._done(lib.isdn_setup_acknowledge(self._open, self.now, call, _maybe_bearer(channel), inband), call)

    def information(self, call: int, digits: str) -> None:
        """INFORMATION, one a digit."""
        for digit in _number(digits):
            self._done(lib.isdn_information(self._open, self.now, call, digit), call)

    def proceeding(self, call: int, channel: int = 0, *, inband: bool = False) -> None:
        """CALL PROCEEDING: no more digits are wanted."""
        self._done(lib.isdn_proceeding(self._open, self.now, call, _maybe_bearer(channel), inband), call)

    def progress(self, call: int, cause: int = -1) -> None:
        """PROGRESS: tones or announcements on the channel. cause: why they come instead of an answer."""
        self._done(lib.isdn_progress(self._open, self.now, call, cause), call)

    def alerting(self, call: int, channel: int = 0, *, inband: bool = False) -> None:
        """ALERTING, after a CALL PROCEEDING if there was none."""
        self._done(lib.isdn_alerting(self._open, self.now, call, _maybe_bearer(channel), inband), call)

    def answer(self, call: int, channel: int = 0) -> None:
        """CONNECT."""
        self._done(lib.isdn_connect(self._open, self.now, call, _maybe_bearer(channel)), call)

    def hang_up(self, call: int, cause: int = 16) -> None:
        """End a call, at whatever stage it is: DISCONNECT, RELEASE or RELEASE COMPLETE as Q.931, 5.3 has it.

        `Released` tells when it is over. A second time does nothing.
        """
        if cause not in CAUSES:
            raise BadLine(f"a cause is 1 to 127 (Q.850), not {cause}")
        self._done(lib.isdn_hang_up(self._open, self.now, call, cause), call)

    def restart(self, channel: int) -> None:
        """RESTART of one channel. One at a time: wait for `RestartAcknowledged`."""
        if lib.isdn_restart(self._open, self.now, _bearer(channel)):
            raise IsdnError(f"libpri does not restart channel {channel}")

    @property
    def _open(self) -> Any:
        self._at(self.now)
        return self._isdn

    def _done(self, result: int, call: int) -> None:
        if result == lib.ISDN_GONE:
            raise CallGone(f"call {call} is over")
        if result:
            raise IsdnError(f"libpri refuses this for call {call}")


def _bearer(channel: int) -> int:
    if channel not in CHANNELS:
        raise BadLine(f"a channel is a timeslot from 1 to 31, not {channel}")
    return channel


def _maybe_bearer(channel: int) -> int:
    return _bearer(channel) if channel else 0


def _number(digits: str) -> bytes:
    if not _DIGITS.issuperset(digits) or len(digits) > LONGEST_NUMBER:
        raise BadLine(f"a number is up to {LONGEST_NUMBER} of 0123456789*#, not {digits!r}")
    return digits.encode("ascii")


def _name(name: str) -> bytes:
    return name.replace("\0", " ").encode("latin-1", "replace")[:LONGEST_NAME]


def _optional(text: str | None, encode: Any) -> Any:
    return ffi.NULL if text is None else ffi.new("char[]", encode(text))
