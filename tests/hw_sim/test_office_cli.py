"""The office's commands: what they print, what they write, how they end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from dsp import levels
from dsp.receiver import RATE
from hw_sim.caller.interactive import InteractiveCaller
from hw_sim.caller.person import Dial, Entry, Send
from hw_sim.caller.script import BARE, VERBS
from hw_sim.cli import app
from hw_sim.config import analog_office
from hw_sim.line.presets import PRESETS
from hw_sim.office import Office
from hw_sim.people.ends import WHEN_OPEN
from hw_sim.report.lines import SoundFile
from hw_sim.session import LAST_WORDS, Plan, Session, caller_entry, set_up
from hw_sim.traffic.config import always
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


def test_check_tells_the_figures_that_a_line_really_has(tmp_path: Path) -> None:
    """Of the line by name, under what the port says itself."""
    office = tmp_path / "office.yaml"
    ports = '[{number: "80001", line: long-rural}, {number: "80002", line: {preset: noisy, noise: -40}, loss: 2}]'
    office.write_text(f"cards: [{{type: analog-fxo, name: hotline, ports: {ports}}}]\n")
    told = CliRunner().invoke(app, ["check", str(office)]).output
    assert "line long-rural, loss 9 dB, return loss 11 dB, noise -58 dBm0" in told
    assert "line noisy, loss 2 dB, return loss 14 dB, noise -40 dBm0" in told


def test_check_tells_which_kinds_there_are(tmp_path: Path) -> None:
    """Of cards, faults and machines, where one is misspelt or left out, with the nearest."""
    office = tmp_path / "office.yaml"
    office.write_text(
        "cards:\n  - {type: analog-fx, name: a, ports: [{}]}\n  - {name: b}\n"
        "faults:\n  - {fault: alrm, card: a}\n  - {at: 1s}\nmachines: [{type: robot, number: '1'}]\n"
    )
    told = CliRunner().invoke(app, ["check", str(office)]).stderr
    assert f"{office}:2:12: there is no type 'analog-fx'  (did you mean 'analog-fxs' or 'analog-fxo'?)" in told
    assert f"{office}:3:5: missing key 'type'" in told
    assert f"{office}:5:13: there is no fault 'alrm'  (did you mean 'alarm'?)" in told
    assert f"{office}:6:5: missing key 'fault'" in told
    assert f"{office}:7:19: there is no type 'robot'  (known: announcement, answering, modem, person, time)" in told


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
    [
        ["--caller", "none.yaml"], ["--book", "/none"], ["--report", "/none/x"], ["--wav", "/none/x.wav"],
        ["--wav", "/"], ["--pcap", "/dev/full"], ["--pcap", "/none/x"], ["--folder", "/dev/full"],
        ["--record", "/none/x.yaml"], ["--faults", "/none.yaml"], ["--traffic", "/none.yaml"], ["--keep", "some"],
    ],
)  # fmt: skip
def test_run_refuses_what_it_cannot_read_or_write_before_it_starts(more: list[str]) -> None:
    """Status 2 with the name of the file, and the command never runs."""
    done = CliRunner().invoke(app, ["run", str(FOUR), *more, "--", "touch", "/none/never"])
    assert done.exit_code == 2
    assert more[1] in done.stderr or more[0] in done.stderr  # a folded box of an option has the option's name


def test_what_the_disk_refuses_later_has_a_name_too(tmp_path: Path) -> None:
    """A report on a full disk, a capture, a sound file."""
    script = tmp_path / "caller.yaml"
    script.write_text(VACANT % "12345")
    plan = Plan(FOUR, callers=(caller_entry(str(script)),), report=Path("/dev/full"))
    session = Session(set_up(plan), plan)
    run(session.office, 3)
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        session.over()
    with pytest.raises(OSError, match="/dev/full: cannot be written"):
        SoundFile(Path("/dev/full"))


def test_who_waits_for_prompts_without_a_book_is_warned(tmp_path: Path) -> None:
    """Before the run; one who only listens for tones is not."""
    for steps, warned in (("{hear: welcome}", True), ("{on: [{silence: 1s, do: [{hear: '*'}]}]}", True),
                          ("{expect: {tone: busy}}", False)):  # fmt: skip
        script = tmp_path / "caller.yaml"
        script.write_text(f"spec: 1\nscript: [{{dial: '1'}}, {steps}]\n")
        plan = Plan(FOUR, callers=(caller_entry(str(script)),))
        assert ("give --book" in Session(set_up(plan), plan).warning()) == warned
    assert Session(set_up(Plan(FOUR)), Plan(FOUR)).warning() == ""


@pytest.mark.parametrize("by", ["load", "caller"])
def test_callers_who_wait_for_the_equipment_are_told_of(tmp_path: Path, by: str) -> None:
    """Once, after ten seconds; at the end nobody has failed who never began."""
    script = tmp_path / "caller.yaml"
    script.write_text(VACANT % "12345")
    if by == "load":
        plan = Plan(FOUR, traffic=always([script], 2, 60 * RATE))
    else:
        plan = Plan(FOUR, callers=(caller_entry(f"{script}@open"),))
    session = Session(set_up(plan), plan)
    hints = []
    for _ in range(12):
        run(session.office, 1)
        assert not session.over()
        hints.append(session.hint())
    assert [i for i, hint in enumerate(hints) if hint] == [9]
    assert "until a program opens a line" in hints[9]
    session.close()
    told = "no call was made" if by == "load" else "never began"
    assert told in session.summary()[0]


def test_the_schemas_know_the_short_forms() -> None:
    """A line by its name; a verb that stands alone, one step without a list: an editor takes what the reader takes."""
    office = json.loads(CliRunner().invoke(app, ["schema", "office"]).output)
    line = office["$defs"]["PortConfig"]["properties"]["line"]["anyOf"]
    assert {"enum": list(PRESETS), "type": "string"} in line
    caller = json.loads(CliRunner().invoke(app, ["schema", "caller"]).output)
    kinds = caller["$defs"]
    assert kinds["Step"]["oneOf"][-1] == {"enum": list(BARE)}
    assert len(kinds["Step"]["oneOf"]) == len(VERBS) + 1
    steps = "#/$defs/Steps"
    places = [kinds["Case"]["properties"]["do"], kinds["Repeat"]["properties"]["do"], caller["properties"]["script"]]
    assert [place["$ref"] for place in places] == [steps] * 3
    assert json.dumps(caller).count('{"$ref": "#/$defs/Dial"}') == 1


def test_what_attach_takes_for_a_name() -> None:
    """A single word before the dashes; the first word without dashes, when such an office runs."""
    done = CliRunner().invoke(app, ["attach", "nowhere", "--", "true"])
    assert (done.exit_code, "no office called 'nowhere' runs" in done.stderr) == (2, True)
    done = CliRunner().invoke(app, ["attach", "--", "nowhere", "true"])
    assert "no office called 'office' runs" in done.stderr
    done = CliRunner().invoke(app, ["attach", "nowhere", "true"])
    assert "no office called 'office' runs" in done.stderr
    done = CliRunner().invoke(app, ["attach", "nowhere", "--"])
    assert (done.exit_code, "a command follows the dashes" in done.stderr) == (2, True)


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


def test_nobody_waits_for_a_call_by_hand(tmp_path: Path) -> None:
    """The run goes on when its person has hung up; the call is in the folder, and its status is nobody's."""
    office = Office(analog_office(1))
    session = Session(office, Plan(FOUR, folder=tmp_path / "out", keep="all"))
    by_hand = InteractiveCaller("000")
    office.add_caller(by_hand)
    run(office, 1)
    by_hand.hang_up()
    for _ in range(round(LAST_WORDS / RATE) + 2):
        run(office, 1)
        assert not session.over()
    session.close()
    assert by_hand.finished
    assert session.summary() == []
    assert json.loads((tmp_path / "out/summary.json").read_text())["calls"]["by hand"]["offered"] == 1


