"""The DTMF receiver (ITU-T Q.24, ETSI ES 201 235-3) for all lines at once.

Every 4 ms the spectrum of 8 ms is taken at the eight frequencies. Whether it could be a key is asked of all lines
together; seven such windows in a row, 32 ms, are then looked at closely (`dsp.dtmf_check`). A key that was accepted
is held until both its tones are gone for 28 ms, so that drop-outs do not make two keys of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import Bank, Blocks
from dsp.dtmf_check import CONTEXT, SPAN, Findings, Index, check
from dsp.dtmf_signal import HIGH, KEYS, LOW
from dsp.events import Digit, Edge
from dsp.levels import power, power_dbm0
from dsp.receiver import Float32

BLOCK = 32
_FLOOR = power(-44.0)
_LEAST = 0.04
"""Each tone's least share of a window's energy: 10 dB of twist, and something else as loud as the key."""
_MOST = 0.5
"""Both tones' least share of a window's energy. The span as a whole is asked for more."""
_ENOUGH = 5
"""How many windows of a span must look like a key; noise and impulses may spoil the others."""
_ON = 0.42
"""Amplitude, relative to when the key was accepted, above which a tone is still there: above an echo 10 dB down."""
_OFF_BLOCKS = 7
"""A gap of 28 ms ends a key: between the 19 ms of a drop-out and the 40 ms of a pause."""
_SKIP_LIMIT = 8000

_ROWS = 19
_SPAN_BITS = np.uint32((1 << SPAN) - 1)
_NONE = np.zeros(0, np.intp)
_COUNT_OF_BITS = np.array([bin(mask).count("1") for mask in range(1 << SPAN)], np.uint8)


@dataclass(slots=True)
class _Held:
    """A key that is down. at: its first sample. last: its last sample so far. off: windows since then without it."""

    low: int
    high: int
    at: int
    last: float
    reference: tuple[float, float]
    fill: float = 1.0
    off: int = 0

    @classmethod
    def found(cls, finding: Findings, middle: int) -> _Held:
        at = max(round(middle - finding.age * BLOCK), 0)
        return cls(finding.low, finding.high, at, middle, finding.amplitudes)

    def replaced_by(self, finding: Findings | None) -> bool:
        """Is another key down in the window that was taken last?"""
        return self.off > 0 and finding is not None and (finding.low, finding.high) != (self.low, self.high)

    def is_steady(self, heard: Float32) -> bool:
        """Is the key down in all of these windows, so that nothing else needs to be asked of them?"""
        return self.off == 0 and min(self.fills(heard)) >= _ON

    def fills(self, heard: Float32) -> list[float]:
        """How much of the key there is in each window (spectrum, windows) of the line, 1 being all of it."""
        low = np.hypot(heard[self.low], heard[self.low + 8]) / self.reference[0]
        high = np.hypot(heard[self.high + 4], heard[self.high + 12]) / self.reference[1]
        fills: list[float] = np.minimum(low, high).tolist()
        return fills

    def is_over(self, fill: float, middle: int) -> bool:
        """Take the next window: has the key been away for long enough?"""
        if fill >= _ON:
            self.last, self.off = middle, 0
        else:
            if self.off == 0:
                self.last += BLOCK * min(max((self.fill - 0.5) / max(self.fill - fill, 1e-6), 0.0), 1.0)
            self.off += 1
        self.fill = fill
        return self.off >= _OFF_BLOCKS

    def began(self, line: int) -> Digit:
        return self._digit(line, self.at, "began", 0)

    def ended(self, line: int) -> Digit:
        end = max(round(self.last), self.at + 1)
        return self._digit(line, end, "ended", end - self.at)

    def _digit(self, line: int, at: int, edge: Edge, length: int) -> Digit:
        low, high = (round(float(power_dbm0(a * a)), 1) for a in self.reference)
        return Digit(line, at, KEYS[4 * self.low + self.high], edge, length, low, high)


class DtmfReceiver:
    """Keys pressed on any of the lines: `Digit` events, begun and ended. See `dsp.receiver.Receiver`."""

    def __init__(self, lines: int) -> None:
        self._blocks = Blocks(lines, BLOCK)
        self._bank = Bank(lines, LOW + HIGH, BLOCK)
        self._lines = lines
        self._now = 0
        """Sample at which the next block begins."""
        self._looks: NDArray[np.uint32] = np.zeros(lines, np.uint32)
        """Which of the last windows looked like a key, the last one in the lowest bit."""
        self._held: dict[int, _Held] = {}
        self._pending: list[Digit] = []
        self._recent: list[Float32] = [np.zeros((_ROWS, CONTEXT, lines), np.float32)]
        """Spectrum, energy, strongest tones (19, windows, lines) of the last calls, CONTEXT windows or more."""

    def __call__(self, rx: Float32) -> list[Digit]:
        """Take the next samples (lines, any number), float32, full scale 32768; give the keys that began or ended."""
        events, self._pending = self._pending, []
        for blocks in self._blocks.feed(rx):
            events += self._hear(blocks)
            self._now += len(blocks) * BLOCK
        return events

    def skip(self, samples: int) -> None:
        """That many samples of every line were lost: a gap, as if nothing had been heard in it.

        A key held across the loss of 20 ms stays one key; ends that are noticed here are given by the next call.
        """
        whole = max(samples - _SKIP_LIMIT, 0) // _SKIP_LIMIT * _SKIP_LIMIT
        self._pending = self(np.zeros((self._lines, samples - whole), np.float32))
        self._now += whole

    def rest(self, samples: int) -> None:
        """So many samples, whole blocks of which nothing else was begun, went by that need not be heard: there was no
        key in them, and no key is down. The next 40 ms say what was before.
        """
        self._now += samples

    def reset(self, line: int) -> None:
        """A new call: no key is down, nothing was heard. The clock goes on."""
        self._held.pop(line, None)
        self._looks[line] = 0
        self._blocks.forget(line)
        self._bank.forget(line)
        for recent in self._recent:
            recent[:, :, line] = 0

    def _hear(self, blocks: Float32) -> list[Digit]:
        count = len(blocks)
        spectrum, energy = self._bank(blocks)
        groups = _strongest(spectrum)
        looks = _looks_like_a_key(groups, energy).reshape(count, self._lines)
        self._remember([spectrum, energy[None], groups], count)
        if not self._held and not self._looks.any() and not looks.any():
            return []
        lines, ends = self._spans(looks)
        if not self._held and not len(lines):
            return []
        return self._decide(lines, ends, count)

    def _remember(self, rows: list[Float32], count: int) -> None:
        heard = np.concatenate(rows).reshape(_ROWS, count, self._lines)
        self._recent.append(heard)
        while sum(part.shape[1] for part in self._recent[1:]) >= CONTEXT + count:
            self._recent.pop(0)

    def _spans(self, looks: NDArray[np.bool_]) -> tuple[Index, Index]:
        """The lines and newest windows of the spans that hold enough windows which look like a key."""
        before = self._looks
        shifts = np.arange(len(looks), dtype=np.uint32)
        after = (before << np.uint32(len(looks))) | (looks[::-1].T @ (np.uint32(1) << shifts))
        self._looks = after & _SPAN_BITS
        if not np.any(_COUNT_OF_BITS[before] + np.count_nonzero(looks, axis=0) >= _ENOUGH):
            return _NONE, _NONE
        spans = (after >> shifts[::-1, None]) & _SPAN_BITS
        ends, lines = np.nonzero(_COUNT_OF_BITS[spans] >= _ENOUGH)
        return lines, ends

    def _decide(self, lines: Index, ends: Index, count: int) -> list[Digit]:
        windows = np.concatenate(self._recent, axis=1)[:, -(CONTEXT + count) :]
        steady = {line for line, held in self._held.items() if held.is_steady(windows[:, CONTEXT:, line])}
        new = [i for i, line in enumerate(lines.tolist()) if line not in steady]
        found: dict[int, dict[int, Findings]] = {}
        if new:
            for line, end, finding in check(windows, lines[new], ends[new]):
                found.setdefault(line, {})[end] = finding
        events: list[tuple[int, Digit]] = []
        for line in sorted(found.keys() | self._held.keys()):
            events += self._follow(line, windows[:, CONTEXT:, line], found.get(line, {}), count)
        return [event for _, event in sorted(events, key=lambda made: made[0])]

    def _follow(self, line: int, heard: Float32, found: dict[int, Findings], count: int) -> Iterator[tuple[int, Digit]]:
        """One line, window by window: the key that is down ends, or another one begins."""
        held = self._held.get(line)
        fills = held.fills(heard) if held is not None else []
        for i in range(count):
            middle, finding = self._now + i * BLOCK, found.get(i)
            if held is not None and (held.is_over(fills[i], middle) or held.replaced_by(finding)):
                del self._held[line]
                yield i, held.ended(line)
                held = None
            if held is None and finding is not None:
                self._held[line] = held = _Held.found(finding, middle)
                fills = held.fills(heard)
                yield i, held.began(line)


def _strongest(spectrum: Float32) -> Float32:
    """Power of the strongest low and of the strongest high tone (2, windows * lines)."""
    powers = spectrum * spectrum
    powers = powers[:8] + powers[8:]
    return np.asarray(powers.reshape(2, 4, -1).max(axis=1))


def _looks_like_a_key(groups: Float32, energy: Float32) -> NDArray[np.bool_]:
    """Is there enough of a low and of a high tone in each window (windows * lines)?"""
    low, high = groups
    looks = np.minimum(low, high) > _LEAST * energy + _FLOOR
    if looks.any():
        looks &= low + high > _MOST * energy
    return np.asarray(looks)
