"""A PBX on the office's FXO ports."""

from __future__ import annotations

from collections.abc import Callable

from tests.pbx.conftest import Played

OFFICE = """
spec: 1
cards:
  - type: analog-fxo
    name: lines
    ports: [{number: "80001"}, {number: "80002", disconnect: none}]
phones:
  - {number: "10086", rings: 2, talk: 4s}
"""
DAHDI = """
usecallerid=yes
cidsignalling=v23
cidstart=ring
signalling=fxs_ks
busydetect=yes
busycount=4
hanguponpolarityswitch=no
context=incoming
channel => 1-2
"""
PLAN = """
[incoming]
exten => s,1,NoOp(from ${CALLERID(num)})
 same => n,Answer()
 same => n,Read(DIGITS,,4,,1,15)
 same => n,NoOp(digits ${DIGITS})
 same => n,Playtones(450)
 same => n,Wait(30)
"""


def calls(number: str) -> str:
    """Somebody who dials, presses four keys when connected, hears the PBX's answer to them, and hangs up."""
    return f"""
spec: 1
who: {{number: "13900001111"}}
script:
  - dial: "{number}"
  - wait: 11s
  - press: "5309"
  - expect: {{tone: dial}}
    within: 8s
  - hang_up
"""


def test_caller_id_keys_and_the_far_end_hanging_up(play: Callable[..., Played]) -> None:
    """Number, four keys, its dial tone at our end; when we hang up it goes on hook, by the open loop."""
    pbx, office, (caller,) = play(DAHDI, PLAN, OFFICE, calls("80001"))
    assert caller.succeeded, (caller.report, pbx.said()[-3000:])
    assert "from 13900001111" in pbx.said()
    assert "digits 5309" in pbx.said()
    assert office.idle
    assert pbx.complaints() == []


def test_without_supervision_it_hears_busy_tone(play: Callable[..., Played]) -> None:
    """Our office's busy tone is one to its busy detector."""
    pbx, office, (caller,) = play(DAHDI, PLAN, OFFICE, calls("80002"))
    assert caller.succeeded, (caller.report, pbx.said()[-3000:])
    assert office.idle


def test_it_places_a_call_on_another_line(play: Callable[..., Played]) -> None:
    """DIAL on line 2 reaches a telephone, which answers and hangs up."""
    plan = "[incoming]\nexten => s,1,Answer()\n same => n,Dial(DAHDI/2/10086,30)\n same => n,Hangup()\n"
    waits = 'spec: 1\nscript:\n  - dial: "80001"\n  - wait: 25s\n  - hang_up\n'
    pbx, _, (caller,) = play(DAHDI, plan, OFFICE, waits, seconds=50)
    assert caller.succeeded
    assert "Called DAHDI/2/10086" in pbx.said()
    assert "DAHDI/2-1 answered DAHDI/1-1" in pbx.said()
