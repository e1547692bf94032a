"""Lost sound is counted by channel, with its reason."""

from __future__ import annotations

import os

import pytest

from dsp.receiver import RATE
from hw_sim.dahdi.losses import Losses, Reason
from hw_sim.dahdi.programs import Program
from hw_sim.report.cost import Share, processor_time

ME = Program(os.getpid(), "me")


def reasons(losses: Losses) -> dict[Reason, int]:
    """How often for which reason."""
    losses.finish()
    return {reason: counts.total() for (_, reason), counts in losses.counts.items()}


@pytest.mark.parametrize(
    ("before", "after", "on_hook", "reason"),
    [
        (lambda _: None, lambda _: None, False, "program late"),
        (lambda losses: losses.late(9 * RATE), lambda _: None, False, "program late"),
        (lambda losses: losses.late(10 * RATE - 160), lambda _: None, False, "office late"),
        (lambda losses: losses.opened(ME, 10 * RATE - 160), lambda _: None, False, "program starting"),
        (lambda _: None, lambda losses: losses.closed(3, 10 * RATE + 160), False, "program closing"),
        (lambda _: None, lambda losses: losses.closed(4, 10 * RATE + 160), False, "program late"),
        (lambda _: None, lambda _: None, True, "line on hook"),
    ],
)
def test_why_sound_was_lost(before, after, on_hook: bool, reason: Reason) -> None:  # type: ignore[no-untyped-def]
    """By what the program and the office did around that time."""
    losses = Losses()
    before(losses)
    losses.note("underrun", 3, ME, 10 * RATE, on_hook)
    after(losses)
    assert reasons(losses) == {reason: 1}


def test_a_program_that_has_ended_was_closing() -> None:
    """Its devices are closed one after the other, while the others run dry."""
    losses = Losses()
    losses.note("overrun", 3, Program(2**22 + 1, "gone"), 10 * RATE)
    assert reasons(losses) == {"program closing": 1}


def test_what_is_lost_together_is_told_together() -> None:
    """Many channels within a second are one moment; each is counted."""
    losses = Losses()
    for second in (5, 20):
        for channel in (1, 2, 3, 7):
            losses.note("underrun", channel, ME, second * RATE + channel * 160)
        losses.tick((second + 2) * RATE)
    assert losses.lines() == ["underruns: 8 on channels 1-3, 7: program late, at 5.0-5.1, 20.0-20.1 s"]
    assert losses.summary() == [
        {
            "kind": "underrun", "reason": "program late", "times": 8,
            "channels": {"1": 2, "2": 2, "3": 2, "7": 2}, "first_s": 5.02,
        }
    ]  # fmt: skip


def test_the_share_of_a_core() -> None:
    """Of the whole time, and of the busiest stretch between two looks."""
    share = Share("x", 10.0, 2.0, 10.0, 2.0)
    share.take(11.0, 2.5)
    share.take(14.0, 3.0)
    assert str(share) == "x 25% of a core (busiest second 50%)"
    assert processor_time(os.getpid()) is not None
    assert processor_time(2**22 + 1) is None
