"""hw_sim.r2: the office's end of an R2 span against equipment that speaks R2 (libopenr2, too, in process)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.r2.events import (
    Accepted,
    Disconnected,
    Ended,
    Offered,
    ProtocolError,
    R2Cause,
    R2Event,
    Stalled,
)
from drivers.r2.events import Answered as FarAnswered
from drivers.r2.settings import R2Settings
from drivers.r2.span import CIRCUITS, NotPossible, R2Fault, R2Span
from dsp.g711 import silence
from dsp.receiver import RATE, TICK
from hw_sim.r2.trunk import R2Trunk
from hw_sim.trunk import Alerting, Answered, Cause, Digits, Message, Released, Sent, Setup

QUIET = np.full((31, TICK), silence("alaw"), np.uint8)
VARIANTS = ["cn", "itu"]
BUSY = np.arange(250, dtype=np.uint8)


class Site:
    """A trunk and the equipment on its span. `switch` is what the office's switch does with a message."""

    def __init__(self, trunk: R2Trunk | None = None, equipment: R2Settings | None = None) -> None:
        self.trunk = trunk or R2Trunk(R2Settings(called=7))
        self.equipment = R2Span(equipment or R2Settings(called=7))
        self.now = 0
        self.messages: list[Message] = []
        self.events: list[R2Event] = []
        self.switch: Callable[[Message], None] = lambda message: None
        self.react: Callable[[R2Event], None] = self.answer
        self.sent = Sent()
        self._to_trunk, self._bits = QUIET, dict[int, int]()
        self.run(0.1)
        self.events.clear()

    def answer(self, event: R2Event) -> None:
        """Equipment that answers every call and follows every release."""
        match event:
            case Offered(slot):
                self.equipment.accept(slot)
            case Accepted(slot):
                if slot not in self.calling:
                    self.equipment.answer(slot)
            case Disconnected(slot) | Stalled(slot):
                self.equipment.disconnect(slot)

    calling: tuple[int, ...] = ()

    def tick(self) -> None:
        """20 ms of both."""
        self.sent = self.trunk.tick(self.now, self._to_trunk, self._bits)
        for message in self.sent.messages:
            self.messages.append(message)
            self.switch(message)
        heard = QUIET.copy()
        for slot, codes in self.sent.codes.items():
            heard[slot - 1] = codes
        far = self.equipment.tick(self.now, heard, self.sent.bits)
        self._to_trunk = QUIET.copy()
        for slot, codes in far.codes.items():
            self._to_trunk[slot - 1] = codes
        self._bits = dict(far.bits)
        for event in far.events:
            self.events.append(event)
            self.react(event)
        self.now += TICK

    def run(self, seconds: float, until: type[object] | None = None) -> None:
        """So long, or until such a message or event has come."""
        end = self.now + seconds * RATE
        while self.now < end and not any(type(x) is until for x in [*self.messages, *self.events]):
            self.tick()

    def say(self, message: Message) -> None:
        """The switch says something."""
        self.trunk.tell(message, self.now)

    def call(self, slot: int = 1, called: str = "8001234", calling: str = "139") -> None:
        """The equipment calls."""
        self.calling += (slot,)
        self.equipment.call(slot, called, calling)

    def far(self, kind: type[R2Event]) -> list[R2Event]:
        """The equipment's events of a kind."""
        return [event for event in self.events if type(event) is kind]


