"""The DTMF receiver (ITU-T Q.24, ETSI ES 201 235-3) for all lines at once.

Every 4 ms the spectrum of 8 ms is taken at the eight frequencies. Whether it could be a key is asked of all lines
together; seven such windows in a row, 32 ms, are then looked at closely (`dsp.dtmf_check`). A key that was accepted
is held until both its tones are gone for 28 ms, so that drop-outs do not make two keys of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dsp.blocks import LIMIT, Bank, Blocks, Index
from dsp.dtmf_check import CONTEXT, SPAN, Findings, check
from dsp.dtmf_signal import HIGH, KEYS, LOW
from dsp.events import Digit, Edge
from dsp.levels import power, power_dbm0
from dsp.receiver import Float32

BLOCK = 32
_WINDOW = 2 * BLOCK
_FLOOR = power(-44.0) * _WINDOW
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

_LOOKS = 19
"""The row of the record that says which windows looked like a key, after the spectrum, the energy, and the power of the
strongest low and high tone."""
_NONE = np.zeros(0, np.intp)
_SPANS = [
    np.tri(count, SPAN - 1 + count, SPAN - 1, np.float32) - np.tri(count, SPAN - 1 + count, -1, np.float32)
    for count in range(LIMIT + 1)
]
"""By how many windows are new: the sum over each span that ends with one of them, as a matrix."""


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

    def goes_on(self, fills: list[float], middle: int) -> bool:
        """Take the next windows if the key is down in all of them, so that nothing else needs to be asked of them.

        fills: how much of the key there is in each, 1 being all of it. middle: of the last one.
        """
        if self.off or min(fills) < _ON:
            return False
        self.last, self.fill = middle, fills[-1]
        return True

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
        low, high = (round(float(power_dbm0(a * a / _WINDOW)), 1) for a in self.reference)
        return Digit(line, at, KEYS[4 * self.low + self.high], edge, length, low, high)


class DtmfReceiver:
    """Keys pressed on any of the lines: `Digit` events, begun and ended. See `dsp.receiver.Receiver`."""

    def __init__(self, lines: int) -> None:
        self._blocks = Blocks(lines, BLOCK)
        self._bank = Bank(lines, LOW + HIGH, BLOCK, keep=CONTEXT, extra=3)
        self._lines = lines
        self._now = 0
        """Sample at which the next block begins."""
        self._last_look = -SPAN - LIMIT
        """Which window was the last on any line to look like a key."""
        self._held: dict[int, _Held] = {}
        self._pending: list[Digit] = []

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
        self._blocks.forget(line)
        self._bank.forget(line)

    def _hear(self, blocks: Float32) -> list[Digit]:
        count = len(blocks)
        if _look(self._bank(blocks)):
            self._last_look = self._bank.total
        lines, ends = self._spans(count)
        if not self._held and not len(lines):
            return []
        return self._decide(lines, ends, count)

    def _spans(self, count: int) -> tuple[Index, Index]:
        """The lines and newest windows of the spans that hold enough windows which look like a key."""
        if self._bank.total - self._last_look >= SPAN + LIMIT:
            return _NONE, _NONE
        looks = _SPANS[count] @ self._bank.before(SPAN - 1, count)[_LOOKS]
        enough = looks > _ENOUGH - 0.5
        if not np.count_nonzero(enough):
            return _NONE, _NONE
        ends, lines = enough.nonzero()
        return lines, ends

    def _decide(self, lines: Index, ends: Index, count: int) -> list[Digit]:
        heard = self._bank.before(0, count)
        fills = _fills(heard, self._held) if self._held else {}
        last = self._now + (count - 1) * BLOCK
        steady = [line for line, held in self._held.items() if held.goes_on(fills[line], last)]
        if steady:
            asked = np.ones(self._lines, np.bool_)
            asked[steady] = False
            new = asked[lines]
            lines, ends = lines[new], ends[new]
        found: dict[int, dict[int, Findings]] = {}
        for span, finding in check(self._bank, lines, ends - (count - 1)) if len(lines) else ():
            found.setdefault(int(lines[span]), {})[int(ends[span])] = finding
        events: list[tuple[int, Digit]] = []
        for line in sorted((found.keys() | self._held.keys()).difference(steady)):
            events += self._follow(line, heard, found.get(line, {}), fills.get(line, []))
        return [event for _, event in sorted(events, key=lambda made: made[0])]

    def _follow(
        self, line: int, heard: Float32, found: dict[int, Findings], fills: list[float]
    ) -> Iterator[tuple[int, Digit]]:
        """One line, window by window: the key that is down ends, or another one begins."""
        held = self._held.get(line)
        for i in range(heard.shape[1]):
            middle, finding = self._now + i * BLOCK, found.get(i)
            if held is not None and (held.is_over(fills[i], middle) or held.replaced_by(finding)):
                del self._held[line]
                yield i, held.ended(line)
                held = None
            if held is None and finding is not None:
                self._held[line] = held = _Held.found(finding, middle)
                fills = _fills(heard, {line: held})[line]
                yield i, held.began(line)


def _fills(heard: Float32, held: dict[int, _Held]) -> dict[int, list[float]]:
    """Line by line, how much of the key that is down there is in each window of the record, 1 being all of it."""
    rows = np.array([(key.low, key.high + 4) for key in held.values()]).T
    windows, lines = np.arange(heard.shape[1])[:, None], list(held)
    real, imaginary = heard[rows[:, None], windows, lines], heard[rows[:, None] + 8, windows, lines]
    reference = np.array([key.reference for key in held.values()], np.float32).T
    low, high = np.hypot(real, imaginary) / reference[:, None]
    return dict(zip(lines, np.minimum(low, high).T.tolist(), strict=True))


def _look(made: Float32) -> bool:
    """Fill the rows that the bank left: the strongest low and high tone of each window, and does it look like a key,
    with enough of both? Does any?
    """
    squares = made[:16] * made[:16]
    powers = np.add(squares[:8], squares[8:], out=squares[:8])
    low, high = np.maximum.reduce(powers.reshape(2, 4, -1), axis=1, out=made[17:19])
    energy = made[16]
    least = _LEAST * energy
    least += _FLOOR
    looks = np.minimum(low, high) > least
    if not np.count_nonzero(looks):
        made[_LOOKS] = 0
        return False
    looks &= low + high > _MOST * energy
    made[_LOOKS] = looks
    return True
