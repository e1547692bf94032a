"""Whole calls kept as stereo WAV files: left what the caller said, right what we said. Written by a thread."""

from __future__ import annotations

import contextlib
import queue
import threading
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import structlog

from dsp.receiver import RATE, Int16
from ivr_runtime.call import Call
from ivr_runtime.tape import Takes

WAITING = 4_096
"""Pieces of about a second that may wait for a slow disk: 128 MB at the most, with 30 lines two minutes."""


class Reel:
    """One file. Its header is right after every piece, so a killed process leaves a recording that plays."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._out = file.open("wb")
        self._wav = wave.open(self._out, "wb")  # noqa: SIM115 - lives as long as the reel
        self._wav.setparams((2, 2, RATE, 0, "NONE", ""))

    def write(self, received: Int16, sent: Int16) -> None:
        """Two int16 rows of one length. Raises OSError."""
        both = np.stack([received, sent], axis=1).astype("<i2", copy=False)
        self._wav.writeframes(both.tobytes())
        self._out.flush()

    def close(self) -> None:
        """No more pieces. Raises OSError; the file is closed all the same."""
        try:
            self._wav.close()
        finally:
            self._out.close()


class Take:
    """One call being recorded: hands the pieces to the recorder's thread, where the rest happens."""

    def __init__(self, call: Call, tape: Takes, file: Path, give: Callable[[Callable[[], None]], bool]) -> None:
        self.file = file
        self.failed = False
        self._call = call
        self._tape = tape
        self._give = give
        self._reel: Reel | None = None
        tape.start(call.line, self.piece)

    def piece(self, received: Int16, sent: Int16) -> None:
        """About a second of both directions."""
        if not self.failed and not self._give(lambda: self._try(lambda: self._write(received, sent))):
            self._fail("the disk is too slow")

    def stop(self) -> None:
        """The call is over."""
        self._tape.stop(self._call.line, self.piece)
        self._give(lambda: self._try(self._close))

    def _write(self, received: Int16, sent: Int16) -> None:
        if self._reel is None:
            self._reel = Reel(self.file)
        self._reel.write(received, sent)

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
    """Keeps calls of any number of cards. A full disk stops a recording, with an ERROR; the call goes on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._takes: dict[str, Take] = {}
        self._work: queue.Queue[Callable[[], None] | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._do_all, name="recorder", daemon=True)
        self._thread.start()

    def begin(self, call: Call, tape: Takes) -> Path:
        """Record the call from now on; gives the file it will be in. Beginning twice is once."""
        if call.id not in self._takes:
            self._takes[call.id] = Take(call, tape, self._folder / f"{call.id}.wav", self._give)
        return self._takes[call.id].file

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
