"""A program of libpri that knows nothing of the office, on its virtual E1: /dev/dahdi, HDLC, B channels."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from dsp.events import Tone
from dsp.levels import dbm0
from dsp.receiver import RATE, TICK, Float32
from hw_sim.caller.person import CallerProtocol, Dial, HangUp, Send
from hw_sim.config import load_office
from hw_sim.dahdi.run import run
from hw_sim.isdn.capture import Capture, watch
from hw_sim.office import Office
from hw_sim.switch.subscriber import State
from tests.hw_sim.people import Scripted, sine

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(not Path("/usr/include/libpri.h").exists(), reason="Debian package libpri-dev is not installed"),
    pytest.mark.skipif(not Path("/usr/include/dahdi/user.h").exists(), reason="Debian package dahdi-source is missing"),
]

OFFICE = """
spec: 1
cards:
  - {type: e1, name: trunk, signalling: isdn, side: %s, numbers: ["820000xx"]}
  - {type: analog-fxo, name: line, ports: [{number: "80001", loss: 0, return_loss: 90}]}
phones:
  - {number: "10086", rings: 1, talk: 3s, sound: "%s"}
  - {number: "10010", rings: 20}
numbers: {"10001": busy}
"""
Tick = Callable[[], object]

PATIENCE = 30 * RATE
TONE_LEVEL = -9.1
"""dBm0 of the program's tone."""


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built as anybody would build it."""
    program = tmp_path_factory.mktemp("phone") / "pri_phone"
    flags = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror"]
    command = ["cc", *flags, "tests/hw_sim/isdn/pri_phone.c", "-o", str(program), "-lpri", "-lm"]
    subprocess.run(command, check=True)
    return program


def office(folder: Path, people: Sequence[CallerProtocol] = (), side: str = "network") -> Office:
    """A trunk, a line, somebody who answers with a tone of -15 dBm0, somebody who does not answer."""
    soundfile.write(folder / "tone.wav", sine(5.0, 800.0) / 32768, RATE)
    return Office(load_office("office.yaml", OFFICE % (side, folder / "tone.wav")), people)


def said(place: Office, phone: Path, *arguments: str, side: str = "user", on_tick: Tick = lambda: None) -> str:
    """All that the program printed until it ended. side: the program's."""
    shown = phone.parent / "shown"
    shown.touch()

    def ticked(_tick: object) -> bool:
        on_tick()
        return place.now > PATIENCE

    script = f"PRI_SIDE={side} exec {phone} {' '.join(arguments)} >{shown} 2>&1"
    status = run(place, ["sh", "-c", script], on_tick=ticked)
    text = shown.read_text()
    assert status == 0, text
    return text


