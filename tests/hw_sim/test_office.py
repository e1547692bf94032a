"""The office as the equipment and the callers know it: what rings, what is heard, who is connected."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.errors import BadLine
from dsp import levels
from dsp.dtmf import keys
from dsp.events import Tone
from dsp.receiver import RATE, Float32, Int16
from dsp.tones import ToneReceiver, plan
from hw_sim.caller.person import Dial, HangUp, Send, Sent
from hw_sim.config import OfficeConfig, PhoneConfig, analog_office
from hw_sim.office import Office
from hw_sim.switch.subscriber import State
from tests.hw_sim.people import Scripted, quiet, run, signals, sine

CALL = {0: [Dial("96688")]}


def tones_in(rx: Int16 | Float32, line: int = 0) -> list[str]:
    """Names of the tones that began on a line, in order."""
    receiver = ToneReceiver(len(rx), plan("cn"))
    return [
        e.tone for e in receiver(rx.astype(np.float32)) if isinstance(e, Tone) and e.edge == "began" and e.line == line
    ]


def begun(caller: Scripted) -> list[str]:
    """Names of the tones a caller heard begin."""
    return [e.tone for e in caller.noticed if isinstance(e, Tone) and e.edge == "began"]


def answered(office: Office, line: int = 0, after: float = 2.0) -> None:
    """Let the office run to the ringing and answer."""
    run(office, after)
    office.hook(line, True)


def test_a_call_rings_the_line_one_second_in_five() -> None:
    """Ringing begins half a second after the number, 1 s on and 4 s off, with nothing else on the line."""
    office = Office(analog_office(1), [Scripted(CALL)])
    _, ticks = run(office, 12)
    assert [s[1] for s in signals(ticks)] == ["ring_on", "ring_off"] * 3
    times = [s[2] for s in signals(ticks)]
    assert times == pytest.approx([0.52, 1.52, 5.52, 6.52, 10.52, 11.52])


def test_the_caller_hears_ringback_in_step_with_the_ringing() -> None:
    """Ringback begins with the burst and stops at the answer."""
    caller = Scripted(CALL)
    office = Office(analog_office(1), [caller])
    run(office, 11)
    rung = [e for e in caller.noticed if isinstance(e, Tone)]
    assert [e.tone for e in rung][:1] == ["ringback"]
    assert abs(rung[0].at / RATE - 0.52) < 0.1


def test_a_vacant_number_gives_its_tone() -> None:
    """Digits to nowhere give the vacant number tone, and nothing rings."""
    caller = Scripted({0: [Dial("12345")]})
    office = Office(analog_office(1), [caller])
    _, ticks = run(office, 5)
    assert begun(caller) == ["vacant"]
    assert signals(ticks) == []


def test_no_free_line_gives_busy() -> None:
    """The second caller to a one-line group hears busy; the first goes on ringing."""
    first, second = Scripted(CALL), Scripted({1: [Dial("96688")]}, number="2")
    office = Office(analog_office(1), [first, second])
    run(office, 8)
    assert begun(second) == ["busy"]
    assert begun(first) == ["ringback"]


def test_hunting_takes_the_first_free_line() -> None:
    """Calls to a hunt group ring its lines in the order of the file."""
    people = [Scripted({i: [Dial("96688")]}, number=str(i)) for i in range(3)]
    office = Office(analog_office(3), people)
    _, ticks = run(office, 3)
    assert [(s[0]) for s in signals(ticks) if s[1] == "ring_on"] == [0, 1, 2]


def test_a_caller_who_gives_up_stops_the_ringing() -> None:
    """The burst under way ends at once, and the line is idle."""
    office = Office(analog_office(1), [Scripted({**CALL, 1: [HangUp()]})])
    _, ticks = run(office, 8)
    assert [(s[1], s[2]) for s in signals(ticks)] == [("ring_on", 0.52), ("ring_off", 1.0)]
    assert office.idle


def test_ringing_is_given_up_after_a_minute() -> None:
    """Nobody answers: the ringing stops and the caller hears busy."""
    caller = Scripted(CALL)
    office = Office(analog_office(1), [caller])
    _, ticks = run(office, 65)
    assert signals(ticks)[-1][2] < 61
    assert begun(caller) == ["ringback", "busy"]


def test_what_the_caller_says_is_heard_at_the_port() -> None:
    """Within the loss of the line and the error of A-law (better than 30 dB), and the caller learns when it is sent."""
    sound = sine(1.0)
    caller = Scripted({**CALL, 3: [Send(sound)]})
    office = Office(analog_office(1, loss=3.0, noise=-80.0), [caller])
    answered(office)
    rx, _ = run(office, 3)
    said = rx[0, RATE : 2 * RATE].astype(np.float32)
    wanted = sound * levels.gain(-3.0)
    assert np.sum(wanted**2) / np.sum((said - wanted) ** 2) > 1000
    assert [e for e in caller.noticed if isinstance(e, Sent)] == [Sent(0, 4 * RATE, RATE)]


def test_what_the_port_says_is_heard_by_the_caller() -> None:
    """The tone of the equipment reaches the caller's end, 3 dB down."""
    office = Office(analog_office(1, loss=3.0), [Scripted(CALL, noise=-80.0)])
    heard: list[Float32] = []
    answered(office)
    office.tap = lambda _spoken, at_ends: heard.append(at_ends.copy())
    run(office, 1, sine(1.0).astype(np.int16)[None, :])
    assert float(levels.dbm0(np.concatenate(heard, axis=1))[0]) == pytest.approx(
        float(levels.dbm0(sine(1.0))) - 3.0, abs=0.1
    )


