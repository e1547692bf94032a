"""What the parts of the switch share: effects that pile up, and what is to be done later."""

from __future__ import annotations

import heapq
from collections.abc import Callable

from hw_sim.switch.effects import Effect, Listen
from hw_sim.switch.subscriber import Party, State

Later = Callable[[int], None]
"""To be done at a sample."""

ANY_TURN = -1


class Work:
    """Effects in their order, and timers. A timer of a party that has gone on to another state is never due."""

    def __init__(self) -> None:
        self._effects: list[Effect] = []
        self._timers: list[tuple[int, int, Party, int, Later]] = []
        self._order = 0

    def do(self, effect: Effect) -> None:
        """Have it done."""
        self._effects.append(effect)

    def done(self) -> list[Effect]:
        """All effects since the last time."""
        made, self._effects = self._effects, []
        return made

    def after(self, at: int, who: Party, later: Later) -> None:
        """Do this at a sample, if the party's turn is still the same then."""
        self._order += 1
        heapq.heappush(self._timers, (at, self._order, who, who.turn, later))

    def at(self, at: int, who: Party, later: Later) -> None:
        """Do this at a sample, whatever becomes of the party."""
        self._order += 1
        heapq.heappush(self._timers, (at, self._order, who, ANY_TURN, later))

    def advance(self, now: int) -> None:
        """What is due by now. Cheap when nothing is."""
        while self._timers and self._timers[0][0] <= now:
            at, _, who, turn, later = heapq.heappop(self._timers)
            if turn in (who.turn, ANY_TURN):
                later(at)

    def enter(self, who: Party, state: State) -> None:
        """The party goes on to a state; what it waited for is forgotten."""
        if who.state is State.DIALLING:
            self.do(Listen(who.row, False))
        who.state = state
        who.turn += 1
        if state in (State.IDLE, State.DIALLING):
            who.digits, who.peer, who.alerted = "", -1, False
