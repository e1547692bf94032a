"""The copper and its coding, for all lines of an office at once: G.711, loss, echo of the hybrid, noise, hum.

What few lines have (`hw_sim.line.impairments`) is computed for those rows alone.

Row order everywhere: the equipment's lines, then the callers' ends.

    equipment --codec--loss--\\                     /--loss + own echo + noise + hum--codec--> rx
                              switch + office tones
    caller ------------noise--/                     \\--own echo + noise--> what the caller hears

Everything is arithmetic on whole matrices into arrays that are made once; that is what makes a hundred times real time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from drivers.card import Law
from dsp import g711, levels
from dsp.receiver import RATE, TICK, Float32, Int16
from hw_sim.line.impairments import Impaired, Impairment

SHORTEST_ECHO = RATE // 1000
LONGEST_ECHO = RATE * 5 // 1000
DELAYS = LONGEST_ECHO - SHORTEST_ECHO
"""Echo delays go up by one sample a row, 1 to 5 ms: so one strided view reads that many rows at once."""

NOISE_SAMPLES = 1 << 22
NOISE_TICKS = (8, 64)
MAINS = 50.0
NOTHING = -200.0
"""A level in dBm0 that no coder can show."""

MIDDLE = np.float32(32768.5)
"""Makes a table's index of a sample, rounded."""


@dataclass(frozen=True, slots=True)
class Copper:
    """One row: loss each way in dB, return_loss in dB, noise and hum in dBm0 at the receiving end.

    harmonics: of the hum, dB beside it, of 100 Hz, 150 Hz ... impairment: what few lines have.
    """

    loss: float = 0.0
    return_loss: float = 20.0
    noise: float = -70.0
    hum: float = NOTHING
    law: Law = "alaw"
    harmonics: tuple[float, ...] = ()
    impairment: Impairment | None = None


