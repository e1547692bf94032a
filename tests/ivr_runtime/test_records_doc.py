"""docs/records.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from ivr_runtime.orders import Why
from ivr_runtime.products_csv import COLUMNS, parse_products
from ivr_runtime.records.cli import GROUPS
from ivr_runtime.records.database import database
from ivr_runtime.services import SERVICES

TEXT = (Path(__file__).parents[2] / "docs" / "records.md").read_text(encoding="utf-8")


def test_the_products_of_the_manual_can_be_imported() -> None:
    """The example is good, and has every column."""
    (block,) = re.findall(r"```csv\n(.*?)```", TEXT, re.DOTALL)
    assert [row.price for row in parse_products("records.md", block)] == [12550, 23000]
    assert block.splitlines()[0].split(",") == list(COLUMNS)


def test_every_service_is_in_the_manual_with_its_arguments() -> None:
    """No more, no fewer."""
    rows = dict(re.findall(r"^\| `(\w+\.\w+)` \| (.*?) \|", TEXT, re.MULTILINE))
    assert set(rows) == set(SERVICES)
    for name, service in SERVICES.items():
        told = re.findall(r"(\w+)(?: \(optional.*?\))?(?:, |$)", rows[name])
        assert told == [*service.required, *service.optional]


def test_every_reason_is_in_the_manual() -> None:
    """Flows branch on them."""
    assert all(f"`{why}`" in TEXT for why in Why.__args__ if why)


def test_the_urls_of_the_manual_are_understood() -> None:
    """Each names a database."""
    urls = re.findall(r"^(?:postgresql|sqlite)://\S+", TEXT, re.MULTILINE)
    assert len(urls) == 2
    assert all(database(Path("data"), url)["NAME"] for url in urls)


def test_the_commands_of_the_manual_exist() -> None:
    """Group and command."""
    told = set(re.findall(r"\b(calls|orders|messages|products) (list|show|play-path|import)\b", TEXT))
    made = {(group, str(command.name)) for group, app in GROUPS.items() for command in app.registered_commands}
    assert told == made
