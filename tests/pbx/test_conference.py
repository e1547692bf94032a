"""A conference of a PBX: callers over circuits of ISDN, of R2 (ITU) and over a line hear each other."""

from __future__ import annotations

from collections.abc import Callable

from tests.pbx.cast import Who, well
from tests.pbx.conftest import WORDS, Played

OFFICE = """
spec: 1
cards:
  - {type: e1, name: trunk, signalling: isdn, side: network, numbers: ["820000xx"]}
  - {type: e1, name: r2, signalling: r2, variant: itu, crc4: false, r2: {calling: 0}, numbers: ["830000xx"]}
  - {type: analog-fxo, name: lines, ports: [{number: "80001"}]}
"""
DAHDI = """
context=incoming
switchtype=euroisdn
signalling=pri_cpe
group=1
channel => 1-15,17-31
signalling=mfcr2
mfcr2_variant=itu
mfcr2_get_ani_first=no
mfcr2_max_ani=11
mfcr2_max_dnis=8
mfcr2_category=national_subscriber
group=2
channel => 32-46,48-62
signalling=fxs_ks
group=3
channel => 63
"""
PLAN = """
[incoming]
exten => _X.,1,Answer()
 same => n,ConfBridge(1)
exten => s,1,Answer()
 same => n,ConfBridge(1)
"""
QUIET = {"confbridge.conf": "[default_user]\ntype=user\nquiet=yes\n[default_bridge]\ntype=bridge\n"}


def caller(number: str, *steps: str) -> Who:
    """Somebody who calls, does these steps and hangs up."""
    lines = "".join(f"  - {step}\n" for step in (f'dial: "{number}"', *steps, "hang_up"))
    return Who(f'spec: 1\nwho: {{number: "13900001111"}}\nscript:\n{lines}')


def says(word: str) -> str:
    """A step."""
    return f'say: {{text: "{WORDS[word]}"}}'


def test_all_hear_each_other(play: Callable[..., Played]) -> None:
    """One speaks on each kind of channel, in turn, and the others hear it."""
    pbx, office, people = play(
        DAHDI, PLAN, OFFICE,
        caller("82000001", "wait: 20s", says("red"), "{hear: green, within: 20s}", "{hear: blue, within: 20s}"),
        caller("83000001", "{hear: red, within: 50s}", "wait: 1s", says("green"), "{hear: blue, within: 20s}"),
        caller("80001", "{hear: red, within: 50s}", "{hear: green, within: 20s}", "wait: 1s", says("blue"), "wait: 5s"),
        seconds=90, more=QUIET,
    )  # fmt: skip
    well(people, pbx)
    assert office.idle
    assert pbx.complaints() == []