def site(variant: str, **more: object) -> Site:
    """Both ends of a variant, numbers of seven digits."""
    return Site(R2Trunk(R2Settings(variant, called=7), **more), R2Settings(variant, called=7))  # type: ignore[arg-type]


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_call_to_the_equipment(variant: str) -> None:
    """Setup becomes a call with both numbers; acceptance is alerting, the answer an answer, clear-back a release."""
    place = site(variant)
    place.say(Setup(3, "8001234", "13900001111"))
    place.run(15, Answered)
    assert place.messages == [Alerting(3), Answered(3)]
    assert [(e.called, e.calling) for e in place.events if isinstance(e, Offered)] == [("8001234", "13900001111")]
    place.equipment.disconnect(3)
    place.run(1)
    assert place.messages[2:] == [Released(3, Cause.NORMAL)]
    assert place.trunk.free(3)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_call_of_the_equipment(variant: str) -> None:
    """A complete Setup comes in; alerting accepts, the answer answers; the switch releases, and the circuit is free."""
    place = site(variant)
    place.call(5)
    place.run(15, Setup)
    assert place.messages == [Setup(5, "8001234", "139")]
    place.say(Alerting(5))
    place.run(1)
    assert place.far(Accepted)
    assert not place.far(FarAnswered)
    place.say(Answered(5))
    place.run(1)
    assert place.far(FarAnswered)
    place.say(Released(5))
    place.run(1)
    assert place.far(Disconnected)
    assert place.trunk.free(5)
    assert place.messages == [Setup(5, "8001234", "139")]


def test_an_answer_right_after_alerting_waits_for_the_acceptance() -> None:
    """Alerting and answer in one breath: the equipment sees first the one, then the other."""
    place = site("cn")
    place.call()
    place.run(15, Setup)
    place.say(Alerting(1))
    place.say(Answered(1))
    place.run(2)
    assert [type(event) for event in place.events[-2:]] == [Accepted, FarAnswered]


@settings(max_examples=10, deadline=None)
@given(
    variant=st.sampled_from(VARIANTS),
    cause=st.sampled_from([Cause.USER_BUSY, Cause.UNALLOCATED_NUMBER, Cause.CONGESTION, Cause.OUT_OF_ORDER]),
)
def test_the_switch_refuses_with_a_cause(variant: str, cause: Cause) -> None:
    """Busy, vacant, congestion and out of order each reach the equipment as its variant's signal."""
    expected = {
        Cause.USER_BUSY: R2Cause.BUSY,
        Cause.UNALLOCATED_NUMBER: R2Cause.UNALLOCATED,
        Cause.CONGESTION: R2Cause.CONGESTION,
        Cause.OUT_OF_ORDER: R2Cause.OUT_OF_ORDER,
    }
    place = site(variant)
    place.switch = lambda message: place.say(Released(message.circuit, cause)) if isinstance(message, Setup) else None
    place.call()
    place.run(15, Ended)
    assert [event.cause for event in place.events if isinstance(event, Disconnected)] == [expected[cause]]
    place.run(0.2)
    assert place.trunk.free(1)


@settings(max_examples=10, deadline=None)
@given(
    variant=st.sampled_from(VARIANTS),
    cause=st.sampled_from([R2Cause.BUSY, R2Cause.UNALLOCATED, R2Cause.CONGESTION, R2Cause.OUT_OF_ORDER]),
)
def test_the_equipment_refuses_with_a_cause(variant: str, cause: R2Cause) -> None:
    """What the equipment says in group B is what the switch hears, once."""
    expected = {
        R2Cause.BUSY: Cause.USER_BUSY,
        R2Cause.UNALLOCATED: Cause.UNALLOCATED_NUMBER,
        R2Cause.CONGESTION: Cause.CONGESTION,
        R2Cause.OUT_OF_ORDER: Cause.OUT_OF_ORDER,
    }
    place = site(variant)
    place.react = lambda event: (
        place.equipment.disconnect(event.slot, cause) if isinstance(event, Offered | Disconnected) else None
    )
    place.say(Setup(1, "8001234"))
    place.run(15)
    assert place.messages == [Released(1, expected[cause])]
    assert place.trunk.free(1)


def test_the_numbering_knows_when_a_number_is_complete() -> None:
    """Numbers of different lengths come in without waiting when the switch's numbering says what they are."""
    for called in ("110", "8001234"):
        trunk = R2Trunk(R2Settings("cn"), more=lambda digits: not digits.startswith("110") and len(digits) < 7)
        place = Site(trunk)
        place.call(1, called)
        place.run(3, Setup)
        assert place.messages == [Setup(1, called, "139")]


def test_a_number_given_digit_by_digit_is_sent_at_once() -> None:
    """Overlap from the switch: R2 calls when no digit has come for a while."""
    place = site("cn")
    place.say(Setup(1, "800", complete=False))
    place.run(1)
    assert not place.far(Offered)
    place.say(Digits(1, "1234"))
    place.run(15, Offered)
    assert [event.called for event in place.events if isinstance(event, Offered)] == ["8001234"]


