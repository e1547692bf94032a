"""The demo as people begin it, and what it tells them to type."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from workbench.demo.show import own_command

ROOT = Path(__file__).parents[2]


@pytest.mark.realtime
def test_a_script_with_faults_is_told_and_nobody_dials(tmp_path: Path) -> None:
    """Status 2, the fault with its place, and not a word about calls that are missing."""
    script = tmp_path / "caller.yaml"
    script.write_text('spec: 1\nscript:\n  - dial: "96688"\n  - heer: welcome\n')
    command = [sys.executable, "-m", "workbench.cli", "demo", "--caller", str(script), "--data", str(tmp_path / "demo")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, "No call was kept" in done.stdout) == (2, False)
    assert f"{script}:4:5" in done.stderr


def test_the_command_that_shows_more_can_be_typed_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path from the working folder when it is inside, else the whole path; the bare name when the shell finds it."""
    made = tmp_path / "bin" / "loopstart"
    made.parent.mkdir()
    made.touch(mode=0o755)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.chdir(tmp_path)
    assert own_command() == "bin/loopstart"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert own_command() == str(made)
    monkeypatch.setenv("PATH", str(made.parent))
    assert own_command() == "loopstart"
    made.unlink()
    assert own_command() == "loopstart"
