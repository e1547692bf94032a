"""One FXO port (line to the exchange) from idle to idle. No hardware: `now` is an argument, in samples.

    idle -ring-> ringing -answer-> talking -far end or own hang-up-> guard -> idle
    idle -place_call-> seized -dial tone or its time-out-> calling -ringback ends, polarity-> talking

After every hang-up the port goes on hook by itself, and the exchange gets a guard time to clear the line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from drivers.events import (
    Alarm,
    Answered,
    Clear,
    Event,
    HangUpCause,
    HungUp,
    Polarity,
    Removed,
    Ringing,
    Tone,
)
from drivers.signals import Dial, Effect, Hook, SignalKind, Times
from dsp.receiver import RATE

State = Literal["idle", "ringing", "refused", "seized", "calling", "talking", "guard", "removed"]

NEVER = 1 << 62
KEY = RATE // 5
SETTLE = RATE
"""A key with its pause, and the exchange's own noises after the last one: sound in that time is no answer."""
WITH_CALL: frozenset[State] = frozenset({"ringing", "seized", "calling", "talking"})

TONE_CAUSES: dict[str, HangUpCause] = {
    "busy": "busy_tone",
    "congestion": "busy_tone",
    "vacant": "busy_tone",
    "sit": "busy_tone",
    "dial": "dial_tone",
    "special_dial": "dial_tone",
    "second_dial": "dial_tone",
    "howler": "howler",
}
"""Tones that only a line without a partner has (忙音, 拥塞音, 空号音, 拨号音, 催挂音)."""


