"""The verbs of a call, as a caller would notice them."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import structlog

from drivers.events import Activity, Alarm, Answered, CallerId, Clear, HungUp, Removed
from dsp.receiver import RATE, TICK
from ivr_runtime.call import ANSWER_WAIT, Call
from ivr_runtime.dispatch import Settings
from ivr_runtime.errors import CallEnded
from ivr_runtime.keys import Collected
from tests.ivr_runtime.fake_card import FakeCard, Run, arena_of, hang_up, press, ring

ANSWER = 0.1 + 2 * TICK / RATE
"""The fake card is answered in the tick after the first ring, and speech passes 250 ms later."""


def starts(run: Run, value: int) -> list[int]:
    """Samples at which a clip's value begins on line 0."""
    sent = (run.card.heard_by(0) == value).astype(int)
    return list(np.flatnonzero(np.diff(sent, prepend=0) == 1))


def test_a_prompt_is_heard_whole_and_the_line_is_hung_up_after_its_last_word() -> None:
    """play returns at the last sample; hang_up leaves 200 ms for what the kernel still holds."""

    async def talk(call: Call) -> None:
        assert await call.play([0, 1]) is None
        await call.hang_up()

    run = Run(FakeCard(1, ring()), talk, 10, arena=arena_of(1000, 700))
    sent = run.card.heard_by(0)
    assert (sent == 1).sum() == 1000
    assert (sent == 2).sum() == 700
    assert starts(run, 2)[0] == starts(run, 1)[0] + 1000
    went = next(at for at, verb, _ in run.card.asked if verb == "hang_up")
    assert 0.2 * RATE <= went - (starts(run, 2)[0] + 700) <= 0.26 * RATE
    assert [call.leg.ended for call in run.ended] == ["hung_up"]


def test_prompts_one_after_the_other_have_at_most_a_tick_between_them() -> None:
    """Two play verbs in a row sound like one."""

    async def talk(call: Call) -> None:
        await call.play([0])
        await call.play([1])

    run = Run(FakeCard(1, ring()), talk, 5, arena=arena_of(1000, 700))
    assert 0 <= starts(run, 2)[0] - (starts(run, 1)[0] + 1000) < TICK


def test_a_key_stops_the_prompt_and_stays_for_the_collect() -> None:
    """Barge-in: the prompt is cut within a tick of the key, and the key is the first of the entry."""
    got: list[object] = []

    async def talk(call: Call) -> None:
        got.append(await call.play([0]))
        got.append(await call.collect(4))

    run = Run(FakeCard(1, [*ring(), *press("12#", 2.0)]), talk, 10, arena=arena_of(80_000))
    assert got == ["1", Collected("12", "terminator")]
    last = np.flatnonzero(run.card.heard_by(0))[-1]
    assert last <= 2.0 * RATE + TICK


def test_type_ahead_skips_every_prompt_before_the_question_it_answers() -> None:
    """Keys of three menus pressed at once: no prompt is heard, each menu takes one."""
    got: list[str] = []

    async def talk(call: Call) -> None:
        await call.play([0], barge_in=False)
        for _ in range(3):
            await call.play([1])
            got.append((await call.collect(1, terminator="")).digits)

    run = Run(FakeCard(1, [*ring(), *press("135", 0.5)]), talk, 10, arena=arena_of(16_000, 80_000))
    assert got == ["1", "3", "5"]
    assert (run.card.heard_by(0) == 2).sum() == 0


def test_without_barge_in_the_prompt_is_heard_whole_and_the_keys_wait() -> None:
    """The key does not stop it, and is there afterwards unless it is flushed."""
    got: list[object] = []

    async def talk(call: Call) -> None:
        got.append(await call.play([0], barge_in=False))
        got.append(await call.collect(1))
        await call.play([0], barge_in=False)
        got.append(call.flush_keys())

    run = Run(FakeCard(1, [*ring(), *press("7", 1.0), *press("89", 2.5)]), talk, 10, arena=arena_of(12_000))
    assert got == [None, Collected("7", "max"), 2]
    assert (run.card.heard_by(0) == 1).sum() == 24_000


