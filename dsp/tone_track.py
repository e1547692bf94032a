"""One line on which a tone may be sounding: bursts and pauses in, named tones out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from dsp.blocks import Bank
from dsp.events import Tone
from dsp.levels import power_dbm0
from dsp.plans import PlanTone, TonePlan
from dsp.receiver import Float32
from dsp.tone_match import (
    CONTINUOUS,
    HOP,
    SHORTEST,
    Element,
    Sound,
    cadenced,
    clusters,
    is_sound,
    is_strong,
    longest_burst,
    longest_pause,
    longest_wait,
    mean_powers,
    shortest_continuous,
    sounds,
)

BRIDGE = 3
"""Windows that must agree before a burst or a pause is believed: beats and clicks are shorter."""
_NO_SOUND: Sound = (0.0,)
KEEP = 500
"""Windows: of a longer burst, its last five seconds are looked at."""


@dataclass(frozen=True, slots=True)
class Ear:
    """What every track of a receiver shares: the plan, and which rows of the spectrum belong to which sound."""

    plan: TonePlan
    rows: dict[Sound, tuple[int, ...]]

    @classmethod
    def of(cls, plan: TonePlan, columns: dict[Sound, int]) -> Ear:
        """The sounds that are hardest to satisfy come first: 375+425 Hz might pass for 350+440, not the other way."""
        specific = sorted(sounds(plan), key=lambda sound: (len(clusters(sound)) - len(sound), -len(sound)))
        return cls(plan, {sound: tuple(columns[c] for c in clusters(sound)) for sound in specific})


@dataclass(slots=True)
class Track:
    """The state of one line. `hear` takes one window after the other; `idle` says that the line may be forgotten."""

    ear: Ear
    bank: Bank
    line: int
    since: int
    first: int
    """The first window of the burst or pause, as the bank counts them."""
    release: int = 0
    """Samples by which the receiver's smoothing draws out a burst."""
    sounding: bool = False
    contrary: int = 0
    elements: list[Element] = field(default_factory=list)
    tone: PlanTone | None = None
    began: int = 0
    patience: int = 0
    """Samples of silence after which nothing the line did matters."""
    last_end: int = 0
    level: float = 0.0

    def goes_on(self, at: int, on: bool) -> bool:
        """Is the next window one more of a burst that is too short to be looked at yet, or of a pause that may last?
        Then it need not be heard.
        """
        if on is not self.sounding or self.tone is not None:
            return False
        lasted = at - self.since
        may_last = self.patience if self.elements else 0
        goes_on = lasted - self.release < CONTINUOUS if on else lasted <= may_last
        if goes_on:
            self.contrary = 0
        return goes_on

    def hear(self, at: int, window: int, on: bool) -> Sequence[Tone]:
        """The next window, the bank's number of it, its middle at that sample: is there a tone in it?"""
        if on == self.sounding:
            self.contrary = 0
            if self.tone is None and not on:
                return ()
            return list(self._go_on(at, window))
        self.contrary += 1
        if self.contrary < BRIDGE:
            return ()
        late = self.release if self.sounding else 0
        return list(self._turn(at - HOP * (BRIDGE - 1) - HOP // 2 - late, window))

    def idle(self, at: int) -> bool:
        """Is the line silent, and was it for so long that nothing it did matters?"""
        silent = not self.sounding and self.contrary == 0 and self.tone is None
        return silent and (not self.elements or at - self.since > self.patience)

    def _turn(self, edge: int, window: int) -> Iterator[Tone]:
        """A burst, or a pause, is over; the last windows already belong to what follows."""
        if self.elements or self.sounding:
            self._complete(self._element(edge, window))
        if self.sounding:
            self.last_end = edge
        self.sounding = not self.sounding
        self.since = edge
        self.first = window + 1 - BRIDGE
        self.contrary = 0
        yield from self._name(edge)

    def _complete(self, element: Element) -> None:
        """Keep what a cadence may need; a burst that is no sound of the plan is the end of any cadence."""
        if element.sound == _NO_SOUND:
            self.elements.clear()
        else:
            self.elements = [*self.elements[-9:], element]
        if element.sound:
            self.patience = longest_wait(self.ear.plan, element) + BRIDGE * HOP

    def _element(self, edge: int, window: int) -> Element:
        whole = window + 1 - self.first > 2 * BRIDGE + 2
        heard = self._heard(self.first + 1, window - BRIDGE) if whole else self._heard(self.first, window + 1)
        power = self._power(heard)
        return Element(self.since, edge - self.since, power, self._sound(heard, power) if self.sounding else ())

    def _heard(self, first: int, end: int) -> Float32:
        """The record (rows, windows) of the line from one window up to another."""
        return self.bank.stretch(self.line, max(first, end - KEEP // 2), end)

    def _power(self, heard: Float32) -> float:
        return float(np.add.reduce(heard[2 * self.bank.bins]) / heard.shape[1])

    def _sound(self, heard: Float32, power: float) -> Sound:
        """What the burst consists of; _NO_SOUND when it is none of the plan's sounds."""
        bins = self.bank.bins
        if heard.shape[1] >= SHORTEST:
            spectrum = heard[:bins] + 1j * heard[bins : 2 * bins]
            powers = mean_powers(heard[: 2 * bins])
            for sound, rows in self.ear.rows.items():
                if is_strong([powers[row] for row in rows], power) and is_sound(sound, [spectrum[row] for row in rows]):
                    return sound
        return _NO_SOUND

    def _name(self, edge: int) -> Iterator[Tone]:
        """An element is complete: does the cadence go on, or is a cadence now sure?"""
        found = cadenced(self.ear.plan, self.elements)
        if self.tone is not None and self.tone is not found:
            yield from self._end(self._last_good(edge))
        if found is not None and self.tone is None:
            bursts = [element for element in self.elements if element.sound]
            chain = self.elements[-3 if len(found.cycle) == 1 else -2 * len(found.cycle) :]
            yield self._begin(found, next(e.start for e in chain if e.sound), bursts[-1].power)

    def _last_good(self, edge: int) -> int:
        """Where the last burst that kept the cadence ended."""
        if self.tone is not None and self.tone.continuous:
            return edge
        return self.last_end

    def _go_on(self, at: int, window: int) -> Iterator[Tone]:
        """Nothing changed: a continuous tone may be sure by now, or a cadence be over."""
        lasted = at - self.since - (self.release if self.sounding else 0)
        if self.tone is None:
            if self.sounding and lasted % (HOP * 10) < HOP:
                yield from self._continuous(lasted, window)
        elif not self.tone.continuous:
            longest = longest_burst if self.sounding else longest_pause
            if lasted > longest(self.tone):
                yield from self._end(self.last_end)

    def _continuous(self, lasted: int, window: int) -> Iterator[Tone]:
        candidates = [
            t for t in self.ear.plan.tones if t.continuous and lasted >= shortest_continuous(self.ear.plan, t)
        ]
        if candidates:
            heard = self._heard(max(self.first, window - 99), window + 1)
            power = self._power(heard)
            sound = self._sound(heard, power)
            for tone in candidates:
                if tone.frequencies == sound:
                    yield self._begin(tone, self.since, power)

    def _begin(self, tone: PlanTone, at: int, power: float) -> Tone:
        self.tone, self.began, self.level = tone, max(at, 0), round(float(power_dbm0(power / (2 * HOP))), 1)
        return Tone(self.line, self.began, tone.name, "began", 0, self.level)

    def _end(self, at: int) -> Iterator[Tone]:
        tone, self.tone = self.tone, None
        if tone is not None:
            at = max(at, self.began + 1)
            yield Tone(self.line, at, tone.name, "ended", at - self.began, self.level)
