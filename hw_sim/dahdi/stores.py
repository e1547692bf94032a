"""Files below /sys that programs write to: FIFOs that the server reads, so that a shell's `echo > file` reaches it.

A shell writes by calls that no preload library sees. The write itself cannot fail as the kernel's would; whoever looks
at a file below /sys or /proc afterwards sees its effect, for the preload has the office settle first.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from hw_sim.dahdi.kernel import assignment
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.sysfs import DEVICES, device_name

LARGEST = 4096
"""Bytes that a write to /sys may have."""


class Stores:
    """refused: writes that the kernel would have refused. Use `opened`."""

    def __init__(self, board: Board) -> None:
        self.refused = 0
        self._board = board
        self._files: dict[int, str] = {}

    @contextlib.contextmanager
    def opened(self, root: Path) -> Iterator[None]:
        """In the place of the files that `sysfs.populate` has written."""
        try:
            for span in self._board.spans:
                for name in assignment.ATTRIBUTES:
                    self._open(root, f"{DEVICES}/{device_name(span.card)}/{name}")
            yield
        finally:
            for descriptor in self._files:
                os.close(descriptor)
            self._files.clear()

    @property
    def descriptors(self) -> list[int]:
        """To be watched."""
        return list(self._files)

    def take(self) -> None:
        """Carry out what was written."""
        for descriptor, path in self._files.items():
            with contextlib.suppress(BlockingIOError):
                for line in os.read(descriptor, LARGEST).decode("utf-8", "replace").splitlines():
                    self._store(path, line)

    def _open(self, root: Path, path: str) -> None:
        file = root / path
        file.unlink(missing_ok=True)
        os.mkfifo(file, 0o200)
        self._files[os.open(file, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)] = f"/{path}"

    def _store(self, path: str, line: str) -> None:
        try:
            assignment.store(self._board, path, line)
        except OSError:
            self.refused += 1