def test_silence_counts_from_the_end_of_the_prompt() -> None:
    """first_timeout does not run while we speak; the grace for a key being heard is 60 ms, and a tick."""
    took: list[tuple[Collected, float]] = []

    async def talk(call: Call) -> None:
        await call.play([0])
        began = call.clock.now
        entry = await call.collect(4, first_timeout=2.0)
        took.append((entry, (call.clock.now - began) / RATE))

    Run(FakeCard(1, ring()), talk, 20, arena=arena_of(40_000))
    ((entry, seconds),) = took
    assert entry == Collected("", "silence", enough=False)
    assert 2.06 <= seconds <= 2.08


def test_a_key_pressed_before_the_time_out_counts_though_it_is_known_later() -> None:
    """The receiver needs up to 40 ms: the moment of pressing decides."""
    got: list[Collected] = []

    async def talk(call: Call) -> None:
        call_began = call.clock.now
        assert call_began == 0.4 * RATE
        got.append(await call.collect(1, first_timeout=1.0))

    late = press("5", 1.39)
    for i, event in enumerate(late):
        late[i] = type(event)(event.line, event.at + 320, *[getattr(event, f) for f in ("digit", "edge", "length")])
    Run(FakeCard(1, [*ring(), *late]), talk, 10)
    assert got == [Collected("5", "max")]


def test_the_digit_time_out_counts_from_the_end_of_a_held_key() -> None:
    """A key held for two seconds with a time-out of one second is not silence."""
    got: list[tuple[Collected, float]] = []

    async def talk(call: Call) -> None:
        entry = await call.collect(4, digit_timeout=1.0)
        got.append((entry, call.clock.now / RATE))

    Run(FakeCard(1, [*ring(), *press("4", 1.0, held=2.0)]), talk, 20)
    ((entry, at),) = got
    assert entry == Collected("4", "timeout")
    assert 4.06 <= at <= 4.1


def test_the_terminator_after_a_full_entry_is_not_an_answer_to_the_next_question() -> None:
    """Six digits and # where six digits are all: the # is dropped, later ones are not."""
    got: list[str] = []

    async def talk(call: Call) -> None:
        got.append((await call.collect(3)).digits)
        await call.play([0])
        got.append((await call.collect(1, terminator="")).digits)

    Run(FakeCard(1, [*ring(), *press("123#", 1.0), *press("#", 5.0)]), talk, 20, arena=arena_of(16_000))
    assert got == ["123", "#"]


@pytest.mark.parametrize(("keys", "digits"), [("*", ""), ("12*", "12")])
def test_star_cancels_an_entry_wherever_it_is_pressed(keys: str, digits: str) -> None:
    """`digits` tells whether it was alone."""
    got: list[Collected] = []

    async def talk(call: Call) -> None:
        got.append(await call.collect(6, cancel="*"))

    Run(FakeCard(1, [*ring(), *press(keys, 1.0)]), talk, 10)
    assert (got[0].digits, got[0].reason) == (digits, "cancel")


@pytest.mark.parametrize("verb", ["play", "collect", "sleep", "answer_again", "hang_up"])
def test_a_caller_who_hangs_up_ends_the_call_out_of_any_wait(verb: str) -> None:
    """CallEnded carries the cause, the line goes on hook at once, and later verbs raise too."""
    seen: list[str] = []

    async def talk(call: Call) -> None:
        verbs = {
            "play": lambda: call.play([0]),
            "collect": lambda: call.collect(4, first_timeout=30),
            "sleep": lambda: call.sleep(30),
            "answer_again": lambda: call.sleep(30),
            "hang_up": call.hang_up,
        }
        try:
            await verbs[verb]()
        except CallEnded as ended:
            seen.append(ended.reason)
        with pytest.raises(CallEnded, match="disconnect"):
            await (call.answer() if verb == "answer_again" else verbs[verb]())
        raise CallEnded("disconnect")

    at = 0.45 if verb == "hang_up" else 3.0
    run = Run(FakeCard(1, [*ring(), hang_up(at)]), talk, 10, arena=arena_of(80_000))
    assert seen == ["disconnect"]
    assert [call.leg.ended for call in run.ended] == ["disconnect"]
    hung = [t for t, what, _ in run.card.asked if what == "hang_up"]
    assert hung[0] <= at * RATE + 2 * TICK
    assert not run.card.heard_by(0)[round(at * RATE) + TICK :].any()


