"""A hook flash during a call: register recall, as the exchanges' three-party service begins.

Flash while talking: the other is held, and dial tone asks for a second number. Flash while talking with the second:
the two change places. Flash before the second has answered, or after it has gone: back to the first. Whoever hangs up
leaves; when the line that holds hangs up, both others are released.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hw_sim.switch.effects import Join, Part, Supply
from hw_sim.switch.loop_side import LoopSide
from hw_sim.switch.subscriber import Party, State, Subscriber
from hw_sim.switch.work import Work
from hw_sim.trunk import Cause

Withdraw = Callable[[Party, Cause, int], None]


class Recall:
    """parties: all of the switch. withdraw: takes back a call that was offered."""

    def __init__(self, work: Work, loops: LoopSide, parties: Mapping[int, Party], withdraw: Withdraw) -> None:
        self._work = work
        self._loops = loops
        self._parties = parties
        self._withdraw = withdraw

    def flash(self, who: Subscriber, now: int) -> None:
        """The line has flashed, off hook."""
        if who.state is State.TALKING and who.held < 0:
            self._hold(who)
            self._loops.ask(who, now)
        elif who.state is State.TALKING:
            first = who.held
            self._hold(who)
            self._talk(who, self._parties[first])
        elif who.held >= 0:
            if who.state is State.CALLING and who.peer >= 0:
                self._withdraw(self._parties[who.peer], Cause.NORMAL, now)
            first, who.held = who.held, -1
            self._work.do(Supply(who.row, ""))
            self._talk(who, self._parties[first])

    def _hold(self, who: Subscriber) -> None:
        other = self._parties[who.peer]
        self._work.do(Part(who.row))
        self._work.do(Part(other.row))
        self._work.enter(other, State.HELD)
        who.held = other.row

    def _talk(self, who: Subscriber, other: Party) -> None:
        self._work.enter(who, State.TALKING)
        self._work.enter(other, State.TALKING)
        who.peer, other.peer = other.row, who.row
        self._work.do(Join(who.row, other.row))
