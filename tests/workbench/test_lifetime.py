"""The life of a server on the virtual card: begun, refused a card, told to stop. Real processes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workbench.served import ROOT, Furnished, caller, kept, served
from workbench.demo.stage import FLOW, OFFICE

pytestmark = pytest.mark.realtime

WAITS_THEN_ORDERS = """\
  - {wait: 6s}
  - {press: "21001#2#2", over: true}
  - {hear: read_back, through: began}
  - {press: ",1", over: true}
  - {hear: {text: "订货成功*"}, through: began}
  - {expect: {tone: busy}, within: 20s}
"""
RINGS = """\
  - {wait: 7500ms}
  - dial: "96688"
  - {expect: {tone: ringback}}
  - {wait: 7s}
  - hang_up
"""
HELD = 'exec 3<>/dev/dahdi/2; "$@" 3<&-'
"""A shell that has channel 2 open while it waits for its command."""


def test_the_first_signal_lets_calls_end_and_takes_no_more_the_second_hangs_up(
    furnished: Furnished, tmp_path: Path
) -> None:
    """A caller who is in the middle orders on; who rings now is left to ring; the second signal leaves at once."""
    data = furnished.copy(tmp_path / "data")
    late = caller(tmp_path / "late.yaml", RINGS, quick=False, number="22222222")
    people = [(caller(tmp_path / "early.yaml", WAITS_THEN_ORDERS), "open"), (late, "open")]
    with served(furnished, data, people) as running:
        running.until(lambda: running.heard("查询价格"))
        running.office.send_signal(signal.SIGTERM)
        running.until(lambda: running.event("serve.stopping", calls=1))
        running.until(lambda: running.heard("您的订单号是"))
        running.until(lambda: any(e["kind"] == "hung_up" for e in running.told))
        running.office.send_signal(signal.SIGTERM)
        assert running.end(10) == 0
    assert len(kept(data, "orders", "list")) == 1
    (call,) = kept(data, "calls", "list")
    assert call["end_reason"] == "shutdown"
    assert [r["event"] for r in running.log if r["event"].startswith("serve")] == [
        "serve.ready", "serve.stopping", "serve.hanging_up", "serve.stopped",
    ]  # fmt: skip


def test_a_channel_that_another_program_holds(furnished: Furnished, tmp_path: Path) -> None:
    """Status 3, and an ERROR that names the channel, its line and who holds it; no line is answered."""
    data = furnished.copy(tmp_path / "data")
    made = subprocess.run(
        [
            *(sys.executable, "-m", "hw_sim", "run", str(OFFICE), "--", "sh", "-c", HELD, "sh"),
            *(sys.executable, "-m", "workbench.cli", "serve", str(FLOW / "flow.yaml")),
            *("--cards", str(data / "cards.yaml"), "--data", str(data)),
        ],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert made.returncode == 3
    (record,) = [json.loads(line) for line in made.stderr.splitlines() if line.startswith(b"{")]
    assert (record["event"], record["level"], record["kind"]) == ("serve.failed", "error", "CardBusy")
    assert record["error"].startswith("channel 2 (line-2 of hotline) is held by another program")


THIRTY = """\
spec: 1
country: cn
cards:
  - type: analog-fxo
    name: hotline
    ports:
"""


@pytest.mark.alone
def test_thirty_lines(furnished: Furnished, tmp_path: Path) -> None:
    """Ready soon (1.1 s on a quiet machine of two cores), and under 150 MB; told to stop, it stops."""
    data = furnished.copy(tmp_path / "data")
    office = tmp_path / "office.yaml"
    office.write_text(THIRTY + "".join(f'      - {{number: "{80001 + i}"}}\n' for i in range(30)))
    (data / "cards.yaml").write_text("spec: 1\ncards:\n  - {name: hotline, device: 'dahdi:1-30'}\n")
    with served(furnished, data, office=office) as running:
        running.until(lambda: running.event("serve.ready"))
        running.office.send_signal(signal.SIGTERM)
        assert running.end(20) == 0
    (ready,) = running.events("serve.ready", lines=30)
    assert ready["megabytes"] < 150
    assert ready["seconds"] < 5
