"""The DTMF receiver (ITU-T Q.24, ETSI ES 201 235-3) for all lines at once.

Three questions, each to fewer lines than the one before: every 10 ms whether there could be a key at all
(`dsp.dtmf_screen`); of a suspect line every 5 ms what its last 28 ms are made of (`dsp.dtmf_check`) and whether that
is a key (`dsp.dtmf_verdict`); of a key that is down every 5 ms whether it still is (`dsp.dtmf_held`). A line takes
4 kB of memory: its last 100 ms, and the windows of the first question.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dsp.blocks import Index, checked
from dsp.dtmf_check import SPAN, Fits, began, fit
from dsp.dtmf_held import BLOCK, Held, fills
from dsp.dtmf_near import NearMiss, NearMisses
from dsp.dtmf_profile import ATT, Profile
from dsp.dtmf_samples import Samples
from dsp.dtmf_screen import GROUP, WINDOW, Screen
from dsp.dtmf_verdict import Likely, Verdict
from dsp.events import Digit
from dsp.receiver import Float32

_STRETCH = GROUP * WINDOW
"""What is heard together at most."""
_SKIP_LIMIT = 16 * _STRETCH
"""After so much silence nothing remains of what was before."""


class DtmfReceiver:
    """Keys pressed on any of the lines: `Digit` events, begun and ended. See `dsp.receiver.Receiver`."""

    def __init__(self, lines: int, profile: Profile = ATT) -> None:
        self._lines = lines
        self._samples = Samples(lines)
        self._screen = Screen(lines)
        self._verdict = Verdict(profile)
        self._likely = Likely()
        self._near = NearMisses(profile)
        self._asked = self._screened = 0
        """Samples up to which keys were looked for, and up to which lines were screened."""
        self._suspects: list[tuple[int, int, int]] = []
        """Sample up to which a line is to be looked at, the line, the key."""
        self._held: dict[int, Held] = {}
        self._pending: list[Digit] = []

    def __call__(self, rx: Float32) -> list[Digit]:
        """Take the next samples (lines, any number), float32, full scale 32768; give the keys that began or ended.

        Raises ValueError for a matrix of another shape or type.
        """
        events, self._pending = self._pending, []
        checked(rx, self._lines)
        at, count = 0, rx.shape[1]
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
        self._held.pop(line, None)
        self._samples.forget(line)
        self._screen.forget(line)
        self._likely.forget(line)
        self._near.heard(line)
        self._suspects = [suspect for suspect in self._suspects if suspect[1] != line]

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
            at = first + (window + 1) * WINDOW
            held = self._held.get(line)
            if held is None or held.key != key:
                self._suspects.append((at, line, key))

    def _decide(self, first: int, end: int) -> list[Digit]:
        """What began or ended in the blocks that end from one sample to another."""
        count = (end - first) // BLOCK + 1
        left = fills(self._samples, self._held.items(), first, count) if self._held else {}
        steady = {line for line, held in self._held.items() if held.goes_on(left[line], end)}
        found: dict[int, dict[int, Held]] = {}
        for at, line, held in self._look(end, steady):
            found.setdefault(line, {})[at] = held
        events: list[tuple[int, Digit]] = []
        for line in sorted((found.keys() | self._held.keys()) - steady):
            events += self._follow(line, range(first, end + 1, BLOCK), found.get(line, {}), left.get(line, []))
        return [event for _, event in sorted(events, key=lambda made: made[0])]

    def _look(self, end: int, steady: set[int]) -> Iterator[tuple[int, int, Held]]:
        """The keys found in what was suspect up to a sample, as (sample, line, key)."""
        due = sorted(suspect for suspect in self._suspects if suspect[0] <= end and suspect[1] not in steady)
        self._suspects = [suspect for suspect in self._suspects if suspect[0] > end]
        looks: list[tuple[Index, Index, Fits]] = []
        while due:
            ends, lines, keys = np.array(due).T
            fits, hopeful = fit(self._samples.gather(lines, ends, SPAN), keys)
            if fits is None:
                break
            if len(fits.which):
                looks.append((lines[fits.which], ends[fits.which], fits))
            again = [
                (at + BLOCK, *who) for (at, *who), worth in zip(due, hopeful, strict=True) if worth and not at % WINDOW
            ]
            due = [(at, line, key) for at, line, key in again if at <= end]
            self._suspects += [(at, line, key) for at, line, key in again if at > end]
        if looks:
            lines, ends = (np.concatenate(parts) for parts in list(zip(*looks, strict=True))[:2])
            yield from self._keys(lines, ends, Fits.joined([fits for _, _, fits in looks]))

    def _keys(self, lines: Index, ends: Index, fits: Fits) -> Iterator[tuple[int, int, Held]]:
        """Those that the verdict calls keys."""
        sure, likely = self._verdict(fits)
        maybe = sorted((sure | likely).nonzero()[0].tolist(), key=lambda i: int(ends[i]))
        for i in (~sure).nonzero()[0].tolist():
            if int(lines[i]) not in self._held:
                self._near.consider(int(lines[i]), int(ends[i]), fits, i)
        which = [i for i in maybe if self._likely.again(int(lines[i]), int(ends[i]), fits, i) or sure[i]]
        if which:
            low, high = fits.amplitude[which].T.tolist()
            starts = began(self._samples, lines[which], ends[which], fits.some(which))
            for i, start, *reference in zip(which, starts, low, high, strict=True):
                at = int(ends[i])
                yield at, int(lines[i]), Held(int(fits.key[i]), start, at - BLOCK, (reference[0], reference[1]))

    def _follow(self, line: int, ends: range, found: dict[int, Held], left: list[float]) -> Iterator[tuple[int, Digit]]:
        """One line, block by block: the key that is down ends, or another one begins."""
        held = self._held.get(line)
        for i, end in enumerate(ends):
            new = found.get(end)
            if held is not None and (held.is_over(left[i], end) or (held.off and new and new.key != held.key)):
                del self._held[line]
                yield end, held.ended(line)
                held = None
            if held is None and new is not None:
                self._held[line] = held = new
                left = fills(self._samples, [(line, held)], ends[0], len(ends))[line]
                self._near.heard(line)
                yield end, held.began(line)
