"""Tracks: suppositions that a clip of the book plays on a row from a certain sample on, and how well the sound agrees.

The sound of a clip is known up to its gain. Each block of 20 ms is projected on the clip: the projection is the gain
while the clip plays, and falls to nothing when it stops or was never there, whatever noise or tone lies on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import TICK, Float32
from hw_sim.ear.clip_index import ClipIndex
from hw_sim.ear.stream_memory import BATCH, BLOCKS, PAST_BLOCKS, StreamMemory

TELLING = 0.05
"""A block of the clip with less than this share of its average energy (a pause) tells nothing."""

ABSENT = 0.4
"""Of the gain so far: a block below this does not hold the clip."""

LOST = 3
"""Telling blocks in a row without the clip: 60 ms."""

SEARCHED = 16
"""The newest blocks: a first look at a supposition, and for most that are new all that there is to see."""

SETTLED = 4
"""Blocks after which the gain is known."""

Times = NDArray[np.int64]


@dataclass(slots=True, eq=False)
class Track:
    """clip: index in the ClipIndex. start, end: samples of the stream.

    cross, clip_energy, line_energy: sums over the telling blocks. blocks: how many these are.
    missing: how many of the last ones did not hold the clip; missing_since: where they began.
    explained: energy of the line that the clip accounts for.
    """

    row: int
    clip: int
    start: int
    end: int
    cross: float = 0.0
    clip_energy: float = 0.0
    line_energy: float = 0.0
    blocks: float = 0
    missing: int = 0
    missing_since: int = 0
    confirmed: bool = False
    explained: float = 0.0

    @property
    def gain(self) -> float:
        """What the line does to the clip; negative when it turns it upside down."""
        return self.cross / (self.clip_energy + 1e-9)

    @property
    def lost(self) -> bool:
        """The clip was there and is no more."""
        return self.missing >= LOST

    def agrees(self, limit: float) -> bool:
        """Is the correlation of line and clip at least that much (0..1)?"""
        return self.explained >= limit * limit * self.line_energy

    def add(self, cross: float, clip_energy: float, line_energy: float, blocks: float) -> None:
        """So many blocks."""
        self.cross += cross
        self.clip_energy += clip_energy
        self.line_energy += line_energy
        self.blocks += blocks
        self.explained = self.cross * self.cross / (self.clip_energy + 1e-9)


@dataclass(frozen=True, slots=True)
class Claims:
    """Suppositions as arrays, one item each: this row, this clip, started at this sample (int64)."""

    rows: Times
    clips: Times
    starts: Times

    @classmethod
    def of(cls, tracks: Sequence[Track]) -> Claims:
        """What these tracks suppose."""
        rows, clips, starts = np.array([(t.row, t.clip, t.start) for t in tracks], np.int64).reshape(-1, 3).T
        return cls(rows, clips, starts)

    def where(self, chosen: Times) -> Claims:
        """Some of them."""
        return Claims(self.rows[chosen], self.clips[chosen], self.starts[chosen])


@dataclass(frozen=True, slots=True)
class Comparison:
    """The newest blocks of a row against a clip, for each claim: (claims, blocks).

    cross: projection of the line on the clip. clip, line: energies. telling: the block lies whole within the clip and
    after the row's floor, and holds some of the clip's sound; cross, clip and line are 0 where it does not.
    """

    cross: Float32
    clip: Float32
    line: Float32
    telling: NDArray[np.bool_]

    @classmethod
    def of(cls, claims: Claims, floors: Times, memory: StreamMemory, index: ClipIndex, blocks: int) -> Comparison:
        """Compare. floors: of every row."""
        samples = blocks * TICK
        lengths = index.lengths[claims.clips]
        played = memory.now - samples - claims.starts
        begins = index.starts[claims.clips] + np.minimum(np.maximum(played, -samples), lengths)
        clip = index.windows(samples)[begins].astype(np.float32).reshape(-1, blocks, TICK)
        line = memory.recent(claims.rows, samples).reshape(-1, blocks, TICK)
        energy, cross = np.vecdot(clip, clip), np.vecdot(line, clip)
        first = np.maximum(floors[claims.rows] - claims.starts, 0) - played
        places = np.arange(0, samples, TICK)
        telling = energy >= TELLING * index.weights[claims.clips, None]
        telling &= (places >= first[:, None]) & (places <= (lengths - TICK - played)[:, None])
        cross *= telling
        energy *= telling
        return cls(cross, energy, memory.energies[claims.rows, -blocks:] * telling, telling)


def begin(claims: Claims, floors: Times, memory: StreamMemory, index: ClipIndex, limit: float) -> list[Track]:
    """Tracks of new claims, which know all that the memory holds.

    Only of those that the newest blocks do not speak against: they agree by `limit`, or tell too little.
    """
    seen = Comparison.of(claims, floors, memory, index, SEARCHED)
    cross, clip, line, blocks = sums = _sums(seen)
    kept = np.flatnonzero((cross * cross >= limit * limit * line * clip) | (blocks < 2))
    claims, sums = claims.where(kept), sums[:, kept]
    older = np.flatnonzero(memory.now - np.maximum(claims.starts, floors[claims.rows]) > SEARCHED * TICK)
    if len(older):
        sums[:, older] = _sums(Comparison.of(claims.where(older), floors, memory, index, PAST_BLOCKS + BLOCKS))
    ends = claims.starts + index.lengths[claims.clips]
    parts = [a.tolist() for a in (claims.rows, claims.clips, claims.starts, ends)]
    tracks = [Track(*values) for values in zip(*parts, strict=True)]
    for track, *added in zip(tracks, *sums.tolist(), strict=True):
        track.add(*added)
    return tracks


def follow(tracks: Sequence[Track], floors: Times, memory: StreamMemory, index: ClipIndex) -> None:
    """Give each track the newest batch of its row, from the row's floor on."""
    seen = Comparison.of(Claims.of(tracks), floors, memory, index, BLOCKS)
    before = np.array([(t.blocks, t.missing, t.missing_since, t.confirmed) for t in tracks], np.int64)
    known = np.array([t.gain if t.blocks >= SETTLED else np.nan for t in tracks])
    blocks, missing, since, confirmed = before.T
    absent = _absent(seen, known)
    counted = absent & (blocks[:, None] + np.cumsum(seen.telling, axis=1) > SETTLED)
    missing, since = _missing(seen.telling & ~absent, counted, missing, since, memory.now - BATCH)
    taken = ~(absent & (confirmed > 0)[:, None])
    sums = np.stack([seen.cross, seen.clip, seen.line, seen.telling.astype(np.float32)]) * taken
    for track, gone, at, *added in zip(
        tracks, missing.tolist(), since.tolist(), *sums.sum(axis=2).tolist(), strict=True
    ):
        track.missing, track.missing_since = gone, at
        track.add(*added)


