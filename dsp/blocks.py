"""What the receivers share: cutting the stream into blocks of their own, and the spectrum of many windows at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import RATE, Float32

Index = NDArray[np.intp]

LIMIT = 20
"""Blocks that are handed over together at most."""


def checked(rx: Float32, lines: int) -> None:
    """Raises ValueError for what is no matrix of that many lines of float32, saying which and what was wanted."""
    if not isinstance(rx, np.ndarray):
        raise ValueError(f"this receiver takes {lines} lines, a matrix ({lines}, samples), not a {type(rx).__name__}")
    if rx.ndim != 2 or rx.shape[0] != lines:
        raise ValueError(f"this receiver takes {lines} lines, a matrix ({lines}, samples), not one of {rx.shape}")
    if rx.dtype != np.float32:
        raise ValueError(f"this receiver takes samples as float32 (full scale 32768), not {rx.dtype}")


def checked_line(line: int, lines: int) -> None:
    """Raises ValueError for a line that is not there; a negative one would be taken for one of the last."""
    if not 0 <= line < lines:
        raise ValueError(f"there is no line {line}: this receiver has {lines}, counted from 0")


def checked_loss(samples: int) -> None:
    """Raises ValueError for what is no number of samples that went by."""
    if samples < 0:
        raise ValueError(f"the samples that were lost are counted from 0: {samples} is no number of them")


class Blocks:
    """The stream of all lines in blocks of a fixed size, whatever its cut.

    Blocks lie time by time, and line by line within a time: everything that is done to them later runs along
    unbroken memory, however few lines there are. They are handed over as soon as they are whole, in multiples of
    `batch` and at most LIMIT at a time.
    """

    def __init__(self, lines: int, size: int, batch: int = 1) -> None:
        self.lines, self.size = lines, size
        self._batch = batch
        self._limit = max(batch, LIMIT - LIMIT % batch)
        self._buffer = np.zeros((self._limit, lines, size), np.float32)
        self._filled = 0

    def feed(self, rx: Float32) -> Iterator[Float32]:
        """Take samples (lines, any number), give views (blocks, lines, size) in order, each valid until the next.

        Raises ValueError for a matrix of another shape or type.
        """
        checked(rx, self.lines)
        if not self._filled and self._is_whole(rx.shape[1]):
            yield self._view(rx)
            return
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

    def _is_whole(self, samples: int) -> bool:
        """Is that what is handed over at once, as a tick mostly is?"""
        blocks = samples // self.size
        return 0 < blocks <= self._limit and blocks * self.size == samples and blocks % self._batch == 0

    def _view(self, rx: Float32) -> Float32:
        count = rx.shape[1] // self.size
        blocks = self._buffer[:count]
        blocks[:] = rx.reshape(self.lines, count, self.size).swapaxes(0, 1)
        return blocks

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


@dataclass(frozen=True, slots=True)
class _Part:
    """Views into the products of some blocks and the one before: cutting them anew for every tick costs more than the
    sums that are made of them.
    """

    faded: Float32
    energy: Float32
    fading_in: Float32
    fading_out: Float32
    energy_in: Float32
    first: Float32
    last: Float32
    first_energy: Float32
    last_energy: Float32


class Bank:
    """The spectrum at a few frequencies of Hann windows of two blocks, one window every block, for all lines at once.

    A window is the fading-in of one block plus the fading-out of the next: one float32 product for all lines, and
    each sample is taken up once although windows overlap. Phase is that at the middle of the window. The energy is the
    sum of squares over the window (rectangular); a sine at a frequency of the bank that is alone gives |z|^2 = energy.

    Windows are kept in one record that rolls: at least the last `keep` can be looked at, the oldest may be silence
    from before the beginning. Its rows: real parts, imaginary parts, energy, and `extra` rows for the receiver's own.
    """

    def __init__(self, lines: int, frequencies: Sequence[float], size: int, keep: int, extra: int = 0) -> None:
        self.lines, self.size, self.keep = lines, size, keep
        self.bins = len(frequencies)
        self.total = 0
        """Windows taken so far."""
        self._weights = _weights(frequencies, size)
        self._record = np.zeros((2 * self.bins + 1 + extra, keep + max(LIMIT, keep), lines), np.float32)
        self._flat = self._record.reshape(len(self._record), -1)
        self._filled = keep
        self._faded = np.zeros((4 * self.bins, (LIMIT + 1) * lines), np.float32)
        self._energy = np.zeros((LIMIT + 1) * lines, np.float32)
        self._parts: dict[int, _Part] = {}

    def __call__(self, blocks: Float32) -> Float32:
        """Take blocks (count, lines, size), at most LIMIT; give their windows (rows, count * lines), to be read and
        the extra rows to be filled.
        """
        samples = len(blocks) * self.lines
        self._make_room(len(blocks))
        flat = blocks.reshape(samples, self.size)
        part = self._parts.get(len(blocks)) or self._part(len(blocks))
        np.matmul(self._weights, flat.T, out=part.faded)
        np.vecdot(flat, flat, out=part.energy)
        made = self._flat[:, self._filled * self.lines : self._filled * self.lines + samples]
        np.add(part.fading_in, part.fading_out, out=made[: 2 * self.bins])
        np.add(part.energy_in, part.energy, out=made[2 * self.bins])
        part.first[:], part.first_energy[:] = part.last, part.last_energy
        self._filled += len(blocks)
        self.total += len(blocks)
        return made

    def before(self, windows: int, count: int) -> Float32:
        """The record (rows, windows, lines) of so many windows before the last `count`, and of those."""
        return self._record[:, self._filled - count - windows : self._filled]

    def gather(self, windows: Index, lines: Index) -> Float32:
        """The record (rows, *shape) of any windows of any lines. windows: 0 is the newest, -1 the one before it."""
        places = (windows + (self._filled - 1)) * self.lines
        places += lines
        return self._flat.take(places, axis=1, mode="clip")

    def flat(self, windows: int, count: int) -> Float32:
        """The same as (rows, windows * lines)."""
        return self._flat[:, (self._filled - count - windows) * self.lines : self._filled * self.lines]

    def stretch(self, line: int, first: int, end: int) -> Float32:
        """The record (rows, windows) of one line, from one window up to another, numbered as `total` counts them."""
        offset = self._filled - self.total
        return self._record[:, max(first + offset, 0) : end + offset, line]

    def forget(self, line: int) -> None:
        """As if the line had been silent until now."""
        self._faded[:, line] = 0
        self._energy[line] = 0
        self._record[:, : self._filled, line] = 0

    def _part(self, count: int) -> _Part:
        """Where the products of so many blocks go: behind those of the last block of the call before."""
        lines, samples, rows = self.lines, count * self.lines, 2 * self.bins
        faded, energy = self._faded, self._energy
        part = self._parts[count] = _Part(
            faded[:, lines : samples + lines],
            energy[lines : samples + lines],
            faded[:rows, :samples],
            faded[rows:, lines : samples + lines],
            energy[:samples],
            faded[:rows, :lines],
            faded[:rows, samples : samples + lines],
            energy[:lines],
            energy[samples : samples + lines],
        )
        return part

    def _make_room(self, count: int) -> None:
        if self._filled + count > self._record.shape[1]:
            self._record[:, : self.keep] = self._record[:, self._filled - self.keep : self._filled]
            self._filled = self.keep


def _weights(frequencies: Sequence[float], size: int) -> Float32:
    """(4 * frequencies, size): real and imaginary parts of the fading-in half, then of the fading-out half."""
    offset = np.arange(2 * size) - (2 * size - 1) / 2
    shape = 0.5 + 0.5 * np.cos(np.pi * offset / size)
    angle = 2 * np.pi * np.outer(np.asarray(frequencies), offset) / RATE
    whole = np.concatenate([np.cos(angle), -np.sin(angle)]) * shape * np.sqrt(4 * size) / shape.sum()
    return np.concatenate([whole[:, :size], whole[:, size:]]).astype(np.float32)
