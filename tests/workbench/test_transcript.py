"""The transcript: both sides in two columns, and the files it follows."""

import json
from io import StringIO
from pathlib import Path

from rich.console import Console

from workbench.demo.follow import Follow
from workbench.demo.transcript import Transcript, from_caller, from_log

HEARD = {"time": "2026-11-21T22:00:01.500+00:00", "kind": "heard", "text": "您好", "name": "zh/welcome"}
PRESSED = {"time": "2026-11-21T22:00:03.000+00:00", "kind": "pressed", "text": "1", "name": ""}
STEP = {
    "time": "2026-11-21T22:00:02.000+00:00", "level": "debug", "event": "step", "path": "main_menu.0", "action": "menu",
    "outcome": "1", "keys": ["1"], "said": ["zh/main_menu"],
}  # fmt: skip


def printed(width: int = 100) -> list[str]:
    """What a terminal of that width shows of the three."""
    out = StringIO()
    transcript = Transcript(Console(file=out, width=width))
    transcript.add([from_caller(PRESSED), from_caller(HEARD), from_log(STEP)])  # type: ignore[list-item]
    return out.getvalue().splitlines()


def test_lines_come_in_the_order_of_time_with_seconds_since_the_first() -> None:
    """Whoever was written first, the transcript tells what happened first."""
    assert [line.split()[0] for line in printed()] == ["0.00", "0.50", "1.50"]


def test_the_caller_stands_left_and_loopstart_right() -> None:
    """Chinese is two cells wide and does not push the right column."""
    hears, step, _ = printed()
    assert hears.index("hears 您好") == 10
    assert step.index("main_menu.0 menu [1] → 1") == 10 + 45


def test_no_line_is_wider_than_the_terminal() -> None:
    """A narrow terminal gets shortened lines, not broken ones."""
    assert len(printed(width=72)) == 3


def test_an_unknown_log_event_is_told_with_its_facts() -> None:
    """Errors reach the person who watches."""
    said = from_log({"time": HEARD["time"], "level": "error", "event": "records.failed", "node": "x", "error": "full"})
    assert said is not None
    assert said.text == "records.failed  error=full"
    assert "red" in said.style


def test_a_growing_file_is_read_line_by_line(tmp_path: Path) -> None:
    """A line is given when it is whole; a torn one does not stop those after it; a file may come late."""
    file = tmp_path / "log"
    follow = Follow(file)
    assert follow.new() == []
    file.write_text(json.dumps({"a": 1}) + "\n" + '{"b":')
    assert follow.new() == [{"a": 1}]
    with file.open("a") as more:
        more.write(" 2}\ntorn\n[1]\n" + json.dumps({"c": 3}) + "\n")
    assert follow.new() == [{"b": 2}, {"c": 3}]
