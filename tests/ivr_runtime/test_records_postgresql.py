"""The same records on a real PostgreSQL server, where one can be started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from ivr_runtime.errors import ServiceFailed
from ivr_runtime.records import setup as records_setup
from ivr_runtime.records.entries import CallEntry, Entry, StepEntry
from ivr_runtime.records.journal import Journal
from ivr_runtime.records.models import Call, Message, Order, Product, Step
from ivr_runtime.records.setup import RecordsError
from ivr_runtime.records.store import store
from ivr_runtime.services import SERVICES

pytestmark = pytest.mark.realtime
place = SERVICES["orders.place"]
USER = {"user": "postgres"} if os.geteuid() == 0 else {}
"""PostgreSQL refuses to run as root."""


def program(name: str) -> str:
    """Where a program of PostgreSQL is; Debian keeps them apart from the PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = shutil.which(name) or (str(places[0]) if places else None)
    return found or pytest.skip("PostgreSQL is not installed")


class Server:
    """A PostgreSQL server of its own on a socket in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run("initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-D", str(folder / "db"))
        self.start()

    def run(self, name: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs; it ends by itself."""
        command: list[str] = [program(name), *arguments]
        done = subprocess.run(  # the server inherits standard output: a pipe would never end
            command,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
            **USER,
        )
        assert done.returncode == 0, command

    def start(self) -> None:
        """Start and wait until it answers."""
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
        self.run("pg_ctl", "-w", "-D", str(self.folder / "db"), "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Stop at once, whoever is connected."""
        self.run("pg_ctl", "-w", "-m", "immediate", "-D", str(self.folder / "db"), "stop")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A running server; a short path, for a socket's name has 107 bytes at most."""
    pytest.importorskip("psycopg")
    program("initdb")
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        if USER:
            shutil.chown(name, "postgres")
        running = Server(Path(name))
        yield running
        running.stop()


@pytest.fixture
def shop(server: Server, tmp_path: Path) -> Iterator[str]:
    """Open records with one product of which there are twenty; gives the URL."""
    url = f"postgresql://postgres@/postgres?host={server.folder}"
    records_setup.setup(tmp_path, url)
    with connection.cursor() as cursor:
        tables = ", ".join(f"records_{name}" for name in ("call", "step", "product", "order", "orderline", "message"))
        cursor.execute(f"TRUNCATE {tables} CASCADE")
    Product.objects.create(code="1", name_zh="a", name_en="b", price=100, quota=50, stock=20)
    yield url
    records_setup.close()


def one() -> list[dict[str, Any]]:
    """One of the product."""
    return [{"code": "1", "quantity": 1}]


def test_thirty_callers_at_once_never_oversell(shop: str) -> None:
    """Rows are locked one by one here, not the whole database."""
    barrier = threading.Barrier(30)

    def caller(number: int) -> bool:
        barrier.wait()
        return bool(place(f"call-{number}", f"key-{number}", one())["placed"])

    with ThreadPoolExecutor(30) as pool:
        placed = Counter(pool.map(caller, range(30)))
    assert placed == {True: 20, False: 10}
    assert (Product.objects.get(code="1").stock, Order.objects.count()) == (0, 20)


def test_one_key_from_ten_threads_is_one_order(shop: str) -> None:
    """The unique key decides; the losers of the race get the winner's order, and no stock is taken twice."""
    barrier = threading.Barrier(10)

    def confirm(_: int) -> str:
        barrier.wait()
        return str(place("call-1", "k", one())["number"])

    with ThreadPoolExecutor(10) as pool:
        numbers = set(pool.map(confirm, range(10)))
    assert (len(numbers), Order.objects.count(), Product.objects.get(code="1").stock) == (1, 1, 19)


def test_orders_of_the_same_products_in_any_sequence_do_not_deadlock(shop: str) -> None:
    """One caller orders 1 and 2, another 2 and 1, many times at once."""
    Product.objects.create(code="2", name_zh="a", name_en="b", price=100, quota=50, stock=1000)
    Product.objects.filter(code="1").update(stock=1000)

    def caller(number: int) -> bool:
        wanted = [{"code": code, "quantity": 1} for code in ("12" if number % 2 else "21")]
        return bool(place(f"call-{number}", f"key-{number}", wanted)["placed"])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(caller, range(64)))


