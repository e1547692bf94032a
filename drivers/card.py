"""The contract every back-end keeps: a card hands over ticks and takes them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from drivers.events import Event
from dsp.receiver import TICK, Int16

Law = Literal["alaw", "mulaw"]
Signalling = Literal["fxs_ks", "fxs_ls", "fxo_ks", "fxo_ls", "clear"]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of every matrix.

    name: what people call it, unique on the card ("hotline-1"); used in every log record.
    device: what the back-end calls it ("/dev/dahdi/1").
    signalling: an FXO port (line to the exchange) is signalled fxs_ks or fxs_ls.
    """

    name: str
    device: str = ""
    signalling: Signalling = "fxs_ks"
    law: Law = "alaw"


@dataclass(frozen=True, slots=True)
class Tick:
    """160 samples of every line of a card.

    rx: int16 (lines, 160), linear, full scale 32768. The card may reuse the array at the next read: copy to keep.
    events: what the hardware reported, in order, stamped with the card's sample count.
    lost: samples that every line lost before this tick (a late reader); the clock must advance by 160 + lost.
    """

    rx: Int16
    events: Sequence[Event] = ()
    lost: int = 0


@dataclass(slots=True)
class Counters:
    """Losses and anomalies of one card since it was opened; never reset.

    tx_dropped: blocks that found no room, or came too late. missed_blocks: one line's block came short or not at all.
    """

    ticks: int = 0
    lost_samples: int = 0
    rx_overruns: int = 0
    tx_underruns: int = 0
    tx_dropped: int = 0
    missed_blocks: int = 0
    dropped_events: int = 0
    dead_lines: int = 0
    unknown_events: int = 0


class Card(ABC):
    """One clock domain and its lines.

    name: the card's name in logs. lines: row i of every matrix is lines[i]. live: does read() wait for the world?

    Use from one thread at a time: `read` and `write` by the pump, the verbs by whoever awaits between ticks. Every verb
    takes the line's row, and raises BadLine for one that does not exist, LineClosed after close(),
    LineLost if it is gone.
    """

    def __init__(self, name: str, lines: Sequence[Line], *, live: bool) -> None:
        self.name = name
        self.lines = tuple(lines)
        self.live = live
        self.counters = Counters()

    @abstractmethod
    def read(self) -> Tick:
        """Wait for the next 160 samples (a live card) or make them (a simulated one). A dead line is a silent row."""

    @abstractmethod
    def write(self, tx: Int16) -> None:
        """Send int16 (lines, 160): exactly as many samples as were read."""

    @abstractmethod
    def heard(self, events: Sequence[Event]) -> list[Event]:
        """In-band findings of this tick in (busy tone, dial tone, caller ID, silence), call events out."""

    @abstractmethod
    def answer(self, line: int) -> None:
        """Go off hook on a ringing line; `Answered` follows in a later tick."""

    @abstractmethod
    def hang_up(self, line: int) -> None:
        """Go on hook; `HungUp(cause="local")` follows in a later tick. Hanging up an idle line does nothing."""

    @abstractmethod
    def place_call(self, line: int, number: str) -> None:
        """Seize an idle line and dial."""

    @abstractmethod
    def close(self) -> None:
        """Hang up and release every line. Closing twice does nothing."""

    def silence(self) -> Int16:
        """A tick of silence for all lines."""
        return np.zeros((len(self.lines), TICK), np.int16)

    def __enter__(self) -> Card:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