@dataclass(slots=True)
class FxoPort:
    """One line's state machine.

    supervised: a loop that opens means that the far end hung up (kewl start); on a loop start line it means nothing.
    due: when `run_out` must be called at the latest. opened: since when the loop is open.
    dialled: when our own digits are over. progress: the far end was heard since then. given_up: no answer by then.
    """

    line: int
    times: Times
    supervised: bool = True
    effects: list[Effect] = field(default_factory=list)
    state: State = "idle"
    due: int = NEVER
    opened: int = NEVER
    off_hook: bool = False
    battery: bool = True
    rings: int = 0
    burst: bool = False
    burst_ended: int = -NEVER
    number: str = ""
    ringback: bool = False
    by_polarity: bool = False
    sounding: bool = False
    dialled: int = NEVER
    given_up: int = NEVER
    progress: bool = False

    def wake(self) -> int:
        """The next sample at which time alone changes something."""
        return min(self.due, self.opened + self.times.loop_drop)

    def signal(self, kind: SignalKind, at: int) -> list[Event]:
        """The port saw something on its line."""
        if self.state == "removed":
            return []
        return _SIGNALS[kind](self, at)

    def answer(self, now: int) -> list[Event]:
        """Off hook, if it still rings."""
        if self.state != "ringing":
            return []
        self._hook(True)
        return self._talk(now)

    def hang_up(self, now: int) -> list[Event]:
        """End what is going on. A ringing line stays on hook: the rest of that caller's ringing is ignored."""
        if self.state not in WITH_CALL:
            return []
        if self.state == "ringing" and not self.off_hook:
            self.state = "refused"
            return [HungUp(self.line, now, "local")]
        return self._release(now, "local")

    def seize(self, number: str, now: int) -> None:
        """Off hook on an idle line, to dial when the exchange is ready."""
        self._hook(True)
        self.number = number
        self._enter("seized", now + self.times.dial_tone)

    def tone(self, tone: Tone, now: int) -> list[Event]:
        """A call-progress tone was heard. The exchange's own dial tone is no hang-up while we place a call."""
        if tone.tone == "ringback" and self.state == "calling":
            return self._ringback(tone.edge == "began", now)
        if tone.edge == "ended":
            return []
        if tone.tone == "dial" and self.state in ("seized", "calling"):
            return self._dial(now) if self.state == "seized" else []
        if tone.tone in TONE_CAUSES and self.state in ("seized", "calling", "talking"):
            return self._release(now, TONE_CAUSES[tone.tone])
        return []

    def sound(self, began: bool, now: int) -> None:
        """The far end makes a sound, or has stopped."""
        self.sounding = began
        if self.state == "talking":
            self.due = now + self.times.silence
        elif self.state == "calling" and (self.progress or (began and now > self.dialled)):
            self.progress = True
            self.due = self.given_up if began else min(self.given_up, now + self.times.ring_gap)

    def run_out(self, now: int) -> list[Event]:
        """Time has passed: an open loop has become a disconnect, a time-out has run out."""
        made: list[Event] = []
        if self.opened + self.times.loop_drop <= now:
            made += self._release(now, "disconnect", since=self.opened)
        if self.due <= now:
            made += _RUN_OUT[self.state](self, now)
        return made

    # -- the parts ---------------------------------------------------------------------------------------------------

    def _enter(self, state: State, due: int) -> None:
        self.state, self.due = state, due

    def _hook(self, off_hook: bool) -> None:
        self.burst = self.burst and not off_hook  # off hook trips the ringing; its end may never be reported
        if self.off_hook != off_hook:
            self.off_hook = off_hook
            self.effects.append(Hook(self.line, off_hook))

    def _talk(self, now: int) -> list[Event]:
        self.sounding = False
        self._enter("talking", now + self.times.silence)
        return [Answered(self.line, now)]

    def _release(self, now: int, cause: HangUpCause, since: int | None = None) -> list[Event]:
        """On hook, and a guard time for the exchange to clear. since: when the far end really went."""
        self._hook(False)
        self.opened = NEVER
        self.ringback = self.by_polarity = self.burst = False
        self._enter("guard", now + self.times.guard)
        return [HungUp(self.line, now if since is None else since, cause)]

    def _ring_on(self, at: int) -> list[Event]:
        joined = at - self.burst_ended < self.times.ring_join
        self.burst = not self.off_hook
        if self.state == "idle":
            return self._first_ring(at)
        if self.state == "seized":  # glare: the caller who came in while we seized is on the line already
            return [HungUp(self.line, at, "glare"), *self._first_ring(at)]
        if self.state not in ("ringing", "refused"):
            return []
        self.due = at + self.times.ring_gap
        if self.state == "refused" or joined:
            return []
        self.rings += 1
        return [Ringing(self.line, at, self.rings)]

    def _first_ring(self, at: int) -> list[Event]:
        self.rings = 1
        self._enter("ringing", at + self.times.ring_gap)
        return [Ringing(self.line, at, 1)]

    def _ring_off(self, at: int) -> list[Event]:
        self.burst, self.burst_ended = False, at
        if self.state in ("ringing", "refused"):
            self.due = at + self.times.ring_gap
        return []

    def _loop_open(self, at: int) -> list[Event]:
        if self.off_hook and self.supervised and self.opened == NEVER:
            self.opened = at
        return []

    def _loop_closed(self, at: int) -> list[Event]:
        if at - self.opened < self.times.loop_drop:
            self.opened = NEVER
        return []

    def _polarity(self, at: int) -> list[Event]:
        """On an outgoing call a reversal is the answer, and the way back is the disconnect."""
        made: list[Event] = [Polarity(self.line, at)]
        if self.state == "calling":
            self.by_polarity = True
            return made + self._talk(at)
        if self.state == "talking" and self.by_polarity:
            return made + self._release(at, "disconnect")
        return made

    def _battery_lost(self, at: int) -> list[Event]:
        made: list[Event] = [Alarm(self.line, at, "no battery")] if self.battery else []
        self.battery = False
        return made + (self._release(at, "disconnect") if self.state in WITH_CALL else [])

    def _battery_back(self, at: int) -> list[Event]:
        made: list[Event] = [] if self.battery else [Clear(self.line, at)]
        self.battery = True
        return made

    def _removed(self, at: int) -> list[Event]:
        ended: list[Event] = [HungUp(self.line, at, "removed")] if self.state in WITH_CALL else []
        self.opened, self.off_hook = NEVER, False
        self._enter("removed", NEVER)
        return [*ended, Removed(self.line, at)]

    def _ringback(self, began: bool, now: int) -> list[Event]:
        """Ringback that was there and stops: somebody answered."""
        answered = self.ringback and not began
        self.ringback = began
        return self._talk(now) if answered else []

    def _dial(self, now: int) -> list[Event]:
        self.effects.append(Dial(self.line, self.number))
        self.dialled = now + len(self.number) * KEY + SETTLE
        self.given_up, self.progress = now + self.times.no_answer, False
        self._enter("calling", self.given_up)
        return []

    def _clear(self, now: int) -> list[Event]:
        """The guard is over. A burst that is still on is a new caller, who came while the line cleared."""
        self._enter("idle", NEVER)
        return self._first_ring(now) if self.burst else []

    def _forget(self, now: int) -> list[Event]:
        """The refused caller has stopped ringing."""
        del now
        self.burst = False
        self._enter("idle", NEVER)
        return []

    def _nobody_yet(self, now: int) -> list[Event]:
        """Ringback too short to be known as such, then nothing: somebody answered and listens."""
        return self._talk(now) if self.progress and now < self.given_up else self._gave_up(now)

    def _gave_up(self, now: int) -> list[Event]:
        return self._release(now, "ring_no_answer")

    def _silent(self, now: int) -> list[Event]:
        if self.sounding:
            self.due = now + self.times.silence
            return []
        return self._release(now, "silence")

    def _nothing(self, now: int) -> list[Event]:
        del now
        self.due = NEVER
        return []


_SIGNALS = {
    "ring_on": FxoPort._ring_on,
    "ring_off": FxoPort._ring_off,
    "loop_open": FxoPort._loop_open,
    "loop_closed": FxoPort._loop_closed,
    "polarity": FxoPort._polarity,
    "battery_lost": FxoPort._battery_lost,
    "battery_back": FxoPort._battery_back,
    "removed": FxoPort._removed,
    "plugged": FxoPort._nothing,  # whoever had the port before must open it again
}
_RUN_OUT = {
    "idle": FxoPort._nothing,
    "removed": FxoPort._nothing,
    "ringing": FxoPort._gave_up,
    "refused": FxoPort._forget,
    "seized": FxoPort._dial,
    "calling": FxoPort._nobody_yet,
    "talking": FxoPort._silent,
    "guard": FxoPort._clear,
}
