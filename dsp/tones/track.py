"""One line on which a tone may be sounding: bursts and pauses in, named tones out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile

import numpy as np

from dsp.events import Tone
from dsp.levels import power_dbm0
from dsp.plans import PlanTone, Sound, TonePlan
from dsp.receiver import RATE, Float32
from dsp.tones.cadence import (
    KEPT,
    Element,
    Pattern,
    agreeing,
    cadenced,
    longest_burst,
    longest_pause,
    longest_wait,
    patience,
    patterns,
    shortest_burst,
    shortest_continuous,
)
from dsp.tones.presence import HOP
from dsp.tones.sound import HIGH, Heard, recognise
from dsp.tones.split import split

Listen = Callable[[int, int], Float32]
"""Samples of the line from one sample up to another, as far as they are kept."""

_TRIM = 80
_RECENT = 7200
"""Samples of a long burst that are looked at: the last."""
_WEAK = 0.25
_FEWEST = 3
_GRACE = 400
"""Samples by which an edge may be known late."""
_BREAK = 800
"""Samples of a break that an echo makes in a tone."""
_NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Ear:
    """What all tracks of a receiver share: the plan, and what follows from it."""

    plan: TonePlan
    patterns: tuple[Pattern, ...]
    sounds: tuple[Sound, ...]
    shortest: int
    lasting: int
    patience: int
    sequences: tuple[float, ...]
    """Frequencies of sounds that follow each other without a pause."""

    @classmethod
    def of(cls, plan: TonePlan) -> Ear:
        """All that is asked of a plan again and again."""
        continuous = [shortest_continuous(plan, tone) for tone in plan.tones if tone.continuous]
        return cls(
            plan,
            patterns(plan),
            tuple(dict.fromkeys(sound for tone in plan.tones for sound in tone.bursts)),
            min(max(round(0.6 * shortest_burst(plan)), 5 * HOP), 12 * HOP),
            min(continuous, default=RATE),
            patience(plan),
            tuple(sorted({f for tone in plan.tones for sound in tone.sequence for f in sound})),
        )


@dataclass(slots=True)
class Track:
    """The state of one line. All times are samples."""

    ear: Ear
    line: int
    listen: Listen
    elements: list[Element] = field(default_factory=list)
    last_end: int = -_NEVER
    """Where the last burst ended."""
    paused: float = 0.0
    """Mean square of what was heard in the pause so far."""
    tone: PlanTone | None = None
    began: int = 0
    level: float = 0.0
    deadline: int = _NEVER
    """When the tone that is named is over, unless something happens before."""
    sounding: bool = True
    patience: int = RATE
    """Samples of silence after which nothing the line did matters."""

    def rise(self, at: int) -> Iterator[Tone]:
        """A burst begins: the pause before it may be what was wanted."""
        self.sounding = True
        if at - self.last_end > self.patience:
            self.elements.clear()
        if not self.elements:
            return
        self._pause(at)
        if self.tone is None:
            yield from self._name([*self.elements, self._silence(at)])
        elif not self.tone.continuous:
            self.deadline = at + longest_burst(self.tone) + _GRACE

    def fall(self, start: int, end: int) -> Iterator[Tone]:
        """A burst is over."""
        self.sounding = False
        if self.tone is not None and self.tone.continuous:
            yield from self._end(end)
            return
        if end - start >= self.ear.shortest:
            yield from self._burst(start, end)
        if self.tone is not None:
            self.deadline = self.last_end + longest_pause(self.tone) + _GRACE

    def lasts(self, start: int, now: int) -> Iterator[Tone]:
        """A burst goes on: a continuous tone?"""
        if self.tone is not None:
            return
        candidates = [
            tone
            for tone in self.ear.plan.tones
            if tone.continuous and now - start >= shortest_continuous(self.ear.plan, tone)
        ]
        if candidates:
            heard = recognise(self.ear.sounds, self.listen(max(start + _TRIM, now - _RECENT), now))
            for tone in candidates:
                if tone.frequencies == heard.sound:
                    self.deadline = _NEVER
                    yield self._begin(tone, start, heard.power)

    def wait(self, now: int) -> Iterator[Tone]:
        """Nothing more was heard up to now: the tone may be over."""
        if now > self.deadline:
            yield from self._end(self.last_end)

    def doubt(self) -> None:
        """Samples were lost: unless a tone has a name already, its bursts and pauses are counted from now on."""
        if self.tone is None:
            self.elements.clear()

    def idle(self, now: int) -> bool:
        """May the line be forgotten?"""
        return self.tone is None and not self.sounding and now - self.last_end > self.patience

    def _burst(self, start: int, end: int) -> Iterator[Tone]:
        heard = self._heard(start, end)
        if self._is_weak(start, heard.power) or self._is_beside(start, end, heard.sound):
            return
        sound = heard.sound or self._expected(start, end)
        cut = None if sound else self._run_into(start, end)
        if sound:
            yield from self._add(start, end, heard.power, sound)
        elif cut is not None:
            yield from self._add(start, cut.end, cut.power, cut.sound)
        elif self.ear.sequences and end - start > 2 * self.ear.shortest:
            yield from self._several(start, end)
        else:
            yield from self._disturb()

    def _heard(self, start: int, end: int) -> Heard:
        trim = _TRIM if end - start > 12 * HOP else _TRIM // 2
        return recognise(self.ear.sounds, self.listen(max(start + trim, end - _RECENT), end - trim))

    def _several(self, start: int, end: int) -> Iterator[Tone]:
        """The sounds of a sequence may follow each other without a pause."""
        parts = split(self.ear.sequences, self.listen(start, end), start, end)
        heard = list(takewhile(lambda each: each.sound, (self._heard(*part) for part in parts)))
        if 1 < len(parts) == len(heard):
            for (first, behind), each in zip(parts, heard, strict=True):
                yield from self._add(first, behind, each.power, each.sound)
        else:
            yield from self._disturb()

    def _add(self, start: int, end: int, power: float, sound: Sound) -> Iterator[Tone]:
        """One more burst of one of the plan's sounds."""
        if start - self.last_end > self.patience:
            self.elements.clear()
        if self.elements:
            self.elements.append(self._silence(start))
        self.elements = [*self.elements[1 - KEPT :], Element(start, end - start, power, sound)]
        self.patience = longest_wait(self.ear.patterns, self.elements[-1])
        yield from self._go_on()
        self.last_end = end
        if self.tone is None and min(sound) > HIGH:
            yield from self._broken(self.elements[-1])

    def _broken(self, last: Element) -> Iterator[Tone]:
        """A continuous tone as of a fax machine, which a prompt's echo has broken into bursts."""
        first = last
        for element in reversed(self.elements):
            if element.sound != last.sound and (element.sound or element.length > _BREAK):
                break
            first = element if element.sound else first
        for tone in self.ear.plan.tones:
            continuous = tone.continuous and tone.frequencies == last.sound
            if continuous and last.end - first.start >= shortest_continuous(self.ear.plan, tone):
                yield self._begin(tone, first.start, last.power)
                yield from self._end(last.end)
                self.elements.clear()

    def _expected(self, start: int, end: int) -> Sound:
        """The sound that the tone should have here, when a burst that was disturbed came when it was due."""
        if self.tone is None or not self.elements:
            return ()
        sounds = dict.fromkeys(self.tone.bursts)
        return next((sound for sound in sounds if self._is_due(self._due(start, end, sound))), ())

    def _run_into(self, start: int, end: int) -> Element | None:
        """The burst that was due, if something else began when it ended, and both were taken for one."""
        if self.tone is None or self.tone.sequence or not self.elements:
            return None
        for (length, _), sound in zip(self.tone.cycle, self.tone.bursts, strict=False):
            due = self._due(start, start + length, sound)
            if due.end < end and self._is_due(due) and self._heard(start, due.end).sound == sound:
                return due
        return None

    def _due(self, start: int, end: int, sound: Sound) -> Element:
        return Element(start, end - start, self.elements[-1].power, sound)

    def _is_due(self, burst: Element) -> bool:
        tone, before = self.tone, [*self.elements[-3:], self._silence(burst.start)]
        return tone is not None and self._agrees(tone, [*before, burst])

    def _go_on(self) -> Iterator[Tone]:
        """A burst was added: does the cadence go on, or is one now sure?"""
        tone = self.tone
        if tone is not None and not self._agrees(tone, self.elements):
            twins = (t for t in self.ear.plan.tones if t.name == tone.name and self._agrees(t, self.elements))
            self.tone = next(twins, tone)
            if self.tone is tone:
                yield from self._end(self.last_end)
        if self.tone is None:
            yield from self._name(self.elements)

    def _agrees(self, tone: PlanTone, elements: list[Element]) -> bool:
        """Are the last bursts this form of the tone? An exchange may lie between two of them."""
        return any(p.tone is tone and agreeing(p, elements).count >= _FEWEST for p in self.ear.patterns)

    def _name(self, elements: list[Element]) -> Iterator[Tone]:
        named = cadenced(self.ear.patterns, elements)
        if named is not None:
            bursts = [element for element in elements[-named.count :] if element.sound]
            tone = named.pattern.tone
            self.deadline = elements[-1].end + max(longest_burst(tone), longest_pause(tone)) + _GRACE
            yield self._begin(tone, bursts[0].start, bursts[-1].power)

    def _is_weak(self, start: int, power: float) -> bool:
        """Is that nothing but the echo of a prompt, in the pause of a tone that is louder?"""
        waiting = bool(self.elements) and start - self.last_end <= self.patience
        return waiting and power < _WEAK * self.elements[-1].power

    def _is_beside(self, start: int, end: int, sound: Sound) -> bool:
        """Is that speech, as of a prompt's echo, in the pause of a tone as speech has none, that of a fax machine? What
        is told by such tones is not undone by it; but another tone is one.
        """
        if not self.elements or start - self.last_end > self.patience:
            return False
        last = self.elements[-1]
        stands_out = min(last.sound) > HIGH and not set(last.sound) & set(self.ear.sequences)
        return stands_out and sound != last.sound and (not sound or 2 * (end - start) < last.length)

    def _disturb(self) -> Iterator[Tone]:
        """A burst of something else, as loud: no cadence goes on over that."""
        self.elements.clear()
        if self.tone is not None:
            yield from self._end(self.last_end)

    def _pause(self, at: int) -> None:
        silent = self.listen(self.last_end + 2 * HOP, at - 2 * HOP)
        self.paused = float(np.dot(silent, silent)) / len(silent) if len(silent) else 0.0

    def _silence(self, at: int) -> Element:
        return Element(self.last_end, at - self.last_end, self.paused)

    def _begin(self, tone: PlanTone, at: int, power: float) -> Tone:
        self.tone, self.began, self.level = tone, max(at, 0), round(float(power_dbm0(power)), 1)
        return Tone(self.line, self.began, tone.name, "began", 0, self.level)

    def _end(self, at: int) -> Iterator[Tone]:
        tone, self.tone, self.deadline = self.tone, None, _NEVER
        if tone is not None:
            at = max(at, self.began + 1)
            yield Tone(self.line, at, tone.name, "ended", at - self.began, self.level)
