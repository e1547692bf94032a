"""FXS ports of the equipment: the telephones at them, and FXO ports wired to them."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.errors import BadLine
from drivers.events import Ringing
from dsp import levels
from dsp.dtmf import DtmfReceiver
from dsp.events import CallerId, Digit, Tone
from dsp.receiver import RATE
from hw_sim.caller.events import Flash, PickUp
from hw_sim.caller.person import Dial, HangUp, Send
from hw_sim.config import CallerIdStyle
from hw_sim.office import Office
from hw_sim.switch.supply import caller_id_sound
from tests.hw_sim.people import Scripted, run, signals, sine
from tests.hw_sim.trunks import office

DESK = "{type: analog-fxs, name: f, ports: [{name: desk}, {}]}"
WIRED = "{type: analog-fxs, name: s, cross: o, ports: [{}, {}]}, {type: analog-fxo, name: o, ports: [{}, {}]}"


def at_desk(plan: dict[float, list[object]]) -> tuple[Office, Scripted]:
    """Somebody sits at the first port's telephone."""
    person = Scripted(plan)  # type: ignore[arg-type]
    made, _ = office(DESK, desk=person)
    return made, person


def test_a_telephone_rings_and_is_lifted() -> None:
    """Each burst is a ring; the port sees the loop close when the telephone is lifted, and open when it is put down."""
    made, person = at_desk({3: [PickUp()], 4: [HangUp()]})
    for _ in range(2):
        made.ring(0, True)
        run(made, 0.5)
        made.ring(0, False)
        run(made, 0.7)
    assert [e.ring for e in person.noticed if isinstance(e, Ringing)] == [1, 2]
    _, ticks = run(made, 2)
    assert signals(ticks) == [(0, "loop_closed", 3.0), (0, "loop_open", 4.0)]
    assert made.idle


def test_bursts_close_together_are_one_ring() -> None:
    """0.4 on, 0.2 off, 0.4 on."""
    made, person = at_desk({})
    for on, seconds in ((True, 0.4), (False, 0.2), (True, 0.4), (False, 3), (True, 0.4)):
        made.ring(0, on)
        run(made, seconds)
    assert [e.ring for e in person.noticed if isinstance(e, Ringing)][-1] == 2


def test_speech_passes_while_the_telephone_is_lifted() -> None:
    """Both ways, within the loss of the port; on hook nobody hears anything."""
    made, _ = at_desk({1: [PickUp()], 2: [Send(sine(1.0))]})
    heard = []
    made.tap = lambda _spoken, at_ends: heard.append(at_ends.copy())
    tx = np.zeros((2, 3 * RATE), np.int16)
    tx[0] = sine(3.0)
    rx, _ = run(made, 3, tx)
    listened = np.concatenate(heard, axis=1)[0]
    sent = float(levels.dbm0(sine(1.0)))
    assert float(levels.dbm0(rx[0, 17000:24000].astype(np.float32) - 0)) == pytest.approx(sent - 0.5, abs=1.0)
    assert float(levels.dbm0(listened[8400:15000])) == pytest.approx(sent - 0.5, abs=0.3)
    assert float(levels.dbm0(listened[:7900])) < -60


def test_the_telephone_dials_with_keys() -> None:
    """It is lifted, and after a second the keys are heard at the port."""
    made, _ = at_desk({0: [Dial("96*#")]})
    rx, ticks = run(made, 3)
    assert signals(ticks) == [(0, "loop_closed", 0.02)]
    heard = [e for e in DtmfReceiver(2)(rx.astype(np.float32)) if isinstance(e, Digit) and e.edge == "began"]
    assert [e.digit for e in heard if e.line == 0] == list("96*#")


def test_the_telephone_dials_with_pulses() -> None:
    """Ten a second, open for two parts and closed for one; a nought is ten."""
    made, _ = at_desk({0: [Dial("30", pulse=True)]})
    _, ticks = run(made, 4)
    seen = signals(ticks)[1:]
    assert [s[1] for s in seen] == ["loop_open", "loop_closed"] * 13
    times = [s[2] for s in seen]
    assert np.allclose(np.subtract(times[1::2], times[::2]), 0.0667, atol=0.001)
    assert np.allclose(np.diff(times[:6:2]), 0.1)
    assert times[6] - times[5] > 0.7


