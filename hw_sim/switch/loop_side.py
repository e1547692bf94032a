"""What the switch does on analog lines: ringing and caller ID, tones, how it tells that the far end has gone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from drivers.signals import Signal
from dsp.receiver import Float32
from hw_sim.card_config import CallerIdStyle
from hw_sim.switch.effects import Inform, Listen, Supply
from hw_sim.switch.subscriber import Cadence, Party, State, Subscriber, Times
from hw_sim.switch.work import Work
from hw_sim.trunk import Cause

Identify = Callable[[CallerIdStyle, str], Float32]
"""The sound that tells a number in a style."""

Told = Callable[[Party, int], None]

TONES = {
    Cause.UNALLOCATED_NUMBER: "vacant",
    Cause.NO_ROUTE: "vacant",
    Cause.INVALID_NUMBER: "vacant",
    Cause.NO_CIRCUIT: "congestion",
    Cause.TEMPORARY_FAILURE: "congestion",
    Cause.CONGESTION: "congestion",
    Cause.CIRCUIT_UNAVAILABLE: "congestion",
}
"""What a subscriber hears of the reason; of every other, busy."""


class LoopSide:
    """rang: told at the first burst on a line. unanswered: told when the ringing has lasted too long."""

    def __init__(
        self, work: Work, times: Times, identify: Identify, ringing: Cadence, rang: Told, unanswered: Told
    ) -> None:
        self._work = work
        self._times = times
        self._identify = identify
        self._ringing = ringing
        self._rang = rang
        self._unanswered = unanswered

    # -- a line that is called ---------------------------------------------------------------------------------------

    def offer(self, callee: Subscriber, caller: Party, now: int) -> None:
        """Ring; caller ID before the first burst or after it."""
        callee.called_at, callee.rings = now, 0
        if callee.caller_id != "dtmf":
            self._ring(callee, caller.number, 0, now)
            return
        sound = self._identify("dtmf", caller.number)
        self._later(now + self._times.before_id, callee, lambda _: self._work.do(Inform(callee.row, sound)))
        ring = partial(self._ring, callee, caller.number, 0)
        self._later(now + 2 * self._times.before_id + len(sound), callee, ring)

    def _ring(self, callee: Subscriber, number: str, step: int, now: int) -> None:
        """Step of the cadence: even steps are bursts."""
        if now - callee.called_at >= self._times.no_answer and step == 0:
            self._unanswered(callee, now)
            return
        callee.burst = step % 2 == 0
        self._signal(callee, "ring_on" if callee.burst else "ring_off", now)
        if step == 0:
            callee.rings += 1
            if callee.rings == 1:
                self._rang(callee, now)
        if step == self._ringing.last and callee.rings == 1 and callee.caller_id in ("fsk", "bell"):
            sound = self._identify(callee.caller_id, number)
            self._later(now + self._times.before_id, callee, lambda _: self._work.do(Inform(callee.row, sound)))
        following = partial(self._ring, callee, number, (step + 1) % len(self._ringing.steps))
        self._later(now + self._ringing.steps[step], callee, following)

    def withdraw(self, callee: Subscriber, now: int) -> None:
        """The call is gone: stop ringing."""
        self.take(callee, now)

    def take(self, callee: Subscriber, now: int) -> None:
        """The line has answered: the burst stops, and a caller ID under way too."""
        if callee.burst:
            callee.burst = False
            self._signal(callee, "ring_off", now)
        self._work.do(Supply(callee.row, ""))

    # -- a line that calls -------------------------------------------------------------------------------------------

    def ask(self, who: Subscriber, now: int) -> None:
        """The line wants to dial: dial tone, and the register."""
        self._work.enter(who, State.DIALLING)
        who.pulses = 0
        self._work.do(Supply(who.row, "dial"))
        self._work.do(Listen(who.row, True))
        self._later(now + self._times.first_digit, who, partial(self.refuse, who, Cause.NO_USER_RESPONDING))

    def ringback(self, caller: Subscriber) -> None:
        """The called end rings."""
        self._work.do(Supply(caller.row, "ringback"))

    def connect(self, caller: Subscriber, now: int) -> None:
        """The called end has answered."""
        if caller.reversal:
            self._reverse(caller, now)

    # -- how a call ends ---------------------------------------------------------------------------------------------

    def refuse(self, who: Subscriber, cause: Cause, now: int) -> None:
        """A tone says why; later the howler; then silence until the receiver is down."""
        self._work.enter(who, State.REFUSED)
        who.peer = -1
        self._work.do(Supply(who.row, TONES.get(cause, "busy")))
        self._later(now + self._times.busy, who, partial(self._howl, who))

    def _howl(self, who: Subscriber, now: int) -> None:
        self._work.do(Supply(who.row, "howler"))
        self._later(now + self._times.howler, who, lambda _: self._work.do(Supply(who.row, "")))

    def far_end_gone(self, who: Subscriber, now: int) -> None:
        """As this line is told of it."""
        who.peer = -1
        if who.reversed:
            self._reverse(who, now)
        if who.disconnect == "none" or who.held >= 0:
            self.refuse(who, Cause.NORMAL, now)
        elif who.disconnect == "reversal":
            self._reverse(who, now)
            self.refuse(who, Cause.NORMAL, now)
        else:
            self._work.enter(who, State.PARTED)
            self._signal(who, "loop_open", now)
            if not who.ground:
                self._later(now + self._times.loop_open, who, partial(self._close_loop, who))

    def _close_loop(self, who: Subscriber, now: int) -> None:
        self._signal(who, "loop_closed", now)
        self.refuse(who, Cause.NORMAL, now)

    def clear(self, who: Subscriber, now: int) -> None:
        """The receiver is down: the line is as at first, and is left alone for the guard time."""
        if who.reversed:
            self._reverse(who, now)
        if who.state is State.PARTED:
            self._signal(who, "loop_closed", now)
        self._work.do(Supply(who.row, ""))
        who.free_at = now + self._times.guard

    def _reverse(self, who: Subscriber, now: int) -> None:
        who.reversed = not who.reversed
        self._signal(who, "polarity", now)

    def _signal(self, who: Subscriber, kind: str, now: int) -> None:
        self._work.do(Signal(who.row, now, kind))  # type: ignore[arg-type]

    def _later(self, at: int, who: Party, later: Callable[[int], None]) -> None:
        self._work.after(at, who, later)
