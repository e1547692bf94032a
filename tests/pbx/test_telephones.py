"""Telephones on the FXS ports of a PBX: what it does for their people, and what they hear and see of it.

The ports are mu-law: a PBX writes a call of three's sound to a pseudo channel in the law of the port, and the kernel
driver takes every pseudo channel for mu-law.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.pbx.cast import Who, well
from tests.pbx.conftest import WORDS, Played

OFFICE = """
spec: 1
cards:
  - type: analog-fxs
    name: desks
    ports: [{name: front, law: mulaw}, {name: back, law: mulaw}, {name: store, law: mulaw}]
  - type: analog-fxo
    name: lines
    ports: [{number: "80001", law: mulaw}]
"""
DAHDI = """
context=inside
signalling=fxo_ks
threewaycalling=yes
transfer=yes
callwaiting=yes
callwaitingcallerid=yes
usecallerid=yes
cidsignalling=v23
cadence=250,250,1000,3000
callerid=Front <101>
channel => 1
callerid=Back <102>
channel => 2
callerid=Store <103>
channel => 3
callerid=
context=incoming
signalling=fxs_ks
usecallerid=yes
cidsignalling=v23
cidstart=ring
channel => 4
"""
PLAN = """
[inside]
exten => _10X,1,Dial(DAHDI/${EXTEN:2},30)
 same => n,Hangup()
exten => _20X,1,Dial(DAHDI/${EXTEN:2}r1,30)
 same => n,Hangup()
[incoming]
exten => s,1,Dial(DAHDI/1,30)
 same => n,Hangup()
"""


def says(word: str) -> str:
    """A step."""
    return f'say: {{text: "{WORDS[word]}"}}'


def at(port: str, *steps: str, after: float = 0.0) -> Who:
    """Somebody at a telephone, who does these steps and puts it down."""
    lines = "".join(f"  - {step}\n" for step in (*steps, "hang_up"))
    return Who(f"spec: 1\nscript:\n{lines}", port, after)


DIALS = ("lift", "{expect: {tone: dial}, within: 5s}")


def test_one_telephone_calls_another(play: Callable[..., Played]) -> None:
    """Dial tone, keys, ringing, caller ID on the display, speech both ways, and the PBX's busy tone at the end."""
    pbx, office, (front, back) = play(
        DAHDI, PLAN, OFFICE,
        at("front", *DIALS, 'press: "102"', "{hear: red, within: 25s}", says("green")),
        at("back", "answer: 2", "wait: 1s", says("red"), "{hear: green, within: 10s}", "wait: 3s"),
    )  # fmt: skip
    well((front, back), pbx)
    assert [i.number for i in back.shown] == ["101"]
    assert office.idle
    assert pbx.complaints() == []


def test_a_distinctive_ring(play: Callable[..., Played]) -> None:
    """Its cadence is the PBX's own: a short and a long burst every 4.5 s."""
    pbx, _, (front, back) = play(
        DAHDI, PLAN, OFFICE,
        at("front", *DIALS, 'press: "202"', "{expect: {tone: ringback}, within: 10s}", "wait: 12s"),
        at("back", "answer: 3", "wait: 1s"),
    )  # fmt: skip
    well((front, back), pbx)
    gaps = [(b - a) / 8000 for a, b in pairwise(back.bells)]
    assert gaps == [pytest.approx(wanted, abs=0.15) for wanted in (0.5, 4.0, 0.5, 4.0)]


def test_three_talk_and_one_leaves(play: Callable[..., Played]) -> None:
    """Flash, dial tone, a second number, flash: all three hear each other. The one who made it goes: the two remain."""
    pbx, office, people = play(
        DAHDI, PLAN, OFFICE,
        at("front", *DIALS, 'press: "102"', "{hear: red, within: 25s}", "flash", "{expect: {tone: dial}, within: 5s}",
           'press: "103"', "{hear: blue, within: 25s}", "flash", "wait: 1s", says("green"), "{hear: red, within: 15s}",
           "{hear: blue, within: 15s}"),
        at("back", "answer: 1", "wait: 1s", says("red"), "{hear: green, within: 60s}", "wait: 2s", says("red"),
           "{hear: blue, within: 15s}", "wait: 3s", says("green"), "wait: 3s"),
        at("store", "answer: 1", "wait: 1s", says("blue"), "{hear: green, within: 30s}", "{hear: red, within: 15s}",
           says("blue"), "{hear: green, within: 15s}"),
        seconds=120,
    )  # fmt: skip
    well(people, pbx)
    assert office.idle


def test_a_call_from_outside_is_handed_on(play: Callable[..., Played]) -> None:
    """Reception answers, flashes, calls the store and puts down: outside and the store talk."""
    outside = (
        'spec: 1\nwho: {number: "13900001111"}\nscript:\n  - dial: "80001"\n  - {hear: red, within: 30s}\n'
        "  - {hear: blue, within: 40s}\n  - wait: 1s\n  - " + says("green") + "\n  - wait: 3s\n  - hang_up\n"
    )
    pbx, _, people = play(
        DAHDI, PLAN, OFFICE, outside,
        at("front", "answer: 2", "wait: 1s", says("red"), "wait: 1s", "flash", "{expect: {tone: dial}, within: 5s}",
           'press: "103"', "{expect: {tone: ringback}, within: 10s}", "wait: 1s"),
        at("store", "answer: 3", "wait: 3s", says("blue"), "{hear: green, within: 15s}"),
        seconds=120,
    )  # fmt: skip
    well(people, pbx)
    assert [i.number for i in people[1].shown] == ["13900001111"]


def test_a_call_waits(play: Callable[..., Played]) -> None:
    """Two talk, a third calls: a beep; flash takes the second call, flash again goes back to the first."""
    pbx, office, people = play(
        DAHDI, PLAN, OFFICE,
        at("front", *DIALS, 'press: "102"', "{hear: red, within: 25s}", "wait: 12s", "flash",
           "{hear: blue, within: 20s}", "flash", "wait: 1s", says("green"), "wait: 2s"),
        at("back", "answer: 1", "wait: 1s", says("red"), "{hear: green, within: 60s}", "wait: 2s"),
        at("store", *DIALS, 'press: "101"', "wait: 14s", says("blue"), "wait: 14s", after=14),
        seconds=120,
    )  # fmt: skip
    well(people, pbx)
    assert office.idle
