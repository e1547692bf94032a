"""What is kept of a call's sound: messages, and whole calls in stereo."""

from __future__ import annotations

import errno
import resource
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.events import Activity, Event, HungUp, Tone
from dsp.activity import ActivityReceiver
from dsp.receiver import RATE, TICK, Int16
from ivr_runtime.call import Call
from ivr_runtime.errors import CallEnded, StepFailed
from ivr_runtime.message import Recording, write_wav
from ivr_runtime.recording import Recorder
from ivr_runtime.tape import Tape
from tests.ivr_runtime.fake_card import FakeCard, Run, arena_of, hang_up, press, ring


def speech(seconds: float, level: int = 3000) -> Int16:
    """Noise in bursts, as loud as speech."""
    rng = np.random.default_rng(7)
    return (rng.standard_normal(round(seconds * RATE)) * level).astype(np.int16)


def read(file: Path) -> Int16:
    """Samples of a WAV file, int16 (n, channels)."""
    with wave.open(str(file)) as wav:
        assert (wav.getframerate(), wav.getsampwidth()) == (RATE, 2)
        return np.frombuffer(wav.readframes(wav.getnframes()), "<i2").reshape(-1, wav.getnchannels())


def said(at: float, seconds: float, line: int = 0) -> list[Event]:
    """What the activity receiver tells of a caller who speaks."""
    first, last = round(at * RATE), round((at + seconds) * RATE)
    return [Activity(line, first), Activity(line, last, "ended", last - first)]


def leave_message(script: list[Event], file: Path, sound: Int16, at: float, **rules: float) -> tuple[Recording, Run]:
    """A call in which the caller speaks at that time; recording starts some 0.7 s into it."""
    got: list[Recording] = []

    async def talk(call: Call) -> None:
        got.append(await call.record(file, **rules))  # type: ignore[arg-type]

    run = Run(FakeCard(1, [*ring(), *script], [(0, round(at * RATE), sound)]), talk, 40)
    return got[0], run


def test_a_message_is_kept_without_the_key_that_ended_it(tmp_path: Path) -> None:
    """Whole as it was said; the key's tone and the silence before it are cut."""
    file, sound = tmp_path / "m.wav", speech(3)
    kept, _ = leave_message([*said(1, 3), *press("#", 5)], file, sound, 1)
    assert (kept.reason, kept.file) == ("key", file)
    heard = read(file)[:, 0]
    assert len(heard) == kept.samples
    assert 3 * RATE <= len(heard) - np.flatnonzero(heard)[0] <= 3.25 * RATE
    assert np.array_equal(np.trim_zeros(heard), np.trim_zeros(sound))


def test_a_message_ends_when_nothing_more_is_said(tmp_path: Path) -> None:
    """silence_seconds count from the last sound; the silence is cut off."""
    kept, run = leave_message(said(1, 3), tmp_path / "m.wav", speech(3), 1, silence_seconds=2.0)
    assert kept.reason == "silence"
    assert 3.0 * RATE < kept.samples < 3.7 * RATE
    assert run.ended[0].leg.ended == "hung_up"
    assert 6 * RATE <= (run.ended[0].leg.ended_at or 0) <= 6.4 * RATE


def test_silence_after_the_beep_keeps_nothing(tmp_path: Path) -> None:
    """No file, no samples."""
    kept, _ = leave_message([], tmp_path / "m.wav", speech(0.01, 0), 1, silence_seconds=2.0)
    assert (kept.reason, kept.samples) == ("silence", 0)
    assert not list(tmp_path.iterdir())


def test_a_message_may_not_be_longer_than_allowed(tmp_path: Path) -> None:
    """It ends at max_seconds though the caller still speaks, to the sample."""
    kept, _ = leave_message([Activity(0, RATE)], tmp_path / "m.wav", speech(20), 0.5, max_seconds=4.0)
    assert (kept.reason, kept.samples) == ("max", 4 * RATE)


