"""Caller ID as exchanges send it, made without the project's own generator: messages, modulation, lines.

The phase of the FSK is that of continuous time, on half of the lines; on the others the sender changes frequency at its
next sample only, as many do. Frequencies, clocks, levels, phases and moments are random within what a row says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dsp.g711 import Law
from dsp.levels import amplitude
from dsp.receiver import RATE, Float32, Int16
from workbench.selftest.keying import coded, noise

Form = Literal["SDMF", "MDMF"]
Range = tuple[float, float]
Float64 = NDArray[np.float64]

MODEMS: dict[str, tuple[float, float]] = {"Bell 202": (1200.0, 2200.0), "V.23": (1300.0, 2100.0)}
"""Mark and space in Hz."""
_BAUD = 1200
_BEFORE, _AFTER = 1600, 2400


@dataclass(frozen=True, slots=True)
class Terms:
    """What the lines of a row are like. clock, tilt, level: from, to. snr: dB, noise over 300-3400 Hz, None: none."""

    modem: str
    snr: Range | None = None
    level: Range = (-24.0, -10.0)
    clock: Range = (-0.002, 0.002)
    tilt: Range = (0.0, 0.0)
    seizure: tuple[int, int] = (300, 300)
    mark: tuple[int, int] = (80, 180)
    law: Law = "alaw"


@dataclass(frozen=True, slots=True)
class Said:
    """What was sent on a line."""

    number: str
    name: str
    when: str


def lines(rng: np.random.Generator, terms: Terms, count: int) -> tuple[Int16, list[Said]]:
    """One message on each line, SDMF and MDMF in turn, and what they say."""
    said = [_said(rng, bool(i % 2)) for i in range(count)]
    levels = rng.uniform(*terms.level, count)
    sounds = [_sound(rng, terms, one, float(level)) for one, level in zip(said, levels, strict=True)]
    rx = np.zeros((count, _BEFORE + RATE // 10 + max(map(len, sounds)) + _AFTER), np.float32)
    for row, sound in zip(rx, sounds, strict=True):
        at = _BEFORE + int(rng.integers(RATE // 10))
        row[at : at + len(sound)] = sound
    if terms.snr is not None:
        below = levels - rng.uniform(*terms.snr, count)
        rx += noise(rng, rx.shape, 0.0) * (10 ** (below / 20))[:, None].astype(np.float32)
    return coded(rx, terms.law), said


def _said(rng: np.random.Generator, multiple: bool) -> Said:
    month, day, hour, minute = (int(rng.integers(low, high)) for low, high in ((1, 13), (1, 29), (0, 24), (0, 60)))
    number = "".join(map(str, rng.integers(0, 10, int(rng.integers(3, 16)))))
    letters = rng.choice(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), int(rng.integers(1, 16)))
    name = "".join(letters) if multiple and rng.random() < 0.5 else ""
    return Said(number, name, f"{month:02}{day:02}{hour:02}{minute:02}")


def _message(said: Said, form: Form) -> bytes:
    """Type, length, content, and the two's complement of their sum."""
    if form == "SDMF":
        body = (said.when + said.number).encode()
    else:
        fields = ((1, said.when), (2, said.number), (7, said.name))
        body = b"".join(bytes([kind, len(text)]) + text.encode() for kind, text in fields if text)
    data = bytes([0x04 if form == "SDMF" else 0x80, len(body)]) + body
    return data + bytes([-sum(data) & 0xFF])


def _bits(rng: np.random.Generator, terms: Terms, message: bytes) -> NDArray[np.bool_]:
    seizure, mark = (int(rng.integers(low, high + 1)) for low, high in (terms.seizure, terms.mark))
    made = [bool(i % 2) for i in range(seizure)] + [True] * mark
    for value in message:
        made += [False, *(bool(value >> bit & 1) for bit in range(8)), True]
    return np.array(made + [True] * 10)


def _sound(rng: np.random.Generator, terms: Terms, said: Said, level: float) -> Float32:
    bits = _bits(rng, terms, _message(said, "MDMF" if said.name or rng.random() < 0.5 else "SDMF"))
    rate = _BAUD * (1 + rng.uniform(*terms.clock))
    frequency = np.where(bits, *(f * (1 + rng.uniform(-0.003, 0.003)) for f in MODEMS[terms.modem]))
    time = (np.arange(int(len(bits) * RATE / rate)) + rng.random() * 0.99) / RATE
    bit = np.minimum((time * rate).astype(np.int64), len(bits) - 1)
    if rng.random() < 0.5:
        turns = np.concatenate([[0.0], np.cumsum(frequency / rate)])[bit] + frequency[bit] * (time - bit / rate)
    else:
        turns = np.cumsum(frequency[bit]) / RATE
    sound = amplitude(level) * np.sin(2 * np.pi * (turns + rng.random()))
    return _tilted(sound, rng.uniform(*terms.tilt)).astype(np.float32)


def _tilted(sound: Float64, tilt: float) -> Float64:
    """Through a line that favours 2200 Hz over 1200 Hz by that many dB (or the other way round)."""
    frequency = np.fft.rfftfreq(len(sound) + 200, 1 / RATE)
    slope = np.clip((frequency - 1700) / 1000, -1.5, 1.5)
    spectrum = np.fft.rfft(sound, len(sound) + 200) * 10 ** (tilt * slope / 20)
    return np.asarray(np.fft.irfft(spectrum, len(sound) + 200))
