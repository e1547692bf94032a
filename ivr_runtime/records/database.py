"""Where the records are kept: SQLite in the data folder, or PostgreSQL by URL. Gives Django's DATABASES entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ivr_runtime.records.patience import BRIEF

DATABASE_FILE = "loopstart.db"
BUSY_SECONDS = 2.5
"""How long a writer waits for another one before it gives up: a caller waits as long, in silence."""

SQLITE_START = (
    "PRAGMA journal_mode=WAL;"  # readers never wait for the writer
    f"PRAGMA busy_timeout={int(BRIEF * 1000)};"  # the rest of BUSY_SECONDS is waited for outside (`patience`)
    "PRAGMA synchronous=FULL;"  # what was confirmed to a caller outlives kill -9 and power loss
    "PRAGMA cache_size=-2000;"
)


def database(data_dir: Path, url: str | None = None) -> dict[str, Any]:
    """Django's settings of the database. url: None, sqlite:///FILE, postgresql://USER:PASSWORD@HOST:PORT/NAME?OPTION=...

    Raises ValueError for any other URL.
    """
    if not url:
        return sqlite(data_dir / DATABASE_FILE)
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        if not parts.path.lstrip("/"):
            raise ValueError(f"database {url!r} names no file; write sqlite:///relative.db or sqlite:////absolute.db")
        return sqlite(Path(unquote(parts.path[1:])))
    if parts.scheme in ("postgresql", "postgres"):
        return _postgresql(url)
    raise ValueError(f"database {_masked(url)!r} is neither sqlite:///FILE nor postgresql://USER:PASSWORD@HOST/NAME")


def sqlite(file: Path) -> dict[str, Any]:
    """SQLite in one file; every transaction begins as a writer, so that none fails half-way for a lock."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"timeout": BUSY_SECONDS, "transaction_mode": "IMMEDIATE", "init_command": SQLITE_START},
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ValueError(f"database {_masked(url)!r} names no database")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "options": f"-c lock_timeout={int(BUSY_SECONDS * 1000)} -c statement_timeout=30000",
            **dict(parse_qsl(parts.query)),
        },
    }


def _masked(url: str) -> str:
    password = urlsplit(url).password
    return url.replace(f":{password}@", ":***@") if password else url
