"""The tick loop: what reaches whom and when, losses, lateness."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import structlog
from hypothesis import given
from hypothesis import strategies as st

from drivers import Tick
from drivers.events import Digit, Event
from dsp.joints import FADE
from dsp.prompts import Arena
from dsp.receiver import RATE, TICK, Float32, Int16
from ivr_runtime.call import Call
from ivr_runtime.lateness import BUDGET, Lateness
from ivr_runtime.pump import Pump
from tests.ivr_runtime.fake_card import FakeCard, Run, arena_of, ring


class Spy:
    """A receiver that keeps what it is given and finds what it is told to."""

    def __init__(self, finds: Sequence[Event] = ()) -> None:
        self.now = 0
        self.finds = list(finds)
        self.rx: list[Float32] = []
        self.resets: list[tuple[int, int]] = []

    def __call__(self, rx: Float32) -> list[Event]:
        self.now += rx.shape[1]
        self.rx.append(rx.copy())
        found = [event for event in self.finds if event.at < self.now]
        self.finds = self.finds[len(found) :]
        return found

    def skip(self, samples: int) -> None:
        self.now += samples

    def reset(self, line: int) -> None:
        self.resets.append((self.now, line))


def test_every_receiver_gets_the_whole_matrix_as_float_and_the_card_what_was_found() -> None:
    """One conversion; linear, full scale 32768."""
    sound = np.full(400, -32768, np.int16)
    key = Digit(1, 500, "5")
    spy, other = Spy([key]), Spy()
    run = Run(FakeCard(2, [], [(1, 200, sound)]), None, 0.2, receivers=[spy, other])  # type: ignore[arg-type]
    heard = np.concatenate(spy.rx, 1)
    assert heard.dtype == np.float32
    assert heard[1, 200:600].tolist() == [-32768.0] * 400
    assert not heard[0].any()
    assert run.card.heard_events == [key]
    assert spy.now == other.now == run.pump.clock.now == 0.2 * RATE


def test_a_key_found_in_a_tick_stops_the_prompt_in_the_same_tick() -> None:
    """Calls run between listening and mixing: nothing more is sent but its fade."""

    async def talk(call: Call) -> None:
        await call.play([0])
        await call.sleep(1)

    run = Run(FakeCard(1, ring()), talk, 3, arena=arena_of(80_000), receivers=[Spy([Digit(0, 8_100, "5")])])
    assert 8_000 <= np.flatnonzero(run.card.heard_by(0))[-1] + 1 < 8_000 + FADE


def test_lost_samples_move_every_clock_and_are_told() -> None:
    """Clock, receivers, mixer and tape stay together; one warning a second at most has the numbers."""
    spy = Spy()
    card = FakeCard(1, ring(), lost={1_600: 320, 4_800: 160, 12_000: 480})
    ended: list[int] = []

    async def talk(call: Call) -> None:
        await call.play([0])
        ended.append(call.clock.now)

    with structlog.testing.capture_logs() as logs:
        run = Run(card, talk, 3, arena=arena_of(800), receivers=[spy])
    assert card.now == spy.now == run.pump.clock.now == run.pump.tape.position == run.pump.mixer.now
    told = [(entry["lost"], entry["total"]) for entry in logs if entry["event"] == "card.samples_lost"]
    assert told == [(480, 480), (480, 960)]
    assert len(ended) == 1


def test_receivers_forget_the_last_conversation_when_a_new_one_begins_and_ends() -> None:
    """Reset at the answer and at the hang-up, for that line only."""

    async def talk(call: Call) -> None:
        await call.sleep(1)

    spy = Spy()
    Run(FakeCard(2, ring(1)), talk, 5, receivers=[spy])
    assert {line for _, line in spy.resets} == {1}
    assert len(spy.resets) == 2


def test_what_is_heard_in_the_tick_of_the_answer_belongs_to_the_call() -> None:
    """The receivers forget what was before, and then hear that tick: a voice that is there at once is not lost."""

    async def talk(call: Call) -> None:
        await call.sleep(1)

    spy = Spy()
    run = Run(FakeCard(2, ring(1)), talk, 5, receivers=[spy])
    answered = run.ended[0].leg.answered
    assert answered is not None
    assert spy.resets[0][0] <= answered


def test_on_hook_receivers_hear_silence_while_a_line_talks_and_the_line_again_afterwards() -> None:
    """Caller ID is not looked for in a conversation; its clock goes on, and the other line is heard."""

    async def talk(call: Call) -> None:
        await call.sleep(1)

    loud = np.full(4 * RATE, 1000, np.int16)
    spy, other = Spy(), Spy()
    card = FakeCard(2, ring(0, 1), [(0, 0, loud), (1, 0, loud)])
    run = Run(card, talk, 4, receivers=[other], on_hook=[spy])
    heard, all_of_it = np.concatenate(spy.rx, 1), np.concatenate(other.rx, 1)
    assert (all_of_it == 1000).all()
    assert (heard[1] == 1000).all()
    answered, ended = run.ended[0].leg.answered, run.ended[0].leg.ended_at
    assert answered is not None
    assert ended is not None
    silent = np.flatnonzero(heard[0] == 0)
    assert answered - TICK <= silent[0] <= answered + TICK
    assert ended - TICK <= silent[-1] <= ended + 3 * TICK
    assert len(silent) == silent[-1] - silent[0] + 1
    assert spy.now == run.pump.clock.now


def test_what_the_card_counts_is_told_once_when_it_grows() -> None:
    """A second later at most, as the difference; ticks are no anomaly."""
    card = FakeCard(1)

    def trouble(run: Run) -> None:
        def grow() -> None:
            card.counters.tx_underruns += 3
            card.counters.ticks += 50

        run.pump.clock.at(RATE, grow)

    with structlog.testing.capture_logs() as logs:
        Run(card, None, 5, before=trouble)  # type: ignore[arg-type]
    assert [(e["event"], e["tx_underruns"]) for e in logs] == [("card.counted", 3)]


class LiveCard(FakeCard):
    """The same card, read in a thread as a live one is."""

    def __init__(self, lines: int, script: Sequence[Event]) -> None:
        super().__init__(lines, script)
        self.live = True


def test_a_live_card_does_not_wait_for_a_call_in_a_thread() -> None:
    """Ticks go on while a service works, and its call hears silence meanwhile."""
    import threading

    passed: list[int] = []
    done = threading.Event()

    async def talk(call: Call) -> None:
        before = call.clock.now
        call.clock.after(RATE, done.set)
        await call.run(done.wait, 5)
        passed.append(call.clock.now - before)

    run = Run(LiveCard(1, ring()), talk, 4)
    assert passed
    assert passed[0] >= RATE
    assert [call.leg.ended for call in run.ended] == ["hung_up"]


def test_services_of_all_lines_of_a_live_card_wait_side_by_side() -> None:
    """Thirty callers who all meet a locked database wait as long as one, not in turns."""
    import threading

    together = threading.Barrier(30)
    passed: list[int] = []

    async def talk(call: Call) -> None:
        passed.append(await call.run(together.wait, 5))

    Run(LiveCard(30, [event for line in range(30) for event in ring(line)]), talk, 4)
    assert sorted(passed) == list(range(30))


@given(st.lists(st.tuples(st.integers(1, 40 * RATE), st.floats(0, 0.2)), max_size=60))
def test_late_ticks_are_all_counted_and_told_at_most_every_ten_seconds(ticks: list[tuple[int, float]]) -> None:
    """What was told, and what waits to be told, is what happened."""
    lateness, now, told, times = Lateness(), 0, 0, []
    for step, seconds in ticks:
        now += step
        facts = lateness.note(now, seconds)
        if facts:
            told += int(facts["ticks"])
            times.append(now)
    late = sum(seconds > BUDGET for _, seconds in ticks)
    assert lateness.late == late
    assert told <= late
    assert bool(times) == bool(late)
    assert all(b - a >= 10 * RATE for a, b in pairwise(times))


def test_a_simulated_card_leaves_room_for_other_tasks() -> None:
    """A signal, or a second card, gets its chance though the card never waits."""

    async def go() -> int:
        pump = Pump(FakeCard(1), Arena())
        asyncio.get_running_loop().call_soon(asyncio.get_running_loop().call_soon, pump.stop)
        await pump.run()
        return pump.clock.now

    assert asyncio.run(go()) <= 100 * TICK


def test_the_tick_a_card_hands_over_is_used_before_the_next_read() -> None:
    """A card may reuse its array: the recording must hold what was there."""

    class Reusing(FakeCard):
        array = np.zeros((1, TICK), np.int16)

        def read(self) -> Tick:
            tick = super().read()
            self.array[:] = self.now // TICK
            return Tick(self.array, tick.events, tick.lost)

    parts: list[Int16] = []

    def listen(run: Run) -> None:
        run.pump.tape.start(0, lambda received, _sent: parts.append(received))

    Run(Reusing(1), None, 2, before=listen)  # type: ignore[arg-type]
    assert np.concatenate(parts)[::TICK].tolist() == list(range(1, 51))
