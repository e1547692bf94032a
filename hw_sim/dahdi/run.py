"""Run a program with the office's cards as its /dev/dahdi."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import Any

from dsp.receiver import RATE
from hw_sim.dahdi.clock import MakeClock, real_time
from hw_sim.dahdi.house import House, preload_library
from hw_sim.equipment import OfficeLike

__all__ = ["preload_library", "run", "run_in"]

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
PATIENCE = 40.0
"""Seconds of the office's clock that a program told to end may take before it is killed."""


def run(
    office: OfficeLike,
    command: Sequence[str],
    *,
    on_tick: Callable[[Any], object] | None = None,
    ready: Callable[[subprocess.Popen[bytes]], object] | None = None,
    country: str | None = None,
    configured: bool = True,
    environment: Mapping[str, str] | None = None,
    clock: MakeClock = real_time,
    name: str | None = None,
) -> int:
    """Run the command until it ends; give its exit status, 128 + n when signal n ended it.

    office: its clock runs from now on, as `clock` says. on_tick: called after every tick with the office's tick; when
    it gives a true value, the command is told to end (SIGTERM, and SIGKILL if that does not help within PATIENCE).
    ready: called with the running process. country, configured, name: of `House`. environment: added to the command's.

    The command inherits stdin, stdout and stderr, and gets the signals this process gets (from the main thread only).
    On stderr: what programs do wrong, and how late the clock was when the machine was too busy.
    127 when there is no such command, 126 when it cannot be run, with a line on stderr. Raises FileNotFoundError when
    the preload library was not built.
    """
    with House(office, country=country, configured=configured, clock=clock, name=name) as house:
        return run_in(house, command, on_tick=on_tick, ready=ready, environment=environment)


def run_in(
    house: House,
    command: Sequence[str],
    *,
    on_tick: Callable[[Any], object] | None = None,
    ready: Callable[[subprocess.Popen[bytes]], object] | None = None,
    environment: Mapping[str, str] | None = None,
    say: Callable[[str], object] | None = None,
    **options: Any,
) -> int:
    """The same in a house that stands. say: takes the lines that otherwise go to stderr. options: of Popen."""
    say = say or _say
    house.server.notices.told = say
    try:
        child = house.start(command, environment, **options)
    except OSError as error:
        say(f"{command[0]}: {error.strerror}")
        return 127 if isinstance(error, FileNotFoundError) else 126
    with _forwarding(child):
        if ready:
            ready(child)
        house.server.on_tick = _ending(house, child, on_tick)
        house.serve(child)
        status = child.wait()
    lateness = house.server.clock.lateness
    if lateness.late:
        say(str(lateness))  # what was heard may have had holes
    return status if status >= 0 else 128 - status


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - what a shell would say


def _ending(
    house: House, child: subprocess.Popen[bytes], on_tick: Callable[[Any], object] | None
) -> Callable[[Any], object] | None:
    """Ends the child when `on_tick` says so."""
    if on_tick is None:
        return None
    told = 0

    def ticked(tick: Any) -> None:
        nonlocal told
        if on_tick(tick) and not told:
            told = house.server.board.now
            child.terminate()
        if told and house.server.board.now - told > PATIENCE * RATE:
            child.kill()

    return ticked


@contextlib.contextmanager
def _forwarding(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Pass signals on to the child. What a terminal sends to its foreground group, the child has got by itself."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def forward(number: int, frame: FrameType | None) -> None:
        if not (number in (signal.SIGINT, signal.SIGHUP) and _in_foreground()):
            child.send_signal(number)

    before = {number: signal.signal(number, forward) for number in FORWARDED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_foreground() -> bool:
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False
