"""Logs: JSON lines with place and sample on every record; a full disk costs lines, counted, and nothing else."""

from __future__ import annotations

import errno
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import structlog

from ivr_runtime import logs
from ivr_runtime.call import Call
from tests.ivr_runtime.fake_card import FakeCard, Run, arena_of, press, ring

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)


class Disk:
    """A raw stream that can be full: `room` bytes are left."""

    def __init__(self, room: int = 1 << 30) -> None:
        self.room = room
        self.data = b""

    def write(self, data: bytes, /) -> int:
        if data and not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = data[: self.room]
        self.room -= len(part)
        self.data += part
        return len(part)

    def records(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.data.decode().splitlines()]


@pytest.fixture(autouse=True)
def _own_configuration() -> Iterator[None]:
    """Tests configure structlog for themselves only."""
    yield
    structlog.reset_defaults()


def test_every_record_of_a_call_names_node_card_line_call_and_sample() -> None:
    """Those of a service in a thread too; the life of a call at INFO is three lines here."""
    disk = Disk()

    async def talk(call: Call) -> None:
        await call.play([0])
        await call.run(lambda: structlog.get_logger().warning("records.failed", error="锁"))

    with logs.Sink(disk) as sink:
        logs.configure(sink, "json", "info", lambda: NOON)
        Run(FakeCard(1, ring()), talk, 10, arena=arena_of(800))
    records = disk.records()
    assert [r["event"] for r in records] == ["call.ringing", "call.answered", "records.failed", "call.ended"]
    for record in records:
        assert record["time"] == "2026-11-21T12:00:00.123+00:00"
        assert (record["card"], record["line"], record["call"]) == ("fake", "line-1", "call-0")
        assert record["node"]
        assert isinstance(record["sample"], int)
        assert "clock" not in record
    assert "锁" in disk.data.decode()


def test_a_crash_is_logged_with_its_traceback() -> None:
    """Somebody must find the line of the bug."""
    disk = Disk()

    async def talk(call: Call) -> None:
        raise ZeroDivisionError("a bug")

    with logs.Sink(disk) as sink:
        logs.configure(sink, "json", "info", lambda: NOON)
        Run(FakeCard(1, ring()), talk, 10)
    (crash,) = [r for r in disk.records() if r["event"] == "call.crashed"]
    assert crash["level"] == "error"
    assert "ZeroDivisionError: a bug" in str(crash["exception"])
    assert "test_logs.py" in str(crash["exception"])


@pytest.mark.parametrize("room", range(0, 120, 7))
def test_a_full_disk_costs_lines_and_says_so_when_there_is_room_again(room: int) -> None:
    """Wherever in a line it fills up: no torn line runs into the next one, and the lost ones are counted."""

    class Cleared(Disk):
        """Somebody makes room before the last line."""

        def write(self, data: bytes, /) -> int:
            if b"again" in data and self.room < 1 << 20:
                self.whole = self.data.count(b"}\n")
                self.room = 1 << 21
            return super().write(data)

    disk = Cleared(room)
    with logs.Sink(disk) as sink:
        for i in range(5):
            sink.put(json.dumps({"event": "step", "number": i}))
        sink.put(json.dumps({"event": "again"}))
    records = [json.loads(line) for line in disk.data.decode().splitlines() if line.endswith("}")]
    assert sink.lost == 5 - disk.whole
    assert records[-1]["event"] == "again"
    assert {"level": "error", "event": "log.lost", "lines": 5 - disk.whole} in records


def test_calls_go_on_while_the_log_cannot_be_written() -> None:
    """A full disk from the beginning: the conversation is the same."""
    done: list[str] = []

    async def talk(call: Call) -> None:
        await call.play([0])
        done.append((await call.collect(2)).digits)

    with logs.Sink(Disk(0)) as sink:
        logs.configure(sink, "json", "debug", lambda: NOON)
        Run(FakeCard(1, [*ring(), *press("42", 2)]), talk, 10, arena=arena_of(800))
    assert done == ["42"]
    assert sink.lost >= 2


def test_a_blocked_terminal_does_not_block_and_its_lines_are_counted() -> None:
    """What does not fit the queue is dropped and counted."""
    go, entered = threading.Event(), threading.Event()

    class Blocked(Disk):
        def write(self, data: bytes, /) -> int:
            entered.set()
            go.wait(10)
            return super().write(data)

    disk = Blocked()
    sink = logs.Sink(disk)
    sink.put("{}")
    assert entered.wait(5)
    for _ in range(logs.WAITING + 25):
        sink.put("{}")
    assert sink.lost == 25
    go.set()
    sink.close(10)
    assert b'"log.lost", "lines": 25' in disk.data


def test_below_its_level_nothing_is_rendered() -> None:
    """DEBUG costs nothing when nobody reads it."""
    disk = Disk()
    with logs.Sink(disk) as sink:
        logs.configure(sink, "json", "warning", lambda: NOON)
        structlog.get_logger().info("call.answered")
        structlog.get_logger().error("card.lost")
    assert [r["event"] for r in disk.records()] == ["card.lost"]


def test_console_lines_are_for_people() -> None:
    """The event, its facts, no JSON and no colour codes."""
    disk = Disk()
    with logs.Sink(disk) as sink:
        logs.configure(sink, "console", "info", lambda: NOON)
        structlog.get_logger().info("call.answered", number="138", call="c1")
    text = disk.data.decode()
    assert "call.answered" in text
    assert "number=138" in text
    assert "\x1b" not in text
    assert "{" not in text
