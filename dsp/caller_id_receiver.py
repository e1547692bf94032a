"""Caller ID on all lines at once, FSK or DTMF, whichever comes.

FSK is read after the event: while there could be a carrier the line is captured (`dsp.caller_id_look`), and when that
ends the capture is searched for a message (`dsp.caller_id_fsk`). Lines without such sound cost one small product.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import exp

import numpy as np

from dsp.blocks import Blocks
from dsp.caller_id_dtmf import DtmfCallerId
from dsp.caller_id_fsk import Found, find
from dsp.caller_id_keys import SleepyKeys
from dsp.caller_id_look import BEFORE, BLOCK, Belief, Look, Recording
from dsp.caller_id_message import Message
from dsp.caller_id_report import Drained, Experience, Learned, MessageWaiting, Refusal
from dsp.events import CallerId, Digit
from dsp.receiver import Float32

_SKIP = 8000
_LOUDEST = 32768.0
_BITS = 10


class CallerIdReceiver:
    """Caller ID on any of the lines: `CallerId` events. See `dsp.receiver.Receiver`.

    dtmf: listen for DTMF caller ID with a receiver of its own. When someone else's DtmfReceiver hears the lines anyway,
    say False and hand its events to `digits`. unmarked: believe DTMF numbers that have only an end mark.

    Memory of a line: 20 KB, and 15 KB with a receiver of keys; 160 KB more while it is captured, for 5 s at most.
    """

    def __init__(self, lines: int, dtmf: bool = True, unmarked: bool = False) -> None:
        self._lines = lines
        self._blocks = Blocks(lines, BLOCK)
        self._look, self._belief = Look(), Belief(lines)
        self._past = np.zeros((BEFORE, lines, BLOCK), np.float32)
        self._recordings: dict[int, Recording] = {}
        self._now = 0
        self._keys = SleepyKeys(lines) if dtmf else None
        self._numbers = DtmfCallerId(unmarked)
        self._pending: list[CallerId] = []
        self._refused: Drained[Refusal] = Drained()
        self._waiting: Drained[MessageWaiting] = Drained()
        self._experience = Experience()

    def __call__(self, rx: Float32) -> list[CallerId]:
        """Take the next samples (lines, any number), float32, full scale 32768; give what was read. `at` is its end.

        Raises ValueError for a matrix of another shape or type.
        """
        if not np.issubdtype(rx.dtype, np.floating):
            raise ValueError(f"caller ID is heard in float32 samples (lines, n), not in {rx.dtype}")
        events, self._pending = self._pending, []
        with np.errstate(invalid="ignore", over="ignore"):
            for blocks in self._blocks.feed(rx):
                events += self._hear(_clean(blocks))
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
        whole = max(samples - _SKIP, 0) // _SKIP * _SKIP
        self._pending = self(np.zeros((self._lines, samples - whole), np.float32))
        self._now += whole
        if self._keys is not None:
            self._keys.rest(whole)

    def reset(self, line: int) -> None:
        """A new call: nothing was heard. The clock goes on."""
        self._recordings.pop(line, None)
        self._blocks.forget(line)
        self._belief.forget(line)
        self._past[:, line] = 0
        self._numbers.reset(line)
        if self._keys is not None:
            self._keys.reset(line)

    def _hear(self, blocks: Float32) -> list[CallerId]:
        carrier = self._look(blocks.reshape(-1, BLOCK)).reshape(len(blocks), self._lines)
        events: list[CallerId] = []
        for block, there in zip(blocks, carrier, strict=True):
            number = self._now // BLOCK
            if self._keys is not None:
                last = [self._past[(number - 2) % BEFORE], self._past[(number - 1) % BEFORE]]
                events += self.digits(self._keys(last, block))
            self._now += BLOCK
            events += self._believed(self._numbers.advance(self._now))
            for line, recording in sorted(self._recordings.items()):
                recording.add(block[line].copy(), bool(there[line]))
                events += self._end(line, recording)
            self._past[number % BEFORE] = block
            for line in np.flatnonzero(self._belief(there)).tolist():
                self._begin(line, number)
        return events

    def _begin(self, line: int, number: int) -> None:
        """Capture a line, from a little before."""
        if line not in self._recordings:
            past = [self._past[k % BEFORE, line].copy() for k in range(number + 1 - BEFORE, number + 1)]
            self._recordings[line] = Recording(self._now - BEFORE * BLOCK, past)

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
    """NaN, infinity and what no card can give are silence or full scale; nearly always nothing is to be done."""
    loudest = np.abs(blocks).max(initial=0.0)
    if loudest <= _LOUDEST:
        return blocks
    return np.clip(np.nan_to_num(blocks, nan=0.0, posinf=0.0, neginf=0.0), -_LOUDEST, _LOUDEST)
