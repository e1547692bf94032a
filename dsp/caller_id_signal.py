"""The sound of caller ID, as an exchange sends it: FSK after the first ring, or DTMF before it."""

from __future__ import annotations

from typing import Literal

import numpy as np

from dsp.caller_id_message import Form, Message, encode
from dsp.dtmf_signal import keys
from dsp.fsk import BELL_202, V23, Bits, Modulation, characters, modulate
from dsp.receiver import Float32

FskKind = Literal["fsk-v23", "fsk-bell202"]
MODULATIONS: dict[FskKind, Modulation] = {"fsk-v23": V23, "fsk-bell202": BELL_202}

SEIZURE_BITS = 300
MARK_BITS = 180
_TRAILING_MARK_BITS = 10


def fsk_bits(message: bytes, seizure: int = SEIZURE_BITS, mark: int = MARK_BITS) -> Bits:
    """Channel seizure (alternating bits, 0 first), mark, the characters of the message, and a little mark."""
    alternating = np.arange(seizure, dtype=np.uint8) % 2
    return np.concatenate(
        [alternating, np.ones(mark, np.uint8), characters(message), np.ones(_TRAILING_MARK_BITS, np.uint8)]
    )


def fsk_signal(
    number: str,
    name: str = "",
    when: str = "",
    reason: str = "",
    *,
    kind: FskKind = "fsk-v23",
    form: Form = "mdmf",
    level: float = -13.0,
    clock: float = 0.0,
) -> Float32:
    """A whole FSK transmission: float32, linear, 8 kHz.

    when: MMDDhhmm. reason: "O" or "P" when the number is withheld. clock: relative error of the sender's bit rate.
    Raises ValueError for a message that is too long.
    """
    message = encode(Message(number, name, when, reason), form)
    return modulate(fsk_bits(message), MODULATIONS[kind], level, clock)


def dtmf_signal(
    number: str, start: str = "D", end: str = "C", level: float = -10.0, on: int = 560, off: int = 560
) -> Float32:
    """The number between its marks as DTMF (70 ms on and off), sent before the first ring: float32, linear, 8 kHz."""
    return keys(start + number + end, level, on, off)
