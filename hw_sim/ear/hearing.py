"""The ear: recognises which clip of a book is playing on each line, from its sound alone.

Landmarks of the stream that look like landmarks of the book give suppositions ("this clip, from that sample on");
each is then followed block by block against the known sound until one is sure. Level, polarity, coding and noise down
to some 10 dB below the speech do not matter, nor does where in the stream or in the clip the sound is met.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dsp.events import Edge
from dsp.receiver import TICK, Float32
from hw_sim.caller.events import Heard
from hw_sim.ear.clip_index import Book, ClipIndex, Likeness
from hw_sim.ear.landmarks import Positions
from hw_sim.ear.stream_memory import BATCH, LATE, PAST_BLOCKS, StreamMemory
from hw_sim.ear.tracks import LOST, SETTLED, Claims, Track, begin, follow

SURE, SURER = 0.7, 0.87
"""Correlation of line and clip from which the clip is there: heard for long (LONG blocks), and heard for less.

Noise of 15 dB gives 0.89 to 0.98, a GSM coder and noise of 10 dB give 0.7 and more. Speech of the same voice that is
not in the book gives 0.5; a short vowel up to 0.86.
"""

HOPELESS = 0.5
ENOUGH = 5
"""Telling blocks that a clip is heard before it is believed: 100 ms."""

LONG = 12
ENOUGH_INSIDE = 12
"""The same, when the beginning of the clip was not heard."""

RIVAL = 0.9
"""Another clip that explains this share of what the best one explains may still be the one: they began alike."""

SLACK = 80
"""Samples by which a clip may seem to begin before the one before it has ended."""

RESUME = 2400
FADED = 4800
"""A clip that fades and goes on, so many samples late at most, was disturbed and not cut; that is known after FADED."""

HOLD = 6400
"""How long a clip that has ended is kept in mind while a longer one that began alike pauses where it ended."""

VOTES, CHOICES, FAVOUR = 10, 24, 0.5
BALLOT, BOXES = 0x9E3779B97F4A7C15 - (1 << 64), 0x1FFF


@dataclass(slots=True)
class Row:
    """What the ear knows of one line. playing: the clip that is sure. faded: the one that was lost just now.

    supposed: what it might be. leading: the one of these that is sure, but for those which began alike.
    """

    playing: Track | None = None
    faded: Track | None = None
    leading: Track | None = None
    supposed: list[Track] = field(default_factory=list)


class Ear:
    """A receiver of clips (`dsp.receiver.Receiver`) over the callers' end of all lines.

    rows: lines of the matrix. book: `drivers.speech.book.Book`, or a ClipIndex made once for several ears. Events come
    up to 0.4 s after what they tell of, stamped with when it was.
    """

    def __init__(self, rows: int, book: Book | ClipIndex) -> None:
        self.index = book if isinstance(book, ClipIndex) else ClipIndex.of(book)
        self._memory = StreamMemory(rows)
        self._rows = [Row() for _ in range(rows)]
        self._floors = np.zeros(rows, np.int64)
        self._batch = np.zeros((rows, BATCH), np.float32)
        self._filled = 0
        self._events: list[Heard] = []

    def __call__(self, rx: Float32) -> list[Heard]:
        """The next samples, (rows, any number): what began or ended."""
        taken = 0
        while taken < rx.shape[1]:
            part = min(BATCH - self._filled, rx.shape[1] - taken)
            self._batch[:, self._filled : self._filled + part] = rx[:, taken : taken + part]
            self._filled += part
            taken += part
            if self._filled == BATCH:
                self._filled = 0
                self._listen()
        events, self._events = self._events, []
        return events

    def skip(self, samples: int) -> None:
        """That many samples of every line were lost: silence to the ear, and the clips go on after it."""
        silence = np.zeros((len(self._rows), BATCH), np.float32)
        quiet = 0
        while samples > 0:
            step = min(BATCH, samples)
            if quiet > PAST_BLOCKS * TICK and self._idle():
                step = samples // BATCH * BATCH or samples
                self._memory.now += step // BATCH * BATCH
                if step < BATCH:
                    self._events = self._events + self(silence[:, :step])
            else:
                self._events = self._events + self(silence[:, :step])
            quiet += step
            samples -= step

    def _idle(self) -> bool:
        return not any(row.playing or row.faded or row.supposed for row in self._rows)

    def reset(self, line: int) -> None:
        """A new call begins on the line: what was heard before it does not count."""
        self._rows[line] = Row()
        self._floors[line] = self._memory.now + self._filled

    def _listen(self) -> None:
        self._memory.add(self._batch)
        known = [t for row in self._rows for t in ((row.playing, *row.supposed) if row.playing else row.supposed)]
        if known:
            follow(known, self._floors, self._memory, self.index)
        for number, row in enumerate(self._rows):
            if row.playing:
                self._watch(number, row, row.playing)
        lively = self._memory.lively().tolist()
        self._search(np.array([i for i, row in enumerate(self._rows) if lively[i] and self._wonders(row)], np.int64))
        for number, row in enumerate(self._rows):
            if row.supposed:
                self._decide(number, row)
            if row.faded and self._memory.now - row.faded.missing_since > FADED:
                self._end(row.faded, row.faded.missing_since)
                row.faded = None

    def _wonders(self, row: Row) -> bool:
        """Is there no clip, sure or almost so, that explains what is heard?"""
        if row.playing:
            return False
        return row.leading is None or row.leading.missing > 0 or row.leading.end <= self._memory.now - LATE

    def _watch(self, number: int, row: Row, track: Track) -> None:
        """A clip that is playing comes to its end, or is cut."""
        if track.lost:
            row.playing, row.faded = None, track
            self._floors[number] = track.missing_since
        elif track.end <= self._memory.now:
            row.playing = None
            self._floors[number] = track.end
            self._end(track, track.end)

    def _search(self, rows: Positions) -> None:
        """New suppositions for the rows on which nothing is sure."""
        if not len(rows):
            return
        row, at, windows = self._memory.landmarks(rows)
        after = np.flatnonzero(at >= self._floors[row])
        if not len(after):
            return
        likeness = self.index.look_up(self.index.signer.sign(windows[after]))
        claims = self._claims(row[after][likeness.query], at[after][likeness.query], likeness)
        self._suppose(self._twins(self._suppose(claims)))

    def _suppose(self, claims: Claims) -> list[Track]:
        """Claims that all the memory does not speak against become suppositions."""
        tracks = begin(claims, self._floors, self._memory, self.index, HOPELESS) if len(claims.rows) else []
        hopeful = [track for track in tracks if self._hopeful(track)]
        for track in hopeful:
            self._rows[track.row].supposed.append(track)
        return hopeful

    def _twins(self, tracks: list[Track]) -> Claims:
        """Clips that begin like these, which noise may have hidden, and that are not supposed already."""
        wanted = {
            (track.row, twin, track.start)
            for track in tracks
            if track.blocks >= SETTLED
            for twin in self.index.beginning_alike(track.clip)
        }
        known = {(t.row, t.clip, t.start) for r in self._rows for t in r.supposed} if wanted else set()
        return Claims(*np.array(sorted(wanted - known), np.int64).reshape(-1, 3).T)

    def _claims(self, row: Positions, at: Positions, likeness: Likeness) -> Claims:
        """The suppositions for which most landmarks of each row speak."""
        origin = self._memory.now - (1 << 23)
        keys, votes = _elected((row << 40) | (likeness.clip << 24) | (at - likeness.position - origin), likeness)
        rows = keys >> 40
        order = np.argsort((rows << 24) - votes, kind="stable")
        keys, votes, rows = keys[order], votes[order], rows[order]
        leaders = np.searchsorted(rows, rows)
        chosen = keys[(votes >= FAVOUR * votes[leaders]) & (np.arange(len(order)) - leaders < CHOICES)]
        known = {t.row << 40 | t.clip << 24 | t.start - origin for r in self._rows for t in r.supposed}
        chosen = np.array([key for key in chosen.tolist() if key not in known], np.int64)
        return Claims(chosen >> 40, chosen >> 24 & 0xFFFF, (chosen & 0xFFFFFF) + origin)

    def _decide(self, number: int, row: Row) -> None:
        """Believe the best supposition when it is sure and no other may be it; then see what follows it."""
        while row.supposed and not row.playing:
            row.supposed = [t for t in row.supposed if self._hopeful(t)]
            best = self._best(number, row.supposed)
            row.leading = best if best is not None and self._sure(best, number) else None
            if row.leading is None or self._rivalled(row.leading, row.supposed):
                return
            self._believe(number, row, row.leading)

    def _best(self, number: int, tracks: list[Track]) -> Track | None:
        """The one that explains most, or what was sure before that one began."""
        best = max(tracks, key=lambda t: t.explained, default=None)
        while best is not None:
            before = [t for t in tracks if t.end <= best.start + SLACK and self._sure(t, number)]
            if not before:
                break
            best = max(before, key=lambda t: t.explained)
        return best

    def _hopeful(self, track: Track) -> bool:
        ended = self._memory.now - track.end
        if track.lost or ended > HOLD or (ended > 2 * BATCH and not track.agrees(SURE)):
            return False
        return track.blocks < SETTLED or track.agrees(HOPELESS)

    def _sure(self, track: Track, number: int) -> bool:
        if track.start < self._floors[number] - SLACK and not _resumes(track, self._rows[number].faded):
            return track.blocks >= ENOUGH_INSIDE and track.agrees(SURER)
        enough = SETTLED if track.end <= self._memory.now else ENOUGH
        return track.blocks >= enough and track.agrees(SURE if track.blocks >= LONG else SURER)

    def _rivalled(self, best: Track, tracks: list[Track]) -> bool:
        """May it be another one? Of two that began alike, the longer one is known by what it says after the shorter."""
        ended = self._memory.now - best.end
        followed = any(abs(t.start - best.end) <= SLACK and t.blocks >= ENOUGH and t.agrees(SURER) for t in tracks)
        for t in tracks:
            if t.clip == best.clip or t.explained <= RIVAL * best.explained:
                continue
            if t.end <= best.start + SLACK or t.start >= best.end - SLACK:
                continue
            outlived = t.end < min(best.end - SLACK, self._memory.now) and t.blocks + 1 < best.blocks
            if ended <= BATCH and not outlived:
                return True
            goes_on = t.end > best.end + SLACK and t.blocks < best.blocks + LOST
            if goes_on and not followed and ended < HOLD - BATCH:
                return True
        return False

    def _believe(self, number: int, row: Row, track: Track) -> None:
        track.confirmed = True
        row.leading = None
        row.supposed = [t for t in row.supposed if t.start >= track.end - SLACK]
        faded, row.faded = row.faded, None
        if faded and not _resumes(track, faded):
            self._end(faded, faded.missing_since)
        if not _resumes(track, faded):
            at = max(track.start, int(self._floors[number]) if track.start < self._floors[number] - SLACK else 0)
            self._say(track, at, "began")
        row.playing = track
        self._watch(number, row, track)

    def _end(self, track: Track, at: int) -> None:
        self._say(track, at, "ended")

    def _say(self, track: Track, at: int, edge: Edge) -> None:
        clip = track.clip
        self._events.append(
            Heard(track.row, at, self.index.ids[clip], edge, at - track.start, int(self.index.lengths[clip]))
        )


def _elected(keys: Positions, likeness: Likeness) -> tuple[Positions, Positions]:
    """The different ones of these keys that have VOTES, and how many: a landmark has more the better it fits."""
    weights = 14 - likeness.differing
    boxes = (keys * BALLOT >> 40) & BOXES
    promising = np.flatnonzero(np.bincount(boxes, weights, BOXES + 1)[boxes] >= VOTES)  # few; sorting all takes longer
    elected, which = np.unique(keys[promising], return_inverse=True)
    votes = np.bincount(which, weights[promising]).astype(np.int64)
    enough = votes >= VOTES
    return elected[enough], votes[enough]


def _resumes(track: Track, faded: Track | None) -> bool:
    """Is it the clip that was lost just now, going on where it was or some samples off?"""
    if faded is None or faded.clip != track.clip:
        return False
    return abs(track.start - faded.start) <= RESUME and track.start < faded.missing_since