def test_a_telephone_flashes() -> None:
    """The loop opens for 0.3 s."""
    made, _ = at_desk({0: [PickUp()], 1: [Flash()]})
    _, ticks = run(made, 2)
    assert signals(ticks)[1:] == [(0, "loop_open", 1.0), (0, "loop_closed", 1.3)]


def test_a_lifted_telephone_dials_on() -> None:
    """After a flash, for instance: the keys come behind it."""
    made, _ = at_desk({0: [PickUp()], 1: [Flash(), Dial("5")]})
    rx, _ = run(made, 4)
    heard = [e for e in DtmfReceiver(2)(rx.astype(np.float32)) if isinstance(e, Digit) and e.edge == "began"]
    assert [e.digit for e in heard] == ["5"]
    assert heard[0].at > 1.9 * RATE


def test_a_telephone_without_feed_is_dead() -> None:
    """The port takes the battery away (a kewl disconnect): it sees nothing of the hook until it feeds again."""
    made, person = at_desk({1: [PickUp()]})
    made.feed(0, "open")
    made.ring(0, True)
    _, ticks = run(made, 2)
    assert signals(ticks) == []
    assert person.noticed == []
    made.feed(0, "battery")
    _, ticks = run(made, 0.1)
    assert signals(ticks) == [(0, "loop_closed", 2.0)]


def test_cut_wires() -> None:
    """The port sees the current go and come; nothing rings and nobody is heard meanwhile."""
    made, person = at_desk({0: [PickUp()], 3: [HangUp()]})
    run(made, 0.5)
    made.cut(0)
    tx = np.array([sine(1.0), 0 * sine(1.0)], np.int16)
    heard = []
    made.tap = lambda _spoken, at_ends: heard.append(at_ends.copy())
    _, ticks = run(made, 1, tx)
    assert signals(ticks) == [(0, "loop_open", 0.5)]
    assert float(levels.dbm0(np.concatenate(heard, axis=1)[0])) < -60
    made.mend(0)
    heard.clear()
    _, ticks = run(made, 1, tx)
    assert signals(ticks) == [(0, "loop_closed", 1.5)]
    assert float(levels.dbm0(np.concatenate(heard, axis=1)[0])) > -20
    run(made, 1)
    made.cut(0)
    made.ring(0, True)
    run(made, 1)
    assert not [e for e in person.noticed if isinstance(e, Ringing)]


def test_cut_wires_between_ports() -> None:
    """The FXO port sees the battery go, the FXS port the current; mended, both come back."""
    made, _ = office(WIRED)
    made.hook(2, True)
    run(made, 0.1)
    made.cut(2)
    _, ticks = run(made, 0.1)
    assert sorted(s[:2] for s in signals(ticks)) == [(0, "loop_open"), (2, "battery_lost")]
    made.feed(0, "reversed")
    made.mend(0)
    _, ticks = run(made, 0.1)
    assert sorted(s[:2] for s in signals(ticks)) == [(0, "loop_closed"), (2, "battery_back")]


def test_a_person_hears_the_equipments_dial_tone() -> None:
    """Whatever the port sends is in the receiver."""
    made, person = at_desk({0: [PickUp()]})
    tone = 3000 * np.sin(2 * np.pi * 450 / RATE * np.arange(4 * RATE))
    run(made, 4, np.array([tone, 0 * tone], np.int16))
    assert [e.tone for e in person.noticed if isinstance(e, Tone)][:1] == ["dial"]


def test_telephones_that_are_not_there_or_taken() -> None:
    """The names that there are are told."""
    made, _ = at_desk({})
    with pytest.raises(BadLine, match="'desk' is taken"):
        made.add_caller(Scripted({}), port="desk")
    with pytest.raises(BadLine, match="not there; telephones: desk, f-2"):
        made.add_caller(Scripted({}), port="hall")


