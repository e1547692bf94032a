"""Every row of the caller ID table, measured with few trials: all of them are reached."""

import numpy as np

from workbench.selftest import caller_id
from workbench.selftest.caller_id_lines import Terms, lines
from workbench.selftest.measure import Effort, measured

FEW = Effort(share=0.01)


def test_all_rows_of_caller_id_are_reached() -> None:
    """Each row of the table, with the seed of the tests."""
    rows = list(measured(["caller-id"], FEW, None))
    assert len(rows) == 28
    assert [row.measure for row in rows if not row.reached] == []
    assert rows[-1].measure == "wrong numbers delivered"
    assert rows[-1].trials >= 2 * 11 * 6


def test_the_signals_are_the_same_for_a_seed_and_others_for_another() -> None:
    """A table can be measured again."""
    terms = Terms("V.23", snr=(12, 12))
    rx, said = lines(FEW.rng("a"), terms, 4)
    again, same = lines(FEW.rng("a"), terms, 4)
    assert np.array_equal(rx, again)
    assert said == same
    assert lines(FEW.rng("b"), terms, 4)[1] != said


def test_a_receiver_that_hears_nothing_misses_the_rows() -> None:
    """A table that could not fail would say nothing."""
    silent = caller_id._Count()
    deaf = Terms("V.23", level=(-80, -79))
    row = caller_id._read(FEW, None, silent, "far too quiet", 100, deaf)
    assert row.ours == 0
    assert not row.reached
    assert silent.ours == 0
