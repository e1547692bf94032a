"""Faults of a fax machine that are made of sound: what it says and what it hears, spoilt at the right moments."""

from __future__ import annotations

import numpy as np

from drivers.fax import FaxEvent, FaxTerminal, Frame
from dsp import levels
from dsp.receiver import RATE, Float32, Int16
from hw_sim.fax.config import FaxFaults

BURST = RATE * 40 // 1000
"""Noise of 40 ms: some ten rows."""
ECHO_DELAY = RATE * 40 // 1000
TRAINING_BURSTS = RATE * 4 // 10
"""The check of a training looks for a second without an error."""
REFUSED_BURSTS = RATE * 8 // 100
SHORT_BURST = RATE // 100
"""Enough bad rows for "intolerable" (more than 15 %), and not so much that the modem loses its carrier; as much again
for every page refused before: the sender gets slower, and slower modems bear more."""
LOUD = 3000.0
"""Of noise: as loud as the modem."""


class SoundFaults:
    """Stands between a terminal and its line. seed: of the noise; the same seed gives the same noise."""

    def __init__(self, faults: FaxFaults, seed: int) -> None:
        self._faults = faults
        self._rng = np.random.default_rng(seed)
        self._mute = faults.no_ced
        self._checks = 0
        self._pages = 0
        self._checking = False
        self._passed = 0
        self._echo = np.zeros(ECHO_DELAY, np.int16)

    @property
    def image(self) -> bool:
        """Is what the fast modem carries a page, not the check of a training?"""
        return not self._checking

    def tell(self, event: FaxEvent) -> None:
        """What happens in the session says what passes next."""
        if not isinstance(event, Frame):
            return
        if event.outgoing:
            self._mute = False
        if event.name == "DCS":
            self._checks += 1
            self._checking = True
            self._passed = 0
        elif event.name in ("CFR", "MCF", "RTP"):
            self._pages += event.name != "RTP"  # CFR comes after it once more
            self._checking = False
            self._passed = 0

    def said(self, sound: Int16, terminal: FaxTerminal) -> Int16:
        """What goes onto the line of what the terminal says."""
        if self._mute or self._faults.silent:
            sound = np.zeros_like(sound)
        elif terminal.fast == "sends":
            sound = self._spoilt(sound, 0 if self._checking else self._faults.noise_every)
        if self._faults.echo is not None:
            self._echo = np.concatenate([self._echo, sound])
        return sound

    def heard(self, sound: Int16, terminal: FaxTerminal) -> Int16:
        """What the terminal hears of what comes over the line."""
        if terminal.fast == "receives":
            sound = self._spoilt(sound, self._every())
        if self._faults.echo is None:
            return sound
        echo, self._echo = self._echo[: len(sound)], self._echo[len(sound) :]
        return _clipped(sound + echo * np.float32(levels.gain(self._faults.echo)))

    def _every(self) -> int:
        if self._checking:
            return TRAINING_BURSTS if self._checks <= self._faults.train_fails else 0
        return REFUSED_BURSTS if self._pages <= self._faults.reject_pages else self._faults.noise_every

    def _spoilt(self, sound: Int16, every: int) -> Int16:
        """Bursts of noise, the first when half of the time between two has passed."""
        at = self._passed + np.arange(len(sound)) + every // 2
        self._passed += len(sound)
        if not every:
            return sound
        noisy = at % every < (min(self._pages, 4) * SHORT_BURST if every == REFUSED_BURSTS else BURST)
        return _clipped(sound + LOUD * noisy * self._rng.standard_normal(len(sound), np.float32))


def _clipped(sound: Float32) -> Int16:
    return np.asarray(np.clip(sound, -32768, 32767), np.int16)