def test_the_port_hears_its_own_echo() -> None:
    """What comes back is below what was sent by the return loss, only while off hook."""
    office = Office(analog_office(1, return_loss=12.0, noise=-90.0), [Scripted(CALL)])
    tx = sine(1.0).astype(np.int16)[None, :]
    before, _ = run(office, 0.5, tx)
    answered(office)
    after, _ = run(office, 1, tx)
    sent = float(levels.dbm0(tx)[0])
    assert float(levels.dbm0(before[:, 1000:])[0]) < -60
    assert float(levels.dbm0(after[:, 1000:])[0]) == pytest.approx(sent - 12.0, abs=0.3)


def test_loop_disconnect_when_the_caller_hangs_up() -> None:
    """With `loop` the loop opens for 0.6 s, then the port hears busy."""
    office = Office(analog_office(1, disconnect="loop"), [Scripted({**CALL, 4: [HangUp()]})])
    answered(office)
    rx, ticks = run(office, 6)
    assert signals(ticks) == [(0, "loop_open", 4.0), (0, "loop_closed", pytest.approx(4.6, abs=0.021))]
    assert tones_in(rx) == ["busy"]


def test_without_supervision_only_the_busy_tone_tells() -> None:
    """With `none` there is no signal: busy tone, later the howler, then silence."""
    office = Office(analog_office(1, disconnect="none"), [Scripted({**CALL, 4: [HangUp()]})])
    answered(office)
    rx, ticks = run(office, 80)
    assert signals(ticks) == []
    assert tones_in(rx) == ["busy", "howler"]
    assert float(levels.dbm0(rx[:, -3 * RATE :])[0]) < -50


def test_the_caller_hears_busy_when_the_port_hangs_up() -> None:
    """And the line can be called again after the guard time."""
    caller = Scripted(CALL)
    office = Office(analog_office(1), [caller])
    answered(office)
    run(office, 1)
    office.hook(0, False)
    run(office, 3)
    assert begun(caller)[-1] == "busy"
    assert office.state(0) is State.IDLE


def test_a_line_that_was_just_released_is_guarded() -> None:
    """A call that comes within the guard time finds the line busy."""
    again = Scripted({3.2: [Dial("96688")]}, number="2")
    office = Office(analog_office(1), [Scripted(CALL), again])
    answered(office)
    run(office, 1.3)
    office.hook(0, False)
    run(office, 4)
    assert begun(again) == ["busy"]


def test_dial_tone_and_dialling_out() -> None:
    """An idle port that goes off hook gets dial tone, which stops at the first digit, and reaches a telephone."""
    office = Office(with_phone(analog_office(1), rings=1))
    office.hook(0, True)
    rx, _ = run(office, 2)
    assert tones_in(rx) == ["dial"]
    dialled = np.zeros((1, 3 * RATE), np.int16)
    sound = keys("10086").astype(np.int16)
    dialled[0, : len(sound)] = sound
    run(office, 3, dialled)
    assert office.state(0) is State.TALKING


def test_a_telephone_hangs_up_after_its_time() -> None:
    """The far end of an outgoing call goes: the port hears it as any disconnect."""
    office = Office(with_phone(analog_office(1), rings=1, talk="2s"))
    office.hook(0, True)
    sound = np.zeros((1, 6 * RATE), np.int16)
    sound[0, :4000] = np.concatenate([keys("10086"), np.zeros(8000)])[:4000].astype(np.int16)
    sound[0, : len(keys("10086"))] = keys("10086").astype(np.int16)
    _, ticks = run(office, 6, sound)
    assert [s[1] for s in signals(ticks)] == ["loop_open", "loop_closed"]


def with_phone(config: OfficeConfig, **phone: object) -> OfficeConfig:
    """The same office, where 10086 answers."""
    made = PhoneConfig.model_validate({"number": "10086", **phone})
    return config.model_copy(update={"phones": (made,)})


