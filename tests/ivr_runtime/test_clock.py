"""The media clock and turns: time is the count of samples, and the pump knows who still has something to do."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_runtime.clock import MediaClock, samples
from ivr_runtime.turns import Turn, Turns, one_pass


@given(st.lists(st.integers(0, 5_000), max_size=30), st.lists(st.integers(1, 800), max_size=30))
def test_timers_fire_in_order_and_never_early(moments: list[int], steps: list[int]) -> None:
    """Each at the first tick that ends at its sample or later; equal samples in the order of their making."""
    clock = MediaClock()
    fired: list[tuple[int, int]] = []
    when: dict[int, int] = {}

    def fire(i: int, at: int) -> None:
        fired.append((at, i))
        when[i] = clock.now

    for i, at in enumerate(moments):
        clock.at(at, lambda i=i, at=at: fire(i, at))  # type: ignore[misc]
    before = {0: 0}
    for step in steps:
        last = clock.now
        clock.advance(step)
        before[clock.now] = last
    assert fired == sorted((at, i) for i, at in enumerate(moments) if at <= clock.now and steps)
    for at, i in fired:
        assert before[when[i]] < at or at == 0
        assert at <= when[i]


def test_a_cancelled_timer_does_not_fire_and_may_be_cancelled_again() -> None:
    """Also after it fired."""
    clock = MediaClock()
    fired: list[str] = []
    gone, kept = clock.after(100, lambda: fired.append("gone")), clock.after(100, lambda: fired.append("kept"))
    assert gone.pending
    gone.cancel()
    gone.cancel()
    clock.advance(160)
    kept.cancel()
    assert fired == ["kept"]
    assert not kept.pending


def test_a_timer_may_make_another_for_a_moment_that_has_passed() -> None:
    """It fires in the same tick."""
    clock = MediaClock()
    fired: list[int] = []
    clock.at(100, lambda: clock.at(50, lambda: fired.append(clock.now)) and None)
    clock.advance(160)
    assert fired == [160]


def test_time_does_not_run_back() -> None:
    """A negative step is refused."""
    with pytest.raises(ValueError, match="back"):
        MediaClock().advance(-1)


def test_seconds_become_samples_to_the_nearest() -> None:
    """8,000 a second; deadline counts from now."""
    clock = MediaClock()
    clock.advance(160)
    assert samples(0.0001) == 1
    assert clock.deadline(1.5) == 12_160


def test_a_sleeper_gets_its_turn_before_the_pump_goes_on() -> None:
    """settle waits for the step that follows a sleep."""

    async def go() -> list[str]:
        turns = Turns()
        clock = MediaClock(turns)
        seen: list[str] = []

        async def sleeper() -> None:
            await clock.sleep(160)
            seen.append("woke")

        task = asyncio.get_running_loop().create_task(sleeper())
        await one_pass()
        clock.advance(160)
        assert turns.running == 1
        await turns.settle()
        seen.append("settled")
        await task
        return seen

    assert asyncio.run(go()) == ["woke", "settled"]


@given(st.lists(st.sampled_from(["wake", "cancel", "pass"]), max_size=12))
def test_turns_are_never_lost_nor_given_twice(moves: list[str]) -> None:
    """Whatever wakes or cancels a task: in the end nobody runs, and settle returns."""

    async def go() -> int:
        turns = Turns()
        turn = Turn(turns)

        async def worker() -> None:
            try:
                while True:
                    await turn.pause()
                    await one_pass()
            finally:
                turn.end()

        task = asyncio.get_running_loop().create_task(worker())
        await turns.settle()
        for move in moves:
            if move == "wake":
                turn.wake()
            elif move == "cancel":
                task.cancel()
            else:
                await one_pass()
            assert 0 <= turns.running <= 1
        await turns.settle()
        task.cancel()
        await asyncio.wait({task})
        return turns.running

    assert asyncio.run(go()) == 0
