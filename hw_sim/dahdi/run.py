"""Run a program with the office's cards as its /dev/dahdi."""

from __future__ import annotations

import contextlib
import importlib.machinery
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from hw_sim.dahdi import sysfs, wire
from hw_sim.dahdi.server import Server
from hw_sim.equipment import OfficeLike

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
) -> int:
    """Run the command until it ends; give its exit status, 128 + n when signal n ended it.

    office: its clock is the world's from now on. on_tick: called after every tick with the office's tick; when it gives
    a true value, the command is told to end (SIGTERM, and SIGKILL if that does not help within PATIENCE).
    ready: called with the running process. country: whose tone zone is loaded, the office's own by default.
    configured: False leaves the channels as they are before dahdi_cfg. environment: added to the command's.

    The command inherits stdin, stdout and stderr, and gets the signals this process gets (from the main thread only).
    When the machine was too busy to keep the clock, a line on stderr says how late it was.
    127 when there is no such command, 126 when it cannot be run, with a line on stderr. Raises FileNotFoundError when
    the preload library was not built.
    """
    with tempfile.TemporaryDirectory(prefix="office-", dir=_short()) as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        country = country or str(getattr(getattr(office, "config", None), "country", "cn"))
        server = stack.enter_context(Server(office, folder, country=country, configured=configured))
        sysfs.populate(folder / "root", server.board, country)
        surroundings = _environment(folder, environment or {})
        try:
            child = subprocess.Popen(list(command), env=surroundings)
        except OSError as error:
            print(f"{command[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201 - what a shell would say
            return 127 if isinstance(error, FileNotFoundError) else 126
        stack.enter_context(_ended(child))
        stack.enter_context(_forwarding(child))
        if ready:
            ready(child)
        _serve(server, child, folder / "root", on_tick)
        status = child.wait()
        if server.clock.lateness.late:
            print(server.clock.lateness, file=sys.stderr)  # noqa: T201 - what was heard may have had holes
    return status if status >= 0 else 128 - status


def _short() -> str | None:
    """Where the socket's path stays within the 107 bytes that an address has room for."""
    return None if len(os.fsencode(tempfile.gettempdir())) < 80 else "/tmp"


def preload_library() -> Path:
    """The built preload library, beside its sources. Raises FileNotFoundError with the remedy."""
    here = Path(__file__).parent
    for suffix in importlib.machinery.EXTENSION_SUFFIXES:
        if (built := here / f"preload{suffix}").exists():
            return built
    raise FileNotFoundError(f"{here}/preload.*.so is not built: run `make` or `pip install -e .`")


def _environment(folder: Path, more: Mapping[str, str]) -> dict[str, str]:
    made = {**os.environ, **more}
    others = made.get("LD_PRELOAD", "")
    made["LD_PRELOAD"] = f"{preload_library()}:{others}" if others else str(preload_library())
    made[wire.ENVIRONMENT] = str(folder)
    return made


def _serve(server: Server, child: subprocess.Popen[bytes], root: Path, on_tick: Callable[[Any], object] | None) -> None:
    """Until the child has ended."""
    end = os.pidfd_open(child.pid)
    ended = False
    told = 0

    def ending() -> None:
        nonlocal ended
        ended = True

    def ticked(tick: Any) -> None:
        nonlocal told
        if server.devices.changed:
            server.devices.changed = False
            sysfs.refresh(root, server.board)
        if on_tick and on_tick(tick) and not told:
            told = server.board.now
            child.terminate()
        if told and server.board.now - told > PATIENCE * 8000:
            child.kill()

    server.watch(end, ending)
    server.on_tick = ticked
    try:
        server.serve(lambda: ended)
    finally:
        server.forget(end)
        os.close(end)


@contextlib.contextmanager
def _ended(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """However this ends, the child does not outlive its cards."""
    try:
        yield
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


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
