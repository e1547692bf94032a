"""docs/sim.md tells the truth."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.main import get_command

from hw_sim.cli import SCHEMAS, app
from hw_sim.config import load_office
from hw_sim.faults.load import load_faults
from hw_sim.faults.model import Fault
from hw_sim.view.keyboard import LETTERS
from hw_sim.view.screen import MARKS

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs/sim.md").read_text(encoding="utf-8")
COMMANDS: Any = get_command(app)
RUN = COMMANDS.commands["run"]


def kinds() -> dict[str, type]:
    """Every kind of fault: its name and its model."""
    found: dict[str, type] = {}
    waiting = [*get_args(Fault)]
    while waiting:
        kind = waiting.pop()
        if members := [one for one in get_args(kind) if isinstance(one, type) or get_args(one)]:
            waiting += members
        elif hasattr(kind, "model_fields"):
            found[get_args(kind.model_fields["fault"].annotation)[0]] = kind
    return found


@pytest.mark.parametrize("option", [name for one in RUN.params for name in one.opts + one.secondary_opts])
def test_every_option_is_told(option: str) -> None:
    """By its name; the arguments stand in the first line."""
    assert option in DOC or option in ("office", "command", "--help")


def test_every_option_that_is_told_is_there() -> None:
    """In examples and tables; some are options of the programs that are run."""
    known = {name for command in COMMANDS.commands.values() for one in command.params for name in one.opts}
    known |= {"--no-view", "--help", "--cards", "--data"}
    assert set(re.findall(r"--[a-z]+(?:-[a-z]+)?", DOC)) <= known


def test_every_fault_has_its_row_with_its_settings() -> None:
    """No row is of another."""
    rows = {row.split("`")[1]: row for row in DOC.splitlines() if re.match(r"\| `[a-z0-9_]+` \|", row)}
    assert set(rows) == set(kinds())
    common = {"fault", "card", "line", "at", "lasts", "every", "times", "jitter"}
    for name, model in kinds().items():
        for setting in set(getattr(model, "model_fields")) - common:  # noqa: B009 - of a type that mypy cannot know
            assert f"`{setting}" in rows[name] or f" {setting}" in rows[name], (name, setting)


def test_the_schedule_of_the_page_loads() -> None:
    """In an office that has its cards and lines."""
    (example,) = re.findall(r"```yaml\n(.*?)```", DOC, re.DOTALL)
    assert len(load_faults("faults.yaml", {"pri": "isdn"}, ["80001"], example)) == 4


def test_the_offices_of_the_page_are_there() -> None:
    """Every one is good; so are those that it does not name."""
    told = re.search(r"an office of each kind: (.*)", DOC)
    offices = {file.stem: file for file in (ROOT / "hw_sim/offices").glob("*.yaml")}
    assert told
    assert set(told[1].split()) <= set(offices)
    for file in offices.values():
        assert load_office(file).cards


def test_the_words_of_the_view_are_told() -> None:
    """Its keys, and the letters of its states."""
    section = DOC.partition("## The view")[2].partition("\n## ")[0]
    assert {key for key in LETTERS if key not in "jk"} <= set(re.findall(r"`(\w)`", section))
    assert all(f"`{mark}`" in section for mark in MARKS.values())


def test_the_commands_of_the_page_can_be_read() -> None:
    """Every `loopstart sim` in a block: its options as far as the command it runs."""
    blocks = re.findall(r"```sh\n(.*?)```", DOC, re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if "loopstart sim" in line]
    assert len(lines) > 8
    for line in lines:
        words = shlex.split(line.partition("  #")[0])
        kind, rest = words[2], words[3:]
        if kind not in COMMANDS.commands:
            kind, rest = "run", words[2:]
        COMMANDS.commands[kind].make_context(kind, rest[: rest.index(">")] if ">" in rest else rest)
    assert all(kind in DOC for kind in SCHEMAS)
