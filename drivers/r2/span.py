"""All R2 circuits of one span. Sans-I/O: codes, bits, alarms and time come in; codes, bits and events go out.

The library keeps no clock and opens no device here: `kernel.c` answers its system calls.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from drivers.r2._r2 import ffi, lib
from drivers.r2.events import (
    Accepted,
    Answered,
    Blocked,
    Category,
    Digit,
    Disconnected,
    Ended,
    Metered,
    Mode,
    Offered,
    ProtocolError,
    R2Cause,
    R2Event,
    Seized,
    Stalled,
    Unblocked,
)
from drivers.r2.settings import R2Settings, definitions_text
from dsp.g711 import Codes
from dsp.receiver import TICK

CIRCUITS = (*range(1, 16), *range(17, 32))
"""The timeslots of an E1 that carry calls; slot 16 carries the line signals."""

Complete = Callable[[int, str], bool]
"""Is the called number (timeslot, digits so far) complete?"""

PRIVATE_A5 = {"mf_ga_tones.request_next_ani_digit": "5"}
"""China No.1 within the library (`meaning.c`)."""

SIMPLE: dict[int, Callable[[int, int], R2Event]] = {
    lib.R2_SEIZED: Seized,
    lib.R2_ANSWERED: Answered,
    lib.R2_ENDED: Ended,
    lib.R2_BLOCKED: Blocked,
    lib.R2_UNBLOCKED: Unblocked,
    lib.R2_METERED: Metered,
    lib.R2_STALLED: Stalled,
}


class NotPossible(Exception):
    """The circuit is in no state for that."""


@dataclass(frozen=True, slots=True)
class R2Fault:
    """What is wrong with the register signals of a circuit's end. level: dB more. shift: Hz more of both frequencies.

    pulse: samples after which a signal ends by itself, 0 when it is compelled. deaf: hears no register signal.
    stuck: the line's bits do not change any more.
    """

    level: float = 0.0
    shift: float = 0.0
    pulse: int = 0
    deaf: bool = False
    stuck: bool = False


SOUND = R2Fault()


@dataclass(frozen=True, slots=True)
class R2Tick:
    """codes: what circuits under register signalling send in place of speech. bits: the line's that have changed."""

    events: Sequence[R2Event] = ()
    codes: Mapping[int, Codes] = field(default_factory=dict)
    bits: Mapping[int, int] = field(default_factory=dict)


