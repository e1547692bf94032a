"""Pictures of simulated calls."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hw_sim.caller.events import Entry
from hw_sim.report.folder import KeptCall
from workbench import run_picture
from workbench.picture import CallPicture


def test_a_call_is_drawn_as_its_caller_had_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times count from the recording's beginning; of two things at one sample the first stands; prompts are short."""
    drawn: list[CallPicture] = []
    monkeypatch.setattr(run_picture, "draw", lambda picture, file: drawn.append(picture))
    entries = [
        Entry(1000, "dialled", "96688"), Entry(9000, "heard", "x" * 60, "zh/welcome"),
        Entry(17000, "failed", "expected busy tone"), Entry(17000, "hung_up", ""), Entry(900, "pressed", "1"),
    ]  # fmt: skip
    samples = np.stack([np.full(16000, 7, np.int16), np.full(16000, 9, np.int16)], axis=1)
    run_picture.draw_run(KeptCall("a call", 1000, samples, entries), tmp_path / "call.png")
    (picture,) = drawn
    assert sorted((mark.at, mark.text) for mark in picture.events) == [
        (0, "dialled 96688"),
        (16000, "failed expected busy ton…"),
    ]
    assert [(mark.at, len(mark.text)) for mark in picture.prompts] == [(8000, run_picture.SHORT + 1)]
    assert set(picture.caller) == {9}
    assert set(picture.system) == {7}


def test_it_is_a_png(tmp_path: Path) -> None:
    """Whatever the file is called."""
    run_picture.draw_run(KeptCall("a call", 0, np.zeros((8000, 2), np.int16), []), tmp_path / "call")
    assert (tmp_path / "call").read_bytes().startswith(b"\x89PNG")