def _absent(seen: Comparison, known: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Telling blocks that do not seem to hold the clip at its gain, or at the gain of these blocks (NaN)."""
    here = seen.cross.sum(axis=1) / (seen.clip.sum(axis=1) + 1e-9)
    gains = np.where(np.isnan(known), here, known).astype(np.float32)[:, None]
    return np.asarray(seen.telling & (seen.cross * np.sign(gains) < ABSENT * np.abs(gains) * seen.clip))


def _missing(
    present: NDArray[np.bool_], counted: NDArray[np.bool_], missing: Times, since: Times, first: int
) -> tuple[Times, Times]:
    """How many of the last blocks do not hold the clip (LOST at most), and where they begin.

    present, counted: (tracks, blocks), these do and those do not. missing, since: as they were before the blocks, the
    first of which is at `first`.
    """
    count = present.shape[1]
    last = np.where(present.any(axis=1), count - 1 - present[:, ::-1].argmax(axis=1), -1)
    run = counted & (np.arange(count) > last[:, None])
    carried = np.where(last < 0, missing, 0)
    begun = np.where(carried > 0, since, first + TICK * run.argmax(axis=1))
    return np.minimum(carried + run.sum(axis=1), LOST), begun


def _sums(seen: Comparison) -> Float32:
    """cross, clip and line over the telling blocks, and how many these are: (4, claims)."""
    return np.stack([part.sum(axis=1, dtype=np.float32) for part in (seen.cross, seen.clip, seen.line, seen.telling)])
