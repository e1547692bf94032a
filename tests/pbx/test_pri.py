"""A PBX on the office's ISDN span, as the user of its network side."""

from __future__ import annotations

from collections.abc import Callable

from tests.pbx.conftest import Played
from tests.pbx.trunks import HEARS_BUSY, HEARS_RINGBACK, HEARS_VACANT, PEOPLE, PLAN, TALKS, person

OFFICE = f"""
spec: 1
cards:
  - {{type: e1, name: trunk, signalling: isdn, side: network, numbers: ["820000xx"]}}
{PEOPLE}
"""
DAHDI = """
switchtype=euroisdn
signalling=pri_cpe
group=1
context=incoming
overlapdial=no
channel => 1-15,17-31
"""


def test_calls_from_the_network(play: Callable[..., Played]) -> None:
    """Five at once: one talks, one is busy, one is vacant, one is cleared by the PBX, one gives up while it rings."""
    pbx, office, people = play(
        DAHDI, PLAN, OFFICE,
        person("82000001", *TALKS), person("82000011", *HEARS_BUSY), person("82000099", *HEARS_VACANT),
        person("82000021", *HEARS_BUSY), person("82000031", *HEARS_RINGBACK),
    )  # fmt: skip
    for caller in people:
        assert caller.succeeded, (caller.report, pbx.said()[-4000:])
    assert "to 82000001 from 13900001111" in pbx.said()
    assert "digits 5309" in pbx.said()
    assert office.idle
    assert pbx.complaints() == []


def test_calls_to_the_network(play: Callable[..., Played]) -> None:
    """Through the PBX and back into the office: answered and cleared there, busy with cause 17, vacant with cause 1."""
    pbx, office, people = play(
        DAHDI, PLAN, OFFICE,
        person("82000041", "{expect: {tone: busy}, within: 25s}"), person("82000051", *HEARS_BUSY),
        person("82000061", *HEARS_VACANT),
    )  # fmt: skip
    for caller in people:
        assert caller.succeeded, (caller.report, pbx.said()[-4000:])
    assert "answered DAHDI/i1/" in pbx.said()
    assert "status BUSY cause 17" in pbx.said()
    assert "cause 1" in pbx.said()
    assert office.idle
