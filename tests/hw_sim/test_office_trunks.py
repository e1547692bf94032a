"""Calls over trunks: numbers, refusals, hunting, glare, speech; what the signalling and the callers learn."""

from __future__ import annotations

import numpy as np
import pytest

from dsp import g711, levels
from dsp.events import Tone
from dsp.receiver import RATE, TICK
from hw_sim.caller.person import Dial, HangUp, Send
from hw_sim.office import Office
from hw_sim.switch.subscriber import State
from hw_sim.trunk import Alerting, Answered, Cause, Digits, Released, Setup
from tests.hw_sim.people import Scripted, run, sine
from tests.hw_sim.trunks import Fake, office

SPAN = "{type: e1, name: t, signalling: isdn, numbers: ['8200xx', '010+'], calling: '82000000'}"
TWO = "{type: e1, name: a}, {type: e1, name: b}"
PHONE = "phones: [{number: '10086', rings: 1, talk: 60s}]"


def begun(caller: Scripted) -> list[str]:
    """Names of the tones a caller heard begin."""
    return [e.tone for e in caller.noticed if isinstance(e, Tone) and e.edge == "began"]


def called(
    number: str = "820012", plan: str = SPAN, rest: str = "", stays: float = 20.0
) -> tuple[Office, Fake, Scripted]:
    """Somebody has dialled a number, and the office has had a second for it."""
    caller = Scripted({0: [Dial(number)], stays: [HangUp()]}, number="13800138000")
    made, fakes = office(plan, rest, [caller])
    run(made, 1)
    return made, fakes[0], caller


def test_a_number_of_the_range_is_called_over_the_span() -> None:
    """Direct dialling in: a Setup with the whole number and who calls."""
    _, fake, _ = called()
    assert fake.told == [Setup(1, "820012", "13800138000")]


def test_only_the_last_digits_are_sent_where_the_equipment_wants_no_more() -> None:
    """`send_digits` is how many."""
    _, fake, _ = called(plan=SPAN.replace("numbers", "send_digits: 3, numbers"))
    assert fake.told == [Setup(1, "012", "13800138000")]


def test_an_open_pattern_takes_any_more_digits() -> None:
    """010 and something; 010 alone is vacant."""
    _, fake, _ = called("01012345678")
    assert fake.told == [Setup(1, "01012345678", "13800138000")]
    _, fake, caller = called("010")
    assert fake.told == []
    assert begun(caller) == []


def test_the_caller_hears_ringback_when_the_equipment_alerts() -> None:
    """Not before."""
    made, fake, caller = called()
    run(made, 2)
    assert begun(caller) == []
    fake.say(Alerting(1))
    run(made, 7)
    assert begun(caller) == ["ringback"]


def test_speech_passes_both_ways_when_the_equipment_has_answered() -> None:
    """In A-law towards the equipment, without loss."""
    sound = sine(1.0)
    caller = Scripted({0: [Dial("820012")], 2: [Send(sound)]}, noise=-100.0)
    made, fakes = office(SPAN, people=[caller])
    run(made, 1)
    fakes[0].say(Answered(1))
    heard = []
    made.tap = lambda _spoken, at_ends: heard.append(at_ends.copy())
    tx = np.zeros((31, 2 * RATE), np.int16)
    tx[0] = g711.decode(g711.encode(sine(2.0).astype(np.int16)))
    rx, _ = run(made, 2, tx)
    said = rx[0, RATE:].astype(np.float32)
    assert np.array_equal(rx[0], g711.decode(g711.encode(rx[0])))
    assert np.sum(sound**2) / np.sum((said - sound) ** 2) > 1000
    loud = float(levels.dbm0(np.concatenate(heard, axis=1)[0, 1000:8000]))
    assert loud == pytest.approx(float(levels.dbm0(sine(1.0))), abs=0.1)


def test_the_caller_who_hangs_up_releases_the_circuit() -> None:
    """Before the answer and after it; for a moment the circuit is offered no call."""
    made, fake, _ = called(stays=2.0)
    fake.say(Answered(1))
    run(made, 2)
    assert fake.told[1:] == [Released(1, Cause.NORMAL)]
    assert made.idle
    made, fake, _ = called(stays=2.0)
    run(made, 2)
    assert fake.told[1:] == [Released(1, Cause.NORMAL)]


def test_the_caller_hears_busy_when_the_equipment_releases_an_answered_call() -> None:
    """And the circuit is idle."""
    made, fake, caller = called()
    fake.say(Answered(1))
    run(made, 1)
    fake.say(Released(1))
    run(made, 2)
    assert begun(caller) == ["busy"]
    assert made.state(0) is State.IDLE
    assert fake.told == [Setup(1, "820012", "13800138000")]


@pytest.mark.parametrize(
    ("cause", "tone"),
    [
        (Cause.USER_BUSY, "busy"),
        (Cause.UNALLOCATED_NUMBER, "vacant"),
        (Cause.INVALID_NUMBER, "vacant"),
        (Cause.CONGESTION, "congestion"),
        (Cause.REJECTED, "busy"),
        (Cause.OUT_OF_ORDER, "busy"),
    ],
)
def test_a_refusal_is_heard_by_its_cause(cause: Cause, tone: str) -> None:
    """Of a call that the equipment does not take."""
    made, fake, caller = called()
    fake.say(Released(1, cause))
    run(made, 3)
    assert begun(caller) == [tone]
    assert not made.idle
    assert made.state(0) is State.IDLE