def test_a_fax_machine_that_dials_has_its_own_name(tmp_path: Path) -> None:
    """In the folder of a run, beside a script."""
    office, script = tmp_path / "office.yaml", tmp_path / "vacant.yaml"
    office.write_text(FOUR.read_text() + 'faxes: [{number: "80103", receive: got, poll: true, to: "00000"}]\n')
    script.write_text(VACANT % "12345")
    plan = Plan(office, callers=(caller_entry(str(script)),), folder=tmp_path / "out", keep="none")
    session = Session(set_up(plan), plan)
    for _ in range(100):
        run(session.office, 0.1)
        session.over()
    session.close()
    assert set(json.loads((tmp_path / "out/summary.json").read_text())["calls"]) == {"fax", "vacant", "all"}


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
    done = command("run", FOUR, "--pcap", tmp_path / "d.pcapng", "--", "sh", "-c", "exit 3")
    assert done.returncode == 3
    assert f"{tmp_path / 'd.pcapng'} stays empty" in done.stderr
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


@pytest.mark.realtime
def test_an_office_that_runs_alone_says_its_name_and_ends_at_once(tmp_path: Path) -> None:
    """One that may not have its name says only why; Ctrl-C leaves nothing behind."""
    line = [sys.executable, "-m", "hw_sim", "run", str(FOUR), "--name", "alone"]
    home = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True, env=home) as office:
        assert office.stderr is not None
        assert "'alone' runs; programs: loopstart sim attach alone" in office.stderr.readline()
        second = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False, env=home)
        assert second.returncode == 2
        assert second.stderr.startswith("an office called 'alone' runs already")
        office.send_signal(signal.SIGINT)
        assert office.wait(20) == 0
    assert [path.name for path in tmp_path.rglob("*")] == ["loopstart"]