def test_a_place_at_a_telephone_is_given_back() -> None:
    """Who comes later to the same end is at the exchange, and hears nothing of the port."""
    made, _ = office(DESK + ", {type: analog-fxo, name: o, ports: [{number: '1'}]}")
    made.add_caller(Scripted({0.5: [PickUp()], 1: [HangUp()]}, leaves=True), 0, "desk")
    run(made, 2)
    for i in range(8):
        made.add_caller(Scripted({2.0: [Dial("1")]}, number=f"2{i}"), 2 * RATE)
    _, ticks = run(made, 1)
    assert [s[:2] for s in signals(ticks)] == [(2, "ring_on")]
    made.add_caller(Scripted({3.0: [PickUp()]}), 3 * RATE, "desk")
    _, ticks = run(made, 0.2)
    assert [s[:2] for s in signals(ticks)] == [(0, "loop_closed")]


@pytest.mark.parametrize("style", ["fsk", "bell", "dtmf"])
def test_the_display_reads_who_calls(style: CallerIdStyle) -> None:
    """While the telephone is on hook; lifted, it reads nothing."""
    sound = caller_id_sound(style, "13800138000")
    tx = np.zeros((2, 3 * RATE), np.int16)
    tx[0, 4000 : 4000 + len(sound)] = sound
    made, person = at_desk({4: [PickUp()]})
    run(made, 3, tx)
    assert [(e.line, e.number) for e in person.noticed if isinstance(e, CallerId)] == [(0, "13800138000")]
    run(made, 2)
    run(made, 3, tx)
    assert len([e for e in person.noticed if isinstance(e, CallerId)]) == 1


def test_who_leaves_a_lifted_telephone_puts_it_down() -> None:
    """The port sees it, even when somebody else has the place at once."""
    made, _ = office(DESK)
    made.add_caller(Scripted({0.5: [PickUp()], 1: [Flash()]}, leaves=True), 0, "desk")
    run(made, 1)
    made.add_caller(Scripted({}), port="desk")
    _, ticks = run(made, 1)
    assert [s[1] for s in signals(ticks)] == ["loop_open"]
    assert made.idle


def test_ports_wired_to_each_other_ring_and_answer() -> None:
    """FXS rings: FXO sees bursts; FXO lifts: the burst is tripped, FXS sees the loop close; and open again."""
    made, _ = office(WIRED)
    made.ring(1, True)
    _, ticks = run(made, 0.5)
    assert signals(ticks) == [(3, "ring_on", 0.0)]
    made.hook(3, True)
    _, ticks = run(made, 0.5)
    assert signals(ticks) == [(3, "ring_off", 0.5), (1, "loop_closed", 0.5)]
    made.ring(1, False)
    made.ring(1, True)
    made.hook(3, False)
    _, ticks = run(made, 0.5)
    assert signals(ticks) == [(1, "loop_open", 1.0)]


def test_feed_of_ports_wired_to_each_other() -> None:
    """Open feed is an open loop at the FXO port, reversed feed a change of polarity."""
    made, _ = office(WIRED)
    made.hook(2, True)
    run(made, 0.1)
    seen = []
    for feed in ("open", "battery", "reversed", "battery"):
        made.feed(0, feed)
        _, ticks = run(made, 0.1)
        seen.append([s[:2] for s in signals(ticks)])
    assert seen == [[(2, "loop_open")], [(2, "loop_closed")], [(2, "polarity")], [(2, "polarity")]]


def test_sound_of_ports_wired_to_each_other() -> None:
    """Both ways, with the loss of the copper, when the FXO port is off hook; nothing of it when it is on hook."""
    made, _ = office(WIRED)
    tx = np.zeros((4, RATE), np.int16)
    tx[0], tx[2] = sine(1.0, 1004.0), sine(1.0, 600.0)

    def tone(x: np.ndarray, frequency: float) -> float:
        """Amplitude of a frequency."""
        return float(2 * abs(np.mean(x[800:] * np.exp(-2j * np.pi * frequency / RATE * np.arange(800, RATE)))))

    rx, _ = run(made, 1, tx)
    assert tone(rx[0], 600.0) < 30
    made.hook(2, True)
    rx, _ = run(made, 1, tx)
    assert tone(rx[0], 600.0) == pytest.approx(8000 * levels.gain(-3.5), rel=0.05)
    assert tone(rx[2], 1004.0) == pytest.approx(8000 * levels.gain(-3.5), rel=0.05)
    assert tone(rx[1], 600.0) < 30
