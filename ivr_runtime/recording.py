"""Whole calls kept as WAV files: what the caller said, what we said, or both. Written by a thread."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from dsp.receiver import Int16
from ivr_runtime.call import Call
from ivr_runtime.reel import Reel, Tracks
from ivr_runtime.tape import Takes

WAITING = 4_096
"""Pieces of about a second that may wait for a slow disk: 128 MB at the most, with 30 lines two minutes."""


Give = Callable[[Callable[[], None]], bool]
"""Hands work to the recorder's thread; False when too much waits."""


class Take:
    """One call being recorded: hands the pieces to the recorder's thread, where the rest happens."""

    def __init__(self, call: Call, tape: Takes, file: Path, tracks: Tracks, give: Give) -> None:
        self.file = file
        self.failed = False
        self._call = call
        self._tape = tape
        self._tracks = tracks
        self._give = give
        self._reel: Reel | None = None
        self._paused_at: int | None = None
        tape.start(call.line, self.piece)

    def piece(self, received: Int16, sent: Int16) -> None:
        """About a second of both directions."""
        self._hand_over(lambda: self._open().write(received, sent))

    def pause(self) -> None:
        """Keep nothing for a while: a card number is being said. Pausing twice is once."""
        if self._paused_at is None:
            self._tape.stop(self._call.line, self.piece)
            self._paused_at = self._tape.position

    def resume(self) -> None:
        """Go on; silence stands for what was not kept, so that what follows stands where it was."""
        if self._paused_at is not None:
            missed, self._paused_at = self._tape.position - self._paused_at, None
            self._hand_over(lambda: self._open().silence(missed))
            self._tape.start(self._call.line, self.piece)

    def stop(self) -> None:
        """The call is over."""
        self.resume()
        self._tape.stop(self._call.line, self.piece)
        self._give(lambda: self._try(self._close))

    def _hand_over(self, work: Callable[[], None]) -> None:
        if not self.failed and not self._give(lambda: self._try(work)):
            self._fail("the disk is too slow")

    def _open(self) -> Reel:
        if self._reel is None:
            self._reel = Reel(self.file, self._tracks)
        return self._reel

    def _close(self) -> None:
        reel, self._reel = self._reel, None
        if reel is not None:
            reel.close()

    def _try(self, work: Callable[[], None]) -> None:
        try:
            if not self.failed:
                work()
        except OSError as error:
            self._fail(error.strerror or str(error))
            with contextlib.suppress(OSError):  # what is in its buffer cannot be written either
                self._close()

    def _fail(self, why: str) -> None:
        self.failed = True
        self._call.log.error("recording.failed", file=str(self.file), error=why)


class Recorder:
    """Keeps calls of any number of cards. A full disk stops a recording, with an ERROR; the call goes on.

    tracks: which directions are kept, and how. A call that is bridged to another sends what the other says, so its
    recording has both.
    """

    def __init__(self, folder: Path, tracks: Tracks = "both") -> None:
        self._folder = folder
        self._tracks = tracks
        self._takes: dict[str, Take] = {}
        self._work: queue.Queue[Callable[[], None] | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._do_all, name="recorder", daemon=True)
        self._thread.start()

    def begin(self, call: Call, tape: Takes) -> Path:
        """Record the call from now on; gives the file it will be in. Beginning twice is once."""
        if call.id not in self._takes:
            self._takes[call.id] = Take(call, tape, self._folder / f"{call.id}.wav", self._tracks, self._give)
        return self._takes[call.id].file

    def pause(self, call: Call) -> None:
        """Keep nothing of the call until `resume`; its recording is silent there. A call not recorded: nothing."""
        if call.id in self._takes:
            self._takes[call.id].pause()

    def resume(self, call: Call) -> None:
        """Keep the call again."""
        if call.id in self._takes:
            self._takes[call.id].resume()

    def end(self, call: Call) -> None:
        """The call is over. A call that is not recorded: nothing."""
        take = self._takes.pop(call.id, None)
        if take is not None:
            take.stop()

    def close(self, seconds: float = 5.0) -> None:
        """Write what waits, for so long at most."""
        for take in self._takes.values():
            take.stop()
        self._takes.clear()
        with contextlib.suppress(queue.Full):
            self._work.put(None, timeout=seconds)
        self._thread.join(seconds)
        if self._thread.is_alive():
            structlog.get_logger().error("recorder.unfinished", pieces=self._work.qsize())

    def _give(self, work: Callable[[], None]) -> bool:
        try:
            self._work.put_nowait(work)
        except queue.Full:
            return False
        return True

    def _do_all(self) -> None:
        while (work := self._work.get()) is not None:
            work()
