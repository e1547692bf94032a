"""The transcript: both sides side by side, and the files it follows."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from workbench.demo.follow import Follow
from workbench.demo.transcript import LogReader, Transcript, from_caller

HEARD = {"time": "2026-11-21T22:00:01.500+00:00", "kind": "heard", "text": "您好", "name": "zh/welcome"}
PRESSED = {"time": "2026-11-21T22:00:03.000+00:00", "kind": "pressed", "text": "1", "name": ""}
STEP = {
    "time": "2026-11-21T22:00:02.000+00:00", "level": "debug", "event": "step", "path": "main_menu.0", "action": "menu",
    "outcome": "1", "keys": ["", "1"], "said": ["zh/main_menu", "zh:十二"],
}  # fmt: skip
LOG = LogReader({"zh/main_menu": "查询价格请按一"})


def printed(width: int) -> list[str]:
    """What a terminal of that width shows of the three."""
    out = StringIO()
    step = LOG(STEP)
    assert step is not None
    Transcript(Console(file=out, width=width)).add([from_caller(PRESSED), from_caller(HEARD), step])
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_lines_come_in_the_order_of_time_with_seconds_since_the_first() -> None:
    """Whoever was written first, the transcript tells what happened first."""
    assert [line.split()[0] for line in printed(140)] == ["0.00", "0.50", "1.50"]


def test_a_wide_terminal_has_the_caller_left_and_loopstart_right() -> None:
    """Each side has a column of its own."""
    hears, step, _ = printed(140)
    assert hears.index("hears 您好") == 10
    assert step[:70].split() == ["0.50"]
    assert step.split() == ["0.50", "main_menu", "says", "查询价格请按一", "十二", "got", "silence", "1", "→", "1"]


def test_a_narrow_terminal_names_the_side() -> None:
    """Nothing is cut off: what was said stands whole, on more lines if need be."""
    lines = printed(60)
    assert lines[0].split() == ["0.00", "caller", "hears", "您好"]
    assert "查询价格请按一" in "".join(lines)


@pytest.mark.parametrize("width", [60, 80, 111, 160])
def test_a_long_prompt_is_folded_and_never_cut(width: int) -> None:
    """Chinese has no spaces to fold at; every word of it is on the screen all the same."""
    text = "查询价格和限购数量请按一，订货请按二，留言请按三，人工服务请按零，重听请按九，" * 3
    out = StringIO()
    Transcript(Console(file=out, width=width)).add([from_caller({**HEARD, "text": text})])
    assert text in "".join(line[8:].strip().removeprefix("caller").strip() for line in out.getvalue().splitlines())


def test_steps_that_say_and_decide_nothing_are_left_out() -> None:
    """Jumps between steps are not for people."""
    assert LOG({**STEP, "action": "goto", "outcome": "price"}) is None


def test_an_unknown_log_event_is_told_with_its_facts() -> None:
    """Errors reach the person who watches."""
    said = LOG({"time": HEARD["time"], "level": "error", "event": "records.failed", "node": "x", "error": "full"})
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
