"""The journal: keeps calls and steps, never blocks, survives a database that cannot be written."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr_runtime.records.database import DATABASE_FILE
from ivr_runtime.records.entries import CallEntry, Entry, StepEntry
from ivr_runtime.records.journal import FIRST_PAUSE, LONGEST_PAUSE, Journal
from ivr_runtime.records.models import Call, Step
from ivr_runtime.records.store import Unavailable, store

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Log:
    """Remembers what was logged."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, dict[str, Any]]] = []

    def error(self, event: str, **facts: Any) -> None:
        self.said.append(("error", event, facts))

    def warning(self, event: str, **facts: Any) -> None:
        self.said.append(("warning", event, facts))

    def info(self, event: str, **facts: Any) -> None:
        self.said.append(("info", event, facts))

    def events(self) -> list[str]:
        """Level and name of each."""
        return [f"{level} {event}" for level, event, _ in self.said]


class Flaky:
    """A store that cannot write the first `failures` times."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.kept: list[Entry] = []

    def __call__(self, entries: Sequence[Entry]) -> list[str]:
        if self.failures:
            self.failures -= 1
            raise Unavailable("database is locked")
        self.kept += entries
        return []


def steps(count: int, call: str = "c") -> list[StepEntry]:
    """Steps 1 .. count of a call."""
    return [StepEntry(call, number, f"steps.s{number}", number * 160, "say") for number in range(1, count + 1)]


def test_calls_and_steps_are_kept(records: Path) -> None:
    """What is known of a call by now replaces what was known before; steps follow in their order."""
    journal = Journal()
    journal.call(CallEntry("c", card="hotline", line="1", caller_number="138", started_at=NOON, started=160))
    journal.step(StepEntry("c", 1, "steps.welcome", 320, "menu", "1", {"keys": "1", "says": ["zh/welcome"]}))
    journal.call(CallEntry("c", card="hotline", line="1", caller_number="138", started_at=NOON, started=160,
                           answered=8000, ended=80000, language="zh", end_reason="disconnect"))  # fmt: skip
    assert journal.close()
    kept = Call.objects.get()
    assert (kept.id, kept.line, kept.started_at, kept.ended, kept.end_reason) == ("c", "1", NOON, 80000, "disconnect")
    step = kept.steps.get()
    assert (step.path, step.at, step.outcome, step.facts) == (
        "steps.welcome", 320, "1", {"keys": "1", "says": ["zh/welcome"]},
    )  # fmt: skip


def test_an_order_may_have_made_the_call_before(records: Path) -> None:
    """orders.place keeps a bare call when the journal is late; the journal fills it in."""
    Call.objects.create(id="c")
    journal = Journal()
    journal.call(CallEntry("c", line="2"))
    journal.close()
    assert Call.objects.get(id="c").line == "2"


def test_writing_twice_does_no_harm(records: Path) -> None:
    """A batch that is tried again after a doubtful failure is there once."""
    entries: list[Entry] = [CallEntry("c"), *steps(3)]
    assert store(entries) == store(entries) == []
    assert (Call.objects.count(), Step.objects.count()) == (1, 3)


def test_an_outage_is_logged_once_and_nothing_is_lost() -> None:
    """The database is locked for ten tries: one error, growing pauses, one recovery, every entry kept in order."""
    log, flaky, pauses = Log(), Flaky(10), list[float]()
    journal = Journal(store=flaky, log=log, wait=pauses.append)
    for step in steps(50):
        journal.step(step)
    assert journal.close()
    assert flaky.kept == steps(50)
    assert log.events() == ["error records.failed", "warning records.recovered"]
    assert log.said[0][2]["calls"] == ["c"]
    assert log.said[1][2]["tries"] == 10
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert max(pauses) == pauses[-1] == LONGEST_PAUSE
    assert (journal.kept, journal.lost) == (50, 0)


def test_each_outage_is_logged() -> None:
    """The second one is news again."""
    log, flaky, first = Log(), Flaky(1), threading.Event()

    def storing(entries: Sequence[Entry]) -> list[str]:
        refused = flaky(entries)
        first.set()
        return refused

    journal = Journal(store=storing, log=log, wait=lambda _: None)
    journal.step(steps(1)[0])
    assert first.wait(10)
    flaky.failures = 1
    journal.step(steps(2)[1])
    journal.close()
    assert log.events() == ["error records.failed", "warning records.recovered"] * 2


def test_a_full_queue_never_blocks_and_the_losses_are_counted() -> None:
    """The writer is stuck: what does not fit is dropped at once, logged once, and its sum told at the recovery."""
    log, stuck, go = Log(), threading.Event(), threading.Event()

    def storing(entries: Sequence[Entry]) -> list[str]:
        if not go.is_set():
            stuck.set()
            raise Unavailable("database or disk is full")
        return []

    journal = Journal(store=storing, log=log, capacity=10, wait=lambda _: go.wait(10))
    journal.step(steps(1)[0])
    assert stuck.wait(10)
    for step in steps(25):
        journal.step(step)
    assert journal.lost == 15
    go.set()
    assert journal.close()
    assert log.events() == ["error records.failed", "error records.lost", "warning records.recovered"]
    assert log.said[-1][2]["lost"] == 15
    assert journal.kept == 11


def test_closing_during_an_outage_gives_up_in_time_and_says_what_is_lost() -> None:
    """SIGTERM while the database is locked: the process must end; what could not be kept is counted."""
    log = Log()
    journal = Journal(store=Flaky(10**9), log=log)
    for step in steps(7):
        journal.step(step)
    assert not journal.close(timeout=0.1)
    assert log.events() == ["error records.failed", "error records.lost"]
    assert log.said[-1][2]["lost"] == journal.lost == 7


def test_what_comes_after_closing_is_counted_as_lost() -> None:
    """Nobody waits for it, nobody forgets it."""
    log = Log()
    journal = Journal(store=Flaky(0), log=log)
    journal.close()
    journal.step(steps(1)[0])
    assert (journal.lost, log.events()) == (1, ["error records.lost"])
    assert journal.close()


def test_one_bad_entry_does_not_take_the_others_with_it(records: Path) -> None:
    """A sample beyond 64 bits cannot be kept: it is refused and logged, its neighbours are kept."""
    log = Log()
    journal = Journal(log=log)
    entries = [*steps(2), StepEntry("c", 3, "x", 2**80, "say"), StepEntry("c", 4, "x", 1, "say")]
    for entry in entries:
        journal.step(entry)
    journal.close()
    assert sorted(Step.objects.values_list("number", flat=True)) == [1, 2, 4]
    assert (journal.kept, journal.lost) == (3, 1)
    assert log.events() == ["error records.refused"]


def test_facts_that_json_cannot_hold_are_kept_as_text(records: Path) -> None:
    """A path, a set, a number of numpy: the trace is for people."""
    assert store([StepEntry("c", 1, "x", 0, "record", facts={"file": Path("/a/b.wav")})]) == []
    assert Step.objects.get().facts == {"file": "/a/b.wav"}


def test_overlong_text_is_cut_to_its_column(records: Path) -> None:
    """A strict database would refuse the call for a caller's long name."""
    assert store([CallEntry("c", caller_name="x" * 500), StepEntry("c", 1, "p" * 999, 0, "say", "o" * 999)]) == []
    assert len(Call.objects.get().caller_name) == 80
    assert (len(Step.objects.get().path), len(Step.objects.get().outcome)) == (300, 200)


