"""A caller who is a person at a keyboard: keys as they are typed, prompts as text."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from dsp.events import Event, Tone
from dsp.receiver import TICK, Int16
from hw_sim.caller.events import Action, Dial, Entry, EntryKind, HangUp, Heard, Send
from hw_sim.caller.impressions import Contents, Impressions, Vocabulary
from hw_sim.caller.model import Person
from hw_sim.caller.voice import at_level, pressed


class InteractiveCaller:
    """Dials a number and then does what it is told, at once. Keeps CallerProtocol.

    `press`, `say` and `hang_up` may be called from another thread than `advance`. What was done while a prompt played
    has the name "over" in the report; `hw_sim.caller.script_of` makes a script of it.
    """

    def __init__(self, dial: str, who: Person | None = None, book: Contents | None = None) -> None:
        self.who = who or Person()
        self.number = self.who.number
        self.level = self.who.level
        self.noise = self.who.noise_level
        self.line = self.who.line
        self.wake: int | None = 0
        self.report: list[Entry] = []
        self._heard = Impressions(Vocabulary.of(book))
        self._wishes: deque[tuple[EntryKind, str, Action]] = deque([("dialled", dial, Dial(dial))])
        self._down = False

    @property
    def finished(self) -> bool:
        """The person has hung up."""
        return self._down

    @property
    def succeeded(self) -> bool:
        """A person's call has no script to fail."""
        return self._down

    def press(self, keys: str) -> None:
        """Press keys. Raises ValueError for one that is not on the pad."""
        self._wishes.append(("pressed", keys, Send(pressed(keys, self.who))))

    def say(self, samples: Int16, text: str = "") -> None:
        """Speak: int16 samples at 8 kHz, sent at the person's level."""
        self._wishes.append(("said", text, Send(at_level(samples, self.level))))

    def hang_up(self) -> None:
        """Put the receiver down."""
        self._wishes.append(("hung_up", "", HangUp()))

    def advance(self, now: int, events: Sequence[Event]) -> list[Action]:
        """See CallerProtocol."""
        for event in events:
            self._notice(event)
        actions: list[Action] = []
        while self._wishes and not self._down:
            kind, text, action = self._wishes.popleft()
            over = "over" if self._heard.playing and kind != "dialled" else ""
            self.report.append(Entry(now, kind, text, over))
            self._down = isinstance(action, HangUp)
            actions.append(action)
        self.wake = None if self._down else now + TICK
        return actions

    def _notice(self, event: Event) -> None:
        if isinstance(event, (Heard, Tone)):
            self._heard.take(event)
        if isinstance(event, Heard):
            if event.edge == "began" or not event.whole:
                kind: EntryKind = "heard" if event.edge == "began" else "cut"
                self.report.append(Entry(event.at, kind, self._heard.text(event.clip), event.clip))
        elif isinstance(event, Tone) and event.edge == "began":
            self.report.append(Entry(event.at, "tone", event.tone, event.tone))
