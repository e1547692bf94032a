"""A message the caller leaves: when it ends, what is cut off, and how it is kept. The waiting is `Call.record`."""

from __future__ import annotations

import os
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from dsp import trim
from dsp.levels import amplitude
from dsp.plans import TonePlan
from dsp.receiver import RATE, TICK, Float32, Int16
from ivr_runtime.errors import StepFailed
from ivr_runtime.keys import Key
from ivr_runtime.tape import Takes

Ending = Literal["key", "silence", "max", "hang_up"]

CLICK = 320
"""A line that opens clicks: its last 40 ms are not speech."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What was kept.

    samples: length of the file (0: nothing was said, there is no file). reason: how it ended. margins: so many of the
    samples are the silence that was left before the first word and after the last.
    """

    file: Path
    samples: int
    reason: Ending
    margins: int = 0

    @property
    def said(self) -> int:
        """Samples from the first word to the last: what rules about length count."""
        return self.samples - self.margins


def beep_sound() -> Float32:
    """The tone after which to speak: 1000 Hz, 250 ms, -13 dBm0."""
    t = np.arange(RATE // 4, dtype=np.float32)
    ramp = np.minimum(1, np.minimum(t, t[::-1]) / 80)
    sound: Float32 = np.float32(amplitude(-13.0)) * ramp * np.sin(np.float32(2 * np.pi * 1000 / RATE) * t)
    return sound


class Message:
    """A message being recorded from `tape.position` on. reason: why it ended, None while it goes on.

    plan: the tones that the exchange plays when the caller has gone. Others are known by their steadiness.
    """

    def __init__(self, tape: Takes, line: int, terminators: str, longest: int, silence: int, plan: TonePlan) -> None:
        self.reason: Ending | None = None
        self._plan = plan
        self._tape = tape
        self._line = line
        self._terminators = terminators
        self._silence = silence
        self._began = tape.position
        self._last = self._end = self._began + longest
        self.deadline = self._began
        self._parts: list[Int16] = []
        tape.start(line, self._take)

    def press(self, key: Key) -> None:
        """A key of the caller; keys that end nothing are not for us."""
        if key.key in self._terminators:
            self._ended("key", key.at)

    def hang_up(self, at: int) -> None:
        """The call ended; at: when the caller was last there."""
        self._ended("hang_up", at - CLICK)

    def listen(self, quiet_since: int | None) -> None:
        """Time has passed. quiet_since: when the last sound ended, None while there is one."""
        now, silent = self._tape.position, self._last
        if quiet_since is not None:
            silent = max(quiet_since, self._began) + self._silence
        if now >= self._last:
            self._ended("max", self._last)
        elif now >= silent:
            self._ended("silence", now)
        self.deadline = min(self._last, silent) + TICK  # calls run before the tick is on the tape

    def stop(self) -> None:
        """Take no more sound."""
        self._tape.stop(self._line, self._take)

    def keep(self, file: Path) -> Recording:
        """Write what was said, whole or not at all. Blocking: for a thread. Raises StepFailed."""
        whole = self._sound()
        part = trim.spoken(whole, self._plan)
        sound = whole[part.first : part.end]
        if len(sound):
            try:
                write_wav(file, sound)
            except OSError as error:
                raise StepFailed(f"the message cannot be written to {file}: {error.strerror}") from error
        return Recording(file, len(sound), self.reason or "hang_up", len(sound) - part.length)

    def _ended(self, reason: Ending, at: int) -> None:
        if self.reason is None:
            self.reason, self._end = reason, min(at, self._end)

    def _take(self, received: Int16, _sent: Int16) -> None:
        self._parts.append(received)

    def _sound(self) -> Int16:
        whole = np.concatenate(self._parts) if self._parts else np.zeros(0, np.int16)
        return whole[: max(0, self._end - self._began)]


def write_wav(file: Path, sound: Int16) -> None:
    """A mono file that is on the disk when this returns, and is never there in part. Raises OSError.

    The standard library's `wave` and not libsndfile: a full disk must arrive here as OSError with its errno.
    """
    part = file.with_name(file.name + ".part")
    try:
        with part.open("wb") as out:
            with wave.open(out, "wb") as wav:
                wav.setparams((1, 2, RATE, 0, "NONE", ""))
                wav.writeframes(np.ascontiguousarray(sound, "<i2").tobytes())
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
        raise
