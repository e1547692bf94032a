"""The office's commands: what they print, what they write, how they end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from dsp import levels
from dsp.receiver import RATE
from hw_sim.caller.person import Dial, Entry, Send
from hw_sim.cli import app
from hw_sim.config import analog_office
from hw_sim.office import Office
from hw_sim.people.ends import WHEN_OPEN
from hw_sim.session import LAST_WORDS, Plan, Session, caller_entry, set_up
from tests.hw_sim.people import Scripted, run, sine

FOUR = Path("hw_sim/offices/four_fxo.yaml")
VACANT = """
spec: 1
who: {number: "13900001111"}
script:
  - dial: "%s"
  - expect: {tone: vacant}
    within: 6s
  - hang_up
"""


def command(*words: object) -> subprocess.CompletedProcess[str]:
    """python -m hw_sim ..., with a bounded wait."""
    line = [sys.executable, "-m", "hw_sim", *map(str, words)]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)


def test_check_tells_what_stands_in_an_office() -> None:
    """Cards, ports and hunt groups; status 0."""
    done = CliRunner().invoke(app, ["check", str(FOUR)])
    assert done.exit_code == 0
    assert "card hotline (analog-fxo), 4 ports" in done.output
    assert "hunt 96688 -> 80001 80002 80003 80004" in done.output


def test_check_tells_all_faults(tmp_path: Path) -> None:
    """Each with file:line:column on stderr; status 2; the callers' files are checked too."""
    office, caller = tmp_path / "office.yaml", tmp_path / "caller.yaml"
    office.write_text("spec: 1\ncards: []\ncolor: red\n")
    done = CliRunner().invoke(app, ["check", str(office)])
    assert done.exit_code == 2
    assert f"{office}:2:8: " in done.stderr
    assert f"{office}:3:1: unknown key 'color'" in done.stderr
    caller.write_text("spec: 1\nscript: [{dail: '1'}]\n")
    office.write_text(FOUR.read_text() + "callers: [{script: caller.yaml}]\n")
    done = CliRunner().invoke(app, ["check", str(office)])
    assert done.exit_code == 2
    assert f"{caller}:2:10: " in done.stderr


@pytest.mark.parametrize(
    "more",
    [["--caller", "none.yaml"], ["--book", "/none"], ["--report", "/none/x"], ["--wav", "/none/x.wav"], ["--wav", "/"]],
)
def test_run_refuses_what_it_cannot_read_or_write_before_it_starts(more: list[str]) -> None:
    """Status 2 with the name of the file, and the command never runs."""
    done = CliRunner().invoke(app, ["run", str(FOUR), *more, "--", "touch", "/none/never"])
    assert done.exit_code == 2
    assert more[1] in done.stderr


@pytest.mark.parametrize("more", [["--for", "soon"], ["--caller", "x.yaml@soon"]])
def test_run_refuses_what_is_no_duration(more: list[str]) -> None:
    """With an example of one."""
    done = CliRunner().invoke(app, ["run", str(FOUR), *more, "--", "true"])
    assert done.exit_code == 2
    assert "350ms" in done.stderr


def test_a_caller_may_be_given_a_time(tmp_path: Path) -> None:
    """After the last @; a file without one, or with one in its name, begins at once."""
    named = tmp_path / "me@home"
    named.touch()
    assert (caller_entry(str(named)).at, caller_entry(str(named)).script) == (0, named)
    assert caller_entry("a/b.yaml@2.5").at == 2.5 * RATE
    assert caller_entry("a/b.yaml@open").at == WHEN_OPEN
    assert (caller_entry("a.yaml").at, str(caller_entry("a.yaml").script)) == (0, "a.yaml")


def test_the_report_is_written_as_it_happens(tmp_path: Path) -> None:
    """One JSON line per entry, with the office's and the wall's time, there before the run is over."""
    caller = Scripted({}, number="123")
    office = Office(analog_office(1), [caller])
    session = Session(office, Plan(FOUR, report=tmp_path / "report.jsonl"))
    run(office, 2)
    caller.report.append(Entry(RATE, "heard", "欢迎", "zh/welcome"))
    assert not session.over()
    line = json.loads((tmp_path / "report.jsonl").read_text())
    assert line.pop("time")[:4].isdigit()
    assert line == {"at": 8000, "second": 1.0, "caller": "123", "kind": "heard", "text": "欢迎", "name": "zh/welcome"}
    session.over()
    session.close()
    assert len((tmp_path / "report.jsonl").read_text().splitlines()) == 1


def test_the_callers_side_is_recorded(tmp_path: Path) -> None:
    """Left what they hear, right what they say, sample for sample."""
    office = Office(analog_office(1), [Scripted({0: [Dial("000")], 1: [Send(sine(1.0))]})])
    session = Session(office, Plan(FOUR, wav=tmp_path / "x.wav"))
    run(office, 3)
    session.close()
    sound, rate = soundfile.read(tmp_path / "x.wav", dtype="int16")
    assert (sound.shape, rate) == ((3 * RATE, 2), RATE)
    assert np.array_equal(sound[RATE : 2 * RATE, 1], levels.saturate(sine(1.0)))
    assert float(levels.dbm0(sound[int(0.55 * RATE) : int(0.6 * RATE), 0])) > -20  # vacant number tone


def test_a_session_ends_when_the_callers_have_gone() -> None:
    """When the lines are idle again, or ten seconds later when the equipment does not let go."""
    caller = Scripted({0: [Dial("96688")], 2: []}, leaves=True)
    office = Office(analog_office(1), [caller])
    session = Session(office, Plan(FOUR))
    run(office, 1)
    office.hook(0, True)
    run(office, 2)
    assert caller.finished
    assert not session.over()
    run(office, LAST_WORDS / RATE)
    assert session.over()
    assert session.status(143) == 0


def test_without_callers_a_session_ends_with_its_time_only() -> None:
    """And the status is the command's own until then."""
    office = Office(analog_office(1))
    session = Session(office, Plan(FOUR, length=RATE))
    assert not session.over()
    assert session.status(3) == 3
    run(office, 1)
    assert session.over()


def test_the_summary_names_those_who_failed(tmp_path: Path) -> None:
    """Who, why and when; their status is 1."""
    script = tmp_path / "caller.yaml"
    script.write_text(VACANT % "96688")
    plan = Plan(FOUR, callers=(caller_entry(str(script)),))
    office = set_up(plan)
    session = Session(office, plan)
    while not session.over():
        run(office, 0.02)
    assert session.status(0) == 1
    assert session.summary()[0].startswith("caller 13900001111: ")
    assert "vacant" in session.summary()[0]


@pytest.mark.realtime
def test_a_program_runs_on_the_offices_cards_until_the_callers_have_finished(tmp_path: Path) -> None:
    """The program's status without callers; with callers it is ended, and the status is theirs."""
    assert command("run", FOUR, "--", "sh", "-c", "exit 3").returncode == 3
    good, bad, report = tmp_path / "good.yaml", tmp_path / "bad.yaml", tmp_path / "report.jsonl"
    good.write_text(VACANT % "12345")
    bad.write_text(VACANT % "96688")
    done = command("run", FOUR, "--caller", good, "--report", report, "--", "sleep", 50)
    assert done.returncode == 0
    assert "caller" not in done.stderr  # a busy machine may say that its clock was late
    kinds = [json.loads(line)["kind"] for line in report.read_text().splitlines()]
    assert kinds == ["dialled", "tone", "decided", "hung_up"]
    done = command("run", FOUR, "--caller", f"{bad}@0.1", "--", "sleep", 50)
    assert done.returncode == 1
    assert "vacant" in done.stderr
