"""Tone zones: what LOADZONE defines, and the zone of the office's own country that is there from the start.

A definition is a ring of stretches; each has two resonators x[n + 1] = fac / 2^15 * x[n] - x[n - 1], which are sines.
"""

from __future__ import annotations

import errno
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dsp.dtmf.signal import HIGH, KEYS, LOW
from dsp.levels import amplitude
from dsp.plans import PlanTone, TonePlan
from dsp.receiver import RATE, Float32
from hw_sim.dahdi.kernel import abi

Sine = tuple[float, float, float]
"""(radians a sample, factor of the cosine, factor of the sine)."""

KEY_LEVEL, MF_LEVEL = -7.0, -10.0
"""dBm0 of each tone of a key, and of a multi-frequency signal, in the office's own zone."""

NAMES = {
    0: ("dial",),
    1: ("busy",),
    2: ("ringback",),
    3: ("congestion",),
    4: ("call_waiting",),
    5: ("special_dial",),
    6: ("recording",),
    7: ("sit", "vacant"),
    10: ("special_dial",),
}
"""DAHDI's tones and what they are called in a plan; the first that a plan has."""

CADENCES = {
    "hk": (400, 200, 400, 3000),
    "tw": (1000, 2000),
    "us": (2000, 4000),
    "uk": (400, 200, 400, 2000),
    "jp": (1000, 2000),
}
"""Ringing by country, ms; 1 s in 5 elsewhere (ITU-T E.180 supplement 2)."""

DTMF_KEYS = "0123456789*#ABCD"
MFR1 = (700, 900, 1100, 1300, 1500, 1700)
MFR2_FORWARD = (1380, 1500, 1620, 1740, 1860, 1980)
MFR2_BACKWARD = (1140, 1020, 900, 780, 660, 540)
PAIRS = [(low, high) for high in range(1, 6) for low in range(high)]
"""Signal n of ITU-T Q.441, and digit n of Q.320, is PAIRS[n - 1]."""
MFR1_SIGNALS = (10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 15, 12, 14, 11)
"""0 to 9, KP, ST, ST', ST'', ST''' as places in PAIRS."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a tone. follows: the part after it. modulated: the second sine shapes the first."""

    samples: int
    sines: tuple[Sine, ...] = ()
    modulated: bool = False
    follows: int = 0

    def sound(self, at: int, samples: int) -> Float32:
        """Samples at .. at + samples of it: float32, linear."""
        index = np.arange(at + 2, at + 2 + samples)
        waves = [a * np.cos(w * index) + b * np.sin(w * index) for w, a, b in self.sines]
        if self.modulated and len(waves) == 2:
            return np.asarray(waves[0] * np.abs(waves[1] - 32768) * 0.9 / 32768, np.float32)
        return np.asarray(sum(waves, np.zeros(samples)), np.float32)


@dataclass(frozen=True, slots=True)
class Zone:
    """number: libtonezone's. cadence: of its ringing, ms. tones: DAHDI_TONE_* -> first part. signals: keys and MF."""

    number: int
    name: str
    cadence: tuple[int, ...]
    parts: Sequence[Part] = ()
    tones: Mapping[int, int] = field(default_factory=dict)
    signals: Mapping[int, Part] = field(default_factory=dict)


def resonator(fac: int, x0: int, x1: int) -> Sine:
    """The sine that a resonator makes; silence where it would not swing."""
    cosine = fac / 65536
    if abs(cosine) >= 1 or not (x0 or x1):
        return (0.0, 0.0, 0.0)
    w = math.acos(cosine)
    return (w, x0, (x1 - x0 * cosine) / math.sin(w))


