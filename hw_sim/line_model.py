"""The copper and its coding, for all lines of an office at once: loss, echo of the hybrid, noise, hum, G.711.

Row order everywhere: the equipment's lines, then the callers' ends.

    equipment --loss--\\                        /--loss + echo of itself + noise + hum--> codec --> rx
                       codec -> switch + tones
    caller ----noise--/                        \\--echo of itself + noise--> what the caller hears
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.card import Law
from dsp import g711, levels
from dsp.receiver import RATE, TICK, Float32, Int16

LONGEST_ECHO = RATE * 5 // 1000
SHORTEST_ECHO = RATE // 1000
NOISE_SAMPLES = 1 << 19
MAINS = 50.0
NOTHING = -200.0
"""A level in dBm0 that no coder can show."""


@dataclass(frozen=True, slots=True)
class Copper:
    """One row: loss each way in dB, return_loss in dB, noise and hum in dBm0 at the receiving end."""

    loss: float = 0.0
    return_loss: float = 20.0
    noise: float = -70.0
    hum: float = NOTHING
    law: Law = "alaw"


def _through(law: Law) -> Int16:
    """What a sample is after coding and decoding, by sample + 32768."""
    pattern = (np.arange(65536) - 32768).astype(np.int16).view(np.uint16)
    return g711.decode(g711.ENCODE[law][pattern], law)


def _column(decibels: Sequence[float]) -> Float32:
    return np.array([[levels.gain(d)] for d in decibels], np.float32).reshape(-1, 1)


class LineModel:
    """A tick of sound from all rows in, a tick of sound at all rows out. The same seed gives the same, bit for bit."""

    def __init__(self, lines: Sequence[Copper], ends: Sequence[Copper] = (), seed: int = 1) -> None:
        rng = np.random.default_rng(seed)
        self._lines = len(lines)
        self._rows = [*lines, *ends]
        self._noise = rng.standard_normal(NOISE_SAMPLES, np.float32)
        self._starts = rng.integers(0, NOISE_SAMPLES, 4096).tolist()
        self._delays = rng.integers(SHORTEST_ECHO, LONGEST_ECHO + 1, 1 << 12)
        self._count = 0
        self._off_hook = np.zeros(0, np.bool_)
        self._history = np.zeros((0, LONGEST_ECHO + TICK), np.float32)
        self._laws = sorted({row.law for row in lines}) or ["alaw"]
        self._port_table = np.concatenate([_through(law) for law in self._laws])
        self._port_offset = np.array([[65536.0 * self._laws.index(row.law)] for row in lines], np.float32)
        self._trunk_table = _through("alaw").astype(np.float32)
        self._lay()

    def add(self, ends: Sequence[Copper]) -> None:
        """More callers' ends, after the others."""
        self._rows += ends
        self._lay()

    def set_noise(self, row: int, dbm0: float) -> None:
        """Another noise on a row."""
        self._noise_gain[row] = np.sqrt(levels.power(dbm0))

    def hook(self, row: int, off_hook: bool) -> None:
        """On hook nothing of what the row sends gets onto the line, and nothing of it comes back."""
        self._off_hook[row] = off_hook
        self._send_gain[row] = self._full_send_gain[row] if off_hook else 0.0
        self._echo_gain[row] = self._full_echo_gain[row] if off_hook else 0.0

    def tick(
        self, tx: Int16, spoken: Float32 | None, peers: NDArray[np.intp], supply: Float32 | None
    ) -> tuple[Int16, Float32]:
        """160 samples of everybody.

        tx: int16 (lines, 160) of the equipment. spoken: float32 (ends, 160) of the callers, None when all are silent.
        peers: for each row the row it hears, -1 for none. supply: float32 (rows, 160), what the office itself gives.
        Returns rx int16 (lines, 160) and heard float32 (ends, 160), both used again at the next tick.
        """
        self._take_in(tx, spoken)
        sent = self._send()
        heard = np.take(sent, peers, axis=0, out=self._heard, mode="wrap")
        if supply is not None:
            heard += supply
        heard *= self._receive_gain
        np.take(self._history.reshape(-1), self._echo_index, out=self._work, mode="clip")
        self._work *= self._echo_gain
        heard += self._work
        heard += self._make_noise(self._noise_gain, self._work)
        if self._hum is not None:
            heard[: self._lines] += self._hum
        return self._to_port(heard[: self._lines]), heard[self._lines :]

    def _take_in(self, tx: Int16, spoken: Float32 | None) -> None:
        self._history[:, :LONGEST_ECHO] = self._history[:, TICK:]
        now = self._history[:, LONGEST_ECHO:]
        now[: self._lines] = tx
        now[self._lines :] = 0 if spoken is None else spoken

    def _send(self) -> Float32:
        """What the switch gets from each row; the last row of the array is nobody."""
        np.multiply(self._history[:, LONGEST_ECHO:], self._send_gain, out=self._work)
        ends = self._work[self._lines :]
        ends += self._make_noise(self._noise_gain[self._lines :], self._heard[self._lines :])
        self._work += np.float32(32768.5)
        np.copyto(self._index, self._work, casting="unsafe")
        np.take(self._trunk_table, self._index, out=self._sent[:-1], mode="clip")
        return self._sent

    def _make_noise(self, gain: Float32, out: Float32) -> Float32:
        start = self._starts[self._count % len(self._starts)]
        self._count += 1
        size = out.size
        start %= NOISE_SAMPLES - size
        return np.multiply(self._noise[start : start + size].reshape(out.shape), gain, out=out)

    def _to_port(self, heard: Float32) -> Int16:
        index = self._index[: self._lines]
        heard += np.float32(32768.5)
        if len(self._laws) > 1:
            np.clip(heard, 0, 65535, out=heard)
            heard += self._port_offset
        np.copyto(index, heard, casting="unsafe")
        return np.take(self._port_table, index, out=self._rx, mode="clip")

    def _lay(self) -> None:
        """Arrays for the rows there are now; what is on the line and who is off hook is kept."""
        rows, count = self._rows, len(self._rows)
        if 2 * count * TICK > NOISE_SAMPLES:
            raise ValueError(f"an office has at most {NOISE_SAMPLES // 2 // TICK} lines and callers")
        old_history, old_hooks = self._history, self._off_hook
        self._history = np.zeros((count, LONGEST_ECHO + TICK), np.float32)
        self._history[: len(old_history)] = old_history
        self._off_hook = np.append(old_hooks, np.zeros(count - len(old_hooks), np.bool_))
        self._full_send_gain = _column([-row.loss for row in rows])
        self._full_echo_gain = _column([-row.return_loss for row in rows])
        self._receive_gain = _column([-row.loss for row in rows])
        self._send_gain = self._full_send_gain * self._off_hook[:, None]
        self._echo_gain = self._full_echo_gain * self._off_hook[:, None]
        old_noise = getattr(self, "_noise_gain", np.zeros((0, 1), np.float32))
        fresh = np.array([[np.sqrt(levels.power(row.noise))] for row in rows], np.float32).reshape(-1, 1)
        self._noise_gain = np.concatenate([old_noise, fresh[len(old_noise) :]])
        self._hum = _hum([row.hum for row in rows[: self._lines]])
        delays = self._delays[np.arange(count) % len(self._delays)]
        start = np.arange(count) * (LONGEST_ECHO + TICK) + LONGEST_ECHO - delays
        self._echo_index = (start[:, None] + np.arange(TICK)).astype(np.intp)
        self._work, self._heard = (np.zeros((count, TICK), np.float32) for _ in range(2))
        self._sent = np.zeros((count + 1, TICK), np.float32)
        self._index = np.zeros((count, TICK), np.intp)
        self._rx = np.zeros((self._lines, TICK), np.int16)


def _hum(dbm0: Sequence[float]) -> Float32 | None:
    """Mains hum: one period is one tick, so the same matrix is added to each. None when there is none."""
    if not any(level > NOTHING for level in dbm0):
        return None
    wave = np.sin(2 * np.pi * MAINS / RATE * np.arange(TICK))
    return np.array([levels.amplitude(level) * wave for level in dbm0], np.float32)
