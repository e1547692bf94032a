"""Whatever happens to the card's lines and to the reader: time adds up, and the lines that live end in step."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.dahdi import DahdiCard
from tests.drivers.fake_kernel import TICK_NS, Channel, FakeKernel

LINES = 4
ACTS = st.one_of(
    st.tuples(st.just("run"), st.integers(1, 12)),
    st.tuples(st.just("late"), st.integers(0, 600).map(lambda ms: ms * 1_000_000)),
    st.tuples(st.sampled_from(["ring", "answer", "hang_up", "stop", "go", "kill", "event"]), st.integers(0, LINES - 1)),
)


def act(kernel: FakeKernel, card: DahdiCard, what: str, value: int) -> int:
    """Do one thing; the samples that were handed over and lost."""
    if what == "late":
        kernel.late(value)
    if what in ("run", "late"):
        return go_on(card, value if what == "run" else 1)
    channel = kernel.channels[value + 1]
    if what in ("ring", "event"):
        channel.event(18 if what == "ring" else 29)
    elif what in ("stop", "go"):  # a channel alone stops only while we are in time: behind a backlog nobody could tell
        samples = go_on(card, 12)
        channel.silent = what == "stop"
        return samples + go_on(card, 12)
    elif what == "kill" and value:  # line 0 always lives
        channel.gone = True
    elif what in ("answer", "hang_up") and not channel.gone:
        getattr(card, what)(value)
    return 0


def go_on(card: DahdiCard, ticks: int) -> int:
    """Ticks as the pump makes them."""
    samples = 0
    for _ in range(ticks):
        tick = card.read()
        card.write(tick.rx)
        samples += 160 + tick.lost
    return samples


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, max_size=25))
@example([("stop", 1), ("run", 1), ("late", 141_000_000)])
@example([("stop", 1), ("run", 1), ("go", 1), ("late", 20_000_000)])
def test_time_adds_up_and_lines_end_in_step(acts: list[tuple[str, int]]) -> None:
    """Late readers, overruns, stalls, hang-ups, removals in any order.

    Samples handed over and lost are the time that passed, to a tick; after a while every line that lives delivers its
    block in the tick in which it completes, and has no more than its lead to send.
    """
    with FakeKernel(*(Channel(n + 1) for n in range(LINES))) as kernel, DahdiCard(f"1-{LINES}") as card:
        samples = go_on(card, 1)
        began = kernel.now - TICK_NS
        for what, value in acts:
            samples += act(kernel, card, what, value)
        for channel in kernel.channels.values():
            channel.silent = False
        samples += go_on(card, 80)
        living = [channel for channel in kernel.channels.values() if channel.fd >= 0]
        assert abs(samples - (kernel.now - began) // 125_000) <= 2 * 160
        assert all(not channel.blocks for channel in living)
        assert all(len(channel.queue) <= 8 for channel in living)
        assert card.counters.dead_lines == LINES - len(living)
        assert len(kernel.open_fds) == len(living)