class LineModel:
    """A tick of sound from all rows in, a tick of sound at all rows out. The same seed gives the same, bit for bit."""

    def __init__(self, lines: Sequence[Copper], ends: Sequence[Copper] = (), seed: int = 1) -> None:
        self._lines = len(lines)
        self._seed = seed
        self._rng = np.random.default_rng(seed)
        self._rows: list[Copper] = []
        self._noise_levels: list[float] = []
        self._count = 0
        self._codec = _Codec([line.law for line in lines])
        self._history = np.zeros((0, LONGEST_ECHO + TICK), np.float32)
        self._off_hook = np.zeros((0, TICK), np.float32)
        self._hum: Float32 | None = None
        self._impaired: dict[int, Impaired] = {}
        self._lay([*lines, *ends])

    def add(self, ends: Sequence[Copper]) -> None:
        """More callers' ends, after the others."""
        self._lay([*self._rows, *ends])

    def set_noise(self, row: int, dbm0: float) -> None:
        """Another noise on a row."""
        self._noise[:, row] *= np.sqrt(levels.power(dbm0) / levels.power(self._noise_levels[row]))
        self._noise_levels[row] = dbm0

    def relay(self, row: int, copper: Copper) -> None:
        """Another line in the row's place; its law stays, and whether it is off hook."""
        before, self._rows[row] = self._rows[row], copper
        if copper.noise != self._noise_levels[row]:
            self.set_noise(row, copper.noise)
        if replace(before, noise=copper.noise) != copper:
            self._impair(row)
            self._measure()

    def hook(self, row: int, off_hook: bool) -> None:
        """On hook nothing of what the row sends gets onto the line, and nothing of it comes back."""
        self._off_hook[row] = off_hook
        self._gate(row, row + 1)

    def tick(
        self, tx: Int16, spoken: Float32 | None, peers: NDArray[np.intp], supply: Float32 | None
    ) -> tuple[Int16, Float32]:
        """160 samples of everybody.

        tx: int16 (lines, 160) of the equipment. spoken: float32 (ends, 160) of the callers, None when all are silent.
        peers: for each row the row it hears, -1 for none. supply: float32 (rows, 160), what the office itself gives.
        Returns rx int16 (lines, 160) and heard float32 (ends, 160), both used again at the next tick.
        """
        lines = self._lines
        noise = self._noise[self._order[self._count % len(self._order)]]
        self._count += 1
        self._take_in(tx, spoken)
        self._sent[lines:-1] += noise[lines:]
        for row, path in self._impaired.items():
            self._sent[row] = path.send(self._sent[row])
        heard = np.take(self._sent, peers, axis=0, out=self._heard, mode="wrap")
        if supply is not None:
            heard += supply
        heard[: self._lossy] *= self._receive_gain[: self._lossy]
        for row, path in self._impaired.items():
            heard[row] = path.receive(heard[row], self._history[row, LONGEST_ECHO:] * self._off_hook[row])
        for rows, delayed in self._echo_views:
            np.multiply(delayed, self._echo_gain[rows], out=self._work[rows])
        heard += self._work
        heard += noise
        if self._hum is not None:
            heard += self._hum
        return self._codec.receive(heard[:lines]), heard[lines:]

    def _take_in(self, tx: Int16, spoken: Float32 | None) -> None:
        """What everybody sends, onto the line and into the memory of the echo."""
        lines = self._lines
        self._history[:, :LONGEST_ECHO] = self._history[:, TICK:]
        now = self._history[:, LONGEST_ECHO:]
        coded = self._codec.send(tx)
        now[:lines] = coded
        np.multiply(coded, self._send_gain[:lines], out=self._sent[:lines])
        if spoken is None:
            now[lines:] = self._sent[lines:] = 0
        else:
            now[lines:] = spoken
            np.multiply(spoken, self._send_gain[lines:], out=self._sent[lines:-1])

    def _gate(self, first: int, last: int) -> None:
        rows = slice(first, last)
        np.multiply(self._loss[rows], self._off_hook[rows], out=self._send_gain[rows])
        np.multiply(self._return[rows], self._off_hook[rows], out=self._echo_gain[rows])

    def _lay(self, rows: list[Copper]) -> None:
        """Arrays for these rows; what is on the line and who is off hook is kept."""
        old, count = len(self._rows), len(rows)
        if count * TICK * NOISE_TICKS[0] > NOISE_SAMPLES:
            raise ValueError(f"an office has at most {NOISE_SAMPLES // TICK // NOISE_TICKS[0]} lines and callers")
        self._rows = rows
        more = count - old
        self._history = np.concatenate([self._history, np.zeros((more, LONGEST_ECHO + TICK), np.float32)])
        self._off_hook = np.concatenate([self._off_hook, np.zeros((more, TICK), np.float32)])
        self._send_gain, self._echo_gain = np.zeros((2, count, TICK), np.float32)
        self._measure()
        self._echo_views = _delayed(self._history)
        self._make_noise(old)
        self._work, self._heard = np.zeros((2, count, TICK), np.float32)
        self._sent = np.zeros((count + 1, TICK), np.float32)  # the last row is nobody
        for row in range(old, count):
            self._impair(row)

    def _measure(self) -> None:
        """What the rows' figures come to. Callers' ends seldom have a loss: then none is computed for them."""
        rows = self._rows
        self._loss = self._receive_gain = _gains([-row.loss for row in rows])
        self._return = _gains([-row.return_loss for row in rows])
        self._gate(0, len(rows))
        self._lossy = len(rows) if any(row.loss for row in rows[self._lines :]) else self._lines
        self._hum = _hum(rows)

    def _impair(self, row: int) -> None:
        impairment = self._rows[row].impairment
        if impairment is not None:
            self._impaired[row] = Impaired(impairment, [self._seed, row])
        else:
            self._impaired.pop(row, None)

    def _make_noise(self, old: int) -> None:
        """White noise, a choice of ticks of it for each row at its level; the ticks come in a random order."""
        self._noise_levels += [row.noise for row in self._rows[old:]]
        count = len(self._rows)
        ticks = int(np.clip(NOISE_SAMPLES // (max(count, 1) * TICK), *NOISE_TICKS))
        self._noise = self._rng.standard_normal((ticks, count, TICK), np.float32)
        self._noise *= np.sqrt([[levels.power(level)] for level in self._noise_levels], dtype=np.float32).reshape(-1, 1)
        self._order = self._rng.integers(0, ticks, 4096).tolist()


class _Codec:
    """What the card's own coder makes of samples, both ways, by table; the lines may follow different laws."""

    def __init__(self, laws: Sequence[Law]) -> None:
        known = sorted(set(laws)) or ["alaw"]
        by_pattern = [g711.decode(g711.ENCODE[law], law) for law in known]
        self._send = np.concatenate(by_pattern).astype(np.float32)
        self._receive = np.concatenate([np.roll(table, 32768) for table in by_pattern])
        self._offset = np.array([[65536 * known.index(law)] for law in laws], np.intp) if len(known) > 1 else None
        self._index = np.zeros((len(laws), TICK), np.intp)
        self._sent = np.zeros((len(laws), TICK), np.float32)
        self._rx = np.zeros((len(laws), TICK), np.int16)

    def send(self, tx: Int16) -> Float32:
        """Samples that the equipment writes, as they leave the codec."""
        np.copyto(self._index, np.ascontiguousarray(tx).view(np.uint16))
        if self._offset is not None:
            self._index += self._offset
        return np.take(self._send, self._index, out=self._sent, mode="clip")

    def receive(self, heard: Float32) -> Int16:
        """Samples at the codec's input (spoilt by this), as the equipment reads them."""
        heard += MIDDLE
        np.copyto(self._index, heard, casting="unsafe")
        if self._offset is not None:
            np.clip(self._index, 0, 65535, out=self._index)
            self._index += self._offset
        return np.take(self._receive, self._index, out=self._rx, mode="clip")


def _gains(decibels: Sequence[float]) -> Float32:
    """A factor for every sample: a product of two whole matrices is faster than one of a matrix and a column."""
    factors = np.array([levels.gain(d) for d in decibels], np.float32)
    return np.repeat(factors[:, None], TICK, axis=1)


def _delayed(history: Float32) -> list[tuple[slice, Float32]]:
    """Views of the last tick with the delay of each row, in blocks of DELAYS rows: row r of a block is r later."""
    width = history.shape[1]
    views = []
    for first in range(0, len(history), DELAYS):
        rows = min(DELAYS, len(history) - first)
        start = history[first:, LONGEST_ECHO - SHORTEST_ECHO :]
        step = history.itemsize
        view = as_strided(start, (rows, TICK), ((width - 1) * step, step), writeable=False)
        views.append((slice(first, first + rows), view))
    return views


def _hum(rows: Sequence[Copper]) -> Float32 | None:
    """Mains hum: one period is one tick, so the same matrix is added to each. None when there is none."""
    if not any(row.hum > NOTHING for row in rows):
        return None
    return np.array([_period(row) for row in rows], np.float32)


def _period(row: Copper) -> NDArray[np.float64]:
    """One period of a row's hum with its harmonics."""
    phase = 2 * np.pi * MAINS / RATE * np.arange(TICK)
    made = levels.amplitude(row.hum) * np.sin(phase)
    for order, beside in enumerate(row.harmonics, 2):
        made += levels.amplitude(row.hum + beside) * np.sin(order * phase)
    return np.asarray(made, np.float64)
