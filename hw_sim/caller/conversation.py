"""A call as the caller knows it: what they have heard, what they do about it, how it fails. Times in samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from dsp.events import Event
from dsp.receiver import RATE
from hw_sim.caller.events import Action, Dial, Entry, EntryKind, HangUp, Heard, Send
from hw_sim.caller.impressions import Impressions
from hw_sim.caller.temper import Temper
from hw_sim.caller.values import filled
from hw_sim.caller.voice import Lines, struck
from hw_sim.fax.session import FaxSession
from hw_sim.yaml_types import Strict

LOOK = RATE // 10
"""While a tone says that the call is over, the caller looks up this often."""

Next = Sequence[Strict] | None
"""What comes of looking at a step: None, it goes on; or it is done, and these are done next."""

DONE: Next = ()

SPENT = Random(0)
"""In the place of the dice of those who have gone: dice of their own are 2.5 kB."""


@dataclass(slots=True)
class Conversation:
    """The state of a call.

    since: when the step began. place: where the step stands, file:line. following: the step after it, if known.
    acted: when the caller last made itself heard; what began before is no answer to it. answered: did anybody speak?
    mark: how many clips had been heard when the last `hear` was content. sending: is our own sound still leaving?
    hasty: the last prompt is not heard out: when to act. thinking: how long after it has ended, once that is decided.
    until: when what was begun is over. fax: the machine at work at the caller's end.
    responses: from pressing the last key to what was said then, each time.
    """

    patience: int
    heard: Impressions
    temper: Temper
    lines: Lines
    actions: list[Action] = field(default_factory=list)
    report: list[Entry] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    responses: list[int] = field(default_factory=list)
    since: int = 0
    place: str = ""
    following: Strict | None = None
    acted: int = 0
    answered: bool = False
    mark: int = 0
    sending: bool = False
    hasty: int | None = None
    thinking: int | None = None
    until: int | None = None
    fax: FaxSession | None = None
    off_hook: bool = False
    failed: bool = False
    over: bool = False
    _keyed: int | None = None
    _interjection: int | None = None
    _moments: list[int] = field(default_factory=list)

    def forget(self) -> None:
        """The call is over and has been counted: thousands like it stay in memory. No dice are thrown any more."""
        self.heard.words.clear()
        self.temper.random = SPENT

    # -- what is heard -----------------------------------------------------------------------------------------------

    def take(self, event: Event) -> None:
        """Something was heard."""
        if not isinstance(event, Heard) or event.edge == "ended":
            return
        self.answered = True
        if self._keyed is not None and event.at >= self._keyed:
            self.responses.append(event.at - self._keyed)
            self._keyed = None
        delay = self.temper.talks()
        self._interjection = None if delay is None else event.at + delay

    # -- time --------------------------------------------------------------------------------------------------------

    def begin(self, now: int, place: str, following: Strict | None) -> None:
        """A step begins."""
        self.since, self.place, self.following = now, place, following
        self.until = self.thinking = None
        self.temper.begins(now)

    def look(self, moment: int) -> None:
        """The step must be looked at again then, though nothing be heard."""
        self._moments.append(moment)

    def moments(self, now: int) -> int | None:
        """When the step must be looked at again; None: only what is heard can matter."""
        soonest = min((m for m in self._moments if m > now), default=None)
        self._moments.clear()
        return soonest

    def limit(self, within: int | None) -> int:
        """How long the step waits."""
        return self.patience if within is None else within

    # -- what is done ------------------------------------------------------------------------------------------------

    def note(self, at: int, kind: EntryKind, text: str, name: str = "", place: str = "") -> None:
        """One more line of the report."""
        self.report.append(Entry(at, kind, text, name, place))

    def act(self, now: int, action: Action, kind: EntryKind, text: str) -> None:
        """Do something that the other side notices."""
        self.acted, self.hasty = now, None
        self.actions.append(action)
        self.note(now, kind, text)

    def dial(self, now: int, number: str) -> None:
        """Lift the receiver and dial."""
        self.off_hook, self.answered = True, False
        self.act(now, Dial(number), "dialled", number)

    def press(self, now: int, wanted: str) -> None:
        """Press keys, as the caller's character has it."""
        keyed = self.temper.keys(wanted)
        for trait, words in keyed.mischief:
            self.note(now, "mischief", words, trait)
        self.sending = True
        sound, last = struck(keyed.strokes, self.temper.who.level), keyed.strokes[-1]
        self._keyed = now + len(sound) - last.on - last.off
        self.act(now, Send(sound), "pressed", keyed.text)

    def hang_up(self, now: int) -> None:
        """Put the receiver down, if it is not."""
        if self.off_hook:
            self.off_hook = False
            self.sending = False
            self._keyed = None
            self.act(now, HangUp(), "hung_up", "")

    def known(self, now: int, text: str) -> str | None:
        """A text with the notes that it names; without one of them the call has failed, and there is no text."""
        made = filled(text, self.notes)
        if "$" not in made:
            return made
        self.fail(now, f"nothing was noted for {made!r}")
        return None

    # -- giving up ---------------------------------------------------------------------------------------------------

    def lose_patience(self, now: int, within: int | None, what: str) -> None:
        """It has not come yet: has the call ended, or the time?"""
        limit = self.limit(within)
        self.look(self.since + limit)
        if not self.cut_off(now, f"waited for {what}") and now - self.since >= limit:
            self.fail(now, f"waited {limit / RATE:g} s for {what}, heard {self.instead()}")

    def cut_off(self, now: int, but: str) -> bool:
        """A tone has said that the call is over: it has failed."""
        if self.heard.ending:
            self.look(now + LOOK)
        tone = self.heard.over(now)
        if tone:
            self.fail(now, f"{but}, but the line gave {tone} tone after {self.instead()}", tone)
        return bool(tone)

    def instead(self) -> str:
        """What was heard since the last time that something was content."""
        words = [self.heard.text(w.clip) for w in self.heard.words[self.mark :]]
        return ", ".join(map(repr, words[-8:])) or next((f"{t} tone" for t in self.heard.tones), "nothing")

    def fail(self, now: int, why: str, name: str = "") -> None:
        """What the script expects has not happened. name: the tone that said so."""
        self.failed = True
        self.note(now, "failed", why, name, self.place)
        self.hang_up(now)

    def abandon(self, now: int, why: str, trait: str) -> None:
        """The caller's character ends the call."""
        self.over = True
        self.note(now, "abandoned", why, trait)
        self.hang_up(now)

    # -- what the character does beside the script -------------------------------------------------------------------

    def moods(self, now: int, listening: bool) -> None:
        """What the caller does by character. listening: the step waits for something to be said."""
        if self.off_hook and self.temper.leaves is not None:
            self.look(self.temper.leaves)
            if now >= self.temper.leaves:
                self.abandon(now, "hung up for no reason", "hangs_up")
        if listening and self.answered and not self.over:
            self._grow_impatient(now)
            self._interject(now)

    def _grow_impatient(self, now: int) -> None:
        trait = self.temper.impatient
        if trait is None:
            return
        again = self.heard.repeated(self.acted)
        quiet_since = max(self.heard.quiet_since, self.acted)
        if again >= trait.repeats:
            self.abandon(now, f"hung up when the same came for the {again}. time", "impatient")
        elif self.heard.playing is None and not self.heard.tones:
            self.look(quiet_since + trait.silence)
            if now - quiet_since >= trait.silence:
                self.abandon(now, f"hung up after {trait.silence / RATE:g} s of silence", "impatient")

    def _interject(self, now: int) -> None:
        if self._interjection is None or self.sending or self.over:
            return
        self.look(self._interjection)
        if now < self._interjection:
            return
        self._interjection = None
        if self.heard.playing and self.lines.interjections:
            word = self.temper.word(tuple(self.lines.interjections))
            self.actions.append(Send(self.lines.interjections[word]))
            self.note(now, "mischief", f"said {word!r} over {self.heard.text(self.heard.playing.clip)!r}", "talks_over")
