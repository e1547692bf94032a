"""Caller ID on all lines at once, FSK or DTMF, whichever comes.

FSK is read after the event: while there could be a carrier the line is captured (`dsp.caller_id.look`), and when that
ends the capture is searched for a message (`dsp.caller_id.fsk`). Lines without such sound cost one small product.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import exp

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import Blocks, checked_line, checked_loss
from dsp.caller_id.dtmf import DtmfCallerId
from dsp.caller_id.fsk import Found, find
from dsp.caller_id.keys import MarkedKeys
from dsp.caller_id.look import BEFORE, BLOCK, Belief, Look, Recording
from dsp.caller_id.message import Message
from dsp.caller_id.report import Drained, Experience, Learned, MessageWaiting, Refusal
from dsp.events import CallerId, Digit
from dsp.receiver import Float32

_SKIP = 8000
_LOUDEST = 32768.0
_BITS = 10


class CallerIdReceiver:
    """Caller ID on any of the lines: `CallerId` events. See `dsp.receiver.Receiver`.

    dtmf: listen for DTMF caller ID with a receiver of its own. When someone else's DtmfReceiver hears the lines anyway,
    say False and hand its events to `digits`. unmarked: believe DTMF numbers that have only an end mark.

    Memory of a line: 20 KB; while it is captured up to 160 KB more, and 4 KB while it may have DTMF.
    """

    def __init__(self, lines: int, dtmf: bool = True, unmarked: bool = False) -> None:
        self._lines = lines
        self._blocks = Blocks(lines, BLOCK)
        self._look, self._belief = Look(unmarked), Belief(lines)
        self._past: Float32 = np.zeros((BEFORE, lines, BLOCK), np.float32)
        self._recordings: dict[int, Recording] = {}
        self._now = 0
        self._keys = MarkedKeys(unmarked) if dtmf else None
        self._numbers = DtmfCallerId(unmarked)
        self._pending: list[CallerId] = []
        self._refused: Drained[Refusal] = Drained()
        self._waiting: Drained[MessageWaiting] = Drained()
        self._experience = Experience()

    def __call__(self, rx: Float32) -> list[CallerId]:
        """Take the next samples (lines, any number), float32, full scale 32768; give what was read. `at` is its end.

        Raises ValueError for a matrix of another shape or type.
        """
        events, self._pending = self._pending, []
        with np.errstate(invalid="ignore", over="ignore"):
            for blocks in self._blocks.feed(rx):
                events += self._hear(blocks)
        return events

    def digits(self, events: Iterable[Digit]) -> list[CallerId]:
        """Keys that another receiver heard."""
        return self._believed(self._numbers(events))

    def refusals(self) -> list[Refusal]:
        """What was heard and not believed since the last time, for the log: the last 64 at most."""
        return self._refused.drain()

    @property
    def refused(self) -> int:
        """All refusals so far."""
        return self._refused.count

    def messages_waiting(self) -> list[MessageWaiting]:
        """Message waiting indications since the last time: the last 64 at most."""
        return self._waiting.drain()

    def learned(self, line: int) -> Learned:
        """What kind of caller ID the port has sent so far. `reset` does not forget it: a port is not a call."""
        return self._experience.of(line)

    def skip(self, samples: int) -> None:
        """That many samples of every line were lost: as if there had been silence."""
        checked_loss(samples)
        whole = max(samples - _SKIP, 0) // _SKIP * _SKIP
        self._pending = self(np.zeros((self._lines, samples - whole), np.float32))
        self._now += whole

    def reset(self, line: int) -> None:
        """A new call: nothing was heard. The clock goes on."""
        checked_line(line, self._lines)
        self._pending = [event for event in self._pending if event.line != line]
        self._recordings.pop(line, None)
        self._blocks.forget(line)
        self._belief.forget(line)
        self._past[:, line] = 0
        self._numbers.reset(line)
        if self._keys is not None:
            self._keys.reset(line)

    def _hear(self, blocks: Float32) -> list[CallerId]:
        blocks = _clean(blocks)
        flat = blocks.reshape(-1, BLOCK)
        carriers, marks = self._look(flat)
        suspects = np.flatnonzero(marks)
        if self._keys is not None and len(suspects):
            marks[suspects] = self._keys.marked(flat[suspects])
        events: list[CallerId] = []
        shape = blocks.shape[:2]
        for block, carrier, mark in zip(blocks, carriers.reshape(shape), marks.reshape(shape), strict=True):
            if self._keys is not None and (self._keys.busy or mark.any()):
                marked = np.flatnonzero(mark).tolist()
                events += self.digits(self._keys(self._now, block, marked, self._before))
            self._past[self._now // BLOCK % BEFORE] = block
            self._now += BLOCK
            if self._numbers.begun:
                events += self._believed(self._numbers.advance(self._now))
            if self._recordings or self._belief.hopes or carrier.any():
                events += self._follow(block, carrier)
        return events

    def _before(self, line: int, blocks: int) -> Float32:
        """The last so many blocks of a line, in a row."""
        number = self._now // BLOCK
        return np.concatenate([self._past[k % BEFORE, line] for k in range(number - blocks, number)])

    def _follow(self, block: Float32, carrier: NDArray[np.bool_]) -> list[CallerId]:
        """The next block of all lines: captures go on, end or begin."""
        events: list[CallerId] = []
        for line, recording in sorted(self._recordings.items()):
            recording.add(block[line].copy(), bool(carrier[line]))
            events += self._end(line, recording)
        for line in self._belief(carrier):
            self._begin(line)
        return events

    def _begin(self, line: int) -> None:
        """Capture a line, from a little before."""
        if line not in self._recordings:
            before = self._before(line, BEFORE).reshape(BEFORE, BLOCK)
            self._recordings[line] = Recording(self._now - BEFORE * BLOCK, list(before))

    def _end(self, line: int, recording: Recording) -> list[CallerId]:
        """Read a capture that is over, or longer than any message."""
        if not recording.over and not recording.full:
            return []
        found = find(recording.sound) if recording.plausible else None
        if recording.over:
            del self._recordings[line]
        else:
            recording.drop(recording.begun + found.end if found and found.message else recording.begun)
        return self._believed(self._told(line, found)) if found else []

    def _told(self, line: int, found: Found) -> Iterable[CallerId | Refusal]:
        said = found.message
        if said is None:
            yield Refusal(line, self._now, found.why, round(found.snr, 1), _BITS * len(found.data), found.data)
            return
        if said.waiting is not None:
            self._waiting.add(MessageWaiting(line, self._now, said.waiting))
        if said.identifies:
            yield _event(line, self._now, said, found)

    def _believed(self, heard: Iterable[CallerId | Refusal]) -> list[CallerId]:
        """Numbers are given, refusals kept."""
        events: list[CallerId] = []
        for one in heard:
            if isinstance(one, Refusal):
                self._refused.add(one)
            else:
                self._experience.add(one.line, one.kind)
                events.append(one)
        return events


def _event(line: int, now: int, said: Message, found: Found) -> CallerId:
    sure = round(1 - exp(-found.gap / 3), 4)
    return CallerId(
        line, now, said.number, said.name, said.when, said.reason, found.kind, said.name_reason, said.waiting,
        said.call_type, "", sure,
    )  # fmt: skip


def _clean(blocks: Float32) -> Float32:
    """NaN is silence, and what no card can give is full scale; nearly always nothing is to be done."""
    if (np.vecdot(blocks, blocks) <= BLOCK * _LOUDEST**2).all():
        return blocks
    return np.clip(np.nan_to_num(blocks, nan=0.0, posinf=0.0, neginf=0.0), -_LOUDEST, _LOUDEST)
