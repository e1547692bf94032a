"""The DTMF receiver (ITU-T Q.24, ETSI ES 201 235-3) for all lines at once.

Three questions, each to fewer lines than the one before: every 10 ms whether there could be a key at all
(`dsp.dtmf.screen`); of a suspect line every 5 ms what its last 28 ms are made of (`dsp.dtmf.check`) and whether that
is a key (`dsp.dtmf.verdict`); of a key that is down every 5 ms whether it still is (`dsp.dtmf.held`). A line takes
4 kB of memory: its last 100 ms, and the windows of the first question.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dsp.blocks import Index, checked, checked_line, checked_loss
from dsp.dtmf.check import SPAN, Candidates, Fits, fit, glance
from dsp.dtmf.held import BLOCK, Held, accepted, fills
from dsp.dtmf.near import NearMiss, NearMisses
from dsp.dtmf.onset import began
from dsp.dtmf.profile import ATT, Profile
from dsp.dtmf.samples import Samples
from dsp.dtmf.screen import GROUP, WINDOW, Screen
from dsp.dtmf.verdict import Likely, Verdict
from dsp.events import Digit
from dsp.receiver import RATE, Float32

_STRETCH = GROUP * WINDOW
"""What is heard together at most."""
_SKIP_LIMIT = 16 * _STRETCH
"""After so much silence nothing remains of what was before."""
_ROLLED = 160
"""Samples after the beginning of a key from which another one may follow without a pause."""
_MANY = 40
"""Spans from which it pays to look at the first of each line alone, for most are keys then."""


class DtmfReceiver:
    """Keys pressed on any of the lines: `Digit` events, begun and ended. See `dsp.receiver.Receiver`."""

    def __init__(self, lines: int, profile: Profile = ATT) -> None:
        self._lines = lines
        self._samples = Samples(lines)
        self._screen = Screen(lines)
        self._verdict = Verdict(profile)
        self._patience = profile.patience * RATE // (1000 * BLOCK)
        """Blocks without it after which a key has ended."""
        self._gap = profile.gap * RATE // 1000
        """Samples after which the same key has not come again, but goes on."""
        self._ended: dict[int, Held] = {}
        """By line the key that was down last."""
        self._likely = Likely()
        self._near = NearMisses(profile)
        self._asked = self._screened = 0
        """Samples up to which keys were looked for, and up to which lines were screened."""
        self._suspects: list[tuple[int, int, int]] = []
        """Line, sample up to which it is to be looked at, and key."""
        self._held: dict[int, Held] = {}
        self._pending: list[Digit] = []

    def __call__(self, rx: Float32) -> list[Digit]:
        """Take the next samples (lines, any number), float32, full scale 32768; give the keys that began or ended.

        Raises ValueError for a matrix of another shape or type.
        """
        checked(rx, self._lines)
        events, self._pending = self._pending, []
        at, count = 0, rx.shape[1] if self._lines else 0
        with np.errstate(all="ignore"):
            while at < count:
                end = min(count, at + _STRETCH - self._samples.total % _STRETCH)
                events += self._hear(rx if end - at == count else rx[:, at:end])
                at = end
        return events

    def near_misses(self) -> list[NearMiss]:
        """What was nearly a key since the last time this was asked, for the log; `near_misses_dropped` counts those
        that were too many to keep.
        """
        return self._near.take(self._samples.total)

    @property
    def near_misses_dropped(self) -> int:
        return self._near.dropped

    def skip(self, samples: int) -> None:
        """That many samples of every line were lost: a gap, as if nothing had been heard in it.

        A key held across the loss of 20 ms stays one key; ends that are noticed here are given by the next call.
        """
        checked_loss(samples)
        whole = max(samples - _SKIP_LIMIT, 0) // _STRETCH * _STRETCH
        self._pending = self(np.zeros((self._lines, samples - whole), np.float32))
        self.rest(whole)

    def rest(self, samples: int) -> None:
        """So many samples, a multiple of 5 ms, went by that need not be heard: there was no key in them, and no key is
        down. The next 60 ms say what was before.
        """
        self._samples.pass_over(samples)
        self._asked += samples
        self._screened += samples

    def reset(self, line: int) -> None:
        """A new call: no key is down, nothing was heard. The clock goes on."""
        checked_line(line, self._lines)
        self._pending = [event for event in self._pending if event.line != line]
        self._held.pop(line, None)
        self._ended.pop(line, None)
        self._samples.forget(line)
        self._screen.forget(line)
        self._likely.forget(line)
        self._near.heard(line)
        self._suspects = [suspect for suspect in self._suspects if suspect[0] != line]

    def _hear(self, rx: Float32) -> list[Digit]:
        """Take samples up to the end of a stretch at most."""
        self._samples(rx)
        total = self._samples.total
        windows = total // WINDOW * WINDOW
        if windows > self._screened:
            self._suspect(rx if windows - self._screened == rx.shape[1] else None, windows)
        end = total // BLOCK * BLOCK
        if end == self._asked:
            return []
        first, self._asked = self._asked + BLOCK, end
        if not self._held and not self._suspects:
            return []
        return self._decide(first, end)

    def _suspect(self, rx: Float32 | None, end: int) -> None:
        """Screen the windows up to a sample. rx: these, if they are what came now."""
        first, self._screened = self._screened, end
        if rx is None:
            rx = self._samples.lines(first, end)
        for line, window, key in self._screen(rx):
            held = self._held.get(line)
            if held is None or held.key != key:
                self._suspects.append((line, first + (window + 1) * WINDOW, key))

    def _decide(self, first: int, end: int) -> list[Digit]:
        """What began or ended in the blocks that end from one sample to another."""
        count = (end - first) // BLOCK + 1
        left = fills(self._samples, self._held, first, count) if self._held else {}
        steady = {line for line, held in self._held.items() if held.goes_on(left[line], end)}
        found = self._look(end, steady) if self._suspects else {}
        if not found and len(steady) == len(self._held):
            return []
        begun = {line: next(iter(new.values())) for line, new in found.items() if line not in self._held}
        if begun:
            left.update(fills(self._samples, begun, first, count))
        events: list[tuple[int, Digit]] = []
        for line in sorted(found.keys() | (self._held.keys() - steady)):
            events += self._follow(line, range(first, end + 1, BLOCK), found.get(line, {}), left[line])
        return [event for _, event in sorted(events, key=lambda made: made[0])]

    def _look(self, end: int, steady: set[int]) -> dict[int, dict[int, Held]]:
        """The keys found in what was suspect up to a sample, by line and sample."""
        suspects, self._suspects = self._suspects, []
        due = (
            np.array([one for one in suspects if one[0] not in steady or one[2] != self._held[one[0]].key], np.intp)
            .reshape(-1, 3)
            .T
        )
        candidates: list[Candidates] = []
        places: list[Index] = []
        while due.size:
            lines, ends, keys = due
            seen = glance(self._samples.gather(lines, ends, SPAN), keys)
            if seen is None:
                break
            those, hopeful = seen
            if len(those.which):
                candidates.append(those)
                places.append(due[:2, those.which])
            due = due[:, hopeful]
            due = due[:, due[1] % WINDOW == 0]
            due[1] += BLOCK
            late = due[1] > end
            self._suspects += map(tuple, due[:, late].T.tolist())
            due = due[:, ~late]
        if not candidates:
            return {}
        lines, ends = np.concatenate(places, axis=1)
        return self._keys(lines, ends, Candidates.joined(candidates))

    def _keys(self, lines: Index, ends: Index, candidates: Candidates) -> dict[int, dict[int, Held]]:
        """Those that the verdict calls keys. Once a line has one, it is not looked at any further."""
        found: dict[int, dict[int, Held]] = {}
        order = np.lexsort((lines, ends))
        later = np.zeros(0, np.intp)
        if len(order) > _MANY:
            first = np.zeros(len(order), np.bool_)
            first[np.unique(lines[order], return_index=True)[1]] = True
            order, later = order[first], order[~first]
        while len(order):
            fits = fit(candidates.some(order))
            which = self._believed(lines[order].tolist(), ends[order].tolist(), fits)
            again = order[:0]
            if which:
                rows = order[which]
                starts, came = began(self._samples, lines[rows], ends[rows], fits.some(which))
                new = accepted(fits.key[which].tolist(), starts, ends[rows].tolist(), fits.amplitude[which])
                for row, held, here in zip(rows.tolist(), new, came.tolist(), strict=True):
                    if here:
                        found.setdefault(int(lines[row]), {})[int(ends[row])] = held
                    elif int(lines[row]) not in self._held:
                        again = np.append(again, order[(lines[order] == lines[row]) & (ends[order] > ends[row])])
            done = found.keys() - self._held.keys()
            order = np.concatenate([again, later[[line not in done for line in lines[later].tolist()]]])
            later = later[:0]
        return found

    def _believed(self, lines: list[int], ends: list[int], fits: Fits) -> list[int]:
        """The rows that are keys, of what was found in spans ending there: the first of a line on which none is down,
        or all.
        """
        sure, likely = (judged.tolist() for judged in self._verdict(fits))
        worth = self._near.worth(fits).tolist()
        which: list[int] = []
        done: set[int] = set()
        for i, (line, end) in enumerate(zip(lines, ends, strict=True)):
            if line in done:
                continue
            free = line not in self._held
            if free and worth[i] and not sure[i]:
                self._near.consider(line, end, fits, i)
            again = likely[i] and not (free and sure[i]) and self._likely.again(line, end, fits, i)
            if again or sure[i]:
                which.append(i)
                if free:
                    done.add(line)
        return which

    def _follow(self, line: int, ends: range, found: dict[int, Held], left: list[float]) -> Iterator[tuple[int, Digit]]:
        """One line, block by block: the key that is down ends, or another one begins."""
        held = self._held.get(line)
        begins_late = held is not None
        for i, end in enumerate(ends):
            new = found.get(end)
            other = held is not None and new is not None and new.key != held.key
            if held is not None and (
                held.is_over(left[i], end, self._patience)
                or (other and new is not None and (held.off or new.at > held.at + _ROLLED))
            ):
                if other and new is not None:
                    held.last = min(held.last, new.at)
                del self._held[line]
                self._ended[line] = held
                if not held.rest:
                    yield end, held.ended(line)
                held = None
            if held is None and new is not None:
                if begins_late:
                    left = fills(self._samples, {line: new}, ends[0], len(ends))[line]
                self._held[line] = held = new
                self._near.heard(line)
                before = self._ended.get(line)
                held.rest = before is not None and before.key == new.key and new.at - before.last < self._gap
                if not held.rest:
                    yield end, held.began(line)