@pytest.mark.parametrize("cause", ["disconnect", "busy_tone"])
def test_what_was_said_before_a_hang_up_is_kept(tmp_path: Path, cause: str) -> None:
    """record does not raise, the next verb does, a service may still keep the message; the busy tone is cut off."""
    file, got = tmp_path / "m.wav", []

    async def talk(call: Call) -> None:
        got.append(await call.record(file))
        got.append(await call.run(lambda: "kept"))
        with pytest.raises(CallEnded, match=cause):
            await call.play([0])
        raise CallEnded(cause)

    script = [*ring(), *said(1, 3)]
    sounds = [(0, RATE, speech(3))]
    if cause == "busy_tone":
        tone = (4000 * np.sin(np.arange(2 * RATE) * 2 * np.pi * 450 / RATE)).astype(np.int16)
        sounds.append((0, round(4.5 * RATE), tone))
        script += [Tone(0, round(4.5 * RATE), "busy"), HungUp(0, 6 * RATE, "busy_tone")]
    else:
        script += [hang_up(5)]
    Run(FakeCard(1, script, sounds), talk, 10, arena=arena_of(100))
    kept = got[0]
    assert isinstance(kept, Recording)
    assert (kept.reason, got[1]) == ("hang_up", "kept")
    assert np.array_equal(np.trim_zeros(read(file)[:, 0]), np.trim_zeros(speech(3)))