def test_a_call_that_is_not_answered_is_given_up() -> None:
    """After a minute: the equipment is told why, the caller hears busy."""
    caller = Scripted({0: [Dial("820012")]})
    made, fakes = office(SPAN, people=[caller])
    run(made, 1)
    fakes[0].say(Alerting(1))
    run(made, 64)
    assert fakes[0].told[1:] == [Released(1, Cause.NO_ANSWER)]
    assert begun(caller) == ["ringback", "busy"]


def test_a_circuit_that_the_equipment_cannot_use_is_passed_over() -> None:
    """No circuit (34): the same call is offered on the next one."""
    made, fake, caller = called()
    fake.say(Released(1, Cause.NO_CIRCUIT))
    run(made, 1)
    assert [m for m in fake.told if isinstance(m, Setup)] == [
        Setup(circuit, "820012", "13800138000") for circuit in (1, 2)
    ]
    assert begun(caller) == []


def test_no_circuit_left_is_congestion() -> None:
    """Three circuits, four callers."""
    people = [Scripted({i / 10: [Dial("820012")]}, number=str(i)) for i in range(4)]
    made, fakes = office(SPAN, people=people)
    run(made, 4)
    assert [m.circuit for m in fakes[0].told] == [1, 2, 3]
    assert begun(people[3]) == ["congestion"]


@pytest.mark.parametrize(("order", "wanted"), [("first", ([1, 1, 1, 1], [])), ("cyclic", ([1, 2, 3], [1]))])
def test_a_group_takes_circuits_in_its_order(order: str, wanted: tuple[list[int], list[int]]) -> None:
    """Over the spans of a route: the first free one, or the one behind the last."""
    plan = {i * 3.0: [Dial("5551")] for i in range(4)} | {i * 3.0 + 1.5: [HangUp()] for i in range(4)}
    rest = f"routes: [{{numbers: ['555x'], to: [a, b], order: {order}}}]"
    made, fakes = office(TWO, rest, [Scripted(plan)])
    run(made, 12)
    assert tuple([m.circuit for m in fake.told if isinstance(m, Setup)] for fake in fakes) == wanted


def test_the_second_span_of_a_group_takes_what_the_first_cannot() -> None:
    """Its circuits are full, or its signal is lost."""
    people = [Scripted({i / 10: [Dial("5551")]}, number=str(i)) for i in range(5)]
    made, fakes = office(TWO, "routes: [{numbers: ['555x'], to: [a, b]}]", people)
    run(made, 2)
    assert [len(fake.told) for fake in fakes] == [3, 2]


# -- calls of the equipment ------------------------------------------------------------------------------------------


def test_the_equipment_calls_a_telephone() -> None:
    """Alerting with the first ring, Answered, and Released when it is put down; the number that calls is told."""
    made, (fake,) = office(SPAN, PHONE.replace("60s", "2s"))
    fake.say(Setup(2, "10086", "82000001"))
    run(made, 2)
    assert fake.told == [Alerting(2), Answered(2)]
    run(made, 3)
    assert fake.told == [Alerting(2), Answered(2), Released(2, Cause.NORMAL)]
    assert made.idle


def test_the_equipment_hears_ringback_in_the_channel() -> None:
    """As well as the message."""
    made, (fake,) = office(SPAN, PHONE.replace("rings: 1", "rings: 3"))
    fake.say(Setup(2, "10086"))
    rx, _ = run(made, 1)
    assert float(levels.dbm0(rx[1:2, 2000:])[0]) > -20
    assert np.all(rx[0] == rx[0, 0])


def test_the_equipment_hangs_up() -> None:
    """While it rings, and while it talks; the telephone is free again."""
    made, (fake,) = office(SPAN, PHONE.replace("rings: 1", "rings: 2"))
    fake.say(Setup(2, "10086"))
    run(made, 0.1)
    fake.say(Released(2))
    run(made, 2)
    assert made.idle
    fake.say(Setup(2, "10086"))
    run(made, 7)
    fake.say(Released(2))
    run(made, 1)
    assert fake.told == [Alerting(2), Alerting(2), Answered(2)]


@pytest.mark.parametrize(
    ("how", "cause"),
    [
        ("busy", Cause.USER_BUSY),
        ("vacant", Cause.UNALLOCATED_NUMBER),
        ("out_of_order", Cause.OUT_OF_ORDER),
        ("congestion", Cause.CONGESTION),
        ("rejected", Cause.REJECTED),
    ],
)
def test_numbers_that_are_refused(how: str, cause: Cause) -> None:
    """`numbers` of the file: every refusal can be dialled."""
    made, (fake,) = office(SPAN, f"numbers: {{'5550': {how}}}")
    fake.say(Setup(1, "5550"))
    run(made, 0.1)
    assert fake.told == [Released(1, cause)]


