"""The conformance rows of the voice, quickly: all reach their goals, on signals of two seeds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.selftest import voice
from workbench.selftest.measure import QUICK


@pytest.mark.parametrize("seed", [1, 20])
def test_the_voice_reaches_its_goals(seed: int) -> None:
    """Band, level, headroom, joints, loops and bridges."""
    rows = list(voice.rows(replace(QUICK, seed=seed), None))
    assert len(rows) == 9
    assert [f"{row.measure}: {row.ours}" for row in rows if not row.reached] == []
