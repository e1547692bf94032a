"""The tobacco hotline while its database cannot be written: what callers hear, and what is there afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hw_sim.caller.config import load_caller_config
from hw_sim.config import load_office
from ivr_runtime.catalogue import import_products, spoken_names
from ivr_runtime.records import database, reports, setup
from ivr_runtime.records.journal import Journal
from ivr_runtime.services import SERVICES
from workbench.demo.stage import FLOW, OFFICE
from workbench.rehearsal import Play, Rehearsal

ORDER = """
spec: 1
who: {number: "13812345678", level: -10}
script:
  - dial: "96688"
  - {hear: languages, within: 40s, through: began}
  - {press: "1", over: true}
  - hear: main_menu
  - press: "2"
  - hear: ask_order_code
  - press: "1001#"
  - hear: ask_quantity
  - press: "2#"
  - hear: more_or_finish
  - press: "2"
  - hear: confirm_order
  - press: "1"
"""
CONFIRMED = ORDER + '  - hear: {text: "订货成功，您的订单号是"}\n  - hang_up\n'
APOLOGISED = ORDER + "  - hear: order_failed\n  - hear: offer_operator\n  - hang_up\n"


@pytest.fixture
def hotline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearsal]:
    """The hotline with records that wait 50 ms for another program, where a server waits 2.5 s."""
    monkeypatch.setattr(database, "SQLITE_START", database.SQLITE_START.replace("2500", "50"))
    setup.setup(tmp_path)
    import_products(FLOW / "products.csv")
    play = Play.prepare(FLOW / "flow.yaml", tmp_path / "book", spoken_names())
    yield Rehearsal(play, load_office(OFFICE), tmp_path, Journal())
    setup.close()


def call(hotline: Rehearsal, script: str) -> None:
    """One caller does this; what was heard instead is the message of a test that fails."""
    config = load_caller_config("caller.yaml", script, hotline.play.book.clips)
    (person,) = hotline.run([(config, 0)])
    assert person.succeeded, "\n".join(f"{e.at / 8000:8.2f} {e.kind} {e.text}" for e in person.report)


def stock() -> int:
    """What is left of the product."""
    return next(product["stock"] for product in reports.products() if product["code"] == "1001")


def test_a_caller_whose_order_cannot_be_kept_is_told_so(hotline: Rehearsal) -> None:
    """Another program holds the database: prices are told, the order is not confirmed, the operator is offered.

    Afterwards there is the order of before and nothing half done; the trace of the call is kept when the lock is gone.
    """
    assert hotline.journal is not None
    SERVICES["orders.place"]("before", "before", [{"code": "1001", "quantity": 2}])
    with closing(sqlite3.connect(hotline.folder / database.DATABASE_FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        call(hotline, APOLOGISED)
        other.execute("ROLLBACK")
    assert hotline.journal.close()
    assert (len(reports.orders()), stock(), hotline.journal.lost) == (1, 498, 0)
    trace = next(reports.call(kept["id"]) for kept in reports.calls() if kept["line"])["steps"]
    failed = [step for step in trace if step["outcome"] == "failed"]
    assert [(step["what"], "database is locked" in step["facts"]["error"]) for step in failed] == [("query", True)]


def test_a_confirmed_order_is_there_whatever_becomes_of_the_trace(hotline: Rehearsal) -> None:
    """The journal cannot write anything any more; the order does not go its way."""
    assert hotline.journal is not None
    hotline.journal.close()
    call(hotline, CONFIRMED)
    assert (len(reports.orders()), stock()) == (1, 498)
    assert hotline.journal.lost > 5
