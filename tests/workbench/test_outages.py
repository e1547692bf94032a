"""A server that is killed, or cannot write: what callers hear, and what is there afterwards. Real processes."""

from __future__ import annotations

import resource
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ivr_runtime.records.database import DATABASE_FILE
from tests.workbench.served import Furnished, Served, caller, kept, served

pytestmark = [pytest.mark.realtime, pytest.mark.alone]

ORDER = """\
  - {press: "21001#2#2", over: true}
  - {hear: read_back, through: began}
  - {press: ",1", over: true}
"""
CONFIRMED = ORDER + '  - {hear: {text: "订货成功*"}, through: began}\n'
REFUSED = ORDER + "  - {hear: order_failed, through: began}\n"
OFFERED = "  - {hear: offer_operator, through: began}\n"
HANG_UP = "  - hang_up\n"
LISTEN = "  - {expect: {silence: 9s}, within: 40s}\n"
PRICE = '  - {press: "11001#", over: true}\n  - {hear: {text: 每条价格}, through: began}\n'
MESSAGE = """\
  - {press: "0", over: true}
  - {hear: ask_callback, through: began}
  - {press: "13812345678#,1", over: true}
  - {hear: speak_after_beep}
  - {wait: 1s}
  - say: 我有一个很急的问题，请尽快给我回电话。
  - {press: "#"}
  - {hear: apology, through: began}
"""


def stock(data: Path) -> int:
    """What is left of the product that is ordered here."""
    found: int = next(p["stock"] for p in kept(data, "products", "list") if p["code"] == "1001")
    return found


def test_kill_9_while_the_order_number_is_spoken(furnished: Furnished, tmp_path: Path) -> None:
    """The order is there once, after a restart too; the call is shown without an end; the next caller is served."""
    data = furnished.copy(tmp_path / "data")
    with served(furnished, data, [(caller(tmp_path / "order.yaml", CONFIRMED + LISTEN), 1)]) as running:
        running.until(lambda: running.heard("您的订单号是"))
        running.kill()
        assert running.end() == 128 + signal.SIGKILL
    assert (len(kept(data, "orders", "list")), stock(data)) == (1, 498)
    with served(furnished, data, [(caller(tmp_path / "price.yaml", PRICE + HANG_UP), 1)]) as running:
        assert running.end() == 0, running
    assert (len(kept(data, "orders", "list")), stock(data)) == (1, 498)
    second, first = kept(data, "calls", "list")
    assert (first["end_reason"], first["seconds"], first["ended_at"]) == ("", None, None)
    assert second["end_reason"] == "disconnect"
    assert kept(data, "calls", "show", first["id"])["orders"] == [kept(data, "orders", "list")[0]["number"]]


@pytest.fixture
def people(tmp_path: Path) -> list[tuple[Path, float]]:
    """1 orders before the outages, 2 while the database is locked, 3 and 4 on a full disk, 5 when all is well again."""
    scripts = [
        (CONFIRMED, 1),
        (REFUSED + OFFERED, 9),
        (REFUSED + OFFERED, 24),
        (MESSAGE + OFFERED, 25),
        (CONFIRMED, 52),
    ]
    return [
        (caller(tmp_path / f"{i}.yaml", steps + HANG_UP, number=str(i) * 8), second)
        for i, (steps, second) in enumerate(scripts, 1)
    ]


def test_a_locked_database_and_a_full_disk(
    furnished: Furnished, tmp_path: Path, people: list[tuple[Path, float]]
) -> None:
    """Everybody is apologised to and served on; the log says where; what was confirmed stays; all lines recover."""
    data = furnished.copy(tmp_path / "data")
    with served(furnished, data, people) as running:
        running.until(lambda: running.heard("您的订单号是", "11111111"))
        with closing(sqlite3.connect(data / DATABASE_FILE, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            running.until(lambda: running.heard("您的订单没有提交成功", "22222222"))
        running.until(lambda: running.event("records.recovered"))
        running.until(lambda: running.event("call.answered", number="44444444"))
        write_nothing(running, True)
        running.until(lambda: running.event("call.ended", number="33333333"))
        running.until(lambda: running.event("call.ended", number="44444444"))
        write_nothing(running, False)
        assert running.end() == 0, running
    assert [order["caller"] for order in kept(data, "orders", "list")] == ["55555555", "11111111"]
    assert (stock(data), kept(data, "messages", "list")) == (496, [])
    assert pause_before(running, "您的订单没有提交成功", "22222222") < 4.0, running
    assert running.events("records.recovered")[-1]["lost"] == 0
    failed = running.events("step.failed", level="error", card="hotline")
    assert sorted(record["line"] for record in failed) == ["line-1", "line-2", "line-3"], running
    calls = {call["caller_number"]: call for call in kept(data, "calls", "list")}
    assert {record["call"] for record in failed} == {calls[n * 8]["id"] for n in "234"}
    assert len(calls) == 5
    assert {call["end_reason"] for call in calls.values()} <= {"disconnect", "busy_tone"}


def write_nothing(running: Served, full: bool) -> None:
    """No file of the server may grow beyond 4 KB: to its writes this is a full disk."""
    hard = resource.RLIM_INFINITY
    resource.prlimit(running.server, resource.RLIMIT_FSIZE, (4096 if full else hard, hard))


def pause_before(running: Served, text: str, number: str) -> float:
    """Seconds from this caller's last key to these words."""
    told = [e for e in running.told if e["caller"] == number]
    words: float = next(e["second"] for e in told if text in e["text"])
    keys: list[float] = [e["second"] for e in told if e["kind"] == "pressed" and e["second"] < words]
    return words - max(keys)
