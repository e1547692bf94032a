"""A PBX on the office's MFC-R2 span, China No.1.

Its libopenr2 1.3.3, when it calls, takes the question for the next digit of its own number for one of the called
number: so the office does not ask (`calling: 0`).
"""

from __future__ import annotations

from collections.abc import Callable

from tests.pbx.conftest import Played
from tests.pbx.trunks import HEARS_BUSY, PEOPLE, PLAN, TALKS, person

OFFICE = f"""
spec: 1
cards:
  - {{type: e1, name: trunk, signalling: r2, variant: cn, crc4: false, r2: {{calling: 0}}, numbers: ["820000xx"]}}
{PEOPLE}
"""
DAHDI = """
signalling=mfcr2
mfcr2_variant=cn
mfcr2_get_ani_first=no
mfcr2_max_ani=11
mfcr2_max_dnis=8
mfcr2_category=national_subscriber
mfcr2_accept_on_offer=no
mfcr2_call_files=yes
mfcr2_logdir=span1
mfcr2_logging=all
group=1
context=incoming
channel => 1-15,17-31
"""


def test_calls_from_the_network(play: Callable[..., Played]) -> None:
    """One talks, one is busy, one is cleared by the PBX, one gives up before it is accepted."""
    pbx, office, people = play(
        DAHDI, PLAN, OFFICE,
        person("82000001", "wait: 6s", *TALKS), person("82000011", *HEARS_BUSY),
        person("82000021", "{expect: {tone: busy}, within: 25s}"), person("82000031", "wait: 6s"),
    )  # fmt: skip
    for caller in people:
        assert caller.succeeded, (caller.report, pbx.said()[-4000:])
    assert "to 82000001 from 13900001111" in pbx.said()
    assert "digits 5309" in pbx.said()
    assert office.idle


def test_calls_to_the_network(play: Callable[..., Played]) -> None:
    """Answered and cleared there; busy."""
    pbx, office, people = play(
        DAHDI, PLAN, OFFICE,
        person("82000041", "{expect: {tone: busy}, within: 40s}"),
        person("82000051", "{expect: {tone: busy}, within: 30s}"), seconds=70,
    )  # fmt: skip
    for caller in people:
        assert caller.succeeded, (caller.report, pbx.said()[-4000:])
    assert "answered DAHDI/" in pbx.said()
    assert office.idle
