"""`loopstart selftest dsp`: what it prints, what it writes, what its status says."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from workbench.cli import app
from workbench.selftest import anchor as anchors
from workbench.selftest import measure, report, run
from workbench.selftest.anchor import Anchor
from workbench.selftest.material import Absent
from workbench.selftest.measure import Effort, Row

RUN = CliRunner()
GOOD = Row("made-up", "keys heard", "accept", 99.0, 99.5, 98.0, trials=200)
BAD = Row("made-up", "false keys in speech", "", 0.0, 2.0, None, "less", "in 10 h", 600, note="2 wrong")
NOTHING = Row("made-up", "lowest level", "", -41.0, float("nan"), None, "less", "dBm0")


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """An area of its own in place of all others: it yields the rows of the list."""
    rows = [GOOD]
    module = ModuleType("made_up_area")

    def measured(effort: Effort, _anchor: Anchor | None) -> Iterator[Row]:
        effort.news("nearly there")
        yield from rows

    module.rows = measured  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "made_up_area", module)
    monkeypatch.setattr(measure, "AREAS", {"made-up": "made_up_area"})
    return rows


def tables(json_file: str | None = None) -> int:
    """Run the made-up area."""
    return run.tables(["made-up"], "quick", None, 1, json_file)


def test_all_reached_is_none_missed(made_up: list[Row], capsys: pytest.CaptureFixture[str]) -> None:
    """One line a row: requirement, goal, anchor, ours."""
    assert tables() == 0
    out = capsys.readouterr().out
    assert "1 of 1 rows reached" in out
    (line,) = (line for line in out.splitlines() if line.startswith("keys heard"))
    assert line.split() == ["keys", "heard", "accept", "≥", "99", "98", "99.5", "reached", "200"]


def test_what_is_missed_is_counted_and_explained(made_up: list[Row], capsys: pytest.CaptureFixture[str]) -> None:
    """The note says what ours failed at; a figure that could not be measured is missed too."""
    made_up += [BAD, NOTHING]
    assert tables() == 2
    out = capsys.readouterr().out
    assert "MISSED" in out
    assert "ours: 2 wrong" in out
    assert "1 of 3 rows reached, 2 missed" in out


def test_json_holds_every_row(made_up: list[Row], tmp_path: Path) -> None:
    """Figures that are not finite are null: JSON knows no NaN."""
    made_up += [BAD, NOTHING]
    tables(str(tmp_path / "rows.json"))
    document = json.loads((tmp_path / "rows.json").read_text(), parse_constant=pytest.fail)
    assert document["missed"] == 2
    assert [row["reached"] for row in document["rows"]] == [True, False, False]
    assert document["rows"][2]["ours"] is None
    assert document["effort"] == "quick"


def test_json_alone_on_the_standard_output(made_up: list[Row], capsys: pytest.CaptureFixture[str]) -> None:
    """`--json -`: a pipe gets JSON and nothing else, the tables go to the standard error."""
    tables("-")
    captured = capsys.readouterr()
    assert json.loads(captured.out)["rows"][0]["measure"] == "keys heard"
    assert "keys heard" in captured.err


def test_without_libspandsp_it_says_what_to_install(
    made_up: list[Row], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tables are printed all the same."""
    monkeypatch.setattr(anchors, "LIBRARY", "libnothing-of-this-name.so.99")
    assert tables() == 0
    assert "apt-get install libspandsp2" in capsys.readouterr().out


def test_an_area_that_lacks_its_material_says_so_and_the_rest_goes_on(
    made_up: list[Row], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was measured before is printed; the text says what to install."""

    def measured(_effort: Effort, _anchor: Anchor | None) -> Iterator[Row]:
        yield GOOD
        raise Absent("speech: apt-get install espeak-ng")

    monkeypatch.setattr(sys.modules["made_up_area"], "rows", measured)
    assert tables() == 0
    out = capsys.readouterr().out
    assert "keys heard" in out
    assert "apt-get install espeak-ng" in out


@pytest.mark.parametrize(("missed", "status"), [(0, 0), (3, 1)])
def test_the_status_says_whether_any_was_missed(monkeypatch: pytest.MonkeyPatch, missed: int, status: int) -> None:
    """So that a script can ask."""
    monkeypatch.setattr(run, "tables", lambda *_: missed)
    assert RUN.invoke(app, ["selftest", "dsp", "--effort", "quick"]).exit_code == status


@pytest.mark.parametrize("option", [("--area", "dtfm"), ("--effort", "lazy")])
def test_an_unknown_name_is_told_with_those_there_are(option: tuple[str, str]) -> None:
    """Status 2, before anything is measured."""
    done = RUN.invoke(app, ["selftest", "dsp", *option])
    assert done.exit_code == 2
    assert "is none of" in done.output


def test_a_file_that_cannot_be_written_is_named(made_up: list[Row], tmp_path: Path) -> None:
    """Status 2."""
    with pytest.raises(OSError, match="No such file"):
        tables(str(tmp_path / "no" / "such" / "folder.json"))


@pytest.mark.parametrize("area", measure.AREAS)
def test_every_area_is_a_module_that_makes_rows(area: str) -> None:
    """`AREAS` names nothing that is not there."""
    assert callable(importlib.import_module(measure.AREAS[area]).rows)


def test_efforts_scale_trials_but_never_to_nothing() -> None:
    """A full run makes all; less than `least` says nothing; the same label gives the same numbers, the seed others."""
    assert measure.FULL.trials(2000) == 2000
    assert measure.QUICK.trials(2000) == 120
    assert measure.QUICK.trials(100) == 24
    assert measure.QUICK.trials(10) == 10
    first, again, other = (Effort(seed=seed).rng("a", 1).random() for seed in (1, 1, 2))
    assert first == again != other


def test_long_measures_are_folded() -> None:
    """The columns stay where they are."""
    long = Row("dtmf", "a measure whose name is much longer than its column can hold in one line", "", 1, 1)
    first, second = (line.plain for line in report.lines(long))
    assert first.index("≥") > 66
    assert second.startswith("  ")
