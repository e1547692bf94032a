"""Exchange lines of FXO ports: how they start and end, pulses of a dial, the hook flash."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.dtmf import keys
from dsp.events import Tone
from dsp.receiver import RATE, TICK, Int16
from dsp.tones import ToneReceiver, plan
from hw_sim.caller.person import Dial, HangUp
from hw_sim.config import OfficeConfig, PhoneConfig, analog_office
from hw_sim.office import Office
from hw_sim.switch.subscriber import State
from tests.hw_sim.people import Scripted, run, signals

CALL = {0: [Dial("96688")]}


def tones_in(rx: Int16, line: int = 0) -> list[str]:
    """Names of the tones that began on a line, in order."""
    made = ToneReceiver(len(rx), plan("cn"))(rx.astype(np.float32))
    return [e.tone for e in made if isinstance(e, Tone) and e.edge == "began" and e.line == line]


def begun(caller: Scripted) -> list[str]:
    """Names of the tones a caller heard begin."""
    return [e.tone for e in caller.noticed if isinstance(e, Tone) and e.edge == "began"]


def with_phones(config: OfficeConfig, *numbers: str, talk: str = "60s") -> OfficeConfig:
    """The same office, where these numbers answer."""
    return config.model_copy(
        update={"phones": tuple(PhoneConfig.model_validate({"number": n, "talk": talk}) for n in numbers)}
    )


def pulse(office: Office, line: int, number: str) -> None:
    """Dial with the hook, in whole ticks: 60 ms open, 40 ms closed, 0.8 s between digits."""
    for digit in number:
        for _ in range(int(digit) or 10):
            office.hook(line, False)
            run(office, 0.06)
            office.hook(line, True)
            run(office, 0.04)
        run(office, 0.8)


def key(office: Office, line: int, number: str) -> None:
    """Dial with keys."""
    sound = keys(number)
    tx = np.zeros((len(office.lines), -(-len(sound) // TICK) * TICK + TICK), np.int16)
    tx[line, : len(sound)] = sound
    run(office, tx.shape[1] / RATE, tx)


def flash(office: Office, line: int) -> None:
    """Open the loop for 0.5 s."""
    office.hook(line, False)
    run(office, 0.5)
    office.hook(line, True)


def test_hook_pulses_are_digits() -> None:
    """The first takes the dial tone away; a nought is ten of them; the number is reached."""
    office = Office(with_phones(analog_office(1), "1030"))
    office.hook(0, True)
    run(office, 1)
    pulse(office, 0, "1030")
    run(office, 0.5)
    assert office.state(0) is State.TALKING


def test_a_vacant_number_dialled_with_pulses() -> None:
    """Refused at the first digit that leads nowhere."""
    office = Office(with_phones(analog_office(1), "1030"))
    office.hook(0, True)
    run(office, 0.5)
    pulse(office, 0, "2")
    rx, _ = run(office, 3)
    assert tones_in(rx) == ["vacant"]


def test_on_hook_for_longer_than_a_pulse_is_hung_up() -> None:
    """After 150 ms the line is idle; an office without pulse dialling knows at once."""
    for pulses, ticks in ((True, 9), (False, 1)):
        office = Office(analog_office(1, pulse=pulses))
        office.hook(0, True)
        run(office, 1)
        office.hook(0, False)
        for _ in range(ticks - 1):
            run(office, 0.02)
            assert office.state(0) is State.DIALLING
        run(office, 0.04)
        assert office.state(0) is State.IDLE


@pytest.mark.parametrize(
    ("port", "wanted"),
    [
        ({"start": "kewl"}, ["loop_open", "loop_closed"]),
        ({"start": "loop"}, []),
        ({"start": "loop", "disconnect": "loop"}, ["loop_open", "loop_closed"]),
        ({"start": "ground"}, ["loop_open"]),
        ({"disconnect": "reversal"}, ["polarity"]),
        ({"disconnect": "none"}, []),
    ],
)
def test_how_a_line_tells_that_the_caller_has_gone(port: dict[str, object], wanted: list[str]) -> None:
    """By its start and its disconnect supervision; on hook everything is as before."""
    office = Office(analog_office(1, **port), [Scripted({**CALL, 2: [HangUp()]})])
    run(office, 1)
    office.hook(0, True)
    run(office, 0.5)
    _, ticks = run(office, 3)
    assert [s[1] for s in signals(ticks)] == wanted
    office.hook(0, False)
    _, ticks = run(office, 1)
    undone = {"ground": ["loop_closed"]}.get(str(port.get("start")), wanted if wanted == ["polarity"] else [])
    assert [s[1] for s in signals(ticks)] == undone
    assert office.idle


def test_a_flash_holds_the_caller_and_gives_dial_tone() -> None:
    """The held caller hears nothing; the second call is made; a flash changes over, and on hook all are released."""
    caller = Scripted(CALL)
    office = Office(with_phones(analog_office(1, flash=True), "10086"), [caller])
    run(office, 1)
    office.hook(0, True)
    run(office, 1)
    flash(office, 0)
    rx, _ = run(office, 2)
    assert tones_in(rx) == ["dial"]
    key(office, 0, "10086")
    run(office, 1)
    assert office.state(0) is State.TALKING
    flash(office, 0)
    run(office, 0.2)
    assert office.state(0) is State.TALKING
    assert begun(caller) == []
    office.hook(0, False)
    run(office, 4)
    assert begun(caller) == ["busy"]
    assert office.state(0) is State.IDLE


def test_a_flash_takes_a_consultation_back() -> None:
    """While the second number rings, is refused, or is still dialled: the first call goes on."""
    for second in ("10086", "9", ""):
        caller = Scripted(CALL)
        office = Office(with_phones(analog_office(1, flash=True), "10086"), [caller])
        run(office, 1)
        office.hook(0, True)
        run(office, 1)
        flash(office, 0)
        key(office, 0, second)
        run(office, 0.1)
        flash(office, 0)
        run(office, 0.1)
        assert office.state(0) is State.TALKING
        office.hook(0, False)
        run(office, 5)
        assert begun(caller) == ["busy"]
        assert office.state(0) is State.IDLE


def test_the_held_caller_hangs_up() -> None:
    """The second call goes on, and a flash holds it in turn."""
    office = Office(
        with_phones(analog_office(1, flash=True), "10086"), [Scripted({**CALL, 6: [HangUp()]}, leaves=True)]
    )
    run(office, 1)
    office.hook(0, True)
    flash(office, 0)
    run(office, 1)
    key(office, 0, "10086")
    run(office, 5)
    assert office.state(0) is State.TALKING
    flash(office, 0)
    rx, _ = run(office, 2)
    assert tones_in(rx) == ["dial"]


def test_the_second_party_hangs_up() -> None:
    """Busy tone, without an open loop; a flash leads back to the first."""
    caller = Scripted(CALL)
    office = Office(with_phones(analog_office(1, flash=True), "10086", talk="2s"), [caller])
    run(office, 1)
    office.hook(0, True)
    flash(office, 0)
    run(office, 0.5)
    key(office, 0, "10086")
    rx, ticks = run(office, 6)
    assert tones_in(rx)[-1] == "busy"
    assert signals(ticks) == []
    flash(office, 0)
    run(office, 0.1)
    assert office.state(0) is State.TALKING


def test_without_the_service_a_flash_is_hung_up() -> None:
    """And the line off hook again gets dial tone."""
    caller = Scripted(CALL)
    office = Office(analog_office(1), [caller])
    run(office, 1)
    office.hook(0, True)
    run(office, 1)
    flash(office, 0)
    rx, _ = run(office, 3)
    assert tones_in(rx) == ["dial"]
    assert begun(caller) == ["busy"]


def test_congestion_has_a_tone_of_its_own() -> None:
    """Quicker than busy."""
    office = Office(analog_office(1).model_copy(update={"numbers": {"5": "congestion"}}))
    office.hook(0, True)
    run(office, 0.5)
    key(office, 0, "5")
    rx, _ = run(office, 4)
    assert tones_in(rx) == ["congestion"]
