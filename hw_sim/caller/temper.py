"""What a person's character makes them do in one call: decisions from a seed, the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from dsp.receiver import RATE
from hw_sim.caller.character import Character, Impatient
from hw_sim.caller.model import Person

BESIDE = {
    "1": "24", "2": "135", "3": "26", "4": "157", "5": "2468", "6": "359", "7": "48*", "8": "5790", "9": "68#",
    "0": "8*#", "*": "70", "#": "90", "A": "3", "B": "6", "C": "9", "D": "#",
}  # fmt: skip
"""Which keys lie beside a key of the pad."""

PAUSE_KEY = ","


@dataclass(frozen=True, slots=True)
class Stroke:
    """A key, how long it is held, and the pause after it, in samples."""

    key: str
    on: int
    off: int


@dataclass(frozen=True, slots=True)
class Keyed:
    """What was really pressed, and what of it was not as the script says: (trait, words)."""

    strokes: tuple[Stroke, ...]
    mischief: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The keys."""
        return "".join(stroke.key for stroke in self.strokes)


@dataclass(slots=True)
class Temper:
    """The decisions of one person in one call. leaves: when they will hang up without a reason, if they will."""

    character: Character
    who: Person
    random: Random
    leaves: int | None = None
    _early: dict[int, int | None] = field(default_factory=dict)

    @property
    def impatient(self) -> Impatient | None:
        """How impatient they are."""
        return self.character.impatient

    def begins(self, now: int) -> None:
        """A step begins: shall it be the last?"""
        trait = self.character.hangs_up
        if trait and self.leaves is None and self.random.random() < trait.chance:
            self.leaves = now + self._between(trait.after)

    def early(self, clip_at: int) -> int | None:
        """How long after a prompt was recognised they act though it still plays; None when they hear it out."""
        trait = self.character.impatient
        if trait is None:
            return None
        if clip_at not in self._early:
            hasty = self.random.random() < trait.early
            self._early = {clip_at: self._between(trait.reaction) if hasty else None}
        return self._early[clip_at]

    def thinks(self) -> int:
        """How long they think before the first key."""
        return self._between(self.character.hesitant.thinks) if self.character.hesitant else 0

    def talks(self) -> int | None:
        """How long after a prompt began they speak into it; None when they listen."""
        trait = self.character.talks_over
        return self._between(trait.after) if trait and self.random.random() < trait.chance else None

    def word(self, words: Sequence[str]) -> str:
        """One of the things that they might say."""
        return self.random.choice(words)

    def keys(self, wanted: str) -> Keyed:
        """How they press these keys."""
        pressed, mischief = self._mistyped(wanted)
        strokes: list[Stroke] = []
        for i, key in enumerate(pressed):
            stroke = self._stroke(key)
            if self.character.hesitant and i + 1 < len(pressed) and key != PAUSE_KEY:
                pause, lapsed = self._hesitation()
                mischief += [("hesitant", f"paused {pause / RATE:.1f} s after the key {key}")] if lapsed else []
                stroke = Stroke(key, stroke.on, pause)
            strokes.append(stroke)
        return Keyed(tuple(strokes), tuple(mischief))

    def _mistyped(self, wanted: str) -> tuple[str, list[tuple[str, str]]]:
        trait = self.character.wrong_keys
        if trait is None:
            return wanted, []
        hit = "".join(self._hit(key, trait.chance) for key in wanted)
        if hit == wanted:
            return wanted, []
        if trait.clear and self.random.random() < trait.notices:
            slip = next(i for i, (a, b) in enumerate(zip(wanted, hit, strict=True)) if a != b)
            hit = hit[: slip + 1] + trait.clear + wanted
        return hit, [("wrong_keys", f"pressed {hit} for {wanted}")]

    def _hit(self, key: str, chance: float) -> str:
        return self.random.choice(BESIDE[key]) if key in BESIDE and self.random.random() < chance else key

    def _hesitation(self) -> tuple[int, bool]:
        trait = self.character.hesitant
        if trait is None:
            return 0, False
        lapsed = self.random.random() < trait.beyond
        return self._between(trait.lapse if lapsed else trait.between), lapsed

    def _stroke(self, key: str) -> Stroke:
        fingers = self.character.fingers
        if fingers is None:
            return Stroke(key, self.who.keys.on, self.who.keys.off)
        return Stroke(key, self._between(fingers.on), self._between(fingers.off))

    def _between(self, span: tuple[int, int]) -> int:
        return self.random.randint(*span)
