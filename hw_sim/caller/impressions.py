"""What a person on the telephone has heard so far, and what they hear right now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dsp.events import Tone
from dsp.receiver import RATE
from hw_sim.caller.events import Heard
from hw_sim.caller.steps import NamedClip

PAUSE = RATE // 2
"""How long it must be quiet before a person takes a prompt for finished: the ear itself needs 0.4 s to know."""

NEARLY = 0.8
"""A clip that was disturbed near its end was still understood."""

OVER = ("busy", "congestion", "vacant", "sit", "howler", "dial", "special_dial", "second_dial")
"""Tones that say the call is over, or never came to be."""

CERTAIN = RATE * 3 // 2
"""How long such a tone must go on alone before a person believes it."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A clip of which only the id is known."""

    id: str
    language: str = ""
    text: str = ""


class Contents(Protocol):
    """What a caller needs of a book: what its clips are called and say."""

    @property
    def clips(self) -> Sequence[NamedClip]:
        """All clips."""
        ...


class Vocabulary:
    """The clips of a book as people know them: what each says, and which say the same. One for any number of people."""

    def __init__(self, clips: Iterable[NamedClip] = ()) -> None:
        self.clips: Sequence[NamedClip] = tuple(clips)
        self._known = {clip.id: clip for clip in self.clips}
        self._saying: dict[tuple[str, str], list[NamedClip]] = {}
        for clip in self._known.values():
            self._saying.setdefault((clip.language, clip.text), []).append(clip)

    @classmethod
    def of(cls, contents: Contents | None) -> Vocabulary:
        """Of a book; a vocabulary is its own."""
        return contents if isinstance(contents, Vocabulary) else cls(contents.clips if contents else ())

    def text(self, clip: str) -> str:
        """What the clip says (its id, when the book is not known)."""
        known = self._known.get(clip)
        return known.text if known else clip

    def twins(self, clip: str) -> Sequence[NamedClip]:
        """The clip, and those that say the same in the same language: the ear may know one by the name of the other."""
        known = self._known.get(clip)
        return (Unknown(clip),) if known is None else self._saying[known.language, known.text]


@dataclass(slots=True)
class Impressions:
    """words: every clip that began, in order. playing: the clip that sounds now.

    quiet_since: when the last clip ended. tones: name -> when it began, of the tones that sound now.
    """

    vocabulary: Vocabulary
    words: list[Heard] = field(default_factory=list)
    playing: Heard | None = None
    quiet_since: int = 0
    tones: dict[str, int] = field(default_factory=dict)

    def take(self, event: Heard | Tone) -> None:
        """One more thing was heard."""
        if isinstance(event, Tone):
            if event.edge == "began":
                self.tones[event.tone] = event.at
            else:
                self.tones.pop(event.tone, None)
                self.quiet_since = max(self.quiet_since, event.at)
        elif event.edge == "began":
            self.words.append(event)
            self.playing = event
        else:
            self.playing = None
            self.quiet_since = max(self.quiet_since, event.at)

    def text(self, clip: str) -> str:
        """What the clip says."""
        return self.vocabulary.text(clip)

    def twins(self, clip: str) -> Sequence[NamedClip]:
        """The clip, and those that say the same."""
        return self.vocabulary.twins(clip)

    def quiet(self, now: int, length: int) -> bool:
        """Nothing has sounded for so long."""
        return self.playing is None and not self.tones and now - self.quiet_since >= length

    def turn(self, now: int, length: int = PAUSE) -> bool:
        """The other side has finished speaking, so long ago. Tones do not keep a person from acting."""
        return self.playing is None and now - self.quiet_since >= length

    @property
    def ending(self) -> bool:
        """Does a tone sound that may mean that the call is over?"""
        return any(tone in OVER for tone in self.tones)

    def repeated(self, since: int) -> int:
        """How often the prompt that was said most often has begun since then; words of vocabulary do not count."""
        prompts = [w.clip for w in self.words if w.at - w.offset >= since and ":" not in w.clip]
        return max(map(prompts.count, prompts), default=0)

    def over(self, now: int) -> str:
        """The tone that has told for long enough that the call is over, or nothing."""
        if self.playing:
            return ""
        return next((t for t, at in self.tones.items() if t in OVER and now - max(at, self.quiet_since) >= CERTAIN), "")


def understood(event: Heard) -> bool:
    """The clip ended, and so near its end that it said what it had to say."""
    return event.edge == "ended" and event.offset >= NEARLY * event.length