def test_what_a_service_has_begun_it_finishes_though_the_caller_hangs_up() -> None:
    """run gives its result after the hang-up, works after it, and the next verb raises."""
    got: list[object] = []
    loud = threading.Event()

    async def talk(call: Call) -> None:
        def place() -> str:
            call.leg.end("disconnect")  # the caller goes while the service works
            loud.set()
            return "order 7"

        got.append(await call.run(place))
        got.append(await call.run(lambda: "kept"))
        await call.play([0])
        got.append("not reached")

    Run(FakeCard(1, ring()), talk, 5, arena=arena_of(800))
    assert got == ["order 7", "kept"]
    assert loud.is_set()


def test_an_exception_of_a_service_reaches_the_step() -> None:
    """run raises what the function raised."""
    got: list[str] = []

    async def talk(call: Call) -> None:
        def fail() -> None:
            raise OSError("database is locked")

        try:
            await call.run(fail)
        except OSError as error:
            got.append(str(error))

    Run(FakeCard(1, ring()), talk, 5)
    assert got == ["database is locked"]


def test_the_call_is_answered_when_the_caller_id_is_there() -> None:
    """FSK caller ID comes after the first ring: no need to wait for the second."""
    caller = CallerId(0, 2 * RATE, "13800138000")
    seen: list[tuple[str, int | None]] = []

    async def talk(call: Call) -> None:
        seen.append((call.caller_number, call.leg.answered))

    Run(FakeCard(1, [*ring(rings=2), caller]), talk, 10, settings=Settings(rings=2))
    assert seen[0][0] == "13800138000"
    assert seen[0][1] is not None
    assert 2 * RATE <= seen[0][1] <= 2.1 * RATE


def test_without_caller_id_the_call_is_answered_at_the_second_ring() -> None:
    """The exchange may not send any."""
    seen: list[tuple[str, int | None]] = []

    async def talk(call: Call) -> None:
        seen.append((call.caller_number, call.leg.answered))

    Run(FakeCard(1, ring(rings=2)), talk, 12, settings=Settings(rings=2))
    assert seen[0][0] == ""
    assert seen[0][1] is not None
    assert 5.1 * RATE <= seen[0][1] <= 5.2 * RATE


@pytest.mark.parametrize(("age", "number"), [(1.0, "02885551234"), (12.0, "")])
def test_dtmf_caller_id_before_the_first_ring_is_of_this_call_if_it_is_fresh(age: float, number: str) -> None:
    """A number that came before the ring counts, one of a call long ago does not."""
    seen: list[str] = []

    async def talk(call: Call) -> None:
        seen.append(call.caller_number)

    script = [CallerId(0, RATE, "02885551234", kind="dtmf"), *ring(at=1 + age, rings=1 if number else 2)]
    Run(FakeCard(1, script), talk, 25, settings=Settings(rings=2))
    assert seen == [number]


def test_the_keys_of_a_dtmf_caller_id_are_not_keys_of_the_caller() -> None:
    """They are sent before the answer; and what looks like a caller ID afterwards is none."""
    got: list[str] = []

    async def talk(call: Call) -> None:
        got.append((await call.collect(12, first_timeout=2)).digits)
        got.append(call.caller_number)

    script = [*ring(), *press("D138C", 1.0, every=0.1, held=0.05), CallerId(0, 2 * RATE, "138", kind="dtmf")]
    Run(FakeCard(1, [*script, CallerId(0, 3 * RATE, "999")]), talk, 10, settings=Settings(rings=2))
    assert got == ["", "138"]


