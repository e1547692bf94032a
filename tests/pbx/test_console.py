"""What a PBX says of the office's cards at its console, restarts, alarms, and its own sudden end."""

from __future__ import annotations

import re
from collections.abc import Callable

from hw_sim.equipment import Alarm
from tests.pbx.cast import Desk, Listener, pause, until, well
from tests.pbx.conftest import Played
from tests.pbx.pbx import Pbx
from tests.pbx.trunks import HEARS_BUSY, PEOPLE, PLAN, person

OFFICE = f"""
spec: 1
cards:
  - {{type: e1, name: trunk, signalling: isdn, side: network, numbers: ["820000xx"]}}
  - {{type: e1, name: r2, signalling: r2, variant: cn, crc4: false, r2: {{calling: 0}}, numbers: ["830000xx"]}}
  - {{type: analog-fxo, name: lines, ports: [{{number: "80001"}}]}}
  - {{type: analog-fxs, name: desks, ports: [{{name: front}}]}}
{PEOPLE}
"""
DAHDI = """
context=incoming
switchtype=euroisdn
signalling=pri_cpe
group=1
channel => 1-15,17-31
signalling=mfcr2
mfcr2_variant=cn
mfcr2_get_ani_first=no
mfcr2_max_ani=11
mfcr2_max_dnis=8
mfcr2_category=national_subscriber
group=2
channel => 32-46,48-62
signalling=fxs_ks
group=3
channel => 63
signalling=fxo_ks
group=4
channel => 64
"""
LONG = """exten => _8200009X,1,Answer()
 same => n,Playtones(450)
 same => n,Wait(300)
"""
CONSOLE = (
    "dahdi show channels", "dahdi show status", "pri show span 1", "mfcr2 show channels", "dahdi show channel 1",
    "dahdi show channel 63", "dahdi show channel 64", "dahdi show version",
)  # fmt: skip
ENDS = "{expect: {tone: busy}, within: 60s}"
TRUNK, CARDS = 0, 4
"""The card of ISDN; how many there are."""


def up(pbx: Pbx) -> bool:
    """Has the PBX a D channel?"""
    return "Up, Active" in pbx.ask("pri show spans")


def test_what_it_shows_of_the_cards(play: Callable[..., Played]) -> None:
    """Spans, channels of every signalling, the data link, the circuits of R2: all there and in order."""
    shown: dict[str, str] = {}

    def looks(desk: Desk) -> None:
        until(lambda: up(desk.pbx), 30)
        shown.update({command: desk.pbx.ask(command) for command in CONSOLE})

    pbx, _, _ = play(DAHDI, PLAN, OFFICE, meanwhile=looks)
    channels = re.findall(r"^ *(\d+) +incoming .* Yes *$", shown["dahdi show channels"], re.MULTILINE)
    assert [int(c) for c in channels] == [*range(1, 16), *range(17, 47), *range(48, 65)]
    assert shown["dahdi show status"].count(" OK ") == CARDS
    assert "Switchtype: EuroISDN" in shown["pri show span 1"]
    assert shown["mfcr2 show channels"].count("IDLE") >= 60
    assert "Hookstate (FXS only): Onhook" in shown["dahdi show channel 64"]
    assert pbx.complaints() == []


def test_alarms_and_restarts(play: Callable[..., Played]) -> None:
    """A red alarm ends a call on both sides, and so does a D channel that is gone for long; after each of them, and
    after `dahdi restart`, calls pass again.
    """

    def trouble(desk: Desk) -> None:
        pbx, office = desk.pbx, desk.office

        def calls() -> Listener:
            until(lambda: up(pbx) and pbx.ask("dahdi show status").count(" OK ") == CARDS, 60)
            caller = desk.call(person("82000091", "{expect: {tone: dial}, within: 20s}", ENDS))
            until(lambda: "1 active call" in pbx.ask("core show channels"))
            pause(2)
            return caller

        first = calls()
        desk.do(lambda: office.span_alarm(TRUNK, Alarm.RED))
        until(lambda: "RED" in pbx.ask("dahdi show status"))
        until(lambda: "0 active calls" in pbx.ask("core show channels"), 60)
        desk.do(lambda: office.span_alarm(TRUNK, Alarm(0)))
        second = calls()
        desk.do(lambda: office.lose_d_channel(TRUNK, True))
        until(lambda: not up(pbx), 40)
        until(lambda: "0 active calls" in pbx.ask("core show channels"), 60)
        desk.do(lambda: office.lose_d_channel(TRUNK, False))
        third = calls()
        pbx.ask("dahdi restart")
        fourth = calls()
        pbx.ask("channel request hangup all")
        people = first, second, third, fourth
        until(lambda: all(caller.finished for caller in people))
        well(people, pbx)

    pbx, office, _ = play(DAHDI, PLAN + LONG, OFFICE, meanwhile=trouble, seconds=300)
    assert office.idle, pbx.said()[-3000:]


def test_thirty_calls_at_once(play: Callable[..., Played]) -> None:
    """Fifteen in and, of each of them, one out again: all circuits of a span talk at once, and are free after that."""
    most = [0]

    def counts(desk: Desk) -> None:
        until(lambda: up(desk.pbx), 30)
        people = [desk.call(person(f"820001{i:02}", *HEARS_BUSY)) for i in range(15)]
        while not all(caller.finished for caller in people):
            most[0] = max(
                [most[0], *map(int, re.findall(r"(\d+) active channels", desk.pbx.ask("core show channels")))]
            )
            pause(0.2)
        assert all(caller.succeeded for caller in people), [caller.report for caller in people]

    plan = PLAN + "exten => _820001XX,1,Dial(DAHDI/g1/200${EXTEN:6},30)\n same => n,Hangup()\n"
    phones = "".join(f'  - {{number: "200{i:02}", rings: 1, talk: 12s}}\n' for i in range(15))
    office_yaml = f"""
spec: 1
cards:
  - {{type: e1, name: trunk, signalling: isdn, side: network, numbers: ["820001xx"]}}
phones:
{phones}"""
    dahdi = DAHDI.split("signalling=mfcr2")[0]
    pbx, office, _ = play(dahdi, plan, office_yaml, meanwhile=counts, seconds=90)
    assert most == [30]
    assert office.idle
    assert pbx.complaints() == []
