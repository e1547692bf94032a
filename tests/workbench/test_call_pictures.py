"""Pictures of callers' calls."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dsp.receiver import RATE
from hw_sim.caller.events import Entry
from hw_sim.report.folder import KeptCall
from workbench.call_pictures import draw_call


def test_a_failed_call_is_drawn(tmp_path: Path) -> None:
    """A PNG with both directions; entries before the sound began, and of every kind, are no trouble."""
    samples = (np.random.default_rng(1).standard_normal((4 * RATE, 2)) * 2000).astype(np.int16)
    kinds = ("dialled", "tone", "heard", "mischief", "pressed", "noted", "failed", "hung_up")
    entries = [Entry(i * RATE // 2, kind, "菜单", "impatient") for i, kind in enumerate(kinds)]
    draw_call(KeptCall("order  139", RATE, samples, entries), tmp_path / "call.png")
    assert (tmp_path / "call.png").read_bytes().startswith(b"\x89PNG")
    draw_call(KeptCall("nothing", 0, samples[:0], []), tmp_path / "empty.png")
    assert (tmp_path / "empty.png").exists()
