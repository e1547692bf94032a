"""The clips of a book as the ear knows them: all of their sound in one array, and an index of its landmarks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import TICK, Float32, Int16
from hw_sim.ear.landmarks import LEARN_FROM, Positions, Signatures, Signer, emphasised, find, windows_of

GAP = 5200
"""Silence between the clips of the array: whoever reads past an end reads zeros (longer than any read)."""

TABLES, KEYS = 4, 1 << 16
CROWD = 48
"""A bucket is read so far and no further: a sound that is everywhere tells nothing."""

ALIKE = 13
"""Bits of 64 in which a landmark and its memory may differ; noise at 15 dB changes some 5, GSM twice as many."""

FAINT = 0.04
"""Landmarks lower than this share of their clip's peak are not kept: noise would move them."""


BEGINNING, ALIKE_FROM = 2400, 3
"""Clips begin alike when so many landmarks of the first 0.3 s are the same, at the same place."""


class Clip(Protocol):
    """What the ear needs of a clip of a book."""

    @property
    def id(self) -> str:
        """Its name."""
        ...


class Book(Protocol):
    """What the ear needs of a book (`drivers.speech.book.Book`)."""

    @property
    def clips(self) -> Sequence[Clip]:
        """All clips."""
        ...

    def samples(self, clip_id: str) -> Int16:
        """The sound of one."""
        ...


@dataclass(frozen=True, slots=True)
class Likeness:
    """A landmark of the stream looks like one of a clip. query: which of those asked. clip, position: int64 arrays,
    position counted in samples of the clip. differing: bits of 64."""

    query: Positions
    clip: Positions
    position: Positions
    differing: Positions


class ClipIndex:
    """ids[i], lengths[i], starts[i]: the clips and where they stand in `sound` (int16, emphasised). weights[i]: energy
    of an average block of 160 samples. Clips with the very same sound are one; the first one's id stands."""

    def __init__(self, clips: Iterable[tuple[str, Int16]]) -> None:
        distinct: dict[bytes, tuple[str, Int16]] = {}
        for name, samples in clips:
            distinct.setdefault(samples.tobytes(), (name, samples))
        self.ids = tuple(name for name, _ in distinct.values())
        self.lengths = np.array([len(s) for _, s in distinct.values()], np.int64)
        self.starts = GAP + np.concatenate(([0], np.cumsum(self.lengths + GAP)))[:-1]
        self.sound = np.zeros(GAP + int((self.lengths + GAP).sum()), np.int16)
        self.weights = np.ones(len(self.ids), np.float32)
        found = [self._add(i, samples) for i, (_, samples) in enumerate(distinct.values())]
        places = np.concatenate([*found, np.zeros(0, np.int64)])
        owners = np.repeat(np.arange(len(found)), [len(f) for f in found])
        self.signer = Signer.learned(windows_of(self.sound, places[:: len(places) // LEARN_FROM + 1]))
        self._owners, self._places = owners.astype(np.int32), (places - self.starts[owners]).astype(np.int32)
        self._signatures = self._sign_all(places)
        self._windows: dict[int, Int16] = {}
        self._alike: dict[int, tuple[int, ...]] = {}
        self._order, self._buckets = _tables(self._signatures)

    @classmethod
    def of(cls, book: Book) -> ClipIndex:
        """The index of a book. Raises what the book raises for an unreadable clip."""
        return cls((clip.id, book.samples(clip.id)) for clip in book.clips)

    def windows(self, samples: int) -> Int16:
        """Every window of so many samples of the sound: a view (starts, samples)."""
        if samples not in self._windows:
            self._windows[samples] = np.lib.stride_tricks.sliding_window_view(self.sound, samples)
        return self._windows[samples]

    @property
    def memory(self) -> int:
        """Bytes that the sound and the index take."""
        arrays = (self.sound, self._owners, self._places, self._signatures, self._order, self._buckets)
        return sum(a.nbytes for a in arrays)

    def look_up(self, signatures: Signatures) -> Likeness:
        """Every landmark of the book that looks like one of these."""
        keys = signatures.view(np.uint16).reshape(-1, TABLES) + np.arange(TABLES, dtype=np.int64) * (KEYS + 1)
        first = self._buckets[keys].ravel()
        counts = np.minimum(self._buckets[keys + 1].ravel() - first, CROWD)
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        within = np.arange(total) - np.repeat(ends - counts, counts)
        hits = self._order[np.repeat(first, counts) + within]
        query = np.repeat(np.arange(len(counts)) // TABLES, counts)
        differing = np.bitwise_count(self._signatures[hits] ^ signatures[query])
        close = np.flatnonzero(differing <= ALIKE)
        hits = hits[close]
        return Likeness(query[close], self._owners[hits].astype(np.int64), self._places[hits].astype(np.int64),
                        differing[close].astype(np.int64))  # fmt: skip

    def beginning_alike(self, clip: int) -> tuple[int, ...]:
        """Other clips that begin with the same sound, to the sample."""
        if clip not in self._alike:
            mine = (self._owners == clip) & (self._places < BEGINNING)
            found = self.look_up(self._signatures[mine])
            same = (found.position == self._places[mine][found.query]) & (found.clip != clip)
            others, votes = np.unique(found.clip[same], return_counts=True)
            self._alike[clip] = tuple(others[votes >= ALIKE_FROM].tolist())
        return self._alike[clip]

    def _add(self, i: int, samples: Int16) -> Positions:
        start, length = int(self.starts[i]), int(self.lengths[i])
        y = np.rint(emphasised(samples.astype(np.float32), np.zeros((), np.float32))).astype(np.int16)
        self.sound[start : start + length] = y
        high = int(np.abs(y.astype(np.int32)).max(initial=0))
        energy = _block_energies(y)
        self.weights[i] = float(energy[energy > energy.max(initial=0) * 0.01].mean()) if high else 1.0
        return find(y, max(1, int(high * FAINT))) + start

    def _sign_all(self, places: Positions) -> Signatures:
        parts = [
            self.signer.sign(windows_of(self.sound, part))
            for part in np.array_split(places, len(places) // LEARN_FROM + 1)
        ]
        return np.concatenate(parts)


def _block_energies(y: Int16) -> Float32:
    blocks = y[: len(y) // TICK * TICK].reshape(-1, TICK).astype(np.float32)
    return np.asarray(np.einsum("kt,kt->k", blocks, blocks), np.float32)


def _tables(signatures: Signatures) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Four hash tables, each keyed by 16 other bits of the signature: landmarks in the order of the keys, and where
    each key's bucket begins. Noise must spare only one of the four keys."""
    keys = signatures.view(np.uint16).reshape(-1, TABLES)
    orders = [np.argsort(keys[:, t], kind="stable") for t in range(TABLES)]
    buckets = [
        np.searchsorted(keys[order, t], np.arange(KEYS + 1)) + t * len(signatures) for t, order in enumerate(orders)
    ]
    return np.concatenate(orders).astype(np.int32), np.concatenate(buckets)
