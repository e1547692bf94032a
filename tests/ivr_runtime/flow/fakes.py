"""A call without a line: the caller's part is a script, the time of every verb is made up."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import structlog

from ivr_runtime.errors import CallEnded
from ivr_runtime.keys import Collected, Collector, Key, Rules
from ivr_runtime.message import Recording, write_wav

SECOND = 8000
SILENCE = ""
LONGEST = 3600 * SECOND
"""Nobody stays longer than an hour."""


@dataclass(frozen=True)
class Speech:
    """The caller speaks after a beep; reason: how that ends."""

    seconds: float
    reason: str = "key"


class Clock:
    """The card's clock, moved by the verbs."""

    now = 0


class FakeSpeaker:
    """Gives every clip an index; knows the prompts and words it was told of."""

    def __init__(self, known: Sequence[str]) -> None:
        self.ids = list(known)
        self.made: list[str] = []

    def index(self, clip_id: str) -> int | None:
        return self.ids.index(clip_id) if clip_id in self.ids else None

    def clip(self, language: str, text: str) -> int:
        self.made.append(f"{language}:{text}")
        self.ids.append(f"{language}:{text}")
        return len(self.ids) - 1


@dataclass
class FakeService:
    """A service that calls a function and remembers its calls."""

    function: Callable[..., Any]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    calls: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, **named: Any) -> Any:
        self.calls.append(named)
        return self.function(**named)


class FakeCall:
    """The verbs of a call. script: what the caller does at each collect (keys, "" for silence) and record (Speech).

    When the script is at its end, the caller has hung up.
    """

    def __init__(self, script: Sequence[str | Speech], speaker: FakeSpeaker | None = None) -> None:
        self.id, self.caller_number, self.line_name, self.card = "call-1", "13800138000", "hotline-1", "hotline"
        self.language = ""
        self.clock = Clock()
        self.log = structlog.get_logger()
        self.apologies: Callable[[str], Sequence[int]] = lambda _: ()
        self.script = deque(script)
        self.speaker = speaker
        self.said: list[str] = []
        self.gone = False
        self.hung_up = False
        self.questions = 0
        self._queue: deque[str] = deque()

    async def play(self, clips: Sequence[int], barge_in: bool = True) -> str | None:
        self._check()
        if barge_in and self._queue:
            return self._queue[0]
        self.clock.now += len(clips) * SECOND
        self.said += [self.speaker.ids[clip] for clip in clips] if self.speaker else []
        return None

    async def play_sound(self, sound: np.ndarray, barge_in: bool = True) -> str | None:
        self._check()
        self.clock.now += len(sound)
        self.said.append("sound")
        return None

    async def collect(
        self,
        max_digits: int,
        min_digits: int = 1,
        terminator: str = "#",
        first_timeout: float = 5.0,
        digit_timeout: float = 3.0,
        cancel: str = "",
        secret: bool = False,
    ) -> Collected:
        self._check()
        self.questions += 1
        waits = round(first_timeout * SECOND), round(digit_timeout * SECOND)
        collector = Collector(Rules(max_digits, min_digits, terminator, *waits, cancel), self.clock.now)
        if not self._queue:
            self._queue += self._next()
        while self._queue:
            self.clock.now += SECOND // 4
            entry = collector.press(Key(self._queue.popleft(), self.clock.now))
            if entry is not None:
                if entry.reason == "max" and self._queue and self._queue[0] == terminator:
                    self._queue.popleft()
                return entry
        self.clock.now += 121 * SECOND
        expired = collector.expire(self.clock.now)
        assert expired is not None
        return expired

    async def record(
        self, file: Path, max_seconds: float, silence_seconds: float, terminators: str = "#", beep: bool = True
    ) -> Recording:
        self._check()
        self.questions += 1
        speech = self._next()
        assert isinstance(speech, Speech), f"the flow records, the caller keys {speech!r}"
        self.clock.now += round(speech.seconds * SECOND)
        self.gone = self.gone or speech.reason == "hang_up"
        samples = round(speech.seconds * SECOND)
        if samples:
            write_wav(file, np.full(samples, 1000, np.int16))
        return Recording(file, samples, speech.reason)

    async def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    async def sleep(self, seconds: float) -> None:
        self._check()
        self.clock.now += round(seconds * SECOND)

    async def hang_up(self) -> None:
        self._check()
        self.gone = self.hung_up = True

    def flush_keys(self) -> int:
        count = len(self._queue)
        self._queue.clear()
        return count

    def _check(self) -> None:
        self.gone = self.gone or self.clock.now > LONGEST
        if self.gone:
            raise CallEnded("disconnect")

    def _next(self) -> Any:
        if not self.script:
            self.gone = True
            raise CallEnded("disconnect")
        return self.script.popleft()