def test_a_caller_who_gives_up_while_it_rings_is_missed_and_kept() -> None:
    """No answer, an on_end with the number, and one log event."""

    async def talk(call: Call) -> None:
        raise AssertionError("never answered")

    with structlog.testing.capture_logs() as logs:
        run = Run(FakeCard(1, [*ring(), HungUp(0, 3 * RATE, "ring_no_answer")]), talk, 10, settings=Settings(rings=2))
    assert [(call.leg.answered, call.leg.ended) for call in run.ended] == [(None, "ring_no_answer")]
    assert [entry["event"] for entry in logs] == ["call.ringing", "call.missed"]
    assert not [verb for _, verb, _ in run.card.asked if verb == "answer"]


def test_a_line_that_does_not_go_off_hook_ends_the_call() -> None:
    """Five seconds after our answer without Answered: not_answered."""
    card = FakeCard(1, ring())
    card.answer = lambda line: None  # type: ignore[method-assign]

    async def talk(call: Call) -> None:
        raise AssertionError("never answered")

    run = Run(card, talk, 10)
    assert [call.leg.ended for call in run.ended] == ["not_answered"]


def test_a_fault_in_one_call_ends_that_call_with_an_apology_and_no_other() -> None:
    """The other line's conversation goes on; the log holds the traceback with line and call."""
    done: list[str] = []

    async def talk(call: Call) -> None:
        call.apologies = lambda kind: [1]
        if call.line == 0:
            raise KeyError("a bug")
        await call.play([0])
        done.append(call.id)

    with structlog.testing.capture_logs() as logs:
        run = Run(FakeCard(2, [*ring(0), *ring(1)]), talk, 10, arena=arena_of(16_000, 4_000))
    assert done == ["call-1"]
    assert (run.card.heard_by(0) == 2).sum() == 4_000
    assert sorted(call.leg.ended for call in run.ended) == ["crashed", "hung_up"]
    (crash,) = [entry for entry in logs if entry["event"] == "call.crashed"]
    assert (crash["line"], crash["call"], crash["log_level"]) == ("line-1", "call-0", "error")
    assert isinstance(crash["exc_info"], KeyError)


def test_a_call_may_not_last_for_ever() -> None:
    """The longest call ends with an apology, whatever the flow does."""

    async def talk(call: Call) -> None:
        call.apologies = lambda kind: [0] if kind == "too_long" else []
        while True:
            await call.collect(1, first_timeout=7)

    run = Run(FakeCard(1, ring()), talk, 60, arena=arena_of(8_000), settings=Settings(rings=1, longest=30))
    assert [call.leg.ended for call in run.ended] == ["too_long"]
    assert (run.card.heard_by(0) == 1).sum() == 8_000
    hung = next(at for at, verb, _ in run.card.asked if verb == "hang_up")
    assert 31 * RATE < hung < 32.5 * RATE


def test_the_next_caller_is_served_while_the_last_call_still_keeps_its_things() -> None:
    """The line is on hook at once when the caller goes, though a service of that call still works."""
    lines: list[int] = []
    release = threading.Event()

    async def talk(call: Call) -> None:
        lines.append(call.line)
        if call.id == "call-0":
            try:
                await call.sleep(30)
            finally:
                await call.run(release.wait, 5)
        else:
            release.set()

    def live(run: Run) -> None:
        run.pump.turns.settle = once  # type: ignore[method-assign]

    async def once() -> None:
        from ivr_runtime.turns import one_pass

        for _ in range(5):
            await one_pass()

    run = Run(FakeCard(1, [*ring(), hang_up(2.0), *ring(at=4.0)]), talk, 30, before=live)
    assert lines == [0, 0]
    assert sorted(call.leg.ended for call in run.ended) == ["disconnect", "hung_up"]


