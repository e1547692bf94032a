"""What waits on one line to be sent: pieces end to end, and perhaps a loop of them without end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from dsp.receiver import Int16


@dataclass(frozen=True, slots=True)
class Piece:
    """A clip (first sample in the arena) or a made-up sound."""

    first: int
    length: int
    factor: float = 1.0
    sound: Int16 | None = None

    def without(self, samples: int) -> Piece:
        """What is left of it after its first samples."""
        return Piece(self.first + samples, self.length - samples, self.factor, self.sound)


class Queue:
    """The pieces of a line behind the current one. sound: the current piece itself when it is a made-up sound."""

    __slots__ = ("_loop", "_pieces", "sound")

    def __init__(self) -> None:
        self.sound: Int16 | None = None
        self._pieces: deque[Piece] = deque()
        self._loop: tuple[Piece, ...] = ()

    def __bool__(self) -> bool:
        """Is there more to come?"""
        return bool(self._pieces or self._loop)

    def add(self, pieces: Iterable[Piece]) -> None:
        """Behind what waits. Pieces without samples do not count."""
        self._pieces.extend(piece for piece in pieces if piece.length)

    def repeat(self, pieces: Iterable[Piece], start: int) -> None:
        """These pieces over and over, from that sample of the first round on. Pieces without samples do not count."""
        self._loop = tuple(piece for piece in pieces if piece.length)
        start %= sum(piece.length for piece in self._loop) or 1
        for piece in self._loop:
            if start < piece.length:
                self._pieces.append(piece.without(start))
            start = max(0, start - piece.length)

    @property
    def endless(self) -> bool:
        """Does a loop go on for ever?"""
        return bool(self._loop)

    def take(self) -> Piece | None:
        """The next piece, or None."""
        if not self._pieces:
            self._pieces.extend(self._loop)
        if not self._pieces:
            return None
        piece = self._pieces.popleft()
        self.sound = piece.sound
        return piece
