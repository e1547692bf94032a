"""A PBX with a telephone on its FXS port and a line of the office on its FXO port."""

from __future__ import annotations

from collections.abc import Callable

from tests.pbx.conftest import Played

OFFICE = """
spec: 1
cards:
  - type: analog-fxs
    name: desks
    ports: [{name: front}]
  - type: analog-fxo
    name: lines
    ports: [{number: "80001"}]
phones:
  - {port: front, rings: 1, talk: 5s}
"""
DAHDI = """
context=inside
signalling=fxo_ks
channel => 1
context=incoming
signalling=fxs_ks
channel => 2
"""


def test_a_caller_reaches_the_telephone(play: Callable[..., Played]) -> None:
    """In on the FXO port, out on the FXS port: it rings, is lifted, talks, is put down."""
    plan = "[incoming]\nexten => s,1,Dial(DAHDI/1,20)\n same => n,Hangup()\n[inside]\nexten => _X.,1,Hangup()\n"
    calls = 'spec: 1\nscript:\n  - dial: "80001"\n  - {expect: {tone: busy}, within: 40s}\n  - hang_up\n'
    pbx, office, (caller,) = play(DAHDI, plan, OFFICE, calls, seconds=70)
    assert "DAHDI/1-1 is ringing" in pbx.said()
    assert "DAHDI/1-1 answered DAHDI/2-1" in pbx.said()
    assert caller.succeeded, (caller.report, pbx.said()[-4000:])
    assert office.idle
