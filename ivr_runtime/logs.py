"""Logs: JSON lines, the message a constant event name, facts as fields, written by a thread.

ERROR: someone must come. WARNING: a call or a line suffered. INFO: the life of a call in at most six lines.
DEBUG: steps. Every record carries time and node; what is bound to a logger adds card, line, call and (`clock=`) the
card's sample.
"""

from __future__ import annotations

import json
import logging
import platform
import queue
import threading
from collections.abc import Callable, MutableMapping
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Protocol

import structlog

Format = Literal["json", "console"]
Record = MutableMapping[str, Any]

WAITING = 10_000
"""Lines that may wait for a slow disk or a blocked terminal; more are counted and dropped."""

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class Raw(Protocol):
    """An unbuffered binary stream, such as `open(file, "ab", buffering=0)`."""

    def write(self, data: bytes, /) -> int | None: ...


class Sink:
    """Writes lines in a thread of its own: neither a full disk nor a blocked terminal stops a call.

    lost: lines that could not be written. When writing works again, one line says how many were lost.
    """

    def __init__(self, out: Raw) -> None:
        self.lost = 0
        self._untold = 0
        self._torn = False
        self._out = out
        self._lines: queue.Queue[str | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._write_all, name="log", daemon=True)
        self._thread.start()

    def put(self, line: str) -> None:
        """Have a line written. Never blocks, never raises."""
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._lose()

    def close(self, seconds: float = 2.0) -> None:
        """Write what waits, for so long at most."""
        try:
            self._lines.put(None, timeout=seconds)
        except queue.Full:
            return
        self._thread.join(seconds)

    def __enter__(self) -> Sink:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _write_all(self) -> None:
        while (line := self._lines.get()) is not None:
            untold = self._untold
            news = json.dumps({"level": "error", "event": "log.lost", "lines": untold}) + "\n" if untold else ""
            if self._write(("\n" * self._torn + news + line + "\n").encode()):
                self._untold -= untold
            else:
                self._lose()

    def _write(self, data: bytes) -> bool:
        """All of it. A disk that fills up in the middle leaves a torn line, which the next one must not continue."""
        rest = data
        while rest:
            try:
                rest = rest[self._out.write(rest) or 0 :]
            except (OSError, ValueError):  # ValueError: the stream was closed under us
                self._torn = self._torn or len(rest) < len(data)
                return False
        self._torn = False
        return True

    def _lose(self) -> None:
        self.lost += 1
        self._untold += 1


def configure(sink: Sink, form: Format, level: str, wall: Callable[[], datetime]) -> None:
    """Send every logger of this process (`structlog.get_logger()`) to the sink. wall: the time of day for people."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _sample,
            structlog.processors.add_log_level,
            _stamp(wall, platform.node()),
            structlog.processors.format_exc_info,
            _renderer(form),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=_Factory(sink),
        cache_logger_on_first_use=False,
    )


class _Logger:
    """What structlog writes a rendered line to."""

    def __init__(self, sink: Sink) -> None:
        self.debug = self.info = self.warning = self.error = self.critical = self.exception = self.msg = sink.put


class _Factory:
    def __init__(self, sink: Sink) -> None:
        self._logger = _Logger(sink)

    def __call__(self, *_: Any) -> _Logger:
        return self._logger


def _sample(_logger: Any, _method: str, record: Record) -> Record:
    """A bound clock becomes the sample it shows."""
    clock = record.pop("clock", None)
    if clock is not None:
        record["sample"] = clock.now
    return record


def _stamp(wall: Callable[[], datetime], node: str) -> Callable[[Any, str, Record], Record]:
    def stamp(_logger: Any, _method: str, record: Record) -> Record:
        made = {"time": wall().isoformat(timespec="milliseconds"), "level": record.pop("level")}
        return {**made, "event": record.pop("event"), "node": node, **record}

    return stamp


def _renderer(form: Format) -> Any:
    if form == "json":
        return structlog.processors.JSONRenderer(default=str, ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=False, timestamp_key="time", sort_keys=False)
