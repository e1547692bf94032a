"""What a caller does at each step of the script: pure decisions over what was heard, in samples of time."""

from __future__ import annotations

from dataclasses import dataclass, field

from dsp.events import Event
from dsp.receiver import RATE, Float32
from hw_sim import caller_config as script
from hw_sim.caller_events import Action, Dial, Entry, EntryKind, HangUp, Heard, Send, Sent
from hw_sim.impressions import OVER, PAUSE, Impressions, understood
from hw_sim.numerals import of_a_number, spoken_number

PATIENT = 30 * RATE
"""A polite caller waits this long for the other side to finish before acting all the same."""

NUMBER_OVER = RATE
"""A spoken number is over when nothing has followed for so long."""

LOOK = RATE // 10
"""While a tone says that the call is over, the caller looks up this often."""


@dataclass(slots=True)
class Conversation:
    """The state of a call as the caller knows it. All times in samples.

    since: when the step began. acted: when the caller last made itself heard; what began before is no answer to it.
    mark: how many clips had been heard when the last `hear` was content. sending: is our own sound still leaving?
    """

    patience: int
    heard: Impressions
    actions: list[Action] = field(default_factory=list)
    report: list[Entry] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    since: int = 0
    acted: int = 0
    mark: int = 0
    sending: bool = False
    off_hook: bool = False
    failed: bool = False

    def step(self, now: int, event: Event | None, step: script.Step, sound: Float32 | None) -> bool:
        """Begin the step or go on with it; True when it is done. sound: what the step makes heard."""
        match step:
            case script.Dial():
                return self._dial(now, step.dial)
            case script.Hear():
                return self._hear(now, event, step)
            case script.Press():
                return self._send(now, event, step.over, "pressed", step.press, sound)
            case script.Say():
                return self._send(now, event, step.over, "said", step.say.name, sound)
            case script.Wait():
                return now - self.since >= step.wait
            case script.NoteNumber():
                return self._write_down(now, step)
            case script.Expect():
                return self._expect(now, step)
        self.hang_up(now)
        return True

    def again(self, now: int, step: script.Step) -> int | None:
        """When to look at the step again though nothing was heard; None: only what is heard can matter."""
        if self.sending:
            return None
        pause, longest = self._times(step)
        moments = [self.since + pause, self.since + longest]
        if self.heard.playing is None:
            moments.append(self.heard.quiet_since + pause)
        if any(tone in OVER for tone in self.heard.tones):
            moments.append(now + LOOK)
        return min((moment for moment in moments if moment > now), default=None)

    def _times(self, step: script.Step) -> tuple[int, int]:
        """The silence that the step waits for, and how long it waits at all."""
        match step:
            case script.Press() | script.Say():
                return PAUSE, PATIENT
            case script.Wait():
                return step.wait, step.wait
            case script.Expect():
                return step.expect.silence or 0, self._limit(step.within)
            case script.NoteNumber():
                return NUMBER_OVER, self._limit(step.within)
            case script.Hear():
                return 0, self._limit(step.within)
        return 0, 0

    def _limit(self, within: int | None) -> int:
        return self.patience if within is None else within

    def hang_up(self, now: int) -> None:
        """Put the receiver down, if it is not."""
        if self.off_hook:
            self.off_hook = False
            self._act(now, HangUp(), "hung_up", "")

    def note(self, at: int, kind: EntryKind, text: str, name: str = "") -> None:
        """One more line of the report."""
        self.report.append(Entry(at, kind, text, name))

    def _act(self, now: int, action: Action, kind: EntryKind, text: str) -> None:
        self.acted = now
        self.actions.append(action)
        self.note(now, kind, text)

    def _dial(self, now: int, number: str) -> bool:
        self.off_hook = True
        self._act(now, Dial(number), "dialled", number)
        return True

    def _hear(self, now: int, event: Event | None, step: script.Hear) -> bool:
        playing = self.heard.playing
        expected = playing is not None and self._wanted(playing, step)
        if step.through is not True:
            content = expected
        else:
            content = isinstance(event, Heard) and understood(event) and self._wanted(event, step)
        if content:
            self.mark = len(self.heard.words)
        elif not expected:
            self._lose_patience(now, step.within, str(step))
        return content

    def _wanted(self, clip: Heard, step: script.Hear) -> bool:
        """It is one that the step wants, and it began after we last acted."""
        return clip.at - clip.offset >= self.acted and any(step.wants(twin) for twin in self.heard.twins(clip.clip))

    def _send(
        self, now: int, event: Event | None, over: bool, kind: EntryKind, text: str, sound: Float32 | None
    ) -> bool:
        if self.sending:
            self.sending = not isinstance(event, Sent)
            return not self.sending
        if not over and self._cut_off(now, f"{text!r} could not be {kind}"):
            return False
        if sound is not None and (over or self.heard.turn(now) or now - self.since >= PATIENT):
            self.sending = True
            self._act(now, Send(sound), kind, text)
        return False

    def _write_down(self, now: int, step: script.NoteNumber) -> bool:
        words = [self.heard.text(w.clip) for w in self.heard.words[self.mark :]]
        found = spoken_number(words)
        if found is None:
            self._lose_patience(now, step.within, f"a number ({step.note_number})")
            return False
        _, end, number = found
        over = self.heard.turn(now, NUMBER_OVER) or not all(map(of_a_number, words[end:]))
        if not over:
            return False
        self.mark += end
        self.notes[step.note_number] = number
        self.note(now, "noted", number, step.note_number)
        return True

    def _expect(self, now: int, step: script.Expect) -> bool:
        tone, silence = step.expect.tone, step.expect.silence or 0
        what = f"{tone} tone" if tone else f"{silence / RATE:g} s of silence"
        met = tone in self.heard.tones if tone else now - self.since >= silence and self.heard.quiet(now, silence)
        if met:
            self.note(now, "decided", what)
        elif now - self.since >= self._limit(step.within):
            self._fail(now, f"expected {what}, heard {self._instead()}")
        return met

    def _lose_patience(self, now: int, within: int | None, what: str) -> None:
        limit = self._limit(within)
        if not self._cut_off(now, f"waited for {what}") and now - self.since >= limit:
            self._fail(now, f"waited {limit / RATE:g} s for {what}, heard {self._instead()}")

    def _cut_off(self, now: int, but: str) -> bool:
        tone = self.heard.over(now)
        if tone:
            self._fail(now, f"{but}, but the line gave {tone} tone after {self._instead()}")
        return bool(tone)

    def _instead(self) -> str:
        words = [self.heard.text(w.clip) for w in self.heard.words[self.mark :]]
        return ", ".join(map(repr, words[-8:])) or next((f"{t} tone" for t in self.heard.tones), "nothing")

    def _fail(self, now: int, why: str) -> None:
        self.failed = True
        self.note(now, "failed", why)
        self.hang_up(now)
