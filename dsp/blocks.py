"""What the receivers share: cutting the stream into blocks of their own, and the spectrum of many windows at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from dsp.receiver import RATE, Float32


class Blocks:
    """The stream of all lines in blocks of a fixed size, whatever its cut.

    Blocks lie time by time, and line by line within a time: everything that is done to them later runs along
    unbroken memory, however few lines there are. They are handed over as soon as they are whole, in multiples of
    `batch` and at most `limit` at a time.
    """

    def __init__(self, lines: int, size: int, batch: int = 1, limit: int = 20) -> None:
        self.lines, self.size = lines, size
        self._batch = batch
        self._limit = max(batch, limit - limit % batch)
        self._buffer = np.zeros((self._limit, lines, size), np.float32)
        self._filled = 0

    def feed(self, rx: Float32) -> Iterator[Float32]:
        """Take samples (lines, any number), give views (blocks, lines, size) in order, each valid until the next.

        Raises ValueError for a matrix of another number of lines.
        """
        if rx.ndim != 2 or rx.shape[0] != self.lines:
            raise ValueError(f"this receiver takes {self.lines} lines, not a matrix {rx.shape}")
        taken = 0
        while taken < rx.shape[1]:
            taken += self._take(rx[:, taken:])
            ready = self._filled // self.size
            ready -= ready % self._batch
            if ready and (ready == self._limit or taken == rx.shape[1]):
                yield self._buffer[:ready]
                self._keep_rest(ready)

    def forget(self, line: int) -> None:
        """As if the line had been silent since the last block."""
        self._buffer[:, line] = 0

    def _take(self, rx: Float32) -> int:
        """Put samples into the buffer: whole blocks together, or what fits into the block that was begun."""
        block, inside = divmod(self._filled, self.size)
        whole = min(rx.shape[1] // self.size, self._limit - block) if inside == 0 else 0
        if whole:
            count = whole * self.size
            blocks = rx[:, :count].reshape(self.lines, whole, self.size)
            self._buffer[block : block + whole] = blocks.transpose(1, 0, 2)
        else:
            count = min(rx.shape[1], self.size - inside)
            self._buffer[block, :, inside : inside + count] = rx[:, :count]
        self._filled += count
        return count

    def _keep_rest(self, blocks: int) -> None:
        self._filled -= blocks * self.size
        rest = -(-self._filled // self.size)
        if rest:
            self._buffer[:rest] = self._buffer[blocks : blocks + rest]


class Bank:
    """The spectrum at a few frequencies of Hann windows of two blocks, one window every block, for all lines at once.

    A window is the fading-in of one block plus the fading-out of the next: two float32 products for all lines, and
    each sample is taken up once although windows overlap. Phase is that at the middle of the window; a sine of power
    p at a frequency of the bank gives |z|^2 = p. `energy` is the mean square of each window (rectangular).
    """

    def __init__(self, lines: int, frequencies: Sequence[float], size: int) -> None:
        self.lines, self.size = lines, size
        self.bins = len(frequencies)
        self._in, self._out = _weights(frequencies, size)
        self._faded_in = np.zeros((2 * self.bins, lines), np.float32)
        self._last_energy = np.zeros(lines, np.float32)
        self._rooms: dict[int, tuple[Float32, Float32]] = {}

    def __call__(self, blocks: Float32) -> tuple[Float32, Float32]:
        """blocks (count, lines, size). Spectrum (2 * frequencies, count * lines): real parts, then imaginary ones; and
        energy (count * lines). Both are the caller's to keep.
        """
        lines, count = self.lines, len(blocks)
        flat = blocks.reshape(count * lines, self.size)
        fading_in, energy = self._room(count)
        fading_in[:, :lines], energy[:lines] = self._faded_in, self._last_energy
        np.matmul(self._in, flat.T, out=fading_in[:, lines:])
        np.vecdot(flat, flat, out=energy[lines:])
        self._faded_in[:], self._last_energy[:] = fading_in[:, -lines:], energy[-lines:]
        spectrum: Float32 = self._out @ flat.T
        spectrum += fading_in[:, :-lines]
        windowed: Float32 = energy[:-lines] + energy[lines:]
        windowed *= 1 / (2 * self.size)
        return spectrum, windowed

    def forget(self, line: int) -> None:
        """As if the line had been silent until now."""
        self._faded_in[:, line] = 0
        self._last_energy[line] = 0

    def _room(self, count: int) -> tuple[Float32, Float32]:
        """For one block more than is taken: the last one of the call before."""
        if count not in self._rooms:
            samples = (count + 1) * self.lines
            self._rooms[count] = (np.empty((2 * self.bins, samples), np.float32), np.empty(samples, np.float32))
        return self._rooms[count]


def _weights(frequencies: Sequence[float], size: int) -> tuple[Float32, Float32]:
    """(2 * frequencies, size) each: real and imaginary parts of the fading-in half, and of the fading-out half."""
    offset = np.arange(2 * size) - (2 * size - 1) / 2
    shape = 0.5 + 0.5 * np.cos(np.pi * offset / size)
    angle = 2 * np.pi * np.outer(np.asarray(frequencies), offset) / RATE
    whole = np.concatenate([np.cos(angle), -np.sin(angle)]) * shape * np.sqrt(2) / shape.sum()
    return np.ascontiguousarray(whole[:, :size], np.float32), np.ascontiguousarray(whole[:, size:], np.float32)
