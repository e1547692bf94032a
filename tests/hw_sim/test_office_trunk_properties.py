"""What must hold in the switch whatever lines, people and the signalling of trunks do, in any order."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.receiver import RATE, Float32
from hw_sim.config import CallerIdStyle
from hw_sim.switch.effects import Effect, Join, OffHook, Part, Tell
from hw_sim.switch.exchange import Exchange
from hw_sim.switch.number_pattern import NumberPattern
from hw_sim.switch.numbering import Group, Refused
from hw_sim.switch.subscriber import Circuit, State, Subscriber
from hw_sim.trunk import Alerting, Answered, Cause, Digits, Message, Released, Setup

LINES, PEOPLE, CIRCUITS = 3, 2, 4
FIRST = LINES + PEOPLE
ROWS = FIRST + CIRCUITS
NUMBERS = ["1", "2", "96688", "50", "51", "60", "61", "70", "9", ""]

CAUSES = st.sampled_from([Cause.NORMAL, Cause.USER_BUSY, Cause.NO_CIRCUIT, Cause.CIRCUIT_UNAVAILABLE])
SLOT = st.integers(0, CIRCUITS - 1)
SAYS = st.one_of(
    st.builds(Setup, SLOT, st.sampled_from(NUMBERS), st.just("7"), st.booleans()),
    st.builds(Digits, SLOT, st.sampled_from("0156")),
    st.builds(Alerting, SLOT),
    st.builds(Answered, SLOT),
    st.builds(Released, SLOT, CAUSES),
)
LOOPS = st.integers(0, FIRST - 1)
DEEDS = st.one_of(
    st.tuples(st.just("hook"), LOOPS, st.booleans()),
    st.tuples(st.just("flash"), LOOPS, st.none()),
    st.tuples(st.just("dial"), st.integers(LINES, FIRST - 1), st.sampled_from(NUMBERS)),
    st.tuples(st.just("digit"), st.integers(0, LINES - 1), st.sampled_from("0156")),
    st.tuples(st.just("serve"), st.integers(0, ROWS - 1), st.booleans()),
    st.tuples(st.just("say"), SLOT, SAYS),
    st.tuples(st.just("wait"), st.integers(0, 12 * RATE), st.none()),
)


def _short(style: CallerIdStyle, number: str) -> Float32:
    del style, number
    return np.zeros(800, np.float32)


def exchange() -> Exchange:
    """Three lines, two of them with flashes and one with pulses, two people, two groups of two circuits."""
    made = Exchange(_short)
    made.add(Subscriber(0, "1", disconnect="loop", flash=True, pulse=True))
    made.add(Subscriber(1, "2", disconnect="reversal", caller_id="dtmf", reversal=True, flash=True))
    made.add(Subscriber(2, "3", disconnect="loop", ground=True))
    for row in range(LINES, FIRST):
        made.add(Subscriber(row, f"4{row}"))
    for slot in range(CIRCUITS):
        made.add(Circuit(FIRST + slot, slot=slot, send_digits=1))
    made.numbering.add("96688", range(LINES))
    made.numbering.route([NumberPattern.of("5x")], Group((FIRST, FIRST + 1), full=Cause.NO_CIRCUIT))
    made.numbering.route([NumberPattern.of("6x")], Group((FIRST + 2, FIRST + 3), cyclic=True, full=Cause.NO_CIRCUIT))
    made.numbering.refuse("70", Refused(Cause.NO_ANSWER, rings=True))
    return made


class Follower:
    """Keeps speech paths, hooks and what the signalling of each circuit knows, and complains about contradictions."""

    def __init__(self) -> None:
        self.peers: dict[int, int] = {}
        self.hooks = [False] * ROWS
        self.calls = [""] * CIRCUITS

    def said(self, slot: int, message: Message) -> None:
        """The signalling says something: it knows of a call, or of none any more."""
        if isinstance(message, Setup):
            self.calls[slot] = "theirs"
        elif isinstance(message, Released):
            self.calls[slot] = ""

    def take(self, effects: Iterable[Effect]) -> None:
        """Follow."""
        for effect in effects:
            if isinstance(effect, Join):
                assert effect.a not in self.peers
                assert effect.b not in self.peers
                self.peers |= {effect.a: effect.b, effect.b: effect.a}
            elif isinstance(effect, Part):
                self.peers.pop(effect.row, None)
            elif isinstance(effect, OffHook):
                assert self.hooks[effect.row] != effect.off_hook
                self.hooks[effect.row] = effect.off_hook
            elif isinstance(effect, Tell):
                self.tell(effect.row - FIRST, effect.message)

    def tell(self, slot: int, message: Message) -> None:
        """Only a circuit without a call is offered one; only a call of the equipment alerts and is answered."""
        assert message.circuit == slot
        if isinstance(message, Setup):
            assert self.calls[slot] == ""
            self.calls[slot] = "ours"
        elif isinstance(message, Released):
            assert self.calls[slot] != ""
            self.calls[slot] = ""
        else:
            assert self.calls[slot] == "theirs"


def check(office: Exchange, follower: Follower) -> None:
    """The switch's own books agree with what it had done."""
    for who in office.parties.values():
        assert who.off_hook == follower.hooks[who.row]
        assert (who.state is State.TALKING) == (who.row in follower.peers)
        if who.state is State.TALKING:
            assert follower.peers[who.row] == who.peer
        if who.state in (State.TALKING, State.RUNG) or (who.state is State.CALLING and who.peer >= 0):
            assert office.parties[who.peer].peer == who.row
        if who.state is State.HELD:
            holder = office.parties[who.peer]
            assert isinstance(holder, Subscriber)
            assert holder.held == who.row
        if isinstance(who, Circuit):
            assert (who.state is not State.IDLE) == (follower.calls[who.slot] != "")
            assert not (who.out_of_service and who.state is not State.IDLE and not who.off_hook)


@given(st.lists(DEEDS, max_size=60))
@settings(max_examples=400, deadline=None)
def test_every_call_is_whole_on_both_sides(deeds: list[tuple[str, int, object]]) -> None:
    """Speech paths, what trunks are told, who is held: all of one piece; and when all have gone, all are idle."""
    office, follower, now = exchange(), Follower(), 0
    for deed, row, what in deeds:
        if deed == "hook":
            follower.take(office.hook(row, bool(what), now))
        elif deed == "flash":
            follower.take(office.hook(row, False, now))
            now += RATE // 2
            follower.take(office.advance(now))
            follower.take(office.hook(row, True, now))
        elif deed == "dial":
            follower.take(office.dial(row, str(what), now))
        elif deed == "digit":
            follower.take(office.digit(row, str(what), now))
        elif deed == "serve":
            follower.take(office.serve(row, bool(what), now))
        elif deed == "say" and isinstance(what, (Setup, Digits, Alerting, Answered, Released)):
            follower.said(what.circuit, what)
            follower.take(office.message(FIRST + what.circuit, what, now))
        else:
            now += row
            follower.take(office.advance(now))
        check(office, follower)
    for row in range(FIRST):
        follower.take(office.hook(row, False, now))
    now += RATE
    follower.take(office.advance(now))
    for slot in range(CIRCUITS):
        follower.said(slot, Released(slot))
        follower.take(office.message(FIRST + slot, Released(slot), now))
    assert office.idle()
    assert follower.peers == {}
    assert follower.calls == [""] * CIRCUITS
    assert not any(follower.hooks)
    assert office.advance(now + 1000 * RATE) == []