def test_a_locked_database_is_waited_for(records: Path) -> None:
    """Another program holds the write lock for the first three tries."""
    log, tries = Log(), list[float]()
    with closing(sqlite3.connect(records / DATABASE_FILE, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")

        def wait(pause: float) -> None:
            tries.append(pause)
            if len(tries) == 3:
                other.execute("ROLLBACK")

        def impatient(entries: Sequence[Entry]) -> list[str]:
            connection.ensure_connection()
            connection.execute_wrappers.clear()
            return store(entries)

        journal = Journal(store=impatient, log=log, wait=wait)
        journal.step(steps(1)[0])
        assert journal.close()
    assert Step.objects.count() == 1
    assert log.events() == ["error records.failed", "warning records.recovered"]
    assert log.said[0][2]["error"] == "database is locked"


def test_a_full_disk_is_waited_for(records: Path) -> None:
    """No room for the first two tries, then someone deletes something."""
    log, tries = Log(), list[float]()

    def cramped(entries: Sequence[Entry]) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA page_count")
            room = cursor.fetchone()[0] if len(tries) < 2 else 1_000_000
            cursor.execute(f"PRAGMA max_page_count={room}")
        return store(entries)

    journal = Journal(store=cramped, log=log, wait=tries.append)
    for step in steps(400):
        journal.step(step)
    assert journal.close()
    assert Step.objects.count() == 400
    assert log.events() == ["error records.failed", "warning records.recovered"]
    assert "full" in log.said[0][2]["error"]


def test_a_database_that_is_gone_is_waited_for(records: Path) -> None:
    """The table vanished and comes back: an outage like any other."""
    log, other = Log(), sqlite3.connect(records / DATABASE_FILE, check_same_thread=False)
    (sql,) = other.execute("SELECT sql FROM sqlite_master WHERE name='records_step'").fetchone()
    other.execute("DROP TABLE records_step")
    journal = Journal(log=log, wait=lambda _: other.execute(sql))
    journal.step(steps(1)[0])
    assert journal.close()
    assert log.events() == ["error records.failed", "warning records.recovered"]
    assert Step.objects.count() == 1
    other.close()


def test_kill_9_loses_at_most_what_was_not_written_yet(records: Path) -> None:
    """The database is whole after the process was killed in the middle of writing."""
    program = """
        import os, sys
        from ivr_runtime.records.setup import setup
        from ivr_runtime.records.journal import Journal
        from ivr_runtime.records.entries import StepEntry
        from ivr_runtime.records.store import store
        setup(sys.argv[1])
        written = 0
        def storing(entries):
            global written
            store(entries)
            written += len(entries)
            print(written, flush=True)
            if written > 50:
                os.kill(os.getpid(), 9)
            return []
        journal = Journal(store=storing)
        for number in range(100000):
            journal.step(StepEntry("c", number, "x", number, "say"))
        journal.close()
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(records)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert Step.objects.count() == int(done.stdout.split()[-1])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        assert cursor.fetchone() == ("ok",)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.integers(0, 40), st.lists(st.booleans(), max_size=8))
def test_whatever_fails_when_every_entry_is_kept_once_in_order(seed: int, count: int, fails: list[bool]) -> None:
    """Any pattern of failures: entries of each call come out as they went in."""
    kept: list[Entry] = []
    pattern = list(fails)

    def storing(entries: Sequence[Entry]) -> list[str]:
        if pattern and pattern.pop():
            raise Unavailable("x")
        kept.extend(entries)
        return []

    wanted = [random.Random(seed + i).choice(steps(3, f"c{i % 3}")) for i in range(count)]
    journal = Journal(store=storing, log=Log(), wait=lambda _: None)
    for entry in wanted:
        journal.step(entry)
    assert journal.close()
    assert kept == wanted


@pytest.mark.parametrize("count", [1, 1500])
def test_closing_keeps_what_waits(records: Path, count: int) -> None:
    """SIGTERM: everything that was put before is in the tables when close returns."""
    journal = Journal()
    for step in steps(count):
        journal.step(step)
    assert journal.close()
    assert (Step.objects.count(), journal.kept) == (count, count)