def test_a_tone_that_no_plan_knows_ends_a_message_and_is_not_in_it(tmp_path: Path) -> None:
    """A PBX plays what it likes when the caller has gone: the message ends by silence and holds what was said."""
    t = np.arange(20 * RATE) / RATE
    tone = (4000 * np.sin(2 * np.pi * 600 * t) * (t % 0.84 < 0.21)).astype(np.int16)
    words = (speech(3) * np.repeat(np.random.default_rng(1).uniform(0, 1, 15), RATE // 5)).astype(np.int16)
    card = FakeCard(1, ring(), [(0, RATE, words), (0, round(4.5 * RATE), tone)])
    got: list[Recording] = []

    async def talk(call: Call) -> None:
        got.append(await call.record(tmp_path / "m.wav", silence_seconds=3.0))

    run = Run(card, talk, 25, receivers=[ActivityReceiver(1)])
    assert got[0].reason == "silence"
    assert (run.ended[0].leg.ended_at or 0) < 12 * RATE
    assert 2.5 * RATE < got[0].said <= got[0].samples < 3.7 * RATE


def test_keys_typed_before_the_beep_do_not_end_the_message(tmp_path: Path) -> None:
    """Type-ahead is for questions; a # still in the queue is dropped."""
    got: list[Recording] = []

    async def talk(call: Call) -> None:
        await call.play([0], barge_in=False)
        got.append(await call.record(tmp_path / "m.wav", silence_seconds=2))

    run = Run(FakeCard(1, [*ring(), *press("#", 1)], [(0, 3 * RATE, speech(1))]), talk, 20, arena=arena_of(12_000))
    assert got[0].reason == "silence"
    assert abs(run.card.heard_by(0)).max() > 3000, "the beep is heard"


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file may grow beyond that size: writing fails as on a full disk."""
    import signal

    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_fails_the_step_and_leaves_no_torn_message(tmp_path: Path) -> None:
    """StepFailed with its cause, nothing in the folder, and the call may go on."""
    seen: list[BaseException | None] = []

    async def talk(call: Call) -> None:
        try:
            await call.record(tmp_path / "m.wav")
        except StepFailed as error:
            seen.append(error.__cause__)
        assert await call.play([0]) is None

    with full_disk(10_000):
        run = Run(
            FakeCard(1, [*ring(), *said(1, 3), *press("#", 5)], [(0, RATE, speech(3))]), talk, 20, arena=arena_of(100)
        )
    assert isinstance(seen[0], OSError)
    assert seen[0].errno == errno.EFBIG
    assert not list(tmp_path.iterdir())
    assert [call.leg.ended for call in run.ended] == ["hung_up"]


def record_calls(run: Run, folder: Path) -> Recorder:
    """Record every call of a run."""
    recorder = Recorder(folder)
    run.dispatch.on_answer = lambda call: recorder.begin(call, run.pump.tape) and None
    run.dispatch.on_end = recorder.end
    return recorder


def test_a_whole_call_is_kept_in_stereo(tmp_path: Path) -> None:
    """Left the caller, right what we said, from the answer to the end, aligned to the sample."""

    async def talk(call: Call) -> None:
        await call.play([0])
        await call.sleep(2.5)

    recorders: list[Recorder] = []
    sound = speech(1)
    card = FakeCard(2, [*ring(0), *ring(1, 0.5)], [(0, 2 * RATE, sound)])
    Run(card, talk, 10, arena=arena_of(5_000), before=lambda run: recorders.append(record_calls(run, tmp_path)))
    recorders[0].close()
    first, second = read(tmp_path / "call-0.wav"), read(tmp_path / "call-1.wav")
    began = 2 * RATE - np.flatnonzero(first[:, 0])[0]
    sent = card.heard_by(0)
    assert np.array_equal(first[:, 1], sent[began : began + len(first)])
    assert np.array_equal(first[:, 0][2 * RATE - began :][: len(sound)], sound)
    assert 3.5 * RATE < len(first) < 3.7 * RATE
    assert not second[:, 0].any()
    assert (second[:, 1] == 1).sum() == 5_000


def test_a_full_disk_stops_a_recording_and_not_the_call(tmp_path: Path) -> None:
    """One ERROR names line and call; the caller notices nothing."""
    done: list[str] = []

    async def talk(call: Call) -> None:
        await call.sleep(5)
        done.append(call.id)

    recorders: list[Recorder] = []
    with structlog.testing.capture_logs() as logs, full_disk(30_000):
        Run(FakeCard(1, ring()), talk, 10, before=lambda run: recorders.append(record_calls(run, tmp_path)))
        recorders[0].close()
    assert done == ["call-0"]
    (failure,) = [entry for entry in logs if entry["event"] == "recording.failed"]
    assert (failure["line"], failure["call"], failure["log_level"]) == ("line-1", "call-0", "error")


def test_a_recording_is_whole_to_the_last_second_when_the_process_is_killed(tmp_path: Path) -> None:
    """The header counts what was written after every piece, before any close."""
    tape = Tape(1)
    recorder = Recorder(tmp_path)
    written = threading.Event()
    run = Run(FakeCard(1), None, 0.1)  # type: ignore[arg-type]
    call = Call(run.pump, "c", 0)
    file = recorder.begin(call, tape)
    sound = np.full((1, TICK), 5, np.int16)
    for _ in range(3 * RATE // TICK + 1):
        tape.write(sound, sound)
    recorder._work.put(written.set)
    assert written.wait(5)
    assert read(file).shape == (3 * RATE, 2)
    recorder.close()


def test_lost_samples_are_silence_in_a_recording() -> None:
    """The recording keeps its length, so what follows stands where it was."""
    tape, parts = Tape(1), []
    tape.start(0, take := lambda received, _sent: parts.append(received))
    ones = np.ones((1, TICK), np.int16)
    tape.write(ones, ones)
    tape.skip(20_000)
    tape.write(ones, ones)
    tape.stop(0, take)
    whole = np.concatenate(parts)
    assert len(whole) == tape.position == 20_320
    assert whole.sum() == 320
    assert whole[-TICK:].all()


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 160), st.integers(0, 500)), max_size=60), st.data())
def test_a_take_gets_every_sample_once_in_order(ticks: list[tuple[int, int]], data: st.DataObject) -> None:
    """Whatever the cut of the stream, wherever it starts and stops."""
    tape = Tape(2, length=400)
    begin, end = sorted(data.draw(st.tuples(st.integers(0, len(ticks)), st.integers(0, len(ticks)))))
    parts: list[Int16] = []
    expected: list[Int16] = []
    take = lambda received, sent: parts.append(np.stack([received, sent]))  # noqa: E731
    for i, (n, lost) in enumerate(ticks):
        if i == begin:
            tape.start(1, take)
        if i == end:
            tape.stop(1, take)
        rx = np.arange(2 * n, dtype=np.int16).reshape(2, n) + i
        tape.skip(lost)
        tape.write(rx, -rx)
        if begin <= i < end:
            expected += [np.zeros((2, lost), np.int16), np.stack([rx[1], -rx[1]])]
    tape.stop(1, take)
    got = np.concatenate(parts, 1) if parts else np.zeros((2, 0), np.int16)
    want = np.concatenate(expected, 1) if expected else np.zeros((2, 0), np.int16)
    assert np.array_equal(got, want)


def test_a_file_that_cannot_be_written_names_its_reason(tmp_path: Path) -> None:
    """The folder does not exist: OSError, as the operating system says it."""
    with pytest.raises(OSError, match="No such file"):
        write_wav(tmp_path / "none" / "m.wav", speech(0.1))
