"""The switch of the office: who is connected with whom, who is rung, who hears which tone. No sound passes here.

Sans-I/O: hooks, digits and the passing of time in; effects (`hw_sim.subscriber`) out.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

from drivers.analog import Signal
from dsp.receiver import Float32
from hw_sim.config import CallerIdStyle, Disconnect
from hw_sim.numbering import Numbering
from hw_sim.subscriber import (
    RINGING,
    Cadence,
    Effect,
    Inform,
    Join,
    Listen,
    OffHook,
    Part,
    State,
    Subscriber,
    Supply,
    Times,
)

Identify = Callable[[CallerIdStyle, str], Float32]
"""The sound that tells a number in a style."""


class Exchange:
    """All subscribers' lines of an office. Every method gives the effects of what it was told, in order."""

    def __init__(self, identify: Identify, ringing: Cadence = RINGING["cn"], times: Times | None = None) -> None:
        self.numbering = Numbering()
        self.subscribers: list[Subscriber] = []
        self._identify = identify
        self._ringing = ringing
        self._times = times or Times()
        self._timers: list[tuple[int, int, int, int, str, int]] = []
        self._order = 0
        self._effects: list[Effect] = []

    def add(
        self,
        number: str,
        disconnect: Disconnect = "none",
        caller_id: CallerIdStyle = "none",
        reversal: bool = False,
    ) -> int:
        """A new line with a number of its own; its row. The empty number cannot be called."""
        row = len(self.subscribers)
        self.subscribers.append(Subscriber(row, number, disconnect, caller_id, reversal))
        if number:
            self.numbering.add(number, (row,))
        return row

    def rename(self, row: int, number: str) -> None:
        """Somebody else has the line now. A number that is in use already cannot be called a second time."""
        who = self.subscribers[row]
        self.numbering.remove(who.number, row)
        who.number = number
        if number and not self.numbering.rows(number):
            self.numbering.add(number, (row,))

    def hook(self, row: int, off_hook: bool, now: int) -> list[Effect]:
        """The subscriber lifts or replaces the receiver; nothing when it already is so."""
        who = self.subscribers[row]
        if off_hook != who.off_hook and not (off_hook and who.out_of_service):
            self._hook(who, off_hook, now)
        return self._done()

    def serve(self, row: int, in_service: bool, now: int) -> list[Effect]:
        """The line is broken (its call ends, and no other reaches it) or mended."""
        who = self.subscribers[row]
        if who.state is State.RUNG:
            self._give_up(who, now)
        elif who.off_hook and not in_service:
            self._hook(who, False, now)
        who.out_of_service = not in_service
        return self._done()

    def digit(self, row: int, digit: str, now: int) -> list[Effect]:
        """A key heard on a line; it counts only while the register listens."""
        who = self.subscribers[row]
        if who.state is not State.DIALLING:
            return []
        if not who.digits:
            self._do(Supply(row, ""))
        who.digits += digit
        who.turn += 1
        if self.numbering.more(who.digits):
            self._after(now + self._times.next_digit, who, "route")
        else:
            self._route(who, now)
        return self._done()

    def dial(self, row: int, number: str, now: int) -> list[Effect]:
        """Lift the receiver and give the whole number at once, as a mobile telephone does."""
        who = self.subscribers[row]
        if who.off_hook or who.state is State.RUNG:
            return []
        self._do(OffHook(row, True))
        self._enter(who, State.DIALLING)
        who.digits = number
        self._after(now + self._times.set_up, who, "route")
        return self._done()

    def advance(self, now: int) -> list[Effect]:
        """Time has passed: what is due by now. Cheap when nothing is."""
        while self._timers and self._timers[0][0] <= now:
            at, _, row, turn, what, step = heapq.heappop(self._timers)
            who = self.subscribers[row]
            if who.turn == turn:
                self._due(who, what, step, at)
        return self._done()

    def idle(self) -> bool:
        """Is every line on hook and free of ringing?"""
        return all(who.state is State.IDLE for who in self.subscribers)

    # -- bookkeeping -------------------------------------------------------------------------------------------------

    def _do(self, effect: Effect) -> None:
        self._effects.append(effect)

    def _done(self) -> list[Effect]:
        made, self._effects = self._effects, []
        return made

    def _enter(self, who: Subscriber, state: State) -> None:
        if who.state is State.DIALLING:
            self._do(Listen(who.row, False))
        who.state = state
        who.turn += 1
        if state in (State.IDLE, State.DIALLING):
            who.digits, who.peer, who.rings = "", -1, 0

    def _after(self, at: int, who: Subscriber, what: str, step: int = 0) -> None:
        self._order += 1
        heapq.heappush(self._timers, (at, self._order, who.row, who.turn, what, step))

    def _due(self, who: Subscriber, what: str, step: int, at: int) -> None:
        if what == "route":
            self._route(who, at)
        elif what == "ring":
            self._ring(who, step, at)
        elif what == "identify":
            self._do(Inform(who.row, self._identify(who.caller_id, self.subscribers[who.peer].number)))
        elif what == "close_loop":
            self._do(Signal(who.row, at, "loop_closed"))
            self._refuse(who, "busy", at)
        elif what == "howl":
            self._do(Supply(who.row, "howler"))
            self._after(at + self._times.howler, who, "silence")
        elif what == "silence":
            self._do(Supply(who.row, ""))
        elif what == "refuse":
            self._refuse(who, "busy", at)

    # -- the way of a call -------------------------------------------------------------------------------------------

    def _hook(self, who: Subscriber, off_hook: bool, now: int) -> None:
        self._do(OffHook(who.row, off_hook))
        if not off_hook:
            self._release(who, now)
        elif who.state is State.RUNG:
            self._answer(who, now)
        else:
            self._enter(who, State.DIALLING)
            self._do(Supply(who.row, "dial"))
            self._do(Listen(who.row, True))
            self._after(now + self._times.first_digit, who, "refuse")

    def _route(self, who: Subscriber, now: int) -> None:
        rows = self.numbering.rows(who.digits)
        free = [self.subscribers[r] for r in rows if self._is_free(self.subscribers[r], who, now)]
        if not rows:
            self._refuse(who, "vacant", now)
        elif not free:
            self._refuse(who, "busy", now)
        else:
            self._call(who, free[0], now)

    def _is_free(self, who: Subscriber, caller: Subscriber, now: int) -> bool:
        return who is not caller and who.state is State.IDLE and who.free_at <= now and not who.out_of_service

    def _call(self, who: Subscriber, callee: Subscriber, now: int) -> None:
        self._enter(who, State.CALLING)
        self._enter(callee, State.RUNG)
        who.peer, callee.peer = callee.row, who.row
        callee.called_at, callee.rings = now, 0
        if callee.caller_id != "dtmf":
            self._ring(callee, 0, now)
            return
        length = len(self._identify("dtmf", who.number))
        self._after(now + self._times.before_id, callee, "identify")
        self._after(now + 2 * self._times.before_id + length, callee, "ring")

    def _ring(self, callee: Subscriber, step: int, now: int) -> None:
        """Step of the cadence: even steps are bursts. The caller's ringback starts with the first burst."""
        if now - callee.called_at >= self._times.no_answer and step == 0:
            self._give_up(callee, now)
            return
        callee.burst = step % 2 == 0
        self._do(Signal(callee.row, now, "ring_on" if callee.burst else "ring_off"))
        if step == 0:
            callee.rings += 1
            if callee.rings == 1:
                self._do(Supply(callee.peer, "ringback"))
        if step == self._ringing.last and callee.rings == 1 and callee.caller_id in ("fsk", "bell"):
            self._after(now + self._times.before_id, callee, "identify")
        self._after(now + self._ringing.steps[step], callee, "ring", (step + 1) % len(self._ringing.steps))

    def _stop_ringing(self, callee: Subscriber, now: int) -> None:
        if callee.burst:
            callee.burst = False
            self._do(Signal(callee.row, now, "ring_off"))
        self._do(Supply(callee.row, ""))  # a caller ID under way stops too

    def _give_up(self, callee: Subscriber, now: int) -> None:
        caller = self.subscribers[callee.peer]
        self._stop_ringing(callee, now)
        self._enter(callee, State.IDLE)
        self._refuse(caller, "busy", now)

    def _answer(self, callee: Subscriber, now: int) -> None:
        caller = self.subscribers[callee.peer]
        self._stop_ringing(callee, now)
        self._enter(callee, State.TALKING)
        self._enter(caller, State.TALKING)
        self._do(Supply(caller.row, ""))
        self._do(Join(caller.row, callee.row))
        if caller.reversal:
            self._reverse(caller, now)

    def _reverse(self, who: Subscriber, now: int) -> None:
        who.reversed = not who.reversed
        self._do(Signal(who.row, now, "polarity"))

    def _release(self, who: Subscriber, now: int) -> None:
        """The receiver is down: the partner learns it, and the line is left alone for the guard time."""
        peer = self.subscribers[who.peer] if who.peer >= 0 else None
        if who.reversed:
            self._reverse(who, now)
        if who.state is State.PARTED:
            self._do(Signal(who.row, now, "loop_closed"))
        if peer is not None and who.state is State.CALLING:
            self._stop_ringing(peer, now)
            self._enter(peer, State.IDLE)
        elif peer is not None and who.state is State.TALKING:
            self._do(Part(who.row))
            self._far_end_gone(peer, now)
        self._do(Supply(who.row, ""))
        self._enter(who, State.IDLE)
        who.free_at = now + self._times.guard

    def _far_end_gone(self, who: Subscriber, now: int) -> None:
        who.peer = -1
        self._do(Part(who.row))
        if who.reversed:
            self._reverse(who, now)
        if who.disconnect == "none":
            self._refuse(who, "busy", now)
            return
        self._enter(who, State.PARTED)
        self._do(Signal(who.row, now, "loop_open"))
        self._after(now + self._times.loop_open, who, "close_loop")

    def _refuse(self, who: Subscriber, tone: str, now: int) -> None:
        """A tone says why; later the howler; then silence until the receiver is down."""
        self._enter(who, State.REFUSED)
        who.peer = -1
        self._do(Supply(who.row, tone))
        self._after(now + self._times.busy, who, "howl")