def test_a_number_that_nobody_answers() -> None:
    """It rings for a minute."""
    made, (fake,) = office(SPAN, "numbers: {'5550': no_answer}")
    fake.say(Setup(1, "5550"))
    run(made, 59)
    assert fake.told == [Alerting(1)]
    run(made, 2)
    assert fake.told[1:] == [Released(1, Cause.NO_ANSWER)]


def test_a_vacant_number_and_a_busy_telephone() -> None:
    """What the numbering and the switch find out by themselves."""
    made, (fake,) = office(SPAN, PHONE)
    fake.say(Setup(1, "10086"), Setup(2, "10086"), Setup(3, "999"))
    run(made, 0.1)
    assert Released(2, Cause.USER_BUSY) in fake.told
    assert Released(3, Cause.UNALLOCATED_NUMBER) in fake.told


def test_digits_one_by_one() -> None:
    """Overlap: the call goes on when the number is complete; a wrong one is refused at its first digit."""
    made, (fake,) = office(SPAN, PHONE)
    fake.say(Setup(1, "", complete=False))
    for digit in "1008":
        fake.say(Digits(1, digit))
        run(made, 0.2)
    assert fake.told == []
    fake.say(Digits(1, "6"))
    run(made, 0.1)
    assert fake.told[:1] == [Alerting(1)]
    fake.say(Setup(2, "", complete=False), Digits(2, "7"))
    run(made, 0.1)
    assert fake.told[-1] == Released(2, Cause.UNALLOCATED_NUMBER)


def test_digits_that_stop_coming() -> None:
    """An incomplete number is refused when no digit has come for 5 s; none at all after 15 s."""
    made, (fake,) = office(SPAN, PHONE)
    fake.say(Setup(1, "100", complete=False), Setup(2, "", complete=False))
    run(made, 4.9)
    assert fake.told == []
    run(made, 0.3)
    assert fake.told == [Released(1, Cause.UNALLOCATED_NUMBER)]
    run(made, 10)
    assert fake.told[1:] == [Released(2, Cause.UNALLOCATED_NUMBER)]


def test_from_one_trunk_to_another_codes_pass_as_they_are() -> None:
    """All 256 of them, both ways, in the tick in which they were sent."""
    made, (a, b) = office(TWO, "routes: [{numbers: ['5551'], to: [b]}]")
    a.say(Setup(3, "5551", "7"))
    run(made, 0.1)
    assert b.told == [Setup(1, "5551", "7")]
    b.say(Answered(1))
    run(made, 0.1)
    assert a.told == [Alerting(3), Answered(3)]
    rng = np.random.default_rng(5)
    codes = rng.integers(0, 256, (2, 5 * TICK), np.uint8)
    tx = np.zeros((62, 5 * TICK), np.int16)
    tx[2], tx[31] = g711.decode(codes)
    rx, _ = run(made, 0.1, tx)
    assert np.array_equal(g711.encode(rx[31]), codes[0])
    assert np.array_equal(g711.encode(rx[2]), codes[1])
    b.say(Released(1, Cause.NORMAL))
    run(made, 0.1)
    assert a.told[2:] == [Released(3, Cause.NORMAL)]
    assert made.idle


def test_a_trunk_calls_a_port_of_the_equipment() -> None:
    """Through the office: the line rings, and its answer is told."""
    made, (fake,) = office("{type: analog-fxo, name: p, ports: [{number: '80001'}]}, " + SPAN)
    fake.say(Setup(1, "80001", "123"))
    run(made, 0.5)
    assert fake.told == [Alerting(1)]
    made.hook(0, True)
    run(made, 0.1)
    assert fake.told[1:] == [Answered(1)]
    made.hook(0, False)
    run(made, 0.1)
    assert fake.told[2:] == [Released(1, Cause.NORMAL)]


def test_glare() -> None:
    """Both ends seize a circuit: the equipment has it, and the caller's call goes on over another one."""
    made, fake, caller = called(rest=PHONE)
    fake.say(Setup(1, "10086"))
    run(made, 2)
    assert fake.told[1:] == [Setup(2, "820012", "13800138000"), Alerting(1), Answered(1)]
    fake.say(Answered(2))
    run(made, 1)
    assert made.state(1) is State.TALKING
    assert begun(caller) == []


def test_a_setup_on_a_circuit_with_a_call_ends_that_call() -> None:
    """The signalling knows of no call there any more."""
    made, fake, caller = called(rest=PHONE)
    fake.say(Answered(1))
    run(made, 1)
    fake.say(Setup(1, "10086"))
    run(made, 2)
    assert begun(caller) == ["busy"]
    assert fake.told[1:] == [Alerting(1), Answered(1)]


def test_messages_that_belong_to_no_call_are_without_effect() -> None:
    """An idle circuit that is answered, alerted, dialled and released is still idle."""
    made, (fake,) = office(SPAN)
    fake.say(Answered(1), Alerting(1), Digits(1, "5"), Released(1), Setup(16, "820000"), Setup(200, "820000"))
    run(made, 1)
    assert fake.told == []
    assert made.idle
