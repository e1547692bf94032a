"""What of a recording was said: from the first word to the last, without tones, keys, clicks and silence around it.

For a whole recording of one line, after the fact. Only its two ends are cut; what stands between words stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dsp.activity.look import BLOCK, high_energy, sounding
from dsp.dtmf import DtmfReceiver
from dsp.events import Digit, Tone
from dsp.levels import power
from dsp.plans import TonePlan
from dsp.pure_tones import pure
from dsp.receiver import RATE, Float32, Int16
from dsp.tones import ToneReceiver

Bools = NDArray[np.bool_]

MARGIN: Final = RATE // 5
"""200 ms before the first sound and after the last stay: soft beginnings, and the last consonant."""

_QUIETEST = power(-47.0) * BLOCK
_LOUDEST_NOISE = power(-28.0) * BLOCK
_ABOVE_NOISE = 4.0
_WORD = 3
"""60 ms: nothing shorter was said."""
_FADING = 160 * RATE // 8000
"""A tone fades in, and its beginning is known to 20 ms."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The part of a recording to keep, samples first .. end, and how long was spoken without the margins.

    All are 0 when nothing was said.
    """

    first: int
    end: int
    length: int


def speech(samples: Int16 | Float32, plan: TonePlan) -> tuple[int, int]:
    """Where to cut a recording (one row, int16 or float32): samples first .. end; (0, 0) when nothing was said.

    plan: the tones that its exchange plays. Steady pure tones are known without it. Raises ValueError for a matrix.
    """
    found = spoken(samples, plan)
    return found.first, found.end


def spoken(samples: Int16 | Float32, plan: TonePlan) -> Spoken:
    """Like `speech`, with the length of what was said."""
    sound = np.asarray(samples, np.float32)
    if sound.ndim != 1:
        raise ValueError(f"a recording is one row of samples, not a matrix {sound.shape}")
    sound = np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0)
    blocks = np.pad(sound, (0, -len(sound) % BLOCK)).reshape(-1, BLOCK)
    if not len(blocks):
        return Spoken(0, 0, 0)
    least = _least(blocks)
    loud = high_energy(blocks) > least
    foreign = _foreign(sound, plan, len(blocks))
    voiced = loud & sounding(blocks, least) & ~foreign
    words = _runs(voiced, _WORD)
    words |= _edges(words) & loud & ~foreign
    clicks = loud & ~voiced & ~_edges(voiced) & ~words
    if not np.any(words):
        return Spoken(0, 0, 0)
    return _with_margins(words, clicks | foreign, len(sound))


def _with_margins(words: Bools, other: Bools, length: int) -> Spoken:
    """other: tones, keys and clicks; margins stop before them, but not at a consonant that stands alone."""
    spots = np.flatnonzero(words)
    first, last = int(spots[0]), int(spots[-1]) + 1
    before, after = np.flatnonzero(other[:first]), np.flatnonzero(other[last:])
    begin, end = max(first * BLOCK - MARGIN, 0), min(last * BLOCK + MARGIN, length)
    if len(before):
        begin = min(max(begin, (int(before[-1]) + 1) * BLOCK + _FADING), first * BLOCK)
    if len(after):
        end = max(min(end, (last + int(after[0])) * BLOCK - _FADING), last * BLOCK)
    return Spoken(begin, min(end, length), min(last * BLOCK, length) - first * BLOCK)


def _least(blocks: Float32) -> Float32:
    """What a block must exceed to be a sound, as an array of one: 6 dB above the quietest tenth, if that is noise."""
    noise = float(np.percentile(high_energy(blocks), 10))
    return np.asarray([max(_QUIETEST, min(noise, _LOUDEST_NOISE) * _ABOVE_NOISE)], np.float32)


def _foreign(sound: Float32, plan: TonePlan, blocks: int) -> Bools:
    """Which blocks hold tones or keys."""
    rx = sound[None]
    found = pure(sound, blocks)
    for began, ended in [*_spans(ToneReceiver(1, plan)(rx), len(sound)), *_spans(DtmfReceiver(1)(rx), len(sound))]:
        found[began // BLOCK : -(-ended // BLOCK)] = True
    return found


def _spans(events: Sequence[Tone | Digit], length: int) -> list[tuple[int, int]]:
    """From where to where; what has not ended lasts to the end."""
    spans: list[tuple[int, int]] = []
    for event in events:
        if event.edge == "began":
            spans.append((event.at, length))
        elif spans:
            spans[-1] = (spans[-1][0], event.at)
    return spans


def _edges(where: Bools) -> Bools:
    """The blocks before and after, in which a sound begins or ends."""
    wide = np.pad(where, 1)
    return np.asarray(wide[2:] | wide[:-2], np.bool_)


def _runs(where: Bools, least: int) -> Bools:
    """Only those blocks that stand at least so many in a row."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], where, [False]])))
    kept = np.zeros(len(where), np.bool_)
    for begin, end in edges.reshape(-1, 2):
        kept[begin:end] = end - begin >= least
    return kept
