"""Calls that hear each other: what comes from one line goes out on the other in the same tick, until one hangs up."""

from __future__ import annotations

import numpy as np

from dsp.bridge import RAMP
from dsp.receiver import RATE
from ivr_runtime.call import Call
from tests.ivr_runtime.fake_card import FakeCard, Run, arena_of, hang_up, ring


def test_two_callers_talk_until_one_hangs_up_and_the_next_caller_hears_nobody() -> None:
    """The wire stands from one second to four; a prompt to one of them meanwhile is heard by nobody else."""
    said = np.random.default_rng(1).integers(-8000, 8000, (2, 8 * RATE)).astype(np.int16)
    script = [*ring(0), *ring(1), hang_up(4.0, 1), *ring(1, 5.0)]
    runs: list[Run] = []

    async def talk(call: Call) -> None:
        if call.line == 0:
            await call.sleep(0.5)
            runs[0].pump.mixer.bridge.connect([0, 1])
            await call.play([0])
        await call.sleep(20)

    card = FakeCard(2, script, [(0, 0, said[0]), (1, 0, said[1])])
    Run(card, talk, 7, arena=arena_of(800), before=runs.append)
    sent = np.stack([card.heard_by(0), card.heard_by(1)])
    began = int(np.flatnonzero(sent[1])[0])
    np.testing.assert_array_equal(sent[1, began + RAMP : 4 * RATE], said[0, began + RAMP : 4 * RATE])
    prompt = sent[0, began + RAMP : 4 * RATE] - said[1, began + RAMP : 4 * RATE].astype(int)
    assert set(prompt.tolist()) <= {0, 1}
    assert prompt[: 800 - RAMP].all()
    assert not sent[:, round(4.1 * RATE) :].any()
