"""What the keys of the view mean. Sans-I/O: a key in, a command out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

PAD = "0123456789*#ABCD"
ENTER, ESCAPE, BACKSPACE = "\r\n", "\x1b", "\x7f\x08"
END = "\x03\x04"
"""Ctrl-C and Ctrl-D."""

Word = Literal["dial", "press", "hang_up", "quit", "up", "down", "cut", "unplug", "record"]
LETTERS: dict[str, Word] = {
    "h": "hang_up", "q": "quit", "k": "up", "j": "down", "x": "cut", "u": "unplug", "r": "record",
}  # fmt: skip
ARROWS: dict[str, Word] = {"\x1b[A": "up", "\x1b[B": "down"}

HELP = (
    "d number ⏎ call   0-9 * # press   h hang up   r record a script   "
    "↑↓ choose a line   x cut/mend   u unplug/plug   q quit"
)


@dataclass(frozen=True, slots=True)
class Command:
    """What the person wants. text: the number of `dial`, the key of `press`."""

    word: Word
    text: str = ""


@dataclass(slots=True)
class Keyboard:
    """number: what has been typed of a number to dial, None while none is typed."""

    number: str | None = None
    _rest: str = field(default="", repr=False)

    def typed(self, text: str) -> list[Command]:
        """The commands of what was typed, which may come in any pieces."""
        text, self._rest = self._rest + text, ""
        made: list[Command] = []
        while text:
            key, text = self._next(text)
            if key is None:
                self._rest = text
                break
            command = self._dialling(key) if self.number is not None else self._command(key)
            if command:
                made.append(command)
        return made

    def settle(self) -> None:
        """Nothing more came: a lone Escape was one."""
        if self._rest == ESCAPE:
            self.number, self._rest = None, ""

    @staticmethod
    def _next(text: str) -> tuple[str | None, str]:
        """The first key; None while a sequence is not yet whole."""
        if text[0] != ESCAPE:
            return text[0], text[1:]
        if len(text) == 1 or (text[1] == "[" and len(text) == 2):
            return None, text
        return (text[:3], text[3:]) if text[1] == "[" else (text[0], text[1:])

    def _command(self, key: str) -> Command | None:
        if key in PAD:
            return Command("press", key)
        if key in END:
            return Command("quit")
        if key in ("d", "D"):
            self.number = ""
            return None
        word = LETTERS.get(key) or ARROWS.get(key)
        return Command(word) if word else None

    def _dialling(self, key: str) -> Command | None:
        number = self.number or ""
        if key in ENTER:
            self.number = None
            return Command("dial", number) if number else None
        if key in END or key == ESCAPE:
            self.number = None
        elif key in BACKSPACE:
            self.number = number[:-1]
        elif key in PAD:
            self.number = number + key
        return None
