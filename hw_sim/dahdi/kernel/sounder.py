"""What a channel sends by itself: the tones of SENDTONE, the keys, MF signals and pulses of DIAL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from dsp.receiver import Float32
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.zones import DTMF_KEYS, Part, Zone

Mode = Literal["dtmf", "mfr1", "forward", "backward", "pulse"]
MODES: dict[str, Mode] = {"T": "dtmf", "M": "mfr1", "O": "forward", "R": "backward", "P": "pulse"}
"""Letters of a number that choose how the rest of it is dialled."""

PAUSE = 4000
"""W: half a second."""

MFR1_CONTROL = 800
"""KP, ST and their like always last 100 ms."""

_SIGNALS: dict[Mode, tuple[int, str]] = {
    "dtmf": (abi.DTMF_BASE, DTMF_KEYS),
    "mfr1": (abi.MFR1_BASE, "0123456789*#ABC"),
    "forward": (abi.MFR2_FWD_BASE, "123456789ABCDEF"),
    "backward": (abi.MFR2_REV_BASE, "123456789ABCDEF"),
}


@dataclass(slots=True)
class Lengths:
    """How long what is dialled lasts, samples (dahdi_dialparams): one of each kind, and the silence after it."""

    mfr1: int = 544
    dtmf: int = 800
    mfr2: int = 800


class Sounder(Protocol):
    """Something that is being sent."""

    @property
    def dialling(self) -> bool: ...
    @property
    def finished(self) -> bool: ...
    def next(self, samples: int) -> Float32:
        """The next samples: float32, linear; silence after the end."""
        ...


class ToneSounder:
    """A ring of parts from one of them on, until it is stopped."""

    dialling = False
    finished = False

    def __init__(self, parts: Sequence[Part], first: int) -> None:
        self._parts, self._part, self._at = parts, parts[first], 0

    def next(self, samples: int) -> Float32:
        made: list[Float32] = []
        idle = 0
        while samples and idle <= len(self._parts):
            now = min(samples, max(self._part.samples - self._at, 0))
            made.append(self._part.sound(self._at, now))
            samples, self._at = samples - now, self._at + now
            idle = 0 if now else idle + 1
            if self._at >= self._part.samples:
                self._part, self._at = self._parts[self._part.follows], 0
        return np.concatenate([*made, np.zeros(samples, np.float32)])


class SignalSounder:
    """One key or MF signal, held until it is stopped. dialling: a key counts as dialled, an MF signal does not."""

    finished = False

    def __init__(self, part: Part, dialling: bool) -> None:
        self.dialling = dialling
        self._part, self._at = part, 0

    def next(self, samples: int) -> Float32:
        self._at += samples
        return self._part.sound(self._at - samples, samples)


class DialSounder:
    """A number; more can be appended meanwhile. mode: how the next digit is dialled.

    pulse: begins a digit by pulses and says whether it could (the port is off hook); `resume` when its pause is over.
    """

    dialling = True

    def __init__(self, digits: str, zone: Zone, lengths: Lengths, mode: Mode, pulse: Callable[[int], bool]) -> None:
        self.mode = mode
        self._zone, self._lengths, self._pulse = zone, lengths, pulse
        self._waiting = digits
        self._part = Part(0)
        self._at = self._sounds = self._ends = 0
        self._pulsing = False
        self.resume()

    def append(self, digits: str) -> None:
        """More of the number."""
        self._waiting += digits
        if self.finished:
            self.resume()

    @property
    def waiting(self) -> int:
        """Characters not yet begun."""
        return len(self._waiting)

    @property
    def finished(self) -> bool:
        return not (self._waiting or self._pulsing or self._at < self._ends)

    def next(self, samples: int) -> Float32:
        made = np.zeros(samples, np.float32)
        done = 0
        while done < samples and self._at < self._ends:
            until = self._sounds if self._at < self._sounds else self._ends
            now = min(samples - done, until - self._at)
            if self._at < self._sounds:
                made[done : done + now] = self._part.sound(self._at, now)
            done, self._at = done + now, self._at + now
            if self._at >= self._ends:
                self.resume()
        return made

    def resume(self) -> None:
        """The next character that is something begins."""
        self._pulsing = False
        while self._waiting and not self._pulsing and self._at >= self._ends:
            character, self._waiting = self._waiting[0], self._waiting[1:]
            if character in MODES:
                self.mode = MODES[character]
            elif character == "W":
                self._at, self._sounds, self._ends = 0, 0, PAUSE
            elif self.mode == "pulse":
                self._pulsing = character in "0123456789" and self._pulse(int(character) or 10)
            else:
                self._begin(character)

    def _begin(self, character: str) -> None:
        base, known = _SIGNALS[self.mode]
        part = self._zone.signals.get(base + known.find(character)) if character in known else None
        if part is None:
            return
        on, off = self._length(character)
        self._part, self._at, self._sounds, self._ends = part, 0, on, on + off

    def _length(self, character: str) -> tuple[int, int]:
        """Tone and silence. The silence after an R2 signal is that of a key, as in the kernel driver."""
        lengths = self._lengths
        if self.mode == "dtmf":
            return lengths.dtmf, lengths.dtmf
        if self.mode == "mfr1":
            return (lengths.mfr1 if character.isdigit() else MFR1_CONTROL), lengths.mfr1
        return lengths.mfr2, lengths.dtmf