def test_an_answer_in_the_very_tick_of_the_deadline_counts() -> None:
    """The line is off hook: its caller is served and not hung up on."""
    card = FakeCard(1, ring())
    late = ANSWER_WAIT - TICK
    card.answer = lambda line: card.script.append(Answered(line, card.now + late))  # type: ignore[method-assign]

    async def talk(call: Call) -> None:
        await call.sleep(1)

    run = Run(card, talk, 20)
    assert [call.leg.ended for call in run.ended] == ["hung_up"]


def test_a_lost_line_ends_its_call() -> None:
    """Removed means the world took the line away."""

    async def talk(call: Call) -> None:
        await call.sleep(30)

    with structlog.testing.capture_logs() as logs:
        run = Run(FakeCard(1, [*ring(), Removed(0, 3 * RATE)]), talk, 10)
    assert [call.leg.ended for call in run.ended] == ["line_lost"]
    assert [entry["line"] for entry in logs if entry["event"] == "line.removed"] == ["line-1"]


def test_a_line_in_alarm_is_told_and_when_it_is_over() -> None:
    """No battery: somebody must look at the cable, calls or not."""

    async def talk(call: Call) -> None:
        raise AssertionError("nobody rings")

    with structlog.testing.capture_logs() as logs:
        Run(FakeCard(2, [Alarm(1, 800, "no battery"), Clear(1, 1600)]), talk, 1)
    assert [(e["event"], e["line"], e["log_level"]) for e in logs] == [
        ("line.alarm", "line-2", "warning"),
        ("line.clear", "line-2", "info"),
    ]


def test_a_line_that_breaks_while_it_is_answered_ends_its_call_only() -> None:
    """The driver's error becomes a warning with the line, and the pump goes on."""
    card = FakeCard(2, [*ring(0), *ring(1)])
    card.broken = {0}
    done: list[int] = []

    async def talk(call: Call) -> None:
        done.append(call.line)

    with structlog.testing.capture_logs() as logs:
        run = Run(card, talk, 10)
    assert done == [1]
    assert sorted(call.leg.ended for call in run.ended) == ["hung_up", "removed"]
    assert {entry["line"] for entry in logs if entry["event"] == "line.failed"} == {"line-1"}


def test_an_answer_that_comes_after_the_end_is_hung_up() -> None:
    """A line must not stay off hook with nobody there."""

    async def talk(call: Call) -> None:
        raise AssertionError("never answered")

    run = Run(FakeCard(1, [Answered(0, RATE)]), talk, 3)
    assert [(verb, line) for _, verb, line in run.card.asked] == [("hang_up", 0)]


def test_thirty_calls_run_twice_give_the_same_samples() -> None:
    """With a simulated card every run is identical, with threads too."""

    async def talk(call: Call) -> None:
        while True:
            await call.play([call.line % 3])
            entry = await call.collect(3, first_timeout=1.0)
            await call.run(sum, range(call.line * 1000))
            await call.play([3] * (1 + len(entry.digits)))

    def once() -> bytes:
        script = [e for line in range(30) for e in [*ring(line, 0.05 * line), *press("12#", 3 + line / 7, line)]]
        card = FakeCard(30, [*script, *(hang_up(6 + line / 9, line) for line in range(30))])
        Run(card, talk, 10, arena=arena_of(900, 1_500, 2_100, 333))
        return np.stack(card.sent).tobytes()

    assert once() == once()


def test_activity_of_the_caller_is_not_lost_between_verbs() -> None:
    """Sound that began before `record` counts as sound there."""
    reasons: list[str] = []

    async def talk(call: Call) -> None:
        await call.sleep(2)
        reasons.append((await call.record(file, max_seconds=3, silence_seconds=1, beep=False)).reason)

    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "m.wav"
        Run(FakeCard(1, [*ring(), Activity(0, RATE)]), talk, 10)
    assert reasons == ["max"]
