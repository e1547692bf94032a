"""Whatever happens on a line, in whatever order: calls end, the line goes on hook, nobody waits for ever."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.events import (
    Activity,
    Alarm,
    CallerId,
    Clear,
    Digit,
    Event,
    Flash,
    HungUp,
    Polarity,
    Removed,
    Ringing,
    Tone,
)
from dsp.receiver import RATE
from ivr_runtime.call import Call
from ivr_runtime.dispatch import Settings
from ivr_runtime.errors import StepFailed
from tests.ivr_runtime.fake_card import FakeCard, Run, arena_of, press

KINDS: list[Event] = [
    Ringing(0, 0, 1),
    Ringing(0, 0, 2),
    CallerId(0, 0, "138"),
    CallerId(0, 0, "", reason="P"),
    HungUp(0, 0, "disconnect"),
    HungUp(0, 0, "busy_tone"),
    HungUp(0, 0, "ring_no_answer"),
    HungUp(0, 0, "local"),
    Tone(0, 0, "busy"),
    Tone(0, 0, "busy", "ended"),
    Activity(0, 0),
    Activity(0, 0, "ended"),
    Alarm(0, 0),
    Clear(0, 0),
    Flash(0, 0),
    Polarity(0, 0),
    *(Digit(0, 0, key) for key in "1#*"),
    Digit(0, 0, "1", "ended"),
]
END = 40.0
EVENTS = st.lists(st.tuples(st.sampled_from(KINDS), st.floats(0.1, END - 10), st.integers(0, 1)), max_size=25)
STEPS = st.lists(st.sampled_from(["play", "collect", "record", "run", "sleep", "crash", "fail"]), max_size=6)


@settings(max_examples=60, deadline=None)
@given(EVENTS, STEPS, st.integers(1, 3), st.booleans())
def test_every_call_ends_and_leaves_its_line_on_hook(
    events: list[tuple[Event, float, int]], steps: list[str], rings: int, removed: bool
) -> None:
    """Random events on two lines, random verbs; then both far ends go."""
    folder = tempfile.TemporaryDirectory()

    async def talk(call: Call) -> None:
        call.apologies = lambda kind: [0]
        for step in steps:
            match step:
                case "play":
                    await call.play([0, 1])
                case "collect":
                    await call.collect(3, first_timeout=1.5, digit_timeout=1)
                case "record":
                    await call.record(Path(folder.name) / f"{call.id}.wav", max_seconds=5, silence_seconds=1)
                case "run":
                    await call.run(sum, [1, 2])
                case "sleep":
                    await call.sleep(2)
                case "crash":
                    raise KeyError("a bug")
                case "fail":
                    raise StepFailed("a service failed", "flow.yaml:1:1")

    script = [replace(event, line=line, at=round(at * RATE)) for event, at, line in events]
    last: list[Event] = [Removed(0, round((END - 8) * RATE))] if removed else []
    last += [HungUp(line, round((END - 7) * RATE), "disconnect") for line in (0, 1)]
    card = FakeCard(2, [*script, *last])
    with folder:
        run = Run(card, talk, END, arena=arena_of(4_000, 9_000), settings=Settings(rings=rings, longest=15))
    assert [call.id for call in run.calls if call not in run.ended] == []
    assert all(call.leg.ended for call in run.ended)
    assert run.pump.turns.running == 0
    assert not run.dispatch.calls
    for line in (0, 1):
        asked = [verb for _, verb, row in card.asked if row == line]
        assert not asked or asked[-1] == "hang_up"
    assert not card.heard_by(0)[round((END - 6) * RATE) :].any(), "nothing is said to a line on hook"


def test_a_key_that_is_cut_off_by_lost_samples_does_not_hold_a_question_for_ever() -> None:
    """Its end never comes: it counts as released after ten seconds."""
    got: list[tuple[str, str, float]] = []

    async def talk(call: Call) -> None:
        entry = await call.collect(4, digit_timeout=1)
        got.append((entry.digits, entry.reason, call.clock.now / RATE))

    Run(FakeCard(1, [Ringing(0, 800), press("5", 2)[0]]), talk, 20)
    ((digits, reason, at),) = got
    assert (digits, reason) == ("5", "timeout")
    assert 13 <= at <= 13.2
