"""A PBX that is killed in the middle of calls, and started again.

Its circuits of ISDN are free when it was missed: 10 s without a frame (T203), 4 s of asking, 6 s more (T309).
If it is back before that, its new data link is only a reset of the old one (Q.921), and the calls stay until their
people hang up.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from drivers.speech.book import Book
from hw_sim.config import load_office
from hw_sim.dahdi.house import House
from hw_sim.office import Office
from tests.pbx.cast import Listener, Who, well
from tests.pbx.pbx import Pbx
from tests.pbx.trunks import PLAN, person

OFFICE = """
spec: 1
cards:
  - {type: e1, name: trunk, signalling: isdn, side: network, numbers: ["820000xx"]}
  - {type: analog-fxo, name: lines, ports: [{number: "80001"}]}
"""
DAHDI = """
context=incoming
switchtype=euroisdn
signalling=pri_cpe
group=1
channel => 1-15,17-31
signalling=fxs_ks
group=3
channel => 32
"""
LONG = """exten => _8200009X,1,Answer()
 same => n,Playtones(450)
 same => n,Wait(300)
exten => s,1,Answer()
 same => n,Playtones(450)
 same => n,Wait(300)
"""
HEARS = ("{expect: {tone: dial}, within: 30s}", "{expect: {tone: busy}, within: 60s}")


def test_killed_in_calls_and_started_again(tmp_path: Path, book: Book) -> None:
    """Its circuits and lines are cleared: those who talked hear busy tone. The next one takes calls on all of them."""
    (tmp_path / "office.yaml").write_text(OFFICE)
    office = Office(load_office(tmp_path / "office.yaml"), book=book)
    pbx = Pbx(tmp_path / "pbx", DAHDI, PLAN + LONG)
    pbx.folder.mkdir()
    pbx.written()

    def call(name: str, number: str, *steps: str) -> Listener:
        caller = Who(person(number, *steps)).made(tmp_path / f"{name}.yaml", book)
        office.add_caller(caller)
        return caller

    with House(office, configured=False) as house:

        def serve(
            child: subprocess.Popen[bytes] | None, seconds: float, over: Callable[[], bool] = lambda: False
        ) -> None:
            last = office.now + seconds * 8000
            house.serve(child, lambda: over() or office.now > last)

        first = house.start(pbx.command(), start_new_session=True)
        serve(first, 8)
        people = [call(f"c{i}", f"8200009{i}", *HEARS) for i in range(5)] + [call("line", "80001", *HEARS)]
        serve(first, 30, lambda: all(any(e.kind == "decided" for e in caller.report) for caller in people))
        first.send_signal(signal.SIGKILL)
        first.wait()
        serve(None, 60, lambda: all(caller.finished for caller in people) and office.idle)
        well(people, pbx)
        assert office.idle
        second = house.start(pbx.command(), start_new_session=True)
        serve(second, 8)
        again = [call(f"d{i}", f"8200009{i}", "{expect: {tone: dial}, within: 30s}") for i in range(5)]
        again.append(call("again", "80001", "{expect: {tone: dial}, within: 30s}"))
        serve(second, 60, lambda: all(caller.finished for caller in again) and office.idle)
        second.terminate()
        well(again, pbx)
        assert office.idle