def test_a_call_that_is_not_answered_is_withdrawn() -> None:
    """The switch gives up while it rings: the equipment sees a release, the circuit is free."""
    place = site("cn")
    place.react = lambda event: (
        place.equipment.accept(event.slot)
        if isinstance(event, Offered)
        else place.equipment.disconnect(event.slot)
        if isinstance(event, Disconnected)
        else None
    )
    place.say(Setup(1, "8001234"))
    place.run(15, Alerting)
    place.run(100)
    place.say(Released(1, Cause.NO_ANSWER))
    place.run(1)
    assert place.far(Disconnected)
    assert place.trunk.free(1)
    assert place.messages == [Alerting(1)]


def test_a_caller_that_is_released_while_it_rings_hears_busy_tone_until_it_clears() -> None:
    """Clear-back before the answer cannot be seen: the tone tells, without a seam from tick to tick."""
    place = site("itu", busy=BUSY)
    place.call()
    place.run(15, Setup)
    place.say(Alerting(1))
    place.run(1)
    place.say(Released(1, Cause.NO_ANSWER))
    heard = []
    for _ in range(10):
        place.tick()
        heard.append(place.sent.codes[1].copy())
    tone = np.concatenate(heard).astype(int)
    assert set(np.diff(tone) % 250) == {1}
    place.equipment.disconnect(1)
    place.run(0.3)
    assert not place.sent.codes
    assert place.trunk.free(1)


def test_both_ends_seize_at_once() -> None:
    """Glare: the switch learns that it had no circuit, and nobody is called."""
    place = site("cn")
    place.say(Setup(1, "8001234"))
    place.call(1)
    place.run(2)
    assert place.messages == [Released(1, Cause.NO_CIRCUIT)]
    assert place.trunk.free(1)


def test_a_blocked_circuit_is_no_circuit() -> None:
    """The equipment blocks: a call there is refused at once with "no circuit"; then it unblocks."""
    place = site("cn")
    place.equipment.block(2)
    place.run(0.1)
    assert place.trunk.blocked == {2}
    place.say(Setup(2, "8001234"))
    place.run(0.1)
    assert place.messages == [Released(2, Cause.NO_CIRCUIT)]
    place.equipment.reset(2)
    place.run(0.1)
    assert place.trunk.blocked == set()
    assert place.trunk.free(2)


def test_the_office_blocks_a_circuit() -> None:
    """A blocked circuit of the office cannot be called by the equipment; one in a call loses it."""
    place = site("cn")
    place.say(Setup(2, "8001234"))
    place.run(15, Answered)
    place.trunk.block(2)
    place.run(0.2)
    assert place.messages[-1] == Released(2, Cause.OUT_OF_ORDER)
    assert not place.equipment.free(2)
    place.equipment.reset(2)
    place.trunk.unblock(2)
    place.run(0.2)
    assert place.equipment.free(2)


def test_a_second_call_on_a_busy_circuit_is_refused() -> None:
    """The switch asked for a circuit that is not free: no circuit, and the call there goes on."""
    place = site("cn")
    place.say(Setup(1, "8001234"))
    place.run(15, Answered)
    place.say(Setup(1, "8005678"))
    place.run(0.1)
    assert place.messages == [Alerting(1), Answered(1), Released(1, Cause.NO_CIRCUIT)]


@pytest.mark.parametrize("number", ["", "123*"])
def test_what_r2_cannot_dial_is_an_invalid_number(number: str) -> None:
    """No signal for it: refused at once, the circuit stays free."""
    place = site("cn")
    place.say(Setup(1, number))
    place.run(0.1)
    assert place.messages == [Released(1, Cause.INVALID_NUMBER)]
    assert place.trunk.free(1)


def test_congestion_is_told_before_the_number() -> None:
    """A congested trunk answers a seizure with A-4."""
    place = site("itu")
    place.trunk.congested = True
    place.call()
    place.run(3)
    assert [event.cause for event in place.events if isinstance(event, Disconnected)] == [R2Cause.CONGESTION]
    assert place.messages == []


