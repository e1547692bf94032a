"""The conformance rows of call progress and fax tones: their signals are what they say, and the rows come out."""

import numpy as np
import pytest

from dsp import levels
from dsp.plans import PLANS, PlanTone
from workbench.selftest import tones
from workbench.selftest.measure import Effort
from workbench.selftest.tone_lines import Limits, answering, heard, lines, right

LITTLE = Effort(share=0.01)


def test_every_tone_stands_in_the_table() -> None:
    """Each name of each plan, and those that all plans share once."""
    found = [(plan.name, tone.name) for plan, tone in tones.every_tone()]
    assert found.count(("cn", "cng")) == 1
    assert sum(name == "cng" for _, name in found) == 1
    assert {(p.name, t.name) for p in PLANS.values() for t in p.tones if t.name not in {"sit", "cng", "ced"}} <= set(
        found
    )


def test_a_line_is_off_by_what_was_asked() -> None:
    """25 Hz either way and no other, at the level that was drawn, with noise that far below."""
    made = lines(np.random.default_rng(1), PlanTone("dial", (450,)), 12, Limits(25, noise=20, level=(-20, -20)))
    tail = made[:, -8000:].astype(float)
    spectrum = np.abs(np.fft.rfft(tail, axis=1))
    assert set(spectrum.argmax(axis=1).tolist()) == {425, 475}
    assert levels.dbm0(tail) == pytest.approx(-20, abs=0.3)
    spectrum[:, 420:481] = 0
    beside = 2 * np.sum(np.square(spectrum), axis=1) / 8000**2
    assert levels.power_dbm0(beside) == pytest.approx(-40, abs=0.5)


def test_reversals_turn_the_phase_every_450_ms() -> None:
    """ITU-T V.25: the carrier itself is gone from the spectrum; without reversals it is all there is."""
    plain, reversed_ = (answering(np.random.default_rng(2), 1, kind, (-10, -10))[0] for kind in ("none", "reversals"))  # type: ignore[arg-type]
    part = slice(6000, 6000 + 14400)

    def peak(x: np.ndarray) -> float:
        return float(np.abs(np.fft.rfft(x[part])).max() / np.linalg.norm(x[part]))

    assert peak(reversed_) < 0.75 * peak(plain)


def test_only_the_tone_and_no_other_is_right() -> None:
    """Twice the same is right; another one beside, or nothing, is not."""
    assert right([["busy"], ["busy", "busy"], ["busy", "dial"], []], "busy") == 2


def test_fax_rows_are_reached() -> None:
    """The rows of CNG and CED on a few lines."""
    found = list(tones._fax(LITTLE, None))
    assert [row.measure.split()[0] for row in found] == ["CNG", "CED", "CED", "ANSam"]
    assert all(row.reached and row.trials >= 24 for row in found)


def test_the_ear_of_the_table_is_our_receiver() -> None:
    """A line with busy in noise is named so."""
    rx = lines(np.random.default_rng(3), PLANS["cn"].tone("busy"), 3, Limits(noise=20))
    assert heard(rx, PLANS["cn"]) == [["busy"]] * 3
