"""Steady sounds of many lines at once: each line gives what it would give alone."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.activity.steady import even, medians


def test_the_middle_of_the_chosen_ones_is_that_of_a_sorted_list() -> None:
    """Whatever is chosen on each of many lines; a line where nothing is gives 0."""
    rng = np.random.default_rng(5)
    powers = rng.uniform(1, 9, (31, 40)).astype(np.float32)
    chosen = rng.random((31, 40)) < rng.random(40)
    chosen[:, 3] = False
    expected = [
        sorted(powers[chosen[:, i], i])[chosen[:, i].sum() // 2] if chosen[:, i].any() else 0 for i in range(40)
    ]
    np.testing.assert_array_equal(medians(powers, chosen), np.array(expected, np.float32))


@pytest.mark.parametrize(
    ("spread", "expected"), [(0.1, True), (3.0, False)], ids=["a tone keeps its level", "a voice does not"]
)
def test_one_level_is_told_from_many(spread: float, expected: bool) -> None:
    """The decibels between the blocks decide, not how loud they are."""
    decibels = np.random.default_rng(6).normal(0, spread, (160, 12)) + np.linspace(20, 60, 12)
    powers = (10 ** (decibels / 10)).astype(np.float32)
    assert even(powers, np.ones(12, np.float32)).tolist() == [expected] * 12


def test_pauses_do_not_count() -> None:
    """A busy tone is steady where it sounds; silence alone is nothing steady."""
    powers = np.full((160, 2), 1e6, np.float32)
    powers[np.arange(160) % 35 < 17] = 1.0
    powers[:, 1] = 1.0
    assert even(powers, np.full(2, 10.0, np.float32)).tolist() == [True, False]
