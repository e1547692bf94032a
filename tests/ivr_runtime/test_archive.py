"""What the records learn of every call, and when."""

from __future__ import annotations

import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from drivers.events import CallerId, HungUp
from dsp.receiver import RATE
from ivr_runtime.archive import Archive
from ivr_runtime.call import Call
from ivr_runtime.dispatch import Settings
from ivr_runtime.recording import Recorder
from ivr_runtime.records.entries import CallEntry
from tests.ivr_runtime.fake_card import FakeCard, Run, arena_of, hang_up, ring

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Book:
    """A journal that keeps what it is given."""

    def __init__(self) -> None:
        self.entries: list[CallEntry] = []

    def call(self, entry: CallEntry) -> None:
        self.entries.append(entry)


def registered(card: FakeCard, folder: Path | None, rings: int = 1) -> list[CallEntry]:
    """The entries of a run; the wall clock moves a second at every look."""
    book = Book()
    looks = iter(range(1_000))
    recorder = Recorder(folder) if folder else None

    def follow(run: Run) -> None:
        Archive(book, lambda: NOON + timedelta(seconds=next(looks)), recorder).follow(run.dispatch, run.pump)

    async def talk(call: Call) -> None:
        call.language = "zh"
        await call.play([0])

    Run(card, talk, 20, arena=arena_of(8_000), before=follow, settings=Settings(rings=rings))
    if recorder is not None:
        recorder.close()
    return book.entries


def test_a_call_is_kept_when_it_begins_is_answered_and_ends(tmp_path: Path) -> None:
    """Each entry has all that is known by then: a killed process leaves a call that was answered and did not end."""
    script = [*ring(), CallerId(0, RATE, "13800138000", name="Li"), *ring(at=2)]
    began, answered, ended = registered(FakeCard(1, script), tmp_path, rings=2)
    assert began == CallEntry("call-0", card="fake", line="line-1", started_at=NOON, started=800)
    assert answered.answered_at == NOON + timedelta(seconds=1)
    assert (answered.caller_number, answered.caller_name) == ("13800138000", "Li")
    assert answered.answered is not None
    assert answered.answered >= RATE
    assert answered.ended_at is None
    assert answered.recording == str(tmp_path / "call-0.wav")
    assert Path(answered.recording).stat().st_size > 1.2 * 4 * RATE
    assert (ended.ended_at, ended.end_reason, ended.language) == (NOON + timedelta(seconds=2), "hung_up", "zh")
    assert ended.ended is not None
    assert ended.ended > answered.answered + RATE


def test_a_missed_call_is_kept_without_an_answer_or_a_recording(tmp_path: Path) -> None:
    """With the reason."""
    script = [*ring(), HungUp(0, 3 * RATE, "ring_no_answer")]
    entries = registered(FakeCard(1, script), tmp_path, rings=2)
    assert len(entries) == 2
    assert (entries[-1].answered_at, entries[-1].recording) == (None, "")
    assert entries[-1].end_reason == "ring_no_answer"
    assert not list(tmp_path.iterdir())


def test_without_a_recorder_the_call_is_kept_all_the_same() -> None:
    """--no-record."""
    assert [entry.recording for entry in registered(FakeCard(1, ring()), None)] == ["", "", ""]


def test_a_call_that_still_keeps_its_message_does_not_record_the_next_caller(tmp_path: Path) -> None:
    """The recording ends with the line, not with the work that is left: the line may ring again before that is done."""
    loud = np.full(2 * RATE, 1_000, np.int16)
    card = FakeCard(1, [*ring(), hang_up(3), *ring(at=3.5), hang_up(9)], [(0, 5 * RATE, loud)])
    recorder = Recorder(tmp_path)

    async def talk(call: Call) -> None:
        try:
            await call.collect(1, first_timeout=30)
        finally:
            if call.id == "call-0":
                await call.leg.wait(8 * RATE)

    Run(card, talk, 12, before=lambda run: Archive(Book(), lambda: NOON, recorder).follow(run.dispatch, run.pump))
    recorder.close()
    with wave.open(str(tmp_path / "call-0.wav")) as first, wave.open(str(tmp_path / "call-1.wav")) as second:
        assert first.getnframes() < 3 * RATE
        assert not any(first.readframes(first.getnframes()))
        assert any(second.readframes(second.getnframes()))
