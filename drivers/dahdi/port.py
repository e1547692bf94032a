"""The C side's functions with Python's types: no telephony here, only arrays, structs and errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from drivers.card import Counters, Law
from drivers.dahdi import faults
from drivers.dahdi._dahdi import ffi, lib
from dsp import g711
from dsp.receiver import TICK, Int16

LAWS: tuple[Law, Law] = ("alaw", "mulaw")
EVENT_ROOM = 1024


def _tables() -> Any:
    """struct ls_tables on dsp.g711's arrays, which live as long as the module does."""
    tables = ffi.new("struct ls_tables *")
    for i, law in enumerate(LAWS):
        tables.expand[i] = ffi.cast("const int16_t *", ffi.from_buffer(g711.DECODE[law]))
        tables.compress[i] = ffi.cast("const uint8_t *", ffi.from_buffer(g711.ENCODE[law]))
    return tables


@dataclass(frozen=True, slots=True)
class Info:
    """One channel as the kernel knows it. signalling: DAHDI's number. alarms: DAHDI's bits, 0 = none."""

    channel: int
    span: int
    name: str
    signalling: int
    law: Law
    alarms: int
    off_hook: bool


def ask(channel: int) -> Info:
    """What the kernel says of a channel, also while another program holds it. Raises CardNotFound, DriverError."""
    info = ffi.new("struct ls_info *")
    error = lib.ls_ask(channel, info)
    if error:
        raise faults.opening(error, channel, "open" if -error in faults.NO_DEVICE else "SPECIFY")
    return _info(info)


def _info(info: Any) -> Info:
    name = ffi.string(info.name).decode("utf-8", "replace")
    return Info(info.channel, info.span, name, info.signalling, LAWS[info.law], info.alarms, bool(info.off_hook))


class Port:
    """The open channels of a card, as one block of rows. names: of channels, for the message of an error."""

    def __init__(
        self, channels: Sequence[int], buffers: int, prefill: int, names: Mapping[int, str] | None = None
    ) -> None:
        error, place = ffi.new("int *"), ffi.new("struct ls_place *")
        self._card = lib.ls_open(list(channels), len(channels), buffers, prefill, _tables(), error, place)
        if self._card == ffi.NULL:
            name = (names or {}).get(place.channel, "")
            raise faults.opening(error[0], place.channel, ffi.string(place.step).decode(), name)
        self._rx: Int16 = np.zeros((len(channels), TICK), np.int16)
        self._rx_pointer = ffi.cast("int16_t *", ffi.from_buffer(self._rx))
        self._events = ffi.new("struct ls_event[]", EVENT_ROOM)
        self._tick = ffi.new("struct ls_tick *")
        self._count = ffi.new("struct ls_counters *")
        self.waited = True

    @property
    def closed(self) -> bool:
        """Has close() been called?"""
        return self._card is None

    def read(self) -> tuple[Int16, list[tuple[int, int]], int]:
        """The next tick: rx (reused at the next read), events as (line, code), samples lost before it."""
        lib.ls_read(self._card, self._rx_pointer, self._events, EVENT_ROOM, self._tick)
        self.waited = bool(self._tick.waited)
        found = [(self._events[i].line, self._events[i].code) for i in range(self._tick.events)]
        return self._rx, found, self._tick.lost

    def write(self, tx: Int16) -> None:
        """Send int16 (lines, 160). Raises ValueError for another shape or type."""
        if tx.shape != self._rx.shape or tx.dtype != np.int16:
            raise ValueError(f"a tick is int16 {self._rx.shape}, not {tx.dtype} {tx.shape}")
        tx = np.ascontiguousarray(tx)
        lib.ls_write(self._card, ffi.cast("const int16_t *", ffi.from_buffer(tx)))

    def hook(self, line: int, off_hook: bool) -> int:
        """0 or -errno."""
        return int(lib.ls_hook(self._card, line, off_hook))

    def info(self, line: int) -> Info:
        """What the kernel says of a channel now. Raises LineLost."""
        info = ffi.new("struct ls_info *")
        error = lib.ls_info(self._card, line, info)
        if error:
            raise faults.verb(error, str(line))
        return _info(info)

    def count(self, counters: Counters) -> None:
        """Bring the counters up to date."""
        count = self._count
        lib.ls_count(self._card, count)
        counters.ticks, counters.lost_samples = count.ticks, count.lost_samples
        counters.rx_overruns, counters.tx_underruns = count.rx_overruns, count.tx_underruns
        counters.dropped_events, counters.dead_lines = count.dropped_events, count.dead_lines
        counters.missed_blocks = count.missed_blocks + count.short_blocks
        counters.tx_dropped = count.tx_dropped

    def close(self) -> None:
        """Release the channels. Closing twice does nothing."""
        card, self._card = self._card, None
        if card is not None:
            lib.ls_close(card)
