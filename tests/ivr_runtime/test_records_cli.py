"""The commands that show what was kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from ivr_runtime.records import setup as records_setup
from ivr_runtime.records.cli import add_groups
from ivr_runtime.records.entries import CallEntry, StepEntry
from ivr_runtime.records.store import store
from ivr_runtime.services import SERVICES

CSV = "code,name_zh,name_en,price,quota,stock\n1001,中华硬盒,Chunghwa,450.50,5,200\n"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def kept(records: Path) -> Path:
    """One call with two steps, an order and a message."""
    (records / "p.csv").write_text(CSV, encoding="utf-8")
    run("products", "import", str(records / "p.csv"), data=records)
    store(
        [
            CallEntry("20261121-1", line="hotline-1", caller_number="138", caller_name="[red]Ann", language="zh",
                      started_at=NOON, started=8000, ended=88000, end_reason="disconnect"),
            StepEntry("20261121-1", 1, "main.0", 16000, "menu", "1", {"keys": ["1"]}),
            StepEntry("20261121-1", 2, "price.0", 24000, "collect", "digits", {"keys": ["1001"]}),
        ]
    )  # fmt: skip
    SERVICES["orders.place"]("20261121-1", "k", [{"code": "1001", "quantity": 2}], "138")
    (records / "m.wav").write_bytes(b"RIFF")
    SERVICES["voicemail.keep"]("20261121-1", "price", "139", "m.wav", 20000)
    return records


def run(*arguments: str, data: Path) -> Result:
    """A command on a data folder."""
    app = typer.Typer()
    add_groups(app)
    return CliRunner().invoke(app, [*arguments, "--data", str(data)])


def test_a_call_is_shown_with_its_trace_and_times(kept: Path) -> None:
    """Seconds since the call began, path, what and outcome of each step; part of the id is enough."""
    shown = run("calls", "show", "1121-1", data=kept).stdout
    for words in ("20261121-1", "hotline-1", "disconnect", "1.00", "main.0", "2.00", "price.0", "1000017"):
        assert words in shown
    assert "[red]Ann" in shown


def test_a_call_lasts_from_its_answer(kept: Path) -> None:
    """As in the log and on the picture; one that was not answered as long as it rang."""
    store([CallEntry("20261121-2", started=8000, answered=24000, ended=88000)])
    answered, rang = json.loads(run("calls", "list", "--json", data=kept).stdout)
    assert (answered["seconds"], rang["seconds"]) == (8.0, 10.0)


def test_calls_are_listed(kept: Path) -> None:
    """When, which line, who, how long."""
    listed = run("calls", "list", data=kept).stdout
    for words in ("20261121-1", "2026-11-21 12:00:00", "138", "10.0", "disconnect"):
        assert words in listed


def test_what_one_types_again_stays_whole_on_a_narrow_terminal(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """80 columns fold other things; nothing is cut off with an ellipsis."""
    long = "20261121T234144.073-4fdbd810"
    store([CallEntry(long, line="hotline-2", caller_number="13812345678", caller_name="A" * 60, started_at=NOON)])
    for name, value in (("TTY_COMPATIBLE", "1"), ("TERM", "xterm"), ("COLUMNS", "80")):
        monkeypatch.setenv(name, value)
    for shown in (run("calls", "list", data=kept).stdout, run("calls", "show", long, data=kept).stdout):
        assert long in shown
        assert "…" not in shown


def test_a_trace_is_in_words(kept: Path) -> None:
    """What was said and keyed, without what only programs want; a silence is called one."""
    facts = {"until": 24000, "said": ["zh/welcome", "zh:十"], "keys": ["", "1"], "service": ""}
    store([StepEntry("20261121-1", 3, "menu.0", 16000, "menu", "1", facts)])
    shown = run("calls", "show", "1121-1", data=kept).stdout
    assert "said: zh/welcome zh:十  keys: silence 1" in shown
    assert "until" not in shown
    assert "service" not in shown


def test_programs_get_json(kept: Path) -> None:
    """The same facts with money in fen, times as text, all steps."""
    call = json.loads(run("calls", "show", "20261121-1", "--json", data=kept).stdout)
    assert [(step["path"], step["time"]) for step in call["steps"]] == [("main.0", 1.0), ("price.0", 2.0)]
    assert call["started_at"] == "2026-11-21T12:00:00+00:00"
    assert (call["orders"], call["seconds"]) == (["1000017"], 10.0)
    (order,) = json.loads(run("orders", "list", "--json", data=kept).stdout)
    assert (order["number"], order["total"], order["lines"][0]["quantity"]) == ("1000017", 90100, 2)
    (message,) = json.loads(run("messages", "list", "--json", data=kept).stdout)
    assert (message["seconds"], message["callback"], message["file"]) == (2.5, "139", str(kept / "m.wav"))
    (product,) = json.loads(run("products", "list", "--json", data=kept).stdout)
    assert product["stock"] == 198


def test_an_order_is_shown_in_yuan(kept: Path) -> None:
    """For people."""
    shown = run("orders", "show", "1000017", data=kept).stdout
    for words in ("中华硬盒", "450.50", "901.00", "138"):
        assert words in shown


def test_a_message_can_be_given_to_a_player(kept: Path) -> None:
    """Only the path on standard output; a sound that is gone is an error."""
    assert run("messages", "play-path", "1", data=kept).stdout == f"{kept}/m.wav\n"
    (kept / "m.wav").unlink()
    gone = run("messages", "play-path", "1", data=kept)
    assert gone.exit_code == 1
    assert "its sound is not" in gone.stderr
    assert "price" in run("messages", "list", "--new", data=kept).stdout


@pytest.mark.parametrize("group", ["calls", "orders", "messages", "products"])
def test_nothing_kept_yet_is_said(records: Path, group: str) -> None:
    """Not an empty table."""
    done = run(group, "list", data=records)
    assert done.exit_code == 0
    assert f"No {group} yet" in done.stdout
    assert json.loads(run(group, "list", "--json", data=records).stdout) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("calls", "show", "2026"), "more than one call '2026'"),
        (("calls", "show", "x"), "no call 'x'"),
        (("orders", "show", "7"), "no order '7'"),
        (("messages", "play-path", "7"), "no message 7"),
    ],
)
def test_an_unknown_name_is_an_error(kept: Path, arguments: tuple[str, ...], said: str) -> None:
    """Exit status 1, one line on standard error."""
    store([CallEntry("20261121-2")])
    done = run(*arguments, data=kept)
    assert (done.exit_code, done.stderr.strip().startswith(said)) == (1, True)


def test_a_folder_without_records_is_an_error(tmp_path: Path) -> None:
    """Nothing is made by looking."""
    done = run("calls", "list", data=tmp_path / "none")
    assert done.exit_code == 1
    assert "no records in" in done.stderr
    assert not (tmp_path / "none").exists()


def test_the_faults_of_a_product_file_are_printed(records: Path) -> None:
    """file:line:column each, exit status 2."""
    (records / "p.csv").write_text(CSV.replace("450.50", "cheap").replace("200", "many"), encoding="utf-8")
    done = run("products", "import", str(records / "p.csv"), data=records)
    assert done.exit_code == 2
    assert [line.split(": ")[0].rsplit("/")[-1] for line in done.stderr.splitlines()] == ["p.csv:2:20", "p.csv:2:28"]


def test_products_can_be_imported_before_the_first_serve(tmp_path: Path) -> None:
    """The import makes the records."""
    (tmp_path / "p.csv").write_text(CSV, encoding="utf-8")
    done = run("products", "import", str(tmp_path / "p.csv"), data=tmp_path / "new")
    records_setup.close()
    assert (done.exit_code, done.stdout) == (0, "1 new, 0 changed, 0 as before\n")