class R2Span:
    """One end of a span's R2. `complete` may end the called number before its greatest length.

    Raises NotPossible from verbs that do not fit the circuit's state; ValueError for a number that is not digits.
    """

    def __init__(self, settings: R2Settings, slots: Sequence[int] = CIRCUITS, complete: Complete | None = None) -> None:
        self.slots = tuple(slots)
        self.now = 0
        self._complete = ffi.new_handle(complete)
        self._event = ffi.new("struct r2_event *")
        self._sent = np.zeros((lib.R2_SLOTS, TICK), np.uint8)
        self._sent_at = ffi.from_buffer("uint8_t *", self._sent)
        made = lib.r2_span_new(settings.variant.encode(), settings.calling, settings.called, self._complete)
        self._span = ffi.gc(made, lib.r2_span_free)
        self._immediate = settings.immediate_accept
        self._apply(settings)
        for slot in slots:
            if lib.r2_span_add(self._span, slot):
                raise ValueError(f"{slot} is no timeslot of an E1, or stands twice")

    def _apply(self, settings: R2Settings) -> None:
        values = {
            lib.R2_ANI_FIRST: settings.asks_first,
            lib.R2_SKIP_CATEGORY: settings.skip_category,
            lib.R2_IMMEDIATE_ACCEPT: settings.immediate_accept,
            lib.R2_DOUBLE_ANSWER: settings.double_answer,
            lib.R2_THRESHOLD: settings.threshold,
            lib.R2_BACKWARD_TIME: settings.backward_time,
            lib.R2_METERING_TIME: settings.metering,
            lib.R2_PATIENCE: settings.patience,
            lib.R2_SHARED_A1: settings.shared_a1,
        }
        for setting, value in values.items():
            lib.r2_span_set(self._span, setting, int(value))
        definitions = {**(PRIVATE_A5 if settings.shared_a1 else {}), **settings.definitions}
        if definitions:
            self._define(definitions_text(definitions))

    def _define(self, text: str) -> None:
        """The library reads definitions from a file only."""
        memory = os.memfd_create("r2proto.conf")
        try:
            os.write(memory, text.encode("ascii"))
            if lib.r2_span_define(self._span, f"/proc/self/fd/{memory}".encode()):
                raise OSError("libopenr2 cannot read its definitions")
        finally:
            os.close(memory)

    # -- verbs -------------------------------------------------------------------------------------------------------

    def call(
        self, slot: int, called: str, calling: str | None = None, category: Category = Category.SUBSCRIBER
    ) -> None:
        """Seize the circuit and call. calling: None withholds it."""
        for number in (called, calling or "0"):
            if not (number.isascii() and number.isdecimal() and len(number) < lib.R2_NUMBER):
                raise ValueError(f"R2 sends digits, at most 79: {number!r} cannot be called")
        caller = ffi.NULL if calling is None else calling.encode()
        self._possible(lib.r2_call(self._span, slot, caller, called.encode(), category), slot, "call")

    def accept(self, slot: int, mode: Mode = Mode.CHARGE) -> None:
        """The called party of an offered call is rung."""
        if self._immediate:
            return  # done in group A
        self._possible(lib.r2_accept(self._span, slot, mode), slot, "accept")

    def answer(self, slot: int, twice: bool = False) -> None:
        """The called party has answered an accepted call. twice: clear back and answer again."""
        self._possible(lib.r2_answer(self._span, slot, twice), slot, "answer")

    def disconnect(self, slot: int, cause: R2Cause = R2Cause.NORMAL) -> None:
        """Refuse an offered call with a cause, end a call, or follow a far end that has ended it."""
        self._possible(lib.r2_disconnect(self._span, slot, cause), slot, "disconnect")

    def reset(self, slot: int) -> None:
        """Forget the call, if there is one, and send idle; ends blocking."""
        self._possible(lib.r2_idle(self._span, slot), slot, "be idle")

    def block(self, slot: int) -> None:
        """Forget the call, if there is one, and take no others."""
        self._possible(lib.r2_block(self._span, slot), slot, "block")

    def say_instead(self, slot: int, signal: str) -> None:
        """The next backward signal of the circuit is this one (such as A-4, congestion, before the number is known)."""
        lib.r2_say_instead(self._span, slot, signal.encode())

    def spoil(self, slot: int, fault: R2Fault = SOUND) -> None:
        """From now on the circuit's signals are wrong in this way."""
        lib.r2_break(self._span, slot, (fault.level, fault.shift, fault.pulse, fault.deaf, fault.stuck))

    def free(self, slot: int) -> bool:
        """Could a call begin on the circuit?"""
        return bool(lib.r2_free(self._span, slot))

    def sent_bits(self, slot: int) -> int:
        """The line's bits that this end sends."""
        return int(lib.r2_sent_bits(self._span, slot))

    def state(self, slot: int) -> str:
        """The library's words for the state of the line signals, for logs."""
        return str(ffi.string(lib.r2_state(self._span, slot)).decode())

    @property
    def busy(self) -> int:
        """Circuits that cost time at the next tick."""
        return int(lib.r2_busy(self._span))

    @property
    def lost_events(self) -> int:
        """Events that nobody took in time."""
        return int(lib.r2_lost_events(self._span))

    # -- what comes from the span ------------------------------------------------------------------------------------

    def alarm(self, on: bool, now: int) -> None:
        """The span's signal is lost or back; while it is lost bits mean nothing."""
        self._clock(now)
        lib.r2_alarm(self._span, on)

    def tick(self, now: int, codes: Codes, bits: Mapping[int, int]) -> R2Tick:
        """20 ms. codes: uint8 (31, 160) heard, A-law. bits: ABCD heard that have changed, by timeslot, A is 8.

        The arrays of `R2Tick.codes` are used again at the next tick.
        """
        self._clock(now)
        for slot, abcd in bits.items():
            lib.r2_bits(self._span, slot, abcd)
        if codes.shape != self._sent.shape:
            raise ValueError(f"a tick of a span has {self._sent.shape} codes, not {codes.shape}")
        heard = ffi.from_buffer("uint8_t *", np.ascontiguousarray(codes))
        carried = lib.r2_tick(self._span, heard, self._sent_at)
        return R2Tick(self._events(), self._codes(carried), self._bits())

    def _clock(self, now: int) -> None:
        self.now = now
        lib.r2_clock(self._span, now)

    def _codes(self, carried: int) -> dict[int, Codes]:
        return {slot: self._sent[slot - 1] for slot in _slots(carried)} if carried else {}

    def _bits(self) -> dict[int, int]:
        return {slot: self.sent_bits(slot) for slot in _slots(lib.r2_changed_bits(self._span))}

    def _events(self) -> list[R2Event]:
        events = []
        while lib.r2_next_event(self._span, self._event):
            events.append(_event(self._event))
        return events

    def _possible(self, result: int, slot: int, verb: str) -> None:
        if result:
            state = self.state(slot) or "no circuit"
            raise NotPossible(f"timeslot {slot} cannot {verb} now: {state}")


def _slots(mask: int) -> list[int]:
    return [slot for slot in CIRCUITS if mask >> (slot - 1) & 1] if mask else []


def _event(event: Any) -> R2Event:
    slot, at, value = event.slot, event.at, event.value
    if event.kind in SIMPLE:
        return SIMPLE[event.kind](slot, at)
    if event.kind == lib.R2_DIGIT:
        return Digit(slot, at, chr(value))
    if event.kind == lib.R2_OFFERED:
        calling = None if event.withheld else ffi.string(event.calling).decode()
        return Offered(slot, at, ffi.string(event.called).decode(), calling, Category(value))
    if event.kind == lib.R2_ACCEPTED:
        return Accepted(slot, at, Mode(value))
    if event.kind == lib.R2_DISCONNECTED:
        return Disconnected(slot, at, R2Cause(value))
    return ProtocolError(slot, at, ffi.string(lib.r2_reason(value)).decode())


@ffi.def_extern()  # type: ignore[untyped-decorator]
def r2_wants_digit(owner: Any, slot: int, called: Any) -> int:
    """For the library: does it ask for one more digit of the called number?"""
    complete: Complete | None = ffi.from_handle(owner)
    return complete is None or not complete(slot, ffi.string(called).decode())