def test_a_locked_table_fails_the_service_in_time(shop: str) -> None:
    """Another program holds the table: a clear failure after our patience."""
    import psycopg

    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 50")
    with psycopg.connect(shop) as other:
        other.execute("LOCK TABLE records_order IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(ServiceFailed, match="lock timeout"):
            place("call-1", "k", one())
    assert place("call-1", "k", one())["placed"]


def test_a_connection_that_broke_is_renewed(shop: str, server: Server) -> None:
    """The server was restarted between two calls: the next one notices nothing."""
    first = place("call-1", "k", one())
    server.stop()
    with pytest.raises(ServiceFailed, match=r"orders\.place"):
        place("call-1", "k2", one())
    server.start()
    assert place("call-1", "k", one()) == first
    assert place("call-1", "k2", one())["placed"]


def test_the_journal_waits_for_the_server(shop: str, server: Server) -> None:
    """Down when the entries come, up again later: nothing is lost."""
    server.stop()
    tries: list[float] = []

    def wait(pause: float) -> None:
        tries.append(pause)
        if len(tries) == 2:
            server.start()

    journal = Journal(wait=wait)
    journal.call(CallEntry("c", line="1"))
    journal.step(StepEntry("c", 1, "x", 0, "say"))
    assert journal.close(timeout=60)
    connection.close()
    assert (Call.objects.get().line, Step.objects.count(), len(tries)) == ("1", 1, 2)


def test_strict_columns_lose_no_entry(shop: str) -> None:
    """Overlong text is cut; text that PostgreSQL cannot hold (a null character) is refused alone."""
    entries: list[Entry] = [CallEntry("c", caller_name="x" * 500), StepEntry("c", 1, "p" * 999, 0, "say", "o" * 999)]
    assert store(entries) == []
    assert len(store([StepEntry("c", 2, "nul\0", 0, "say"), StepEntry("c", 3, "x", 0, "say")])) == 1
    assert list(Step.objects.values_list("number", flat=True)) == [1, 3]


def test_messages_and_numbers_are_kept(shop: str, tmp_path: Path) -> None:
    """The rest of the tables on this server."""
    (tmp_path / "m.wav").write_bytes(b"")
    SERVICES["voicemail.keep"]("c", "t" * 500, "1", "m.wav", 8000)
    assert Message.objects.get().seconds == 1.0
    made = place("c", "k", one())
    assert Order.objects.get(number=made["number"]).total == 100


def test_processes_that_start_at_once_make_the_tables_once(server: Server, tmp_path: Path) -> None:
    """Machines with data folders of their own on one new database."""
    server.run("createdb", "-h", str(server.folder), "-U", "postgres", "fresh")
    url = f"postgresql://postgres@/fresh?host={server.folder}"
    text = "import sys; from ivr_runtime.records.setup import setup; setup(*sys.argv[1:])"
    started = [
        subprocess.Popen([sys.executable, "-c", text, str(tmp_path / name), url], stderr=subprocess.PIPE)
        for name in "abc"
    ]
    errors = [process.communicate(timeout=60)[1].decode() for process in started]
    assert [process.returncode for process in started] == [0] * 3, errors


def test_a_server_that_does_not_answer_is_a_clear_error(tmp_path: Path) -> None:
    """At start: no server on that socket."""
    pytest.importorskip("psycopg")
    with pytest.raises(RecordsError, match=r"records in x cannot be opened.*(connect|socket)"):
        records_setup.setup(tmp_path, f"postgresql://u@/x?host={tmp_path}")
