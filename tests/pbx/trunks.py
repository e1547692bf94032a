"""What the tests of E1 trunks share: the dial plan that the office's callers meet, and who calls."""

from __future__ import annotations

PLAN = """
[incoming]
exten => _8200000X,1,NoOp(to ${EXTEN} from ${CALLERID(num)})
 same => n,Ringing()
 same => n,Wait(1)
 same => n,Answer()
 same => n,Read(DIGITS,,4,,1,15)
 same => n,NoOp(digits ${DIGITS})
 same => n,Playtones(450)
 same => n,Wait(30)
exten => _8200001X,1,Hangup(17)
exten => _8200002X,1,Answer()
 same => n,Wait(2)
 same => n,Hangup()
exten => _8200003X,1,Ringing()
 same => n,Wait(60)
exten => _8200004X,1,Answer()
 same => n,Dial(DAHDI/g1/10086,30)
 same => n,Hangup()
exten => _8200005X,1,Dial(DAHDI/g1/10001,30)
 same => n,NoOp(status ${DIALSTATUS} cause ${HANGUPCAUSE})
 same => n,Hangup(${HANGUPCAUSE})
exten => _8200006X,1,Dial(DAHDI/g1/10003,30)
 same => n,NoOp(status ${DIALSTATUS} cause ${HANGUPCAUSE})
 same => n,Hangup(${HANGUPCAUSE})
"""

PEOPLE = """
phones:
  - {number: "10086", rings: 1, talk: 4s}
numbers: {"10001": busy, "10003": vacant}
"""


def person(number: str, *steps: str) -> str:
    """Somebody who dials and then does these steps."""
    script = "".join(f"  - {step}\n" for step in (f'dial: "{number}"', *steps, "hang_up"))
    return f'spec: 1\nwho: {{number: "13900001111"}}\nscript:\n{script}'


TALKS = ("wait: 6s", 'press: "5309"', "{expect: {tone: dial}, within: 10s}")
HEARS_BUSY = ("{expect: {tone: busy}, within: 15s}",)
HEARS_VACANT = ("{expect: {tone: vacant}, within: 15s}",)
HEARS_RINGBACK = ("{expect: {tone: ringback}, within: 10s}", "wait: 3s")
