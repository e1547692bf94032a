"""E1 spans of the office: alarms, bits, the D channel, spans that are wired to each other."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.errors import BadLine
from dsp import g711
from dsp.receiver import TICK, Int16
from hw_sim.caller.person import Dial
from hw_sim.equipment import Alarm, Bits, SpanAlarm
from hw_sim.office import Office, OfficeTick
from hw_sim.switch.subscriber import State
from hw_sim.trunk import Answered, Cause, Released, Sent, Setup
from tests.hw_sim.people import Scripted, quiet, run
from tests.hw_sim.trunks import Fake, office

SPAN = "{type: e1, name: t, numbers: ['8200xx']}"
CROSSED = "{type: e1, name: a, signalling: clear, cross: b}, {type: e1, name: b, signalling: cas}"
SILENT = g711.decode(np.array([0xD5], np.uint8))[0]


def noise(rows: int, seed: int = 1) -> Int16:
    """A tick of any codes."""
    return g711.decode(np.random.default_rng(seed).integers(0, 256, (rows, TICK), np.uint8))


def tick(made: Office) -> OfficeTick:
    """A silent one."""
    return made.tick(quiet(made))


def talking() -> tuple[Office, Fake, Scripted]:
    """A caller and the equipment talk on circuit 1."""
    caller = Scripted({0: [Dial("820000")]})
    made, fakes = office(SPAN, people=[caller])
    run(made, 1)
    fakes[0].say(Answered(1))
    run(made, 0.2)
    return made, fakes[0], caller


def test_rows_of_a_span() -> None:
    """31 slots in A-law; what each is for follows from the signalling."""
    cards = ", ".join(f"{{type: e1, name: {s}, signalling: {s}}}" for s in ("isdn", "r2", "cas", "clear"))
    made, _ = office("{type: analog-fxo, name: p, ports: [{number: '1', law: mulaw}]}, " + cards)
    assert [line.use for line in made.lines].count("fxo") == 1
    uses = [[line.use for line in made.lines if line.card == card] for card in range(1, 5)]
    assert uses[0] == ["bearer"] * 15 + ["dchannel"] + ["bearer"] * 15
    assert uses[1] == uses[2] == ["cas"] * 15 + ["idle"] + ["cas"] * 15
    assert uses[3] == ["bearer"] * 31
    assert [card.framing for card in made.cards] == ["", "ccs", "cas", "cas", "ccs"]
    assert {line.law for line in made.lines[1:]} == {"alaw"}
    assert [line.row for line in made.lines] == list(range(125))


def test_what_the_signalling_sends_is_in_its_slot() -> None:
    """Code by code; and it hears slot 16 as the equipment sent it."""
    made, (fake,) = office(SPAN)
    codes = np.arange(160, dtype=np.uint8)
    fake.sends = Sent(codes={16: codes}, bits={3: 9})
    tx = noise(31)
    done = made.tick(tx)
    assert np.array_equal(g711.encode(done.rx[15]), codes)
    assert np.all(done.rx[:15] == SILENT)
    assert fake.heard == g711.encode(tx[15]).tobytes()
    assert done.bits == [Bits(2, 0, 9)]


def test_bits_of_the_equipment_reach_the_signalling_when_they_change() -> None:
    """By slot; the same bits again are no news."""
    made, (fake,) = office("{type: e1, name: t, signalling: r2}")
    for bits in (9, 9, 1):
        made.send_bits(4, bits)
        tick(made)
    assert fake.bits == [(5, 9), (5, 1)]


@pytest.mark.parametrize("alarm", [Alarm.RED, Alarm.BLUE])
def test_a_lost_signal_ends_the_calls(alarm: Alarm) -> None:
    """The equipment sees the alarm and hears nothing; the caller hears busy; no calls until it is over."""
    made, fake, caller = talking()
    made.span_alarm(0, alarm)
    done = tick(made)
    assert done.alarms == [SpanAlarm(0, made.now - TICK, alarm)]
    assert np.all(done.rx == SILENT)
    assert fake.carriers == [False]
    assert made.state(0) is State.IDLE
    assert fake.told[1:] == [Released(1, Cause.TEMPORARY_FAILURE)]
    made.add_caller(Scripted({made.now / 8000: [Dial("820000")]}, number="2"))
    run(made, 1)
    assert len(fake.told) == 2
    made.span_alarm(0, Alarm.NONE)
    assert tick(made).alarms[0].alarms == Alarm.NONE
    made.add_caller(Scripted({made.now / 8000: [Dial("820000")]}, number="3"))
    run(made, 1)
    assert fake.carriers == [False, True]
    assert isinstance(fake.told[-1], Setup)
    assert caller.noticed


def test_yellow_from_the_equipment_means_that_it_hears_nothing() -> None:
    """The calls end on the office's side too; a yellow alarm towards the equipment alone ends none."""
    made, fake, _ = talking()
    made.span_alarm(0, Alarm.YELLOW)
    assert tick(made).alarms[0].alarms == Alarm.YELLOW
    assert fake.carriers == []
    made.send_alarm(0, Alarm.YELLOW)
    tick(made)
    assert fake.carriers == [False]
    assert made.state(0) is State.IDLE


