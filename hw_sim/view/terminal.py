"""The terminal of a person: every key at once."""

from __future__ import annotations

import os
import select
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def keys_at_once(keyboard: int) -> Iterator[int]:
    """Every key at once, unechoed; a keyboard that is a pipe stays as it is. keyboard: the descriptor."""
    if not os.isatty(keyboard):
        yield keyboard
        return
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard)
        yield keyboard
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def typed(keyboard: int) -> str | None:
    """What waits at the keyboard; None at the end of a piped input."""
    if not select.select([keyboard], [], [], 0)[0]:
        return ""
    return os.read(keyboard, 64).decode("utf-8", "ignore") or None
