"""Who is at the other end of a socket, and what is said of programs that do not behave."""

from __future__ import annotations

import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dsp.receiver import RATE

_CREDENTIALS = struct.Struct("3i")
MOST = 1000
"""Notices that are kept."""
EACH = 50
"""Different faults that are told of programs of one name."""

Condition = Literal["runs", "stopped", "gone"]


@dataclass(frozen=True, slots=True)
class Program:
    """A process, with the name it had when it came."""

    pid: int
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.pid})"


NOBODY = Program(0, "a program")


def peer(control: socket.socket) -> Program:
    """The process that made this connection."""
    pid = _CREDENTIALS.unpack(control.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))[0]
    try:
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        name = NOBODY.name
    return Program(pid, name)


def command_line(pid: int) -> str:
    """With its arguments; empty when the process has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ").strip()
    except OSError:
        return ""


def condition(program: Program) -> Condition:
    """Does it run, was it stopped (SIGSTOP), or has it ended?"""
    try:
        text = Path(f"/proc/{program.pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "gone"
    state = text.rpartition(")")[2].split()[0]
    if state in "ZX":
        return "gone"
    return "stopped" if state in "Tt" else "runs"


def numbers(channels: Iterable[int]) -> str:
    """channel 3; channels 1-4, 7."""
    every = sorted(set(channels))
    runs: list[list[int]] = []
    for number in every:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    text = ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in runs)
    return f"channel{'s' if len(every) > 1 else ''} {text}"


class Notices:
    """What the office says of programs, one line each. lines: all of them. told: called with each.
    unsaid: how many were not, because too much had been said of programs of that name."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.told: Callable[[str], object] | None = None
        self.unsaid = 0
        self._once: set[tuple[int, str]] = set()
        self._said: Counter[str] = Counter()

    def say(self, now: int, program: Program, what: str) -> None:
        """now: sample of the office's clock."""
        line = f"{now / RATE:.2f} s: {program} {what}"
        if len(self.lines) < MOST:
            self.lines.append(line)
        if self.told:
            self.told(line)

    def say_once(self, now: int, program: Program, what: str) -> None:
        """Not again for the same program. A program that sends noise has a new fault every time."""
        if (program.pid, what) in self._once:
            return
        if self._said[program.name] >= EACH:
            self.unsaid += 1
            return
        self._said[program.name] += 1
        self._once.add((program.pid, what))
        enough = f" (and no more is said of {program.name})" if self._said[program.name] == EACH else ""
        self.say(now, program, what + enough)
