"""What a caller keys: the queue of keys pressed, and the rules by which they become an entry. No I/O, no clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

from dsp.events import Digit

HEARING = 480
"""A key counts from when it was pressed, and is known up to 60 ms later: time-outs are looked at that much later."""

LONGEST_KEY = 80_000
"""A key held for 10 s counts as released: a stuck key must not hold a call."""

SWALLOW = 16_000
"""A terminator within 2 s of an entry that was already full belongs to that entry."""

Reason = Literal["terminator", "max", "timeout", "silence", "cancel"]


@dataclass(frozen=True, slots=True)
class Key:
    """One key press. at: first sample of its tone."""

    key: str
    at: int


@dataclass(frozen=True, slots=True)
class Collected:
    """An entry.

    digits: what was keyed, without terminator or cancel key.
    reason: "terminator" its key was pressed; "max" all digits are there; "timeout" some keys, then nothing for
    digit_timeout; "silence" no key at all for first_timeout; "cancel" the cancel key was pressed.
    enough: are there at least min_digits?
    """

    digits: str
    reason: Reason
    enough: bool = True


class Keypad:
    """The keys of one call that nobody has taken yet (type-ahead), and whether a key is down."""

    def __init__(self) -> None:
        self.queue: deque[Key] = deque()
        self.held = False
        self.released = 0
        self._swallow: tuple[str, int] | None = None

    def post(self, event: Digit) -> bool:
        """Take the receiver's event. True when a key joined the queue."""
        if event.edge == "ended":
            self.held, self.released = False, event.at
            return False
        self.held = True
        swallow, self._swallow = self._swallow, None
        if swallow is not None and event.digit == swallow[0] and event.at <= swallow[1]:
            return False
        self.queue.append(Key(event.digit, event.at))
        return True

    def swallow(self, key: str, until: int) -> None:
        """The next key is not for anybody if it is this one and begins by that sample."""
        if self.queue:
            if self.queue[0].key == key and self.queue[0].at <= until:
                self.queue.popleft()
        else:
            self._swallow = (key, until)

    def flush(self) -> int:
        """Forget the keys that nobody has taken; how many."""
        count = len(self.queue)
        self.queue.clear()
        self._swallow = None
        return count


@dataclass(frozen=True, slots=True)
class Rules:
    """How keys become an entry. Time-outs in samples; terminator and cancel are single keys or empty."""

    max_digits: int
    min_digits: int = 1
    terminator: str = "#"
    first_timeout: int = 40_000
    digit_timeout: int = 24_000
    cancel: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for rules that no entry could keep."""
        if not 0 <= self.min_digits <= self.max_digits or self.max_digits < 1:
            raise ValueError(f"min_digits {self.min_digits} and max_digits {self.max_digits} cannot both be kept")
        if self.first_timeout <= 0 or self.digit_timeout <= 0:
            raise ValueError("time-outs must be longer than 0 s")


class Collector:
    """One entry on its way. now: the sample at which it was asked for (the end of the prompt)."""

    def __init__(self, rules: Rules, now: int) -> None:
        self._rules = rules
        self._began = now
        self._digits = ""
        self.deadline = now + rules.first_timeout

    def press(self, key: Key) -> Collected | None:
        """A key; the entry when it is complete."""
        rules = self._rules
        if key.key == rules.cancel:
            return self._done("cancel")
        if key.key == rules.terminator:
            return self._done("terminator")
        self._digits += key.key
        if len(self._digits) >= rules.max_digits:
            return self._done("max")
        self.deadline = max(key.at + LONGEST_KEY, self._began) + rules.digit_timeout
        return None

    def release(self, at: int) -> None:
        """No key is down since that sample."""
        if self._digits:
            self.deadline = max(at, self._began) + self._rules.digit_timeout

    @property
    def due(self) -> int:
        """When to look whether the time is up."""
        return self.deadline + HEARING

    def expire(self, now: int) -> Collected | None:
        """The entry when its time is up."""
        if now < self.due:
            return None
        return self._done("timeout" if self._digits else "silence")

    def _done(self, reason: Reason) -> Collected:
        return Collected(self._digits, reason, len(self._digits) >= self._rules.min_digits)
