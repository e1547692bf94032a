"""Where running offices are found by name, from any shell of the same user: a folder of links."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

NAME = "office"
"""Of an office that was given none."""

FOLDER = "office-"
"""What the names of offices' folders begin with."""


def place() -> Path:
    """The folder of links: the user's own, and nobody else's. Raises PermissionError when somebody else made it."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    folder = (
        Path(runtime) / "loopstart" if runtime and Path(runtime).is_dir() else Path(f"/tmp/loopstart-{os.getuid()}")
    )
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else: remove it, or set XDG_RUNTIME_DIR")
    return folder


def alive(folder: Path) -> bool:
    """Does an office answer there?"""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
        try:
            probe.connect(str(folder / "socket"))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def published(name: str, folder: Path) -> Iterator[None]:
    """The office in that folder can be found by the name while this lasts. Raises FileExistsError when another office
    that runs has it, ValueError for a name that is no file name."""
    if not re.fullmatch(r"[\w.-]{1,60}", name) or name.startswith("."):
        raise ValueError(f"an office cannot be called {name!r}: letters, digits, dot, dash and underline")
    link = place() / name
    if link.is_symlink() and alive(link):
        raise FileExistsError(f"an office called {name!r} runs already: give this one another name")
    _clear_away(link)
    new = link.with_name(f".{name}.{os.getpid()}")
    new.unlink(missing_ok=True)
    new.symlink_to(folder)
    new.replace(link)
    try:
        yield
    finally:
        if link.is_symlink() and link.readlink() == folder:
            link.unlink()


def _clear_away(link: Path) -> None:
    """What an office that was killed has left behind under this name."""
    if link.is_symlink() and link.readlink().name.startswith(FOLDER):
        shutil.rmtree(link.readlink(), ignore_errors=True)


def find(name: str = NAME) -> Path:
    """The folder of a running office. Raises FileNotFoundError, with the names of those that run."""
    link = place() / name
    if link.is_symlink() and alive(link):
        return link.readlink()
    others = names()
    raise FileNotFoundError(
        f"no office called {name!r} runs" + (f"; there is {', '.join(others)}" if others else "; none does")
    )


def names() -> list[str]:
    """All offices of this user that run."""
    links = [link for link in place().iterdir() if link.is_symlink() and not link.name.startswith(".")]
    return sorted(link.name for link in links if alive(link))
