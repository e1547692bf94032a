"""Pictures of callers' calls."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dsp.receiver import RATE
from hw_sim.caller.events import Entry
from hw_sim.report.folder import KeptCall
from workbench import call_pictures
from workbench.call_pictures import draw_call
from workbench.picture import CallPicture


def test_a_failed_call_is_drawn(tmp_path: Path) -> None:
    """A PNG with both directions; entries before the sound began, and of every kind, are no trouble."""
    samples = (np.random.default_rng(1).standard_normal((4 * RATE, 2)) * 2000).astype(np.int16)
    kinds = ("dialled", "tone", "heard", "mischief", "pressed", "noted", "failed", "hung_up")
    entries = [Entry(i * RATE // 2, kind, "菜单", "impatient") for i, kind in enumerate(kinds)]
    draw_call(KeptCall("order  139", RATE, samples, entries), tmp_path / "call.png")
    assert (tmp_path / "call.png").read_bytes().startswith(b"\x89PNG")
    draw_call(KeptCall("nothing", 0, samples[:0], []), tmp_path / "empty.png")
    assert (tmp_path / "empty.png").exists()


def test_marks_stand_where_things_happened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Times count from the recording's beginning; of what ends a call at one sample the first stands."""
    drawn: list[CallPicture] = []
    monkeypatch.setattr(call_pictures, "draw", lambda picture, file: drawn.append(picture))
    entries = [
        Entry(1000, "dialled", "96688"), Entry(9000, "heard", "welcome", "zh/welcome"),
        Entry(17000, "failed", "expected busy tone"), Entry(17000, "hung_up", ""),
    ]  # fmt: skip
    samples = np.stack([np.full(16000, 7, np.int16), np.full(16000, 9, np.int16)], axis=1)
    draw_call(KeptCall("a call", 1000, samples, entries), tmp_path / "call.png")
    (picture,) = drawn
    assert [(mark.at, mark.text) for mark in picture.events] == [(16000, "expected busy tone")]
    assert [(mark.at, mark.text, mark.until) for mark in picture.steps] == [(0, "dials 96688", 16000)]
    assert [(mark.at, mark.text) for mark in picture.prompts] == [(8000, "welcome")]
    assert set(picture.caller) == {9}
    assert set(picture.system) == {7}
