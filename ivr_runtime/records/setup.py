"""Make Django ready, lazily and quickly, and bring the database up to date.

Django is imported inside `setup`: a command that keeps no records does not pay for it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ivr_runtime.records import settings as fixed_settings
from ivr_runtime.records.database import BUSY_SECONDS, database
from ivr_runtime.records.patience import be_patient

URL_VARIABLE = "LOOPSTART_DATABASE_URL"

ADVISORY_LOCK = 0x4C6F6F70
"""The number of our lock among all that use the same PostgreSQL database: "Loop"."""


class RecordsError(Exception):
    """The records cannot be opened. The message says which and why."""


def setup(data_dir: str | Path, database_url: str | None = None, *, create: bool = True) -> None:
    """Open the records of a data folder. A process has one set open; `close` it before you open another.

    database_url: see `database.database`; by default the environment's LOOPSTART_DATABASE_URL, else SQLite in the
    folder. create: make the folder and the tables, or bring them up to date; without it a missing database is an error.

    Raises RecordsError.
    """
    folder = Path(data_dir).absolute()
    try:
        entry = database(folder, database_url or os.environ.get(URL_VARIABLE))
    except ValueError as error:
        raise RecordsError(str(error)) from error
    if create:
        make_folder(folder)
    elif entry["ENGINE"].endswith("sqlite3") and not Path(entry["NAME"]).exists():
        raise RecordsError(f"no records in {entry['NAME']} yet: `loopstart serve` makes them, or name the folder")
    start_django()
    _open(folder, entry)
    _bring_up_to_date(folder)


def data_dir() -> Path:
    """The data folder that `setup` was given."""
    from django.conf import settings

    return Path(settings.LOOPSTART_DATA)


def make_folder(folder: Path) -> None:
    """A folder that something can be kept in, made if it is not there. Raises RecordsError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordsError(f"the data folder {folder} cannot be made: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise RecordsError(f"nothing can be written in the data folder {folder}: mind its owner and its file system")


def close() -> None:
    """Close this thread's connection; after it, `setup` may open other records. Threads that used them have ended."""
    from django.conf import settings
    from django.db import connection

    if settings.configured and settings.LOOPSTART_DATA:
        connection.close()
        settings.LOOPSTART_DATA = ""


def start_django() -> None:
    """Make Django know our models, without a database yet. Importing the models does it. Twice is once."""
    from django.apps import apps
    from django.conf import settings
    from django.db.backends.signals import connection_created

    if settings.configured:
        return
    settings.configure(**{name: value for name, value in vars(fixed_settings).items() if name.isupper()})
    connection_created.connect(be_patient(BUSY_SECONDS), weak=False)
    apps.populate(settings.INSTALLED_APPS)  # what django.setup() does, without the web's URLs and logging


def _open(folder: Path, entry: dict[str, object]) -> None:
    from django.conf import settings
    from django.db import connections

    if settings.LOOPSTART_DATA not in ("", str(folder)):
        raise RecordsError(f"the records of {settings.LOOPSTART_DATA} are open already")
    if not settings.LOOPSTART_DATA:
        connections["default"].close()
        del connections["default"]
        connections.settings = connections.configure_settings({"default": entry})
    settings.LOOPSTART_DATA = str(folder)


def _bring_up_to_date(folder: Path) -> None:
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError, connection

    try:
        if not _missing_migrations():
            return
        with _alone(folder):
            if _missing_migrations():
                _migrate()
    except (DatabaseError, ImproperlyConfigured, OSError) as error:  # improperly: no driver for PostgreSQL installed
        name = connection.settings_dict["NAME"]
        close()
        raise RecordsError(f"the records in {name} cannot be opened: {error}") from error
    finally:
        connection.close()


def _missing_migrations() -> set[str]:
    """The migrations that the database does not have yet: one query instead of Django's whole graph (0.2 s)."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    files = Path(__file__).with_name("migrations").glob("[0-9]*.py")
    applied = {name for app, name in MigrationRecorder(connection).applied_migrations() if app == "records"}
    return {file.stem for file in files} - applied


def _migrate() -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("records"))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two processes that start at once do not both make the tables; on PostgreSQL also not two machines."""
    from django.db import connection

    with (folder / ".records.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])  # released when we disconnect
        yield
