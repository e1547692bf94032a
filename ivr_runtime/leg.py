"""The line's side of a call: what has happened on it so far, and waiting for what happens next."""

from __future__ import annotations

from drivers.events import Activity, Answered, CallerId, Digit, Event, HungUp, Removed, Ringing, Tone
from drivers.fxo_port import TONE_CAUSES
from dsp.events import Played
from dsp.joints import FADE
from ivr_runtime.desk import Desk
from ivr_runtime.errors import CallEnded
from ivr_runtime.keys import Keypad
from ivr_runtime.turns import Turn


class Leg:
    """What the verbs of a call look at. The pump posts events; each wakes the call, which looks again.

    started, answered, ended_at: samples of the first ring, the answer and the end (None: not yet). rings: so far.
    caller_id: what the exchange sent, or None. ended: why the call is over, or "". gone: nobody can hear us any more.
    playing: is something being said? quiet_since: the end of the last sound of the caller, None while there is one.
    """

    def __init__(self, desk: Desk, line: int) -> None:
        self.line = line
        self.clock = desk.clock
        self.started = desk.clock.now
        self.answered: int | None = None
        self.ended_at: int | None = None
        self.caller_id: CallerId | None = None
        self.rings = 0
        self.ended = ""
        self.gone = False
        self.keypad = Keypad()
        self.playing = False
        self.quiet_since: int | None = desk.clock.now
        self._desk = desk
        self._turn = Turn(desk.turns)
        self._spent_at: int | None = None

    def post(self, event: Event) -> None:
        """Something happened on the line."""
        match event:
            case Digit() if self.answered is not None:  # before that they are the exchange's: a DTMF caller ID
                self.keypad.post(event)
            case Played():
                self.playing = self.playing and event.stopped
            case Tone():
                self._spent_at = event.at if event.edge == "began" and event.tone in TONE_CAUSES else None
            case Activity():
                self.quiet_since = None if event.edge == "began" else event.at
            case Ringing():
                self.started = self.started if self.rings else event.at
                self.rings = event.ring
            case CallerId() if self.answered is None:
                self.caller_id = event
            case Answered():
                self.answered = self.quiet_since = event.at
            case HungUp() | Removed():
                self._hung_up(event)
        self._turn.wake()

    def end(self, reason: str) -> None:
        """The call must end: its verbs raise CallEnded(reason) from now on. The line stays off hook (`release`)."""
        if not self.ended:
            self.ended = reason
            self.ended_at = self.clock.now
            self._turn.wake()

    def release(self) -> None:
        """Stop the sound and go on hook. Nobody can hear us from now on."""
        if not self.gone:
            self.gone = True
            self.stop()
            self._desk.ask("hang_up", self.line)

    def over(self) -> None:
        """The call's task has ended."""
        self._turn.end()

    def stop(self) -> int:
        """Stop what is being said, without a click; how many samples were sent."""
        if not self.playing:
            return 0
        self.playing = False
        return self._desk.mixer.stop(self.line, FADE)

    def check(self) -> None:
        """Raises CallEnded when the call is over."""
        if self.ended:
            raise CallEnded(self.ended)

    async def wait(self, deadline: int | None = None) -> None:
        """Until something happens on the line, or the deadline."""
        timer = self.clock.at(deadline, self._turn.wake) if deadline is not None else None
        try:
            await self._turn.pause()
        finally:
            if timer is not None:
                timer.cancel()

    async def pause(self, until: int) -> None:
        """Until that sample. Raises CallEnded."""
        self.check()
        while self.clock.now < until:
            await self.wait(until)
            self.check()

    async def linger(self, until: int) -> None:
        """Until that sample, or until nobody is there any more."""
        while self.clock.now < until and not self.gone:
            await self.wait(until)

    def _hung_up(self, event: Event) -> None:
        """The far end is gone since the busy tone began, if there was one."""
        if not self.gone:
            self.ended_at = event.at if self._spent_at is None else min(event.at, self._spent_at)
        if not self.ended:
            self.ended = event.cause if isinstance(event, HungUp) else "line_lost"
        self.release()
