"""The sound of caller ID, as an exchange sends it: FSK after the first ring, or DTMF before it."""

from __future__ import annotations

from typing import Literal

import numpy as np

from dsp.caller_id.message import Form, Message, encode
from dsp.caller_id.text import Parity
from dsp.dtmf.signal import keys
from dsp.fsk import BELL_202, V23, Bits, Modulation, characters, modulate
from dsp.levels import amplitude
from dsp.receiver import RATE, Float32

FskKind = Literal["fsk-v23", "fsk-bell202"]
MODULATIONS: dict[FskKind, Modulation] = {"fsk-v23": V23, "fsk-bell202": BELL_202}

SEIZURE_BITS = 300
MARK_BITS = 180
_TRAILING_MARK_BITS = 10
_ALERT = (2130.0, 2750.0)
_ALERT_SAMPLES, _ALERT_PAUSE = 100 * RATE // 1000, 60 * RATE // 1000


def fsk_bits(message: bytes, seizure: int = SEIZURE_BITS, mark: int = MARK_BITS, stuffing: int = 0) -> Bits:
    """Channel seizure (alternating bits, 0 first), mark, the characters of the message, and a little mark.

    stuffing: bits of mark after each character beside its stop bit.
    """
    alternating = np.arange(seizure, dtype=np.uint8) % 2
    body = np.pad(characters(message).reshape(-1, 10), ((0, 0), (0, stuffing)), constant_values=1).ravel()
    return np.concatenate([alternating, np.ones(mark, np.uint8), body, np.ones(_TRAILING_MARK_BITS, np.uint8)])


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
    parity: Parity = "none",
    seizure: int = SEIZURE_BITS,
    mark: int = MARK_BITS,
    tilt: float = 0.0,
    alert: bool = False,
) -> Float32:
    """A whole FSK transmission: float32, linear, 8 kHz.

    when: MMDDhhmm. reason: "O" or "P" when the number is withheld. clock: relative error of the sender's bit rate.
    parity: of the text, where an exchange sends seven bits. seizure, mark: bits before the message. tilt: dB by which
    the space is louder than the mark, half given and half taken. alert: the dual tone that announces a message before
    the first ring (DT-AS, EN 300 659-1) goes before it.
    Raises ValueError for a message that is too long, or text that parity does not fit.
    """
    message = encode(Message(number, name, when, reason), form, parity)
    return fsk_message(message, kind, level, clock, seizure, mark, tilt, alert)


def fsk_message(
    message: bytes,
    kind: FskKind = "fsk-v23",
    level: float = -13.0,
    clock: float = 0.0,
    seizure: int = SEIZURE_BITS,
    mark: int = MARK_BITS,
    tilt: float = 0.0,
    alert: bool = False,
) -> Float32:
    """The transmission of any message (see `fsk_signal`), such as `caller_id.message.encode` makes."""
    sound = modulate(fsk_bits(message, seizure, mark), MODULATIONS[kind], level, clock, tilt)
    return np.concatenate([alerting(level), sound]) if alert else sound


def alerting(level: float = -13.0) -> Float32:
    """The dual tone alerting signal, 100 ms of 2130 and 2750 Hz and the pause after it. level: of each tone."""
    time = np.arange(_ALERT_SAMPLES) / RATE
    tone = amplitude(level) * np.sum([np.sin(2 * np.pi * frequency * time) for frequency in _ALERT], axis=0)
    return np.concatenate([tone, np.zeros(_ALERT_PAUSE)]).astype(np.float32)


def dtmf_signal(
    number: str,
    start: str = "D",
    end: str = "C",
    level: float = -10.0,
    on: int = 560,
    off: int = 560,
    twist: float = 0.0,
) -> Float32:
    """The number between its marks as DTMF (70 ms on and off), sent before the first ring: float32, linear, 8 kHz."""
    return keys(start + number + end, level, on, off, twist)
