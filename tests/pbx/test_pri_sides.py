"""A PBX as the network side of an ISDN span, with overlap dialling, and as one that bridges calls in the driver."""

from __future__ import annotations

from collections.abc import Callable

from tests.pbx.conftest import Played
from tests.pbx.trunks import HEARS_BUSY, HEARS_VACANT, PEOPLE, PLAN, TALKS, person

OFFICE = """
spec: 1
cards:
  - {{type: e1, name: trunk, signalling: isdn, side: {side}, overlap: {overlap}, numbers: ["820000xx"]}}
{people}
"""
DAHDI = """
switchtype=euroisdn
signalling={signalling}
group=1
context=incoming
overlapdial={overlap}
channel => 1-15,17-31
"""


def test_the_pbx_is_the_network(play: Callable[..., Played]) -> None:
    """Calls both ways when the office is the user: talked, busy, cleared by the PBX, out again to somebody, to a
    busy number, to nobody."""
    pbx, office, people = play(
        DAHDI.format(signalling="pri_net", overlap="no"), PLAN,
        OFFICE.format(side="user", overlap="false", people=PEOPLE),
        person("82000001", *TALKS), person("82000011", *HEARS_BUSY), person("82000021", *HEARS_BUSY),
        person("82000041", "{expect: {tone: busy}, within: 25s}"), person("82000051", *HEARS_BUSY),
        person("82000061", *HEARS_VACANT),
    )  # fmt: skip
    for caller in people:
        assert caller.succeeded, (caller.report, pbx.said()[-4000:])
    assert "to 82000001 from 13900001111" in pbx.said()
    assert "digits 5309" in pbx.said()
    assert "answered DAHDI/i1/" in pbx.said()
    assert "status BUSY cause 17" in pbx.said()
    assert office.idle
    assert pbx.complaints() == []


def test_overlap_dialling(play: Callable[..., Played]) -> None:
    """The office sends the number digit by digit, and the PBX the last digits of its own call as INFORMATION."""
    plan = PLAN + "exten => _8200007X,1,Answer()\n same => n,Dial(DAHDI/g1/100,20,D(86))\n same => n,Hangup()\n"
    pbx, office, people = play(
        DAHDI.format(signalling="pri_cpe", overlap="yes"), plan,
        OFFICE.format(side="network", overlap="true", people=PEOPLE),
        person("82000001", *TALKS), person("82000041", "{expect: {tone: busy}, within: 25s}"),
    )  # fmt: skip
    for caller in people:
        assert caller.succeeded, (caller.report, pbx.said()[-4000:])
    assert "to 82000001 from 13900001111" in pbx.said()
    assert office.idle
    assert pbx.complaints() == []


def test_two_circuits_are_bridged(play: Callable[..., Played]) -> None:
    """In on one circuit and out on another: each hears the other."""
    plan = "[incoming]\nexten => 82000001,1,Dial(DAHDI/g1/10010,30)\n same => n,Hangup()\n"
    asks = person("82000001", "{hear: red, within: 20s}", 'say: {text: "绿草长在河边"}', "wait: 3s")
    says = """
spec: 1
who: {number: "10010"}
script:
  - answer: 1
  - wait: 2s
  - say: {text: "红色的花开了"}
  - {hear: green, within: 10s}
  - {expect: {tone: busy}, within: 20s}
  - hang_up
"""
    pbx, _, callers = play(
        DAHDI.format(signalling="pri_cpe", overlap="no"), plan,
        OFFICE.format(side="network", overlap="false", people=""), asks, says,
    )  # fmt: skip
    for caller in callers:
        assert caller.succeeded, (caller.report, pbx.said()[-4000:])
    assert pbx.complaints() == []
