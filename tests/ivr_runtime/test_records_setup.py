"""Opening the records: SQLite in the data folder, PostgreSQL by URL."""

from __future__ import annotations

import io
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from ivr_runtime.records.database import DATABASE_FILE, database
from ivr_runtime.records.models import Step
from ivr_runtime.records.setup import RecordsError, close, data_dir, setup


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A program in a process of its own."""
    command = [sys.executable, "-c", textwrap.dedent(program), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_what_is_confirmed_is_on_disk_and_readers_do_not_wait(records: Path) -> None:
    """SQLite runs with a write-ahead log, full synchronisation and foreign keys, and hardly waits itself."""
    found = {}
    with connection.cursor() as cursor:
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
            cursor.execute(f"PRAGMA {name}")
            found[name] = cursor.fetchone()[0]
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10}


def test_a_writer_waits_for_another_one_without_holding_its_connection(records: Path) -> None:
    """Somebody else writes for half a second: this one comes after, its connection free meanwhile."""
    with closing(sqlite3.connect(records / DATABASE_FILE, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        release = threading.Timer(0.5, other.execute, ("ROLLBACK",))
        release.start()
        with transaction.atomic():
            assert Step.objects.count() == 0
        release.join()
    assert len(connection.execute_wrappers) == 1


def test_records_are_made_in_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    """The folder, the file and all tables are made by the first setup; the second finds nothing to do."""
    folder = tmp_path / "new" / "data"
    for _ in range(2):
        setup(folder)
        assert data_dir() == folder
        close()
    tables = {row[0] for row in sqlite3.connect(folder / DATABASE_FILE).execute("SELECT name FROM sqlite_master")}
    assert {"records_call", "records_step", "records_order", "records_message", "records_product"} <= tables


def test_migrations_are_complete(records: Path) -> None:
    """No model differs from what the migrations make."""
    said = io.StringIO()
    call_command("makemigrations", "records", "--check", "--dry-run", stdout=said)
    assert "No changes" in said.getvalue()


def test_a_second_set_of_records_is_refused(records: Path, tmp_path: Path) -> None:
    """One process has one set of records open."""
    setup(records)
    with pytest.raises(RecordsError, match="open already"):
        setup(tmp_path / "other")


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system mounted read-only, another user's folder: said at the start, not at the first order."""
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    with pytest.raises(RecordsError, match="nothing can be written"):
        setup(tmp_path)


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "data").write_text("no folder")
    with pytest.raises(RecordsError, match=r"data folder .*/data cannot be made"):
        setup(tmp_path / "data")


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    """The message names the file; the process can open other records afterwards."""
    (tmp_path / DATABASE_FILE).write_text("this is no database " * 100)
    with pytest.raises(RecordsError, match=r"loopstart\.db.*not a database"):
        setup(tmp_path)
    setup(tmp_path / "other")
    close()


def test_missing_records_are_an_error_for_those_who_only_read(tmp_path: Path) -> None:
    """create=False makes nothing."""
    with pytest.raises(RecordsError, match="no records in"):
        setup(tmp_path / "data", create=False)
    assert not (tmp_path / "data").exists()


def test_processes_that_start_at_once_make_the_tables_once(tmp_path: Path) -> None:
    """Four processes open the same new records; all succeed."""
    program = "import sys; from ivr_runtime.records.setup import setup; setup(sys.argv[1])"
    started = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "data")], stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    errors = [process.communicate(timeout=60)[1].decode() for process in started]
    assert [process.returncode for process in started] == [0] * 4, errors


def test_opening_records_imports_no_web_server(tmp_path: Path) -> None:
    """A server is ready in 2 s and stays small: no URLs, no requests, no admin."""
    program = """
        import sys
        from ivr_runtime.records.setup import setup
        setup(sys.argv[1])
        from ivr_runtime.services import SERVICES
        assert SERVICES["catalogue.product"](code="1") is None
        heavy = {"django.urls", "django.http", "django.contrib", "scipy", "pandas"}
        print(sorted(heavy & set(sys.modules)))
    """
    setup(tmp_path)
    close()
    done = run(program, str(tmp_path))
    assert done.stdout.strip() == "[]", done.stderr


def test_models_can_be_imported_before_the_records_are_open(tmp_path: Path) -> None:
    """Whatever is imported first; the relations between the models are whole."""
    program = """
        import sys
        from ivr_runtime.records.models import Call, Order
        from ivr_runtime.records.setup import setup
        setup(sys.argv[1])
        from ivr_runtime.services import SERVICES
        Call.objects.create(id="c")
        print(Call.objects.get().orders.count(), Order.objects.filter(call__id="c", lines__quantity=1).count())
        print(sorted(field.name for field in Call._meta.related_objects))
    """
    done = run(program, str(tmp_path))
    assert done.stdout.split("\n")[:2] == ["0 0", "['messages', 'orders', 'steps']"], done.stderr


def test_a_url_names_a_postgresql_database() -> None:
    """Parts are unquoted; options of the query go to libpq; waits are bounded."""
    entry = database(Path("data"), "postgresql://u%40x:p%2Fw@db.example:5433/loop?sslmode=require")
    assert (entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"], entry["NAME"]) == (
        "u@x", "p/w", "db.example", "5433", "loop",
    )  # fmt: skip
    assert entry["ENGINE"] == "django.db.backends.postgresql"
    assert entry["OPTIONS"]["sslmode"] == "require"
    assert "lock_timeout=2500" in entry["OPTIONS"]["options"]


def test_a_url_names_another_sqlite_file() -> None:
    """sqlite:///relative and sqlite:////absolute; no URL is the file in the data folder."""
    assert database(Path("d"), "sqlite:////srv/x.db")["NAME"] == "/srv/x.db"
    assert database(Path("d"), "sqlite:///x.db")["NAME"] == "x.db"
    assert database(Path("d"))["NAME"] == "d/loopstart.db"


@pytest.mark.parametrize("url", ["mysql://h/x", "postgresql://u:secret@h", "sqlite:///", "nonsense", "http://["])
def test_a_url_that_names_no_database_is_refused_without_its_password(url: str) -> None:
    """The message tells what a URL looks like and keeps the password to itself."""
    with pytest.raises(ValueError) as refused:
        database(Path("data"), url)
    assert "secret" not in str(refused.value)


def test_the_environment_names_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LOOPSTART_DATABASE_URL is used when no URL is given."""
    monkeypatch.setenv("LOOPSTART_DATABASE_URL", f"sqlite:///{tmp_path}/elsewhere.db")
    setup(tmp_path / "data")
    close()
    assert (tmp_path / "elsewhere.db").exists()