def settles(place: Office) -> bool:
    """Is everybody on hook in the end, and every circuit free?"""
    silence = np.zeros((len(place.lines), TICK), np.int16)
    for _ in range(10 * RATE // TICK):
        if place.idle:
            return True
        place.tick(silence)
    return place.idle


def level(text: str) -> float:
    """dBm0 of the loudest that the program heard."""
    return float(re.findall(r"heard (-?\d+) dBm0", text)[-1])


def test_it_calls_and_hangs_up(phone: Path, tmp_path: Path) -> None:
    """Ringback in the channel, the answer, sound, and the end from its side."""
    place = office(tmp_path)
    text = said(place, phone, "call", "10086", "2")
    assert re.search(r"^up\nringing inband 1\nanswered\nover channel 1 cause 16", text), text
    assert abs(level(text) + 15) < 1.5
    assert settles(place)


def test_it_calls_and_the_office_hangs_up(phone: Path, tmp_path: Path) -> None:
    """The other one hangs up after three seconds: DISCONNECT with cause 16."""
    place = office(tmp_path)
    text = said(place, phone, "call", "10086")
    assert "answered\ndisconnect cause 16\nover channel 1 cause 16" in text
    assert settles(place)


def test_it_gives_up_while_it_rings(phone: Path, tmp_path: Path) -> None:
    """Nobody answers: it hears ringback, releases the call, and the telephone stops ringing."""
    place = office(tmp_path)
    text = said(place, phone, "call", "10010", "3")
    assert "ringing inband 1\nover channel 1 cause 16" in text
    assert level(text) > -20
    assert settles(place)


@pytest.mark.parametrize(("number", "cause"), [("10001", 17), ("99999", 1)])
def test_it_is_refused(phone: Path, tmp_path: Path, number: str, cause: int) -> None:
    """Busy and vacant: the cause comes with the DISCONNECT, the tone in the channel."""
    text = said(office(tmp_path), phone, "call", number)
    assert f"up\ndisconnect cause {cause}\nover channel 1 cause {cause}" in text


def test_it_dials_digit_by_digit(phone: Path, tmp_path: Path) -> None:
    """The office asks for more digits after the first, and knows when the number is complete."""
    place = office(tmp_path)
    text = said(place, phone, "overlap", "10086")
    assert "up\nmore digits\nringing inband 1\nanswered\ndisconnect cause 16" in text
    assert settles(place)


def test_it_is_the_network(phone: Path, tmp_path: Path) -> None:
    """The office as the user side: calls both ways, and no tones in the channel, which are the network's to give."""
    place = office(tmp_path, side="user")
    text = said(place, phone, "call", "10086", "1", side="network")
    assert "up\nringing inband 0\nanswered\nover channel 1 cause 16" in text
    place = office(tmp_path, [Scripted({1.0: [Dial("82000001")], 3.0: [HangUp()]}, number="13800000000")], side="user")
    text = said(place, phone, "answer", "1", side="network")
    assert "called 82000001 calling 13800000000 complete 1\ndisconnect cause 16" in text
    assert settles(place)


def test_it_is_called(phone: Path, tmp_path: Path) -> None:
    """Thirty people at once, a full span: each gets a channel of its own, hears the program and is heard."""
    people = [
        Scripted(
            {1.0 + at / 50: [Dial(f"820000{at:02d}")], 3.0: [Send(sine(2.0))], 7.0: [HangUp()]},
            number=f"138000{at:02d}",
        )
        for at in range(30)
    ]
    place = office(tmp_path, people)
    loudest: dict[int, float] = {}

    def tapped(_speech: Float32 | None, heard: Float32) -> None:
        for at, now in enumerate(dbm0(heard)):
            loudest[at] = max(loudest.get(at, -99.0), float(now))

    place.tap = tapped
    text = said(place, phone, "answer", "30")
    rung = re.findall(r"^ring channel (\d+) called (\d+) calling (\d+) complete 1$", text, re.MULTILINE)
    assert {(called, calling) for _, called, calling in rung} == {
        (f"820000{n:02d}", f"138000{n:02d}") for n in range(30)
    }
    assert len({channel for channel, _, _ in rung}) == 30
    assert text.count("disconnect cause 16") == 30
    assert sum(abs(heard - TONE_LEVEL) < 2.0 for heard in loudest.values()) == 30, loudest
    assert all(float(heard) > -15 for heard in re.findall(r"heard (-?\d+) dBm0", text))
    assert settles(place)


def test_it_refuses(phone: Path, tmp_path: Path) -> None:
    """Cause 17 of the program is busy tone to whoever calls it."""
    person = Scripted({1.0: [Dial("82000001")], 4.0: [HangUp()]})
    place = office(tmp_path, [person])
    assert "over channel" in said(place, phone, "refuse", "17")
    assert settles(place)
    assert [event.tone for event in person.noticed if isinstance(event, Tone) and event.edge == "began"] == ["busy"]


def test_a_loss_of_the_d_channel(phone: Path, tmp_path: Path) -> None:
    """For two seconds of a call, in which the other one hangs up: its end arrives as soon as frames do."""
    place = office(tmp_path)
    answered: list[int] = []

    def lose() -> None:
        if not answered and any(place.state(row) is State.TALKING for row in place.cards[0].rows):
            answered.append(place.now)
        since = place.now - answered[0] if answered else 0
        place.lose_d_channel(0, 3 * RATE // 2 < since < 7 * RATE // 2)

    text = said(place, phone, "call", "10086", on_tick=lose)
    assert "answered\ndisconnect cause 16\nover channel 1 cause 16" in text
    assert settles(place)


def test_the_capture_of_a_session(phone: Path, tmp_path: Path) -> None:
    """What the office and libpri say to each other is Q.931 without remarks."""
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed")
    place = office(tmp_path)
    path = tmp_path / "d.pcapng"
    with Capture(path) as capture:
        assert watch(capture, place) == 1
        said(place, phone, "call", "10086", "1")
    command = ["tshark", "-r", str(path)]
    remarks = subprocess.run(
        [*command, "-Y", "_ws.expert or _ws.malformed"], capture_output=True, text=True, check=True
    )
    assert remarks.stdout == ""
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for message in ("SETUP", "CALL PROCEEDING", "ALERTING", "CONNECT", "CONNECT ACKNOWLEDGE", "RELEASE COMPLETE"):
        assert re.search(rf"\| {message}$", shown, re.MULTILINE), message
