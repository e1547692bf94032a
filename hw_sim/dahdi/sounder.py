"""What a channel sends by itself: the tones of SENDTONE and the keys of DIAL."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from dsp.dtmf.signal import KEYS, key, keys
from dsp.plans import TonePlan
from dsp.receiver import Float32
from dsp.tones.signal import generate


class Sounder(Protocol):
    """Something that is being sent."""

    @property
    def dialling(self) -> bool: ...
    @property
    def finished(self) -> bool: ...
    def next(self, samples: int) -> Float32:
        """The next samples: float32, linear; silence after the end."""
        ...


class PlanSounder:
    """A tone of the zone, until it is stopped."""

    dialling = False
    finished = False

    def __init__(self, plan: TonePlan, tone: str) -> None:
        plan.tone(tone)
        self._plan, self._tone, self._at = plan, tone, 0

    def next(self, samples: int) -> Float32:
        self._at += samples
        return generate(self._plan, self._tone, samples, self._at - samples)


class KeySounder:
    """One key, held until it is stopped."""

    dialling = True
    finished = False

    def __init__(self, digit: str) -> None:
        # The tones of Q.23 are whole hertz: a second of them joins itself without a click.
        self._second = key(digit, samples=8000)
        self._at = 0

    def next(self, samples: int) -> Float32:
        index = np.arange(self._at, self._at + samples) % len(self._second)
        self._at += samples
        return np.asarray(self._second[index], np.float32)


class DialSounder:
    """A number, key by key; more can be appended meanwhile. length: of a key and of the gap, in samples."""

    dialling = True

    def __init__(self, digits: str, length: int) -> None:
        self._length = length
        self._sound = np.zeros(0, np.float32)
        self._left = ""
        self.append(digits)

    def append(self, digits: str) -> None:
        """Characters that are no keys choose pulse, tone or MF in DAHDI; W is a pause."""
        self._left += "".join("," if d in "W," else d for d in digits if d in KEYS + "W,")

    @property
    def waiting(self) -> int:
        """Digits not yet begun."""
        return len(self._left)

    @property
    def finished(self) -> bool:
        return not self._left and not len(self._sound)

    def next(self, samples: int) -> Float32:
        while len(self._sound) < samples and self._left:
            made = keys(self._left[0], on=self._length, off=self._length)
            self._sound, self._left = np.concatenate([self._sound, made]), self._left[1:]
        now, self._sound = self._sound[:samples], self._sound[samples:]
        return np.asarray(np.pad(now, (0, samples - len(now))), np.float32)
