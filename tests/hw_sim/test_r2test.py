"""Debian's r2test, unmodified, on the office's virtual E1: it calls and is called, as libopenr2 programs do."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from dsp.events import Tone
from dsp.receiver import RATE
from hw_sim.caller.person import Dial, HangUp
from hw_sim.config import load_office
from hw_sim.dahdi.run import run
from hw_sim.office import Office
from tests.hw_sim.people import Scripted

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(not shutil.which("r2test"), reason="Debian package libopenr2-bin is not installed"),
]

OFFICE = """
spec: 1
cards:
  - {{type: e1, name: trunk, signalling: r2, variant: {variant}, numbers: ["8200100x"], r2: {{calling: {calling}}}}}
phones:
  - {{number: "10086", rings: 1, talk: 1s}}
  - {{number: "10010", rings: 20}}
"""

DEBIAN = {
    "loglevel": "error,mf,cas",
    "maxani": "10",
    "maxdnis": "8",
    "getanifirst": "no",
    "mfbacktimeout": "-1",  # as Debian's r2test.conf has it: left out it is 0 ms
    "meteringpulsetimeout": "-1",
    "playaudio": "yes",  # of nothing: libopenr2 gives up a call when an event comes just before it writes speech
    "audiofile": "/dev/null",
}

PATIENCE = 20 * RATE
"""Of the office's clock: r2test's longest way to the end of a call is a time-out of 5 s."""


def office(variant: str = "itu", calling: int = 10, people: Sequence[Scripted] = ()) -> Office:
    """One R2 span; 10086 answers and hangs up after a second, 10010 never answers."""
    return Office(load_office("office.yaml", OFFICE.format(variant=variant, calling=calling)), people)


def r2test(place: Office, folder: Path, ended: int = 1, **options: str) -> str:
    """What r2test prints until so many calls have ended (or patience). options: of r2test.conf, `channel` last."""
    channel = options.pop("channel", "1-1")
    conf = configured(folder, options, channel)
    shown = folder / "shown"

    def enough(_tick: object) -> bool:
        return place.now > PATIENCE or shown.read_text(errors="replace").count("call ended") >= ended

    shown.touch()
    script = f"exec stdbuf -oL r2test -c {conf} >{shown} 2>&1"
    run(place, ["sh", "-c", script], on_tick=enough, environment={"LC_ALL": "C", "PATH": os.environ["PATH"]})
    return shown.read_text(errors="replace")


def configured(folder: Path, options: Mapping[str, str], channels: str) -> Path:
    """An r2test.conf: Debian's settings, these, and the channels with their own settings between."""
    conf = folder / "r2test.conf"
    lines = [f"{name}={value}" for name, value in {**DEBIAN, **options}.items()]
    conf.write_text("\n".join([*lines, *(f"channel={part}" for part in re.split(r" (?=\d)", channels)), ""]))
    return conf


def user(text: str) -> list[str]:
    """What r2test tells its user, without digits."""
    return [line for line in re.findall(r"^USER: (.*)$", text, re.MULTILINE) if "digit" not in line]


def test_it_calls_and_the_office_answers_and_releases(tmp_path: Path) -> None:
    """Number and caller go out, the telephone rings and answers, its clear-back ends the call on both sides."""
    place = office()
    text = r2test(place, tmp_path, variant="itu", dnid="10086", cid="82001001", caller="yes")
    said = user(text)
    assert [line for line in said if "call" in line and "making" not in line] == [
        "call has been accepted on chan 1 with type: Call With Charge",
        "call has been answered on chan 1",
        *[line for line in said if "read data" in line],
        "call ended at chan 1",
    ]
    assert "got disconnect on chan 1: Normal Clearing" in said
    assert place.idle


def test_it_calls_with_china_s_signals(tmp_path: Path) -> None:
    """China No.1: CD 11, category with A-6. (Its libopenr2 answers China's A-1 after A-6 with the called number: the
    office must not ask for the calling one.)"""
    place = office("cn", calling=0)
    text = r2test(place, tmp_path, variant="cn", dnid="10086", cid="82001001", caller="yes")
    assert "call has been answered on chan 1" in user(text)
    assert re.findall(r"CAS Raw Tx >> (0x..)", text)[:2] == ["0x0B", "0x03"]
    assert re.search(r"MF Rx << 6 \[ON\]", text)


