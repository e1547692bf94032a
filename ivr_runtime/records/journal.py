"""The journal: keeps calls and their steps without ever making a call wait.

A bounded queue and one writer thread. While the database cannot be written (locked, disk full, gone) the writer tries
again, later and later; what does not fit the queue meanwhile is counted and logged, never hidden. Orders and messages
do not go this way: they are on disk before they are confirmed.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import structlog

from ivr_runtime.records.entries import CallEntry, Entry, StepEntry
from ivr_runtime.records.store import Unavailable, store

CAPACITY = 20_000
"""Entries that wait at most: ten minutes of 30 busy calls."""

BATCH = 500
GATHERING = 0.05
"""Seconds that the first entry waits for others: writing one to the disk takes as long as writing hundreds."""

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
"""Seconds between two tries of an outage: doubled each time."""

Store = Callable[[Sequence[Entry]], list[str]]
"""Writes entries, all or none; gives why single ones were refused. Raises Unavailable when it could write nothing."""


class Log(Protocol):
    """The three levels the journal uses."""

    def error(self, event: str, **facts: Any) -> Any: ...
    def warning(self, event: str, **facts: Any) -> Any: ...
    def info(self, event: str, **facts: Any) -> Any: ...


class Journal:
    """Takes entries from any thread at once and keeps them soon. `lost` counts those that could not be kept."""

    def __init__(
        self,
        *,
        store: Store = store,
        log: Log | None = None,
        capacity: int = CAPACITY,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self.lost = 0
        self.kept = 0
        self._store = store
        self._log: Log = log or structlog.get_logger("records")
        self._queue: queue.Queue[Entry] = queue.Queue(capacity)
        self._closing = threading.Event()
        self._given_up = threading.Event()
        self._wait = wait or self._given_up.wait
        self._dropping = False
        self._writing = 0
        self._left = 0
        self._counting = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def call(self, entry: CallEntry) -> None:
        """Keep what is known of a call by now; it replaces what was kept of this call before."""
        self._put(entry)

    def step(self, entry: StepEntry) -> None:
        """Keep one entry of a call's trace."""
        self._put(entry)

    def close(self, timeout: float = 10.0) -> bool:
        """Keep what waits, within `timeout` seconds; then give up. Gives whether nothing was left. Twice is once."""
        if not self._closing.is_set():
            self._closing.set()
            self._thread.join(timeout)
            self._given_up.set()
            self._thread.join(timeout)
            self._left = self._writing + self._queue.qsize()
            if self._left:
                self._count(lost=self._left)
                self._log.error("records.lost", reason="the database could not be written in time", lost=self._left)
        return not self._left

    def _put(self, entry: Entry) -> None:
        try:
            if self._closing.is_set():
                raise queue.Full
            self._queue.put_nowait(entry)
        except queue.Full:
            self._drop(entry)

    def _drop(self, entry: Entry) -> None:
        """Count it, and say so once an outage; `records.recovered` has the sum."""
        self._count(lost=1)
        if not self._dropping:
            self._dropping = True
            self._log.error("records.lost", reason="closed or full", call=entry.call, lost=self.lost)

    def _count(self, *, kept: int = 0, lost: int = 0) -> None:
        with self._counting:
            self.kept += kept
            self.lost += lost

    def _run(self) -> None:
        while not (self._closing.is_set() and self._queue.empty()):
            batch = self._take()
            self._writing = len(batch)
            if batch and not self._keep(batch):
                return
            self._writing = 0

    def _take(self) -> list[Entry]:
        try:
            batch = [self._queue.get(timeout=0.2)]
        except queue.Empty:
            return []
        self._closing.wait(GATHERING)
        while len(batch) < BATCH and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        return batch

    def _keep(self, batch: list[Entry]) -> bool:
        """Write a batch, however long it takes; False when told to give up."""
        tries, pause = 0, FIRST_PAUSE
        while True:
            try:
                refused = self._store(batch)
            except Unavailable as error:
                tries += 1
                if tries == 1:
                    self._outage(error, batch)
                if self._given_up.is_set():
                    return False
                self._wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            self._kept(batch, refused, tries)
            return True

    def _outage(self, error: Unavailable, batch: list[Entry]) -> None:
        calls = sorted({entry.call for entry in batch})[:10]
        self._log.error("records.failed", error=str(error), calls=calls, waiting=self._queue.qsize() + len(batch))

    def _kept(self, batch: list[Entry], refused: list[str], tries: int) -> None:
        self._count(kept=len(batch) - len(refused), lost=len(refused))
        for why in refused:
            self._log.error("records.refused", error=why)
        if tries:
            self._log.warning("records.recovered", tries=tries, lost=self.lost, waiting=self._queue.qsize())
        self._dropping = False
