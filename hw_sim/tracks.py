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
from hw_sim.clip_index import ClipIndex
from hw_sim.stream_memory import BATCH, BLOCKS, PAST_BLOCKS, StreamMemory, block_times

TELLING = 0.05
"""A block of the clip with less than this share of its average energy (a pause) tells nothing."""

ABSENT = 0.4
"""Of the gain so far: a block below this does not hold the clip."""

LOST = 3
"""Telling blocks in a row without the clip: 60 ms."""

SEARCHED = 10
"""The newest blocks that hold all landmarks just found: a first look at a supposition."""

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
    blocks: int = 0
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

    def take(self, at: int, absent: bool, cross: float, clip_energy: float, line_energy: float) -> None:
        """The next telling block, which began at `at`; absent: it does not seem to hold the clip."""
        if not absent:
            self.missing = 0
        elif self.blocks >= SETTLED and not self.lost:
            self.missing_since = self.missing_since if self.missing else at
            self.missing += 1
        if not (self.confirmed and absent):
            self.add(cross, clip_energy, line_energy, 1)

    def add(self, cross: float, clip_energy: float, line_energy: float, blocks: int) -> None:
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

    def where(self, chosen: NDArray[np.bool_]) -> Claims:
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
        begins = np.clip(memory.now - samples - claims.starts, -samples, index.lengths[claims.clips])
        sound = index.windows(samples)[index.starts[claims.clips] + begins]
        clip = sound.astype(np.float32).reshape(len(begins), blocks, TICK)
        line = memory.recent(claims.rows, samples).reshape(len(begins), blocks, TICK)
        energy = np.einsum("hkt,hkt->hk", clip, clip)
        times = block_times(memory.now, blocks)
        first = np.maximum(claims.starts, floors[claims.rows])[:, None]
        last = (claims.starts + index.lengths[claims.clips] - TICK)[:, None]
        telling = (times >= first) & (times <= last) & (energy >= TELLING * index.weights[claims.clips][:, None])
        cross = np.einsum("hkt,hkt->hk", line, clip)
        return cls(cross * telling, energy * telling, memory.energies[claims.rows, -blocks:] * telling, telling)


def plausible(claims: Claims, floors: Times, memory: StreamMemory, index: ClipIndex, limit: float) -> Claims:
    """Those that the newest blocks do not speak against: they agree by `limit`, or tell too little."""
    seen = Comparison.of(claims, floors, memory, index, SEARCHED)
    agreed = seen.cross.sum(axis=1) ** 2 >= limit * limit * seen.line.sum(axis=1) * seen.clip.sum(axis=1)
    return claims.where(agreed | (seen.telling.sum(axis=1) < 2))


def begin(claims: Claims, floors: Times, memory: StreamMemory, index: ClipIndex) -> list[Track]:
    """Tracks of new claims, which know all that the memory holds."""
    seen = Comparison.of(claims, floors, memory, index, PAST_BLOCKS + BLOCKS)
    ends = claims.starts + index.lengths[claims.clips]
    tracks = [
        Track(*v) for v in zip(*(c.tolist() for c in (claims.rows, claims.clips, claims.starts, ends)), strict=True)
    ]
    for track, *sums in zip(tracks, *(c.tolist() for c in _sums(seen)), strict=True):
        track.add(*sums)
    return tracks


def follow(tracks: Sequence[Track], floors: Times, memory: StreamMemory, index: ClipIndex) -> None:
    """Give each track the newest batch of its row, from the row's floor on."""
    seen = Comparison.of(Claims.of(tracks), floors, memory, index, BLOCKS)
    cross, clip, line, blocks = _sums(seen)
    known = np.array([t.gain if t.blocks >= SETTLED else np.nan for t in tracks])
    gains = np.where(np.isnan(known), cross / (clip + 1e-9), known).astype(np.float32)[:, None]
    absent = seen.telling & (seen.cross * np.sign(gains) < ABSENT * np.abs(gains) * seen.clip)
    first = memory.now - BATCH
    for h, (track, doubtful) in enumerate(zip(tracks, np.any(absent, axis=1), strict=True)):
        if doubtful or track.missing:
            for k in np.flatnonzero(seen.telling[h]).tolist():
                values = float(seen.cross[h, k]), float(seen.clip[h, k]), float(seen.line[h, k])
                track.take(first + k * TICK, bool(absent[h, k]), *values)
        elif not track.confirmed:
            track.add(float(cross[h]), float(clip[h]), float(line[h]), int(blocks[h]))


def _sums(seen: Comparison) -> tuple[Float32, Float32, Float32, Times]:
    return seen.cross.sum(axis=1), seen.clip.sum(axis=1), seen.line.sum(axis=1), seen.telling.sum(axis=1)