def define(header: bytes, definitions: bytes) -> Zone:
    """LOADZONE's struct dahdi_tone_def_header and the dahdi_tone_def that follow it.

    Raises OSError EINVAL, or EFAULT when there are fewer definitions than the header says.
    """
    count, number, *cadence, name = abi.ZONE_HEADER.unpack(header)
    if not 0 <= number < 256 or not 0 <= count <= abi.ZONE_TONES:
        raise OSError(errno.EINVAL, "no such zone")
    if len(definitions) < count * abi.TONE_DEF.size:
        raise OSError(errno.EFAULT, "definitions are missing")
    found = list(abi.TONE_DEF.iter_unpack(definitions[: count * abi.TONE_DEF.size]))
    parts = [_part(definition, count) for definition in found]
    tones: dict[int, int] = {}
    signals: dict[int, Part] = {}
    for i, definition in enumerate(found):
        if definition[0] < abi.TONE_MAX:
            tones.setdefault(definition[0], i)
        else:
            signals[definition[0]] = parts[i]
    return Zone(number, name.split(b"\0")[0].decode("ascii", "replace"), tuple(cadence), parts, tones, signals)


def _part(definition: tuple[int, ...], count: int) -> Part:
    tone, follows, samples, _, fac1, x0, x1, fac2, y0, y1, modulated = definition
    if 0 <= tone < abi.TONE_MAX:
        if not 0 <= follows < count:
            raise OSError(errno.EINVAL, "a part is followed by none of the zone")
    elif not any(base <= tone <= most for base, most in SIGNALS):
        raise OSError(errno.EINVAL, "no such tone")
    return Part(samples, (resonator(fac1, x0, x1), resonator(fac2, y0, y1)), bool(modulated), follows)


SIGNALS = (
    (abi.DTMF_BASE, abi.DTMF_MAX),
    (abi.MFR1_BASE, abi.MFR1_MAX),
    (abi.MFR2_FWD_BASE, abi.MFR2_FWD_MAX),
    (abi.MFR2_REV_BASE, abi.MFR2_REV_MAX),
)


def of_plan(number: int, plan: TonePlan) -> Zone:
    """The zone of a country whose tones are known to `dsp`."""
    parts: list[Part] = []
    tones: dict[int, int] = {}
    known = {tone.name: tone for tone in reversed(plan.tones)}
    for code, names in NAMES.items():
        tone = next((known[name] for name in names if name in known), None)
        if tone:
            tones[code] = len(parts)
            parts += _parts(tone, len(parts))
    return Zone(number, plan.name, CADENCES.get(plan.name, (1000, 4000)), parts, tones, _signals())


def _parts(tone: PlanTone, first: int) -> list[Part]:
    """The ring of a plan's tone, from that place on."""
    level = tone.level - 10 * math.log10(len(tone.bursts[0]))
    stretches: list[tuple[int, tuple[Sine, ...]]] = []
    for (on, off), burst in zip(tone.cycle or ((RATE, 0),), tone.bursts, strict=True):
        stretches += [(on, tuple(sine(f, level) for f in burst)), (off, ())]
    stretches = [(samples, sines) for samples, sines in stretches if samples]
    after = [*range(first + 1, first + len(stretches)), first]
    return [Part(samples, sines, follows=n) for (samples, sines), n in zip(stretches, after, strict=True)]


def sine(frequency: float, level: float) -> Sine:
    """A sine of so many Hz and dBm0, beginning at zero (the first sample out of a resonator is its third)."""
    w, peak = 2 * math.pi * frequency / RATE, amplitude(level)
    return (w, -peak * math.sin(2 * w), peak * math.cos(2 * w))


def _signals() -> dict[int, Part]:
    made = {}
    for i, key in enumerate(DTMF_KEYS):
        place = KEYS.index(key)
        made[abi.DTMF_BASE + i] = _pair((LOW[place // 4], HIGH[place % 4]), KEY_LEVEL)
    for i, place in enumerate(MFR1_SIGNALS):
        made[abi.MFR1_BASE + i] = _mf(MFR1, place)
    for i in range(15):
        made[abi.MFR2_FWD_BASE + i] = _mf(MFR2_FORWARD, i + 1)
        made[abi.MFR2_REV_BASE + i] = _mf(MFR2_BACKWARD, i + 1)
    return made


def _mf(frequencies: Sequence[int], signal: int) -> Part:
    low, high = PAIRS[signal - 1]
    return _pair((frequencies[low], frequencies[high]), MF_LEVEL)


def _pair(frequencies: tuple[int, int], level: float) -> Part:
    return Part(RATE, (sine(frequencies[0], level), sine(frequencies[1], level)))