@pytest.mark.parametrize(
    ("number", "reason"), [("10086", "Busy Number"), ("10099", "Unallocated Number")], ids=["busy", "vacant"]
)
def test_refusals_have_their_reason(tmp_path: Path, number: str, reason: str) -> None:
    """Busy and vacant numbers reach r2test as group B says; the circuit ends idle."""
    people = [Scripted({0: [Dial("10086")], 39: [HangUp()]})] if number == "10086" else []
    config = load_office("office.yaml", OFFICE.format(variant="itu", calling=4).replace("talk: 1s", "talk: 39s"))
    place = Office(config, people)
    text = r2test(place, tmp_path, variant="itu", dnid=number, cid="82001001", caller="yes")
    assert f"got disconnect on chan 1: {reason}" in user(text)
    assert "call ended at chan 1" in user(text)


def test_it_gives_up_when_nobody_answers(tmp_path: Path) -> None:
    """r2test's own time for an answer is up: it clears forward, the telephone stops ringing, the circuit is idle."""
    protocol = tmp_path / "r2proto.conf"
    protocol.write_text("timers.r2_answer=2000\n")
    place = office()
    text = r2test(
        place,
        tmp_path,
        variant="itu",
        dnid="10010",
        cid="82001001",
        caller="yes",
        advancedprotocolfile=str(protocol),
    )
    assert "call has been accepted on chan 1 with type: Call With Charge" in user(text)
    assert "got disconnect on chan 1: No Answer" in user(text)
    assert "call ended at chan 1" in user(text)


@pytest.mark.parametrize("variant", ["itu", "cn"])
def test_it_is_called_and_the_caller_hangs_up(tmp_path: Path, variant: str) -> None:
    """A person dials into the span: r2test gets both numbers, answers, and sees the person's clear-forward."""
    place = office(variant, people=[Scripted({3: [Dial("82001001")], 9: [HangUp()]}, number="1390000111")])
    text = r2test(place, tmp_path, variant=variant, caller="no", channel="1-15 17-31")
    said = user(text)
    assert [line for line in said if "call ready" in line] == [
        "call ready on chan 1. ANI = 1390000111, DNIS = 82001001, Category = 0"
    ]
    assert "got disconnect on chan 1: Normal Clearing" in said
    assert "call ended at chan 1" in said


def test_thirty_calls_at_once_each_way(tmp_path: Path) -> None:
    """All circuits of the span: r2test calls on the lower half while it is called on the upper one."""
    people = [Scripted({4 + k / 50: [Dial("82001001")], 12: [HangUp()]}, number=f"1390000{k:03}") for k in range(15)]
    text = OFFICE.format(variant="itu", calling=4)
    text += "".join(f'  - {{number: "100{k:02}", rings: 1, talk: 4s}}\n' for k in range(20, 35))
    place = Office(load_office("office.yaml", text), people)
    conf = [f"dnid=100{19 + k}\ncid=82001001\ncaller=yes\nchannel={k}-{k}" for k in range(1, 16)]
    shown = r2test(
        place,
        tmp_path,
        30,
        variant="itu",
        maxani="10",
        caller="no",
        channel="17-31\n" + "\n".join(conf),
    )
    said = user(shown)
    assert len({line for line in said if "answered" in line}) == 15
    assert len({line for line in said if "call ready" in line}) == 15
    assert len({line for line in said if "call ended" in line}) == 30
    assert "Protocol error" not in shown


def test_it_is_killed_in_a_call(tmp_path: Path) -> None:
    """Its end puts the circuits' idle bits on the span: the caller hears busy, and no call goes there."""
    person = Scripted({3: [Dial("82001001")], 11: [HangUp()]}, number="1390000111")
    place = office(people=[person])
    conf = configured(tmp_path, {"variant": "itu", "caller": "no"}, "1-15")
    script = f"timeout -s KILL 7 stdbuf -oL r2test -c {conf} >{tmp_path}/shown 2>&1; sleep 4"
    run(place, ["sh", "-c", script], environment={"LC_ALL": "C", "PATH": os.environ["PATH"]})
    assert "call has been accepted" in (tmp_path / "shown").read_text()
    tones = [event.tone for event in person.noticed if isinstance(event, Tone) and event.edge == "began"]
    assert tones[-1] == "busy"
    assert not place.signalling(0).free(1)  # type: ignore[union-attr]
