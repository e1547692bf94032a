"""Records for tests: a fresh SQLite file each, copied from one that was migrated once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr_runtime.records import setup as records_setup
from ivr_runtime.records.database import DATABASE_FILE


@pytest.fixture(scope="session")
def empty_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and no rows."""
    folder = tmp_path_factory.mktemp("records")
    records_setup.setup(folder)
    records_setup.close()
    return folder / DATABASE_FILE


@pytest.fixture
def records(empty_records: Path, tmp_path: Path) -> Iterator[Path]:
    """An open, empty set of records; gives its data folder."""
    shutil.copy(empty_records, tmp_path / DATABASE_FILE)
    records_setup.setup(tmp_path)
    yield tmp_path
    records_setup.close()