def test_a_lost_span_releases_all_calls_and_comes_back() -> None:
    """Carrier loss ends every call; when it is back all bits are sent again, and calls pass."""
    place = site("cn")
    for slot in (1, 2):
        place.say(Setup(slot, "8001234"))
    place.run(15)
    place.messages.clear()
    place.trunk.carrier(False, place.now)
    place.run(0.1)
    assert sorted(m.circuit for m in place.messages if isinstance(m, Released)) == [1, 2]
    assert not place.trunk.free(3)
    place.trunk.carrier(True, place.now)
    place.tick()
    assert set(place.sent.bits) == set(CIRCUITS)
    for slot in (1, 2):
        place.equipment.reset(slot)
    place.run(0.2)
    place.messages.clear()
    place.say(Setup(1, "8001234"))
    place.run(15, Answered)
    assert place.messages == [Alerting(1), Answered(1)]


@pytest.mark.parametrize("fault", [R2Fault(level=-40), R2Fault(shift=60), R2Fault(deaf=True), R2Fault(stuck=True)])
def test_faults_on_demand_end_with_a_release(fault: R2Fault) -> None:
    """The office's signals go wrong: the switch gets one release, whatever the equipment does, and never an answer."""
    place = site("cn")
    place.trunk.spoil(1, fault)
    place.say(Setup(1, "8001234"))
    place.run(60)
    assert [type(message) for message in place.messages] == [Released]


def test_protocol_errors_are_counted_by_name() -> None:
    """Bits that may not come end the call with a temporary failure and a count."""
    place = site("itu")
    place.say(Setup(1, "8001234"))
    place.run(0.06)
    place.trunk.tick(place.now, QUIET, {1: 0b1001})
    place.trunk.tick(place.now + TICK, QUIET, {})
    assert sum(place.trunk.failures.values()) == 1
    assert not [event for event in place.events if isinstance(event, ProtocolError)]


def test_thirty_calls_both_ways_at_once() -> None:
    """All circuits of a span, half of them each way."""
    place = site("cn")
    place.switch = lambda message: (
        [place.say(kind(message.circuit)) for kind in (Alerting, Answered)] and None
        if isinstance(message, Setup)
        else None
    )
    for slot in CIRCUITS:
        if slot % 2:
            place.call(slot, f"80012{slot:02}")
        else:
            place.say(Setup(slot, f"80013{slot:02}"))
    place.run(15)
    answered = {m.circuit for m in place.messages if isinstance(m, Answered)}
    reached = {event.slot for event in place.events if isinstance(event, FarAnswered)}
    assert answered | reached == set(CIRCUITS)
    assert {m.called for m in place.messages if isinstance(m, Setup)} == {f"80012{s:02}" for s in CIRCUITS if s % 2}


@settings(max_examples=30, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from(["setup", "alert", "answer", "release", "call", "hang", "wait"])),
        max_size=25,
    )
)
def test_whatever_the_switch_says_in_whatever_order_it_is_told_each_end_once(steps: list[tuple[int, str]]) -> None:
    """Any messages in any order: no error, no two releases of one call, and all circuits rest in the end."""
    place = site("itu")
    for slot, step in steps:
        message = {"setup": Setup(slot, "8001234"), "alert": Alerting(slot), "answer": Answered(slot)}.get(step)
        if step == "release":
            message = Released(slot)
        if message is not None:
            place.say(message)
        elif step == "call" and place.equipment.free(slot):
            place.call(slot)
        else:
            place.run(0.4)
    for slot in (1, 2, 3, 4):
        place.say(Released(slot))
    place.run(0.2)
    for slot in (1, 2, 3, 4):
        with contextlib.suppress(NotPossible):
            place.equipment.disconnect(slot)
    place.run(40)
    assert all(place.trunk.free(slot) for slot in (1, 2, 3, 4))
    for slot in (1, 2, 3, 4):
        begun = [step for step in steps if step in ((slot, "setup"), (slot, "call"))]
        assert [m.circuit for m in place.messages if isinstance(m, Released)].count(slot) <= len(begun)
