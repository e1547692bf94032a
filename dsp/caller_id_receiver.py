"""Caller ID on all lines at once, FSK or DTMF, whichever comes.

FSK is read after the event: while most of the sound of a line is where FSK has its two frequencies the line is
captured, and when that ends the capture is searched for a message. Lines without such sound cost one small product.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import Blocks
from dsp.caller_id_dtmf import DtmfCallerId
from dsp.caller_id_fsk import find
from dsp.dtmf_receiver import DtmfReceiver
from dsp.events import CallerId, Digit
from dsp.levels import power
from dsp.receiver import RATE, Float32

BLOCK = 160
_LISTEN = 80
"""The middle of each block is listened to: 10 ms every 20 ms show whether there is a carrier."""
_BAND = np.arange(1100, 2301, 150)
_SHARE = 0.55
_FLOOR = power(-50.0)
_HISTORY = 3
_LEAST_CARRIER = 5
"""Blocks: the shortest message takes 130 ms."""
_QUIET = 5
_FADED = 0.25
_LONGEST = 200
"""Blocks: four seconds are more than the longest message. Nothing that goes on is one."""
_SKIP = 8000
_FALL_ASLEEP = 10
"""Blocks of silence after which no key is down."""
_REMEMBERED = 2
"""Blocks before a sound that the DTMF receiver needs, so as to be as if it had never slept."""


@dataclass(slots=True)
class _Capture:
    """The sound of a line since a carrier came up. carrier: blocks of it. quiet: blocks since it was last there.

    loudest: energy of the loudest block. After the message only noise may be left, some of it in the band.
    """

    blocks: list[Float32]
    carrier: int = 1
    quiet: int = 0
    loudest: float = 0.0

    def add(self, block: Float32, carrier: bool) -> None:
        """The next block of the line."""
        energy = float(np.dot(block, block))
        self.loudest = max(self.loudest, energy)
        there = carrier and energy > _FADED * self.loudest
        self.blocks.append(block)
        self.carrier += there
        self.quiet = 0 if there else self.quiet + 1

    @property
    def over(self) -> bool:
        return self.quiet >= _QUIET or len(self.blocks) >= _LONGEST


class _Keys:
    """A DTMF receiver that sleeps while all lines are silent, as those without a call are nearly always."""

    def __init__(self, lines: int) -> None:
        self.receiver = DtmfReceiver(lines)
        self._silent = 0
        """Blocks since there was a sound."""

    def __call__(self, history: list[Float32], block: Float32) -> list[Digit]:
        """The keys in the next block. history: the blocks before it."""
        quiet = not np.any(np.vecdot(block, block) > BLOCK * _FLOOR)
        if quiet and self._silent >= _FALL_ASLEEP:
            self._silent += 1
            return []
        asleep = self._silent - _FALL_ASLEEP
        events: list[Digit] = []
        if asleep > 0:
            last = min(asleep, _REMEMBERED)
            self.receiver.rest((asleep - last) * BLOCK)
            events += [key for past in history[-last:] for key in self.receiver(past)]
        self._silent = self._silent + 1 if quiet else 0
        return [*events, *self.receiver(block)]


class CallerIdReceiver:
    """Caller ID on any of the lines: `CallerId` events. See `dsp.receiver.Receiver`.

    dtmf: listen for DTMF caller ID with a receiver of its own. When someone else's DtmfReceiver hears the lines anyway,
    say False and hand its events to `digits`.
    """

    def __init__(self, lines: int, dtmf: bool = True) -> None:
        self._lines = lines
        self._blocks = Blocks(lines, BLOCK)
        self._weights = _weights()
        self._history: list[Float32] = [np.zeros((lines, BLOCK), np.float32)] * _HISTORY
        self._captures: dict[int, _Capture] = {}
        self._now = 0
        self._keys = _Keys(lines) if dtmf else None
        self._numbers = DtmfCallerId()
        self._pending: list[CallerId] = []

    def __call__(self, rx: Float32) -> list[CallerId]:
        """Take the next samples (lines, any number), float32, full scale 32768; give what was read. `at` is its end."""
        events, self._pending = self._pending, []
        for blocks in self._blocks.feed(rx):
            for block in blocks:
                self._now += BLOCK
                if self._keys is not None:
                    events += self.digits(self._keys(self._history, block))
                events += self._hear(block)
        return events

    def digits(self, events: Iterable[Digit]) -> list[CallerId]:
        """Keys that another receiver heard."""
        return list(self._numbers(events))

    def skip(self, samples: int) -> None:
        """That many samples of every line were lost: as if there had been silence."""
        whole = max(samples - _SKIP, 0) // _SKIP * _SKIP
        self._pending = self(np.zeros((self._lines, samples - whole), np.float32))
        self._now += whole
        if self._keys is not None:
            self._keys.receiver.rest(whole)

    def reset(self, line: int) -> None:
        """A new call: nothing was heard. The clock goes on."""
        self._captures.pop(line, None)
        self._blocks.forget(line)
        self._history = [block.copy() for block in self._history]
        for block in self._history:
            block[line] = 0
        self._numbers.reset(line)
        if self._keys is not None:
            self._keys.receiver.reset(line)

    def _hear(self, block: Float32) -> list[CallerId]:
        carrier = self._carrier(block)
        kept = block.copy()
        self._history = [*self._history[1:], kept]
        if not self._captures and not carrier.any():
            return []
        events: list[CallerId] = []
        for line in sorted(self._captures.keys() | set(np.flatnonzero(carrier).tolist())):
            events += self._capture(line, bool(carrier[line]), kept)
        return events

    def _carrier(self, block: Float32) -> NDArray[np.bool_]:
        """On which lines is most of the sound between 1000 and 2400 Hz?"""
        middle = block[:, (BLOCK - _LISTEN) // 2 : (BLOCK + _LISTEN) // 2]
        spectrum = self._weights @ middle.T
        inside = np.einsum("ij,ij->j", spectrum, spectrum)
        energy = np.einsum("ij,ij->i", middle, middle)
        return np.asarray(inside > _SHARE / _LISTEN * energy + _FLOOR)

    def _capture(self, line: int, carrier: bool, block: Float32) -> Iterable[CallerId]:
        capture = self._captures.get(line)
        if capture is None:
            self._captures[line] = _Capture([past[line] for past in self._history])
            return
        capture.add(block[line], carrier)
        if capture.over:
            del self._captures[line]
            if capture.carrier >= _LEAST_CARRIER:
                yield from self._read(line, np.concatenate(capture.blocks))

    def _read(self, line: int, samples: Float32) -> Iterable[CallerId]:
        found = find(samples)
        if found is not None:
            said = found.message
            yield CallerId(line, self._now, said.number, said.name, said.when, said.reason, found.kind)


def _weights() -> Float32:
    """(2 * frequencies, _LISTEN): a Hann window at each frequency of the band, so that their powers add up to it."""
    offset = np.arange(_LISTEN) - (_LISTEN - 1) / 2
    shape = 0.5 + 0.5 * np.cos(2 * np.pi * offset / _LISTEN)
    angle = 2 * np.pi * np.outer(_BAND, offset) / RATE
    spectrum = np.concatenate([np.cos(angle), np.sin(angle)]) * shape * np.sqrt(2) / shape.sum()
    return np.asarray(spectrum, np.float32)
