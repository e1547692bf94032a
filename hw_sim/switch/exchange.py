"""The switch of the office: which call goes where, who is connected with whom. No sound passes here.

Sans-I/O: hooks, digits, messages of trunks and the passing of time in; effects (`hw_sim.switch.effects`) out. What it
does on a line or a circuit is in `loop_side` and `trunk_side`; what comes from them is in `hw_sim.line.loop_hook` and
`trunk_messages`.
"""

from __future__ import annotations

from functools import partial

from hw_sim.line.loop_hook import LoopHook
from hw_sim.switch.effects import Effect, Join, OffHook, Part, Supply
from hw_sim.switch.loop_side import Identify, LoopSide
from hw_sim.switch.numbering import Group, Numbering
from hw_sim.switch.recall import Recall
from hw_sim.switch.subscriber import RINGING, Cadence, Circuit, Party, State, Subscriber, Times
from hw_sim.switch.trunk_messages import TrunkMessages
from hw_sim.switch.trunk_side import TrunkSide
from hw_sim.switch.work import Work
from hw_sim.trunk import Cause, Message


class Exchange:
    """All lines and circuits of an office, by row. Every method gives the effects of what it was told, in order."""

    def __init__(
        self,
        identify: Identify,
        ringing: Cadence = RINGING["cn"],
        times: Times | None = None,
        numbering: Numbering | None = None,
    ) -> None:
        self.numbering = numbering or Numbering()
        self.parties: dict[int, Party] = {}
        self._times = times or Times()
        self._work = Work()
        self._loops = LoopSide(self._work, self._times, identify, ringing, self.rang, self._unanswered)
        self._trunks = TrunkSide(self._work, self._times, self._unanswered)
        self._recall = Recall(self._work, self._loops, self.parties, self._withdraw)
        self._hooks = LoopHook(self._work, self._times, self)
        self._messages = TrunkMessages(self._work, self._trunks, self)

    def add(self, party: Party) -> None:
        """A new line or circuit. The empty number cannot be called."""
        self.parties[party.row] = party
        if isinstance(party, Subscriber) and party.number:
            self.numbering.add(party.number, (party.row,))

    def rename(self, row: int, number: str) -> None:
        """Somebody else has the line now. A number that is in use already cannot be called a second time."""
        who = self.parties[row]
        self.numbering.remove(who.number, row)
        who.number = number
        if number and self.numbering.find(number) is None:
            self.numbering.add(number, (row,))

    def hook(self, row: int, off_hook: bool, now: int) -> list[Effect]:
        """The subscriber's loop closes or opens; nothing when it already is so."""
        who = self.parties[row]
        if isinstance(who, Subscriber) and not (off_hook and who.out_of_service):
            self._hooks.edge(who, off_hook, now)
        return self._work.done()

    def serve(self, row: int, in_service: bool, now: int) -> list[Effect]:
        """The line is broken (its call ends, and no other reaches it) or mended."""
        who = self.parties[row]
        who.out_of_service = not in_service
        if not in_service:
            self._break(who, now)
        return self._work.done()

    def _break(self, who: Party, now: int) -> None:
        cause = Cause.OUT_OF_ORDER if isinstance(who, Subscriber) else Cause.TEMPORARY_FAILURE
        if isinstance(who, Subscriber):
            who.closed = False
        elif isinstance(who, Circuit) and who.off_hook:
            self._trunks.fail(who, cause)
        if who.state is State.RUNG:
            self._give_up(who, cause, now)
        elif who.off_hook:
            self.release(who, cause, now)

    def digit(self, row: int, digit: str, now: int) -> list[Effect]:
        """A key heard on a line; it counts only while the register listens."""
        self.take_digits(self.parties[row], digit, now)
        return self._work.done()

    def dial(self, row: int, number: str, now: int) -> list[Effect]:
        """Lift the receiver and give the whole number at once, as a mobile telephone does."""
        who = self.parties[row]
        if who.state is State.IDLE and isinstance(who, Subscriber):
            who.closed = True
            self._work.do(OffHook(row, True))
            self._work.enter(who, State.DIALLING)
            who.digits = number
            self._work.after(now + self._times.set_up, who, partial(self.route, who))
        return self._work.done()

    def message(self, row: int, message: Message, now: int) -> list[Effect]:
        """The signalling of a trunk has something to say about one of its circuits; of what is none it is not heard."""
        who = self.parties.get(row)
        if isinstance(who, Circuit):
            self._messages.take(who, message, now)
        return self._work.done()

    def advance(self, now: int) -> list[Effect]:
        """Time has passed: what is due by now. Cheap when nothing is."""
        self._work.advance(now)
        return self._work.done()

    def idle(self) -> bool:
        """Is every line on hook and free of ringing, every circuit without a call?"""
        return all(who.state is State.IDLE for who in self.parties.values())

    # -- a call begins -----------------------------------------------------------------------------------------------

    def lift(self, who: Subscriber, now: int) -> None:
        """A receiver is lifted: to answer, or to dial."""
        if who.state is State.RUNG:
            self.answer(who, now)
        else:
            self._work.do(OffHook(who.row, True))
            self._loops.ask(who, now)

    def flash(self, who: Subscriber, now: int) -> None:
        """The receiver's hook was pressed for a moment."""
        self._recall.flash(who, now)

    def take_digits(self, who: Party, digits: str, now: int) -> None:
        """More of the number that a party dials."""
        if who.state is not State.DIALLING:
            return
        if not who.digits and isinstance(who, Subscriber):
            self._work.do(Supply(who.row, ""))
        who.digits += digits
        who.turn += 1
        self.more(who, now)

    def more(self, who: Party, now: int) -> None:
        """Wait for more digits, when there can be any."""
        if self.numbering.more(who.digits):
            wait = self._times.next_digit if who.digits else self._times.first_digit
            self._work.after(now + wait, who, partial(self.route, who))
        else:
            self.route(who, now)

    def route(self, who: Party, now: int) -> None:
        """The number is as complete as it will be."""
        found = self.numbering.find(who.digits)
        if isinstance(found, Group):
            self._try(who, found, now)
        elif found is None or not found.rings:
            self.refuse(who, found.cause if found else Cause.UNALLOCATED_NUMBER, now)
        else:
            self._ring_nobody(who, found.cause, now)

    def _try(self, who: Party, group: Group, now: int) -> None:
        free = next((r for r in group.order() if self._is_free(self.parties[r], who, now)), None)
        if free is not None:
            group.took(free)
            self._call(who, self.parties[free], now)
        elif all(self.parties[r].out_of_service for r in group.rows) and group.full is Cause.USER_BUSY:
            self.refuse(who, Cause.OUT_OF_ORDER, now)
        else:
            self.refuse(who, group.full, now)

    def _is_free(self, who: Party, caller: Party, now: int) -> bool:
        return who is not caller and who.state is State.IDLE and who.free_at <= now and not who.out_of_service

    def _ring_nobody(self, who: Party, cause: Cause, now: int) -> None:
        self._work.enter(who, State.CALLING)
        who.peer = -1
        self._work.after(now + self._times.no_answer, who, partial(self.refuse, who, cause))
        self._ringback(who)

    def _call(self, who: Party, callee: Party, now: int) -> None:
        self._work.enter(who, State.CALLING)
        self._work.enter(callee, State.RUNG)
        who.peer, callee.peer, callee.alerted = callee.row, who.row, False
        if isinstance(callee, Subscriber):
            self._loops.offer(callee, who, now)
        elif isinstance(callee, Circuit):
            self._trunks.offer(callee, who, now)

    def rang(self, callee: Party, _now: int) -> None:
        """The called end rings."""
        if not callee.alerted:
            callee.alerted = True
            self._ringback(self.parties[callee.peer])

    def _ringback(self, caller: Party) -> None:
        if isinstance(caller, Subscriber):
            self._loops.ringback(caller)
        elif isinstance(caller, Circuit):
            self._trunks.ringback(caller)

    def answer(self, callee: Party, now: int) -> None:
        """The called end has answered."""
        caller, alerted = self.parties[callee.peer], callee.alerted
        self._work.do(OffHook(callee.row, True))
        if isinstance(callee, Subscriber):
            self._loops.take(callee, now)
        self._work.enter(callee, State.TALKING)
        self._work.enter(caller, State.TALKING)
        self._work.do(Supply(caller.row, ""))
        self._work.do(Join(caller.row, callee.row))
        if isinstance(caller, Subscriber):
            self._loops.connect(caller, now)
        elif isinstance(caller, Circuit):
            self._trunks.connect(caller, alerted)

    # -- a call ends -------------------------------------------------------------------------------------------------

    def release(self, who: Party, cause: Cause, now: int) -> None:
        """The party has gone: its partners learn it."""
        self._work.do(OffHook(who.row, False))
        self._leave(who, cause, now)
        if isinstance(who, Subscriber):
            if who.held >= 0:
                held, who.held = self.parties[who.held], -1
                self._far_end_gone(held, cause, now)
            self._loops.clear(who, now)
        elif isinstance(who, Circuit):
            self._trunks.clear(who, now)
        self._work.enter(who, State.IDLE)

    def _leave(self, who: Party, cause: Cause, now: int) -> None:
        """Whoever the party has to do with is told that it goes."""
        peer = self.parties[who.peer] if who.peer >= 0 else None
        if peer is None:
            return
        if who.state is State.CALLING:
            self._withdraw(peer, Cause.NORMAL, now)
        elif who.state is State.TALKING:
            self._work.do(Part(who.row))
            self._far_end_gone(peer, cause, now)
        elif who.state is State.HELD and isinstance(peer, Subscriber):
            peer.held = -1

    def _unanswered(self, callee: Party, now: int) -> None:
        self._give_up(callee, Cause.NO_ANSWER, now)

    def _give_up(self, callee: Party, cause: Cause, now: int) -> None:
        caller = callee.peer
        self._withdraw(callee, cause, now)
        self.refuse(self.parties[caller], cause, now)

    def _withdraw(self, callee: Party, cause: Cause, now: int) -> None:
        if isinstance(callee, Subscriber):
            self._loops.withdraw(callee, now)
            self._work.enter(callee, State.IDLE)
        elif isinstance(callee, Circuit):
            self._trunks.withdraw(callee, cause, now)

    def refuse(self, who: Party, cause: Cause, now: int) -> None:
        """Nothing comes of the call that the party has begun."""
        if isinstance(who, Subscriber):
            self._loops.refuse(who, cause, now)
        elif isinstance(who, Circuit):
            self._work.do(OffHook(who.row, False))
            self._trunks.refuse(who, cause, now)

    def _far_end_gone(self, who: Party, cause: Cause, now: int) -> None:
        self._work.do(Part(who.row))
        if isinstance(who, Subscriber):
            self._loops.far_end_gone(who, now)
        else:
            self.refuse(who, cause, now)
