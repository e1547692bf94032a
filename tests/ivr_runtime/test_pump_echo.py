"""What we say is taken out of what we hear, before anybody listens; and what receivers doubted is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
import structlog

from drivers import Tick
from drivers.events import Event
from dsp.patient import Patient
from dsp.prompts import Arena
from dsp.receiver import RATE, TICK, Float32, Int16
from ivr_runtime.call import Call
from ivr_runtime.pump import Pump
from tests.ivr_runtime.fake_card import FakeCard, Run, press, ring

DELAY = 30
LOSS = 0.5


class EchoCard(FakeCard):
    """What is written is heard back 6 dB less loud, a little later than the next tick begins."""

    def read(self) -> Tick:
        tick = super().read()
        said = np.concatenate([np.zeros((len(self.lines), 2 * TICK), np.int16), *self.sent[-2:]], axis=1)
        end = said.shape[1] - DELAY
        back = said[:, end - TICK : end]
        return Tick(tick.rx + (back * LOSS).astype(np.int16), tick.events, tick.lost)


def noise_clip(seconds: float) -> Arena:
    """Something loud to say."""
    arena = Arena()
    sound = np.random.default_rng(1).standard_normal(round(seconds * RATE)) * 2000
    arena.add(sound.astype(np.int16))
    return arena


class Listening:
    """A receiver that keeps the energy of what it hears."""

    def __init__(self) -> None:
        self.energy: list[float] = []
        self.doubts: list[object] = []

    def __call__(self, rx: Float32) -> Sequence[Event]:
        self.energy.append(float(np.vdot(rx, rx)))
        return ()

    def skip(self, samples: int) -> None:
        pass

    def reset(self, line: int) -> None:
        pass

    def near_misses(self) -> Sequence[object]:
        found, self.doubts = self.doubts, []
        return found

    refusals = near_misses


async def talk(call: Call) -> None:
    """Three seconds, to the end."""
    await call.play([0], barge_in=False)


def test_receivers_hear_the_line_without_what_we_say_and_the_tape_with_it() -> None:
    """20 dB less after a second; a recording shows the line as it is."""
    ear, kept = Listening(), []

    def listen(run: Run) -> None:
        run.pump.tape.start(0, lambda received, _sent: kept.append(received))

    Run(EchoCard(1, ring()), talk, 5, arena=noise_clip(3), receivers=[ear], before=listen)
    recorded: Int16 = np.concatenate(kept)[0 : 4 * RATE]
    on_tape = np.vecdot(*2 * [recorded.astype(np.float64).reshape(-1, TICK)])
    saying = on_tape > 0.1 * on_tape.max()
    late = np.flatnonzero(saying)[50:]
    heard = np.array(ear.energy)[late]
    assert len(late) > 50
    assert heard.sum() < 0.01 * on_tape[late].sum()


def test_the_echo_of_a_call_is_told_at_its_end() -> None:
    """Return loss, what was taken away, and after how long it came: one tick and the card's delay."""
    with structlog.testing.capture_logs() as logs:
        run = Run(EchoCard(1, ring()), talk, 6, arena=noise_clip(3))
    (told,) = [entry for entry in logs if entry["event"] == "call.echo"]
    assert told["log_level"] == "debug"
    assert told["call"] == run.ended[0].id
    assert told["return_loss_db"] == pytest.approx(6, abs=0.5)
    assert told["enhancement_db"] > 20
    assert told["delay_ms"] == pytest.approx(DELAY / 8, abs=0.2)
    assert told["converged"]
    assert run.pump.echo(0).return_loss_db is None  # the next call may have another far end


def test_a_call_that_said_nothing_has_no_echo_to_tell_of() -> None:
    """The record is there, without figures."""

    async def quiet(call: Call) -> None:
        await call.sleep(1)

    with structlog.testing.capture_logs() as logs:
        Run(EchoCard(1, ring()), quiet, 4)
    assert [entry["return_loss_db"] for entry in logs if entry["event"] == "call.echo"] == [None]


def test_lost_samples_do_not_spoil_what_is_known_of_the_echo() -> None:
    """In the middle of a prompt: the figures are as without the loss."""
    with structlog.testing.capture_logs() as logs:
        Run(EchoCard(1, ring(), lost={16_000: 480}), talk, 6, arena=noise_clip(3))
    (told,) = [entry for entry in logs if entry["event"] == "call.echo"]
    assert told["enhancement_db"] > 20


def test_without_the_canceller_receivers_hear_the_line_itself() -> None:
    """For tests that want to know what the receivers do alone."""
    pump = Pump(FakeCard(1), Arena(), echo=False)
    assert pump.echo(0).enhancement_db is None


@dataclass(frozen=True, slots=True)
class Doubt:
    """As receivers give them."""

    line: int
    at: int
    why: str
    digit: str = ""
    data: bytes = b""
    level: float = -20.5


@pytest.mark.parametrize("on_hook", [False, True])
def test_what_a_receiver_did_not_believe_is_told_with_its_numbers_but_never_its_digits(on_hook: bool) -> None:
    """Within a second, at DEBUG, with line and call; receivers that are fed in longer stretches are asked as well."""
    ear = Listening()

    async def doubtful(call: Call) -> None:
        ear.doubts = [Doubt(0, 12_000, "too short", "7", b"8613812345678")]
        await call.sleep(2)

    receivers = [Patient(1, ear, 4)]
    wired = {"on_hook": receivers} if on_hook else {"receivers": receivers}
    with structlog.testing.capture_logs() as logs:
        run = Run(FakeCard(1, [*ring(), *press("7", 1.2)]), doubtful, 5, **wired)  # type: ignore[arg-type]
    (told,) = [entry for entry in logs if entry["event"] in ("dtmf.near_miss", "caller_id.refused")]
    assert {"line": "line-1", "call": run.calls[0].id, "at": 12_000, "why": "too short"}.items() <= told.items()
    assert told["level"] == -20.5
    assert told["log_level"] == "debug"
    assert not re.search("digit|data|8613812345678", str(told))
