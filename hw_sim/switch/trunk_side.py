"""What the switch does on circuits of trunks: the messages that their signalling is told."""

from __future__ import annotations

from functools import partial

from hw_sim.switch.effects import Supply, Tell
from hw_sim.switch.loop_side import Told
from hw_sim.switch.subscriber import Circuit, Party, State, Times
from hw_sim.switch.work import Work
from hw_sim.trunk import Alerting, Answered, Cause, Message, Released, Setup


class TrunkSide:
    """unanswered: told when a call has not been answered for too long."""

    def __init__(self, work: Work, times: Times, unanswered: Told) -> None:
        self._work = work
        self._times = times
        self._unanswered = unanswered

    def offer(self, callee: Circuit, caller: Party, now: int) -> None:
        """Call the equipment."""
        called = caller.digits if callee.send_digits is None else caller.digits[-callee.send_digits :]
        self._tell(callee, Setup(callee.slot, called, caller.number))
        self._work.after(now + self._times.no_answer, callee, partial(self._unanswered, callee))

    def withdraw(self, callee: Circuit, cause: Cause, now: int) -> None:
        """The call that was offered is gone."""
        self._release(callee, cause, now)

    def ringback(self, caller: Circuit) -> None:
        """The called end rings: the message, and the tone in the channel."""
        self._tell(caller, Alerting(caller.slot))
        self._work.do(Supply(caller.row, "ringback"))

    def connect(self, caller: Circuit, alerted: bool) -> None:
        """The called end has answered. Signalling that must say that the line is free before is given the chance."""
        if not alerted:
            self._tell(caller, Alerting(caller.slot))
        self._tell(caller, Answered(caller.slot))

    def refuse(self, who: Circuit, cause: Cause, now: int) -> None:
        """No call comes of it."""
        self._release(who, cause, now)

    def fail(self, who: Circuit, cause: Cause) -> None:
        """The circuit is broken in the middle of a call."""
        self._tell(who, Released(who.slot, cause))

    def clear(self, who: Circuit, now: int) -> None:
        """The circuit is as at first; it rests for a moment, in which both ends come to know."""
        self._work.do(Supply(who.row, ""))
        who.free_at = now + self._times.guard

    def _release(self, who: Circuit, cause: Cause, now: int) -> None:
        self._tell(who, Released(who.slot, cause))
        self.clear(who, now)
        self._work.enter(who, State.IDLE)

    def _tell(self, who: Circuit, message: Message) -> None:
        self._work.do(Tell(who.row, message))
