"""The view in a process of its own, so that no picture ever makes a tick of the office late.

Office -> view: pickled snapshots, one message each; one that finds no room is dropped, a newer one will come.
View -> office: commands.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import select
import signal
import socket
import sys
from io import TextIOWrapper
from typing import TextIO

from rich.console import Console, RenderableType
from rich.live import Live

from hw_sim.view.keyboard import Command, Keyboard
from hw_sim.view.screen import picture
from hw_sim.view.snapshot import Snapshot
from hw_sim.view.terminal import keys_at_once, typed

LARGEST = 1 << 20
BLINK = 0.25
"""Seconds between two looks at the keyboard when nothing comes."""


class Window:
    """The office's side. Use `with`, or close(). dropped: snapshots that the view was too slow for."""

    def __init__(self) -> None:
        self.dropped = 0
        self._here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._here.setblocking(False)
        self._here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGEST)
        self._process = multiprocessing.get_context("fork").Process(target=_look, args=(there, self._here), daemon=True)
        self._process.start()
        there.close()

    def __enter__(self) -> Window:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def show(self, snapshot: Snapshot) -> None:
        """Show this from now on."""
        try:
            self._here.send(pickle.dumps(snapshot))
        except OSError:  # too slow, stopped, or closed by its user
            self.dropped += 1

    def commands(self) -> list[Command]:
        """What the person has asked for since the last time. The end of the view is `quit`."""
        made: list[Command] = []
        while True:
            try:
                message = self._here.recv(4096)
            except BlockingIOError:
                return made
            except OSError:
                message = b""
            if not message:
                return [*made, Command("quit")]
            made.append(pickle.loads(message))

    def close(self) -> None:
        """The terminal is as before."""
        self._here.close()
        self._process.join(2)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()


def _look(office: socket.socket, others: socket.socket) -> None:
    """The view's process: until the office hangs up, or the person quits."""
    others.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the office and its program; they end, and then we
    with open("/dev/tty") as terminal, keys_at_once(terminal.fileno()) as keyboard:
        View(office, keyboard, Console(file=drawable(sys.stdout))).run()


def drawable(out: TextIO) -> TextIO:
    """A terminal that is not UTF-8 gets question marks for what it cannot show, rather than nothing at all."""
    if isinstance(out, TextIOWrapper):
        out.reconfigure(errors="replace")
    return out


class View:
    """Between a terminal and the office's socket. keyboard: a descriptor."""

    def __init__(self, office: socket.socket, keyboard: int, console: Console) -> None:
        self._office = office
        self._keyboard = keyboard
        self._console = console
        self._keys = Keyboard()
        self._shown = Snapshot(0)
        self._chosen = 0

    def run(self) -> None:
        """Until the office has hung up or the keyboard has ended."""
        with Live(console=self._console, screen=True, auto_refresh=False) as live:
            while self.step(BLINK):
                live.update(self._picture(), refresh=True)

    def step(self, seconds: float) -> bool:
        """Take what has come, wait so long for the first of it. False: it is over."""
        sources: list[socket.socket | int] = [self._office, self._keyboard]
        ready = select.select(sources, [], [], seconds)[0]
        if self._keyboard in ready:
            text = typed(self._keyboard)
            for command in [Command("quit")] if text is None else self._keys.typed(text):
                self._do(command)
            if text is None:
                return False
        elif not ready:
            self._keys.settle()
        return self._office not in ready or self._receive()

    def _receive(self) -> bool:
        message = self._office.recv(LARGEST)
        if message:
            self._shown = pickle.loads(message)
        return bool(message)

    def _do(self, command: Command) -> None:
        if command.word in ("up", "down"):
            step = 1 if command.word == "down" else -1
            self._chosen = max(0, min(self._chosen + step, len(self._shown.lines) - 1))
            return
        if command.word in ("cut", "unplug"):
            command = Command(command.word, str(self._chosen))
        with contextlib.suppress(BrokenPipeError):  # the office is gone: seen at the next step
            self._office.send(pickle.dumps(command))

    def _picture(self) -> RenderableType:
        height, width = self._console.size.height, self._console.size.width
        return picture(self._shown, height, width, self._chosen, self._keys.number)
