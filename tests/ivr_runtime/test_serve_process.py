"""`loopstart serve` as a process of its own, on the virtual /dev/dahdi: ready, stopped, and refused."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from ivr_runtime.startup import Options

pytestmark = [pytest.mark.realtime, pytest.mark.alone]

ROOT = Path(__file__).parents[2]
SECONDS = 60
FLOW = """\
spec: 1
name: tiny
languages: [en]
start: hello
steps:
  hello:
    - say: hello
    - hang_up:
prompts:
  hello: {en: Hello.}
"""
OFFICE = ROOT / "hw_sim/offices/four_fxo.yaml"


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """The command that serves four lines with a flow of one word, in the folder of the test."""
    (tmp_path / "flow.yaml").write_text(FLOW)
    (tmp_path / "cards.yaml").write_text("spec: 1\ncards:\n  - {name: hotline, device: 'dahdi:1-4'}\n")
    options = ["--cards", str(tmp_path / "cards.yaml"), "--data", str(tmp_path / "data")]
    return [sys.executable, "-m", "ivr_runtime.cli", "serve", str(tmp_path / "flow.yaml"), *options]


@pytest.fixture
def on_virtual_card(words: list[str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The same on the office's card; ends with the test."""
    del tmp_path
    command = [sys.executable, "-m", "hw_sim", "run", str(OFFICE), "--for", str(SECONDS), "--", *words]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as process:
        yield process
        process.kill()


def records(lines: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Log records as they come; the office's own words are passed over."""
    for line in lines:
        if line.startswith(b"{"):
            yield json.loads(line)


def test_a_server_is_ready_soon_small_and_stops_when_told(on_virtual_card: subprocess.Popen[bytes]) -> None:
    """serve.ready with lines, seconds and memory; the stop signal ends it with status 0 and no late tick."""
    assert on_virtual_card.stderr is not None
    seen = []
    for record in records(on_virtual_card.stderr):
        seen.append(record)
        if record["event"] == "serve.ready":
            on_virtual_card.send_signal(signal.SIGTERM)
    assert [record["event"] for record in seen if record["level"] != "warning"] == [
        "serve.ready",
        "serve.stopping",
        "serve.stopped",
    ]
    assert on_virtual_card.wait(SECONDS) == 0
    assert seen[0]["lines"] == 4
    assert seen[0]["megabytes"] < 150
    assert seen[0]["seconds"] < 10


def test_a_device_that_is_not_there_is_named_and_nothing_is_served(words: list[str]) -> None:
    """Status 3, one line for a person, one ERROR for the log."""
    if Path("/dev/dahdi").exists():
        pytest.skip("this machine has DAHDI")
    result = subprocess.run(words, cwd=ROOT, capture_output=True, timeout=SECONDS, check=False)
    assert result.returncode == 3
    assert b"modprobe dahdi" in result.stderr
    events = [json.loads(line) for line in result.stderr.splitlines() if line.startswith(b"{")]
    assert [(e["event"], e["level"], e["kind"]) for e in events] == [("serve.failed", "error", "CardNotFound")]


def test_what_is_kept_is_named_by_a_whole_path() -> None:
    """`serve --data data`: its recordings are found from any other folder."""
    assert Options(Path("flow.yaml"), Path("cards.yaml"), Path("data")).data == Path.cwd() / "data"