def test_dialling_a_vacant_number_from_the_port() -> None:
    """The first digit that leads nowhere ends the dialling."""
    office = Office(analog_office(1))
    office.hook(0, True)
    sound = np.zeros((1, 3 * RATE), np.int16)
    sound[0, 8000 : 8000 + 1600] = keys("5").astype(np.int16)
    rx, _ = run(office, 3, sound)
    assert tones_in(rx)[-1] == "vacant"


def test_a_receiver_left_off_ends_in_howler_and_silence() -> None:
    """Off hook without dialling: dial tone, busy, howler, silence; on hook again the line works."""
    office = Office(analog_office(1))
    office.hook(0, True)
    rx, _ = run(office, 95)
    assert tones_in(rx) == ["dial", "busy", "howler"]
    office.hook(0, False)
    assert office.idle


def test_glare_a_port_that_seizes_a_line_being_rung_answers_it() -> None:
    """Off hook in the instant before the first burst connects the caller: an exchange cannot tell the difference."""
    caller = Scripted(CALL)
    office = Office(analog_office(1, caller_id="dtmf"), [caller])
    run(office, 0.7)
    assert office.state(0) is State.RUNG
    office.hook(0, True)
    assert office.state(0) is State.TALKING


def test_callers_may_come_later_and_more_than_there_are_places() -> None:
    """Twenty callers added one by one, each hears its tone; places of those who left are used again."""
    office = Office(analog_office(1))
    people = [Scripted({0: [Dial("000")], i + 4: [HangUp()]}, number=str(i), leaves=True) for i in range(20)]
    for person in people:
        office.add_caller(person)
        run(office, 1)
    run(office, 5)
    assert all(begun(person) == ["vacant"] for person in people)
    assert office.callers == tuple(people)
    assert office.idle


def test_the_battery_is_reversed_while_an_outgoing_call_is_answered() -> None:
    """With `reversal`: once at the answer, once when the far end has hung up; never for incoming calls."""
    office = Office(with_phone(analog_office(1, reversal=True), rings=1, talk="2s"), [Scripted({12: [Dial("96688")]})])
    office.hook(0, True)
    sound = np.zeros((1, 8 * RATE), np.int16)
    sound[0, 800 : 800 + len(keys("10086"))] = keys("10086").astype(np.int16)
    _, ticks = run(office, 8, sound)
    assert [s[1] for s in signals(ticks)] == ["polarity", "polarity", "loop_open", "loop_closed"]
    office.hook(0, False)
    run(office, 5)
    office.hook(0, True)
    _, ticks = run(office, 2)
    assert "polarity" not in [s[1] for s in signals(ticks)]


def test_a_cut_wire_ends_its_call_and_takes_no_other() -> None:
    """The port sees the battery go and come; the caller hears busy; nothing rings until it is mended."""
    first, second = Scripted(CALL), Scripted({4: [Dial("80001")], 8: [HangUp()], 10: [Dial("80001")]}, number="2")
    office = Office(analog_office(2), [first, second])
    answered(office)
    office.cut(0)
    _, ticks = run(office, 7)
    office.hook(0, True)
    assert signals(ticks) == [(0, "battery_lost", 2.0)]
    assert office.state(0) is State.IDLE
    assert begun(first)[-1] == begun(second)[-1] == "busy"
    office.mend(0)
    _, ticks = run(office, 2)
    assert [s[:2] for s in signals(ticks)] == [(0, "battery_back"), (0, "ring_on")]


def test_a_port_that_is_removed_is_gone() -> None:
    """Ringing stops, the caller hears busy, and the port is told."""
    caller = Scripted(CALL)
    office = Office(analog_office(1), [caller])
    run(office, 1)
    office.remove(0)
    _, ticks = run(office, 3)
    assert [s[1] for s in signals(ticks)] == ["ring_off", "removed"]
    assert begun(caller) == ["busy"]


def test_an_unknown_line_is_refused() -> None:
    """hook() names the lines there are."""
    office = Office(analog_office(2))
    with pytest.raises(BadLine, match="lines 0 to 1"):
        office.hook(2, True)


def test_the_same_seed_gives_the_same_run_bit_for_bit() -> None:
    """Noise, echo and calls are the same; another seed gives other noise."""

    def whole(seed: int) -> bytes:
        people = [Scripted({i / 7: [Dial("96688")], 3: [Send(sine(1.0))], 5 + i: [HangUp()]}) for i in range(3)]
        office = Office(analog_office(2, seed=seed), people)
        first, _ = run(office, 2)
        office.hook(0, True)
        second, ticks = run(office, 6)
        return first.tobytes() + second.tobytes() + repr(signals(ticks)).encode()

    assert whole(1) == whole(1)
    assert whole(1) != whole(2)


def test_a_silent_office_stays_silent() -> None:
    """Nothing happens on idle lines but their noise."""
    office = Office(analog_office(3, noise=-60.0))
    rx, ticks = run(office, 2)
    assert signals(ticks) == []
    assert np.all(levels.dbm0(rx) < -55)
    assert quiet(office).shape == (3, 160)
