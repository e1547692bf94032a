"""DAHDI's numbers that Python needs: events, signalling types. The C side's are in abi.h."""

from __future__ import annotations

from drivers.card import Signalling
from drivers.signals import SignalKind

READ_OVERRUN = 29
WRITE_UNDERRUN = 30
ALARM = 4
NOALARM = 5
REMOVED = 20

FXO_SIGNALS: dict[int, SignalKind] = {
    18: "ring_on",  # RINGBEGIN: a burst begins
    2: "ring_off",  # RINGOFFHOOK: some 50 ms after its end
    1: "loop_open",  # ONHOOK: battery was dropped (kewl start)
    17: "polarity",
    ALARM: "battery_lost",
    NOALARM: "battery_back",
    REMOVED: "removed",
}

EXPECTED = frozenset({9, 10, 11, 12, 19, 21, 22, 23, 24, 25, 26, 27, 28})
"""Events that say nothing about a call: dial, ring and hook complete, echo canceller, message waiting, fax tones."""

SIGNALLING: dict[int, Signalling] = {
    0x2004: "fxs_ks",
    0x2001: "fxs_ls",
    0x1020: "fxo_ks",
    0x1008: "fxo_ls",
    0x80: "clear",
}