def test_a_span_that_is_shut_down_is_told_that_nothing_arrives() -> None:
    """The office loses its signal, and sends yellow."""
    made, fake, _ = talking()
    made.send_alarm(0, Alarm.NOTOPEN)
    assert tick(made).alarms[0].alarms == Alarm.YELLOW
    assert fake.carriers == [False]


def test_a_lost_d_channel_is_lost_both_ways() -> None:
    """All ones towards the signalling, the idle code towards the equipment; speech goes on."""
    made, fake, _ = talking()
    made.lose_d_channel(0, True)
    fake.sends = Sent(codes={16: np.arange(160, dtype=np.uint8)})
    done = made.tick(noise(31))
    assert np.all(done.rx[15] == SILENT)
    assert set(fake.heard) == {0xFF}
    assert made.state(0) is State.TALKING
    made.lose_d_channel(0, False)
    made.tick(noise(31))
    assert set(fake.heard) != {0xFF}


def test_a_pulled_card_and_one_that_is_plugged_in_again() -> None:
    """Every line says that it is gone; calls end; afterwards there are calls again."""
    made, fake, _ = talking()
    made.remove_card(0)
    done = tick(made)
    assert [(s.line, s.kind) for s in done.signals] == [(row, "removed") for row in range(31)]
    assert made.state(0) is State.IDLE
    made.replug(0)
    assert {s.kind for s in tick(made).signals} == {"plugged"}
    made.add_caller(Scripted({made.now / 8000: [Dial("820000")]}, number="3"))
    run(made, 1)
    assert isinstance(fake.told[-1], Setup)


def test_spans_wired_to_each_other_pass_codes_exactly() -> None:
    """Slot by slot, both ways, in the tick in which they are sent."""
    made, _ = office(CROSSED)
    tx = noise(62)
    rx = made.tick(tx).rx
    assert np.array_equal(rx[:31], tx[31:])
    assert np.array_equal(rx[31:], tx[:31])


def test_spans_wired_to_each_other_pass_bits() -> None:
    """When they change."""
    made, _ = office(CROSSED)
    made.send_bits(33, 5)
    made.send_bits(0, 12)
    assert sorted(tick(made).bits, key=lambda b: b.row) == [Bits(2, 0, 5), Bits(31, 0, 12)]
    made.send_bits(33, 5)
    assert tick(made).bits == []


def test_alarms_of_spans_wired_to_each_other() -> None:
    """A span that is shut down or pulled out is red on the other side, yellow and blue pass as they are."""
    made, _ = office(CROSSED)
    assert tick(made).alarms == []
    for sent, seen in (
        (Alarm.YELLOW, Alarm.YELLOW),
        (Alarm.BLUE, Alarm.BLUE),
        (Alarm.NOTOPEN, Alarm.RED),
        (Alarm.NONE, Alarm.NONE),
    ):
        made.send_alarm(0, sent)
        assert [(a.card, a.alarms) for a in tick(made).alarms] == [(1, seen)]
    made.remove_card(1)
    assert [(a.card, a.alarms) for a in tick(made).alarms] == [(0, Alarm.RED)]
    made.replug(1)
    assert [(a.card, a.alarms) for a in tick(made).alarms] == [(0, Alarm.NONE)]


def test_a_fault_of_one_direction_is_heard_there_only() -> None:
    """Red at one span: silence there, sound at the other."""
    made, _ = office(CROSSED)
    made.span_alarm(0, Alarm.RED)
    tx = noise(62)
    rx = made.tick(tx).rx
    assert np.all(rx[:31] == SILENT)
    assert np.array_equal(rx[31:], tx[:31])


def test_what_is_no_span_has_no_bits_and_no_alarms() -> None:
    """BadLine says so."""
    made, _ = office("{type: analog-fxo, name: p, ports: [{number: '1'}]}, " + SPAN)
    with pytest.raises(BadLine, match="no bits"):
        made.send_bits(0, 1)
    with pytest.raises(BadLine, match="no E1"):
        made.send_alarm(0, Alarm.NONE)
    with pytest.raises(BadLine, match="no E1"):
        made.span_alarm(0, Alarm.RED)
    with pytest.raises(BadLine, match="cards 0 to 1"):
        made.remove_card(2)
    with pytest.raises(BadLine, match="no FXO port"):
        made.hook(1, True)
    with pytest.raises(BadLine, match="no FXS port"):
        made.ring(0, True)
