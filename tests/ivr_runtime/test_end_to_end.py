"""The runtime on the office in software: ringing, keys by sound, echo, A-law, hang-up as an exchange signals it."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from dsp import dtmf
from dsp.events import Event
from dsp.prompts import Arena
from dsp.receiver import RATE, Float32
from hw_sim.caller.events import Action, Dial, HangUp, Send
from hw_sim.card import SimCard
from hw_sim.config import analog_office
from hw_sim.office import Office
from ivr_runtime.call import Call
from ivr_runtime.dispatch import Dispatch, Settings
from ivr_runtime.ears import ears, on_hook_ears
from ivr_runtime.pump import Pump


@dataclass
class Timetable:
    """A caller who does things at fixed times, in seconds, whatever it hears."""

    plan: list[tuple[float, Action]]
    number: str = "13800138000"
    level: float = -10.0
    noise: float | None = None
    wake: int | None = 0
    report: list[object] = field(default_factory=list)
    succeeded: bool = True

    @property
    def finished(self) -> bool:
        return not self.plan

    def advance(self, now: int, events: Sequence[Event]) -> list[Action]:
        del events
        done: list[Action] = []
        while self.plan and self.plan[0][0] * RATE <= now:
            done.append(self.plan.pop(0)[1])
        self.wake = round(self.plan[0][0] * RATE) if self.plan else None
        return done


def keys(text: str) -> Send:
    """Keys as a telephone sends them."""
    return Send(dtmf.keys(text))


def voice(seconds: float) -> Float32:
    """Something like speech: syllables of low noise."""
    n = round(seconds * RATE)
    noise = np.convolve(np.random.default_rng(3).standard_normal(n), np.exp(-np.arange(16) / 4), "same")
    made: Float32 = (noise * 2500 * (0.3 + np.abs(np.sin(np.arange(n) * 2 * np.pi * 3 / RATE)))).astype(np.float32)
    return made


@dataclass
class Outcome:
    """What came of a run."""

    calls: list[Call]
    card: SimCard
    pump: Pump


def run(
    callers: Iterable[Timetable],
    conversation: Callable[[Call], Awaitable[None]],
    seconds: float,
    *,
    lines: int = 1,
    port: dict[str, object] | None = None,
) -> Outcome:
    """The runtime on an office with these callers, for so long."""
    card = SimCard.of(Office(analog_office(lines, **(port or {})), list(callers), hearing=False))
    arena = Arena()
    arena.add(voice(15).astype(np.int16))
    pump = Pump(card, arena, ears(lines), on_hook=on_hook_ears(lines))
    ids = iter(range(1_000))
    dispatch = Dispatch(pump, conversation, lambda: f"call-{next(ids)}", Settings(rings=2))
    calls: list[Call] = []
    dispatch.on_end = calls.append

    async def go() -> None:
        pump.clock.at(round(seconds * RATE), pump.stop)
        await pump.run()
        dispatch.release_all("shutdown")

    asyncio.run(go())
    return Outcome(calls, card, pump)


@pytest.mark.parametrize("disconnect", ["loop", "none"])
def test_a_caller_rings_keys_over_the_prompt_leaves_a_message_and_hangs_up(tmp_path: Path, disconnect: str) -> None:
    """Through the whole chain, on a line that opens its loop and on one where only a busy tone tells."""
    file, got = tmp_path / "m.wav", []
    said = voice(3)

    async def talk(call: Call) -> None:
        got.append(call.caller_number)
        got.append(await call.play([0]))
        got.append((await call.collect(6)).digits)
        got.append(await call.record(file))
        await call.play([0])

    plan = [(0.5, Dial("96688")), (9.0, keys("1024#")), (12.0, Send(said)), (16.0, HangUp())]
    outcome = run([Timetable(plan)], talk, 40, port={"disconnect": disconnect, "caller_id": "fsk"})
    assert got[:3] == ["13800138000", "1", "1024"]
    (call,) = outcome.calls
    assert call.leg.ended == ("disconnect" if disconnect == "loop" else "busy_tone")
    assert got[3].reason == "hang_up"
    with wave.open(str(file)) as wav:
        heard = np.frombuffer(wav.readframes(wav.getnframes()), "<i2").astype(float)
    assert 3.0 <= len(heard) / RATE <= 5.2, "the message, without the busy tone"
    best = np.abs(np.correlate(heard, said.astype(float), "valid")).max()
    assert best / np.linalg.norm(heard) / np.linalg.norm(said) > 0.95


def test_a_caller_who_gives_up_while_it_rings_is_missed() -> None:
    """One burst, and nobody."""

    async def talk(call: Call) -> None:
        raise AssertionError("never answered")

    outcome = run([Timetable([(0.5, Dial("96688")), (3.0, HangUp())])], talk, 20, port={"caller_id": "none"})
    assert [(call.leg.answered, call.leg.ended) for call in outcome.calls] == [(None, "ring_no_answer")]


def test_after_we_hang_up_the_line_takes_the_next_call() -> None:
    """Two callers one after the other on one line."""
    got: list[str] = []

    async def talk(call: Call) -> None:
        got.append((await call.collect(1, terminator="", first_timeout=20)).digits)

    first = Timetable([(0.5, Dial("96688")), (8.5, keys("4")), (11.0, HangUp())], number="111")
    second = Timetable([(14.0, Dial("96688")), (22.0, keys("5")), (25.0, HangUp())], number="222")
    outcome = run([first, second], talk, 30)
    assert got == ["4", "5"]
    assert [call.leg.ended for call in outcome.calls] == ["hung_up", "hung_up"]


def test_thirty_calls_are_the_same_in_every_run() -> None:
    """Bit for bit what the office hears, with services in threads."""

    async def talk(call: Call) -> None:
        while True:
            await call.play([0])
            entry = await call.collect(4, first_timeout=1)
            await call.run(sorted, entry.digits)

    def once() -> list[tuple[str, str, int | None, int | None]]:
        callers = [
            Timetable([(0.2 * i, Dial("96688")), (8 + 0.3 * i, keys("12#")), (12 + 0.1 * i, HangUp())], number=str(i))
            for i in range(30)
        ]
        calls = run(callers, talk, 18, lines=30).calls
        return [(c.id, c.leg.ended, c.leg.answered, c.leg.ended_at) for c in calls]

    assert once() == once()
