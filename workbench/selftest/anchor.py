"""libspandsp's receivers, many lines at a time: what half the world's open exchanges hear with, on the same signals.

Bound at run time (cffi in ABI mode): the library is enough, no headers, no compiler. `load` gives None where it is
absent. Every call makes new receivers; samples are int16 (lines, n).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, Literal

import cffi
import numpy as np

from dsp.plans import PlanTone, TonePlan
from dsp.receiver import TICK, Int16

LIBRARY = "libspandsp.so.2"
ABSENT = "anchor: not installed (apt-get install libspandsp2)"

Fax = Literal["cng", "ced"]
Standard = Literal["bell202", "v23"]

_DECLARED = """
typedef void (*report_t)(void *user, int code, int level, int delay);
typedef void (*message_t)(void *user, const uint8_t *message, int length);

void *dtmf_rx_init(void *s, void *callback, void *user);
int dtmf_rx(void *s, const int16_t *samples, int count);
int dtmf_rx_fillin(void *s, int count);
size_t dtmf_rx_get(void *s, char *digits, int most);
int dtmf_rx_free(void *s);

void *super_tone_rx_make_descriptor(void *descriptor);
int super_tone_rx_free_descriptor(void *descriptor);
int super_tone_rx_add_tone(void *descriptor);
int super_tone_rx_add_element(void *descriptor, int tone, int f1, int f2, int least, int most);
void *super_tone_rx_init(void *s, void *descriptor, report_t report, void *user);
int super_tone_rx(void *s, const int16_t *samples, int count);
int super_tone_rx_free(void *s);

void *modem_connect_tones_rx_init(void *s, int tone, report_t report, void *user);
int modem_connect_tones_rx(void *s, const int16_t *samples, int count);
int modem_connect_tones_rx_free(void *s);

void *adsi_rx_init(void *s, int standard, message_t message, void *user);
int adsi_rx(void *s, const int16_t *samples, int count);
int adsi_rx_free(void *s);
"""
_MOST_DIGITS = 128
_CADENCE_TOLERANCE = 0.1
_CADENCE_SLACK_MS = 30
"""The library measures in blocks of 16 ms; its own tests allow as much."""
_FAX: dict[Fax, int] = {"cng": 1, "ced": 2}
_STANDARDS: dict[Standard, int] = {"bell202": 1, "v23": 2}


@dataclass(frozen=True, slots=True)
class Key:
    """A key that was reported. by: the sample at the end of the stretch in which it was."""

    digit: str
    by: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """The library, loaded."""

    ffi: cffi.FFI
    library: Any

    def keys(self, rx: Int16, cut: int = 0, lost: tuple[int, int] | None = None) -> list[list[Key]]:
        """DTMF keys of each line. cut: samples handed over at a time (all, when 0). lost: first and last + 1 of the
        samples that are declared lost (`dtmf_rx_fillin`).
        """
        return [self._keys(row, cut or max(len(row), 1), lost) for row in np.ascontiguousarray(rx)]

    def _keys(self, row: Int16, cut: int, lost: tuple[int, int] | None) -> list[Key]:
        state = self.library.dtmf_rx_init(self.ffi.NULL, self.ffi.NULL, self.ffi.NULL)
        buffer = self.ffi.new("char[]", _MOST_DIGITS + 1)
        heard: list[Key] = []
        edges = sorted({*range(0, len(row), cut), len(row), *(lost or ())})
        for first, end in itertools.pairwise(edges):
            if lost and first == lost[0]:
                self.library.dtmf_rx_fillin(state, end - first)
            else:
                self.library.dtmf_rx(state, self._samples(row[first:end]), end - first)
            count = self.library.dtmf_rx_get(state, buffer, _MOST_DIGITS)
            heard += [Key(digit, end) for digit in str(bytes(self.ffi.buffer(buffer, count)), "ascii")] if count else []
        self.library.dtmf_rx_free(state)
        return heard

    def tones(self, rx: Int16, plan: TonePlan) -> list[list[str]]:
        """Names of the plan's tones that began on each line, in their order. It takes two frequencies at most."""
        descriptor = self.library.super_tone_rx_make_descriptor(self.ffi.NULL)
        names = {self._tone(descriptor, tone): tone.name for tone in plan.tones if len(tone.frequencies) <= 2}
        codes = [
            self._reports(row, self.library.super_tone_rx_init, descriptor, "super_tone_rx")
            for row in np.ascontiguousarray(rx)
        ]
        self.library.super_tone_rx_free_descriptor(descriptor)
        return [[names[code] for code in line if code in names] for line in codes]

    def _tone(self, descriptor: Any, tone: PlanTone) -> int:
        made = self.library.super_tone_rx_add_tone(descriptor)
        low, high = (*map(round, tone.frequencies), 0)[:2]
        if tone.continuous:
            self.library.super_tone_rx_add_element(descriptor, made, low, high, 700, 0)
        for on, off in tone.cadence:
            for frequencies, seconds in (((low, high), on), ((0, 0), off)):
                least = round(1000 * seconds * (1 - _CADENCE_TOLERANCE)) - _CADENCE_SLACK_MS
                most = round(1000 * seconds * (1 + _CADENCE_TOLERANCE)) + _CADENCE_SLACK_MS
                self.library.super_tone_rx_add_element(descriptor, made, *frequencies, least, most)
        return int(made)

    def fax(self, rx: Int16, tone: Fax) -> list[bool]:
        """On which lines the fax tone was heard."""
        init = self.library.modem_connect_tones_rx_init
        rows = np.ascontiguousarray(rx)
        return [any(self._reports(row, init, _FAX[tone], "modem_connect_tones_rx")) for row in rows]

    def _reports(self, row: Int16, init: Any, what: Any, name: str) -> list[int]:
        """The codes that a receiver of tones reported: above 0 a tone, else its end."""
        codes: list[int] = []
        report = self.ffi.callback("report_t", lambda _user, code, _level, _delay: codes.append(code))
        state = init(self.ffi.NULL, what, report, self.ffi.NULL)
        for at in range(0, len(row), TICK):
            piece = row[at : at + TICK]
            getattr(self.library, name)(state, self._samples(piece), len(piece))
        getattr(self.library, f"{name}_free")(state)
        return codes

    def caller_ids(self, rx: Int16, standard: Standard) -> list[list[bytes]]:
        """The caller ID messages of each line whose checksum was right: type, length, body, as they came."""
        return [self._messages(row, standard) for row in np.ascontiguousarray(rx)]

    def _messages(self, row: Int16, standard: Standard) -> list[bytes]:
        found: list[bytes] = []

        def take(_user: Any, message: Any, length: int) -> None:
            found.append(bytes(self.ffi.buffer(message, length)))

        callback = self.ffi.callback("message_t", take)
        state = self.library.adsi_rx_init(self.ffi.NULL, _STANDARDS[standard], callback, self.ffi.NULL)
        self.library.adsi_rx(state, self._samples(row), len(row))
        self.library.adsi_rx_free(state)
        return found

    def _samples(self, row: Int16) -> Any:
        return self.ffi.from_buffer("int16_t[]", row.data)


def load() -> Anchor | None:
    """The library, or None where it is not installed."""
    ffi = cffi.FFI()
    ffi.cdef(_DECLARED)
    try:
        return Anchor(ffi, ffi.dlopen(LIBRARY))
    except OSError:
        return None
