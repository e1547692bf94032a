"""A telephone at an FXS port of the equipment: its hook, its keys, its dial. Sans-I/O."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.receiver import RATE

PULSE = RATE // 10
"""Ten pulses a second."""

BREAK = PULSE * 2 // 3
"""Of each, two parts open and one closed."""

BETWEEN_DIGITS = RATE * 8 // 10
FLASH = RATE * 3 // 10
BEFORE_DIALLING = RATE
"""People listen for dial tone before they dial."""


@dataclass(frozen=True, slots=True)
class Hooked:
    """The loop is closed, or opened, at this sample."""

    at: int
    off_hook: bool


@dataclass(frozen=True, slots=True)
class Keyed:
    """These keys are pressed from this sample on."""

    at: int
    keys: str


Deed = Hooked | Keyed


class Telephone:
    """What the person at it wants becomes deeds at their samples."""

    def __init__(self) -> None:
        self._off_hook = False
        self._plan: list[Deed] = []

    @property
    def off_hook(self) -> bool:
        """Is the receiver lifted, or about to be?"""
        return self._off_hook

    def lift(self, now: int) -> None:
        """Lift the receiver; nothing when it is lifted."""
        if not self._off_hook:
            self._off_hook = True
            self._plan = [Hooked(now, True)]

    def put_down(self, now: int) -> None:
        """Put the receiver down, in the middle of what there was to do."""
        if self._off_hook:
            self._off_hook = False
            self._plan = [Hooked(now, False)]

    def flash(self, now: int) -> None:
        """Press the hook for a moment."""
        if self._off_hook:
            at = self._after(now)
            self._plan += [Hooked(at, False), Hooked(at + FLASH, True)]

    def dial(self, number: str, now: int, pulse: bool = False) -> None:
        """Lift the receiver if it is down, wait as people do, and dial with keys or with the dial."""
        if self._off_hook:
            at = self._after(now)
        else:
            self.lift(now)
            at = now + BEFORE_DIALLING
        if not pulse:
            self._plan.append(Keyed(at, number))
            return
        for digit in number:
            at = self._turn(int(digit) or 10, at) + BETWEEN_DIGITS if digit.isdecimal() else at

    def _turn(self, pulses: int, at: int) -> int:
        for _ in range(pulses):
            self._plan += [Hooked(at, False), Hooked(at + BREAK, True)]
            at += PULSE
        return at

    def _after(self, now: int) -> int:
        return max(now, self._plan[-1].at + BETWEEN_DIGITS) if self._plan else now

    def advance(self, now: int) -> list[Deed]:
        """What is due by now."""
        if not self._plan or self._plan[0].at > now:
            return []
        due = [deed for deed in self._plan if deed.at <= now]
        self._plan = self._plan[len(due) :]
        return due
