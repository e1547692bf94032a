"""Two D channels wired to each other, and a rogue that speaks Q.921 rightly and says what it likes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

from drivers.isdn.events import Disconnected, Event
from drivers.isdn.pri import Pri

Kind = TypeVar("Kind")

TICK = 160
SECOND = 8000


class Wire:
    """A network and a user side. lost: frames that are lost, one by one: asked for each."""

    def __init__(self, network: Pri, user: Pri, lost: Callable[[], bool] = lambda: False) -> None:
        self.network, self.user = network, user
        self.now = 0
        self.cut = False
        self.carried: list[bytes] = []
        self.lost = lost
        self.told: dict[Pri, list[Event]] = {network: [], user: []}

    def run(self, ticks: int, until: Callable[[], bool] | None = None) -> bool:
        """Let time pass in ticks of 20 ms, until something holds. Did it?"""
        for _ in range(ticks):
            if until and until():
                return True
            self.now += TICK
            for end in (self.network, self.user):
                end.advance(self.now)
            to_user, to_network = self.network.frames(), self.user.frames()
            self._carry(to_user, self.user)
            self._carry(to_network, self.network)
            for end in (self.network, self.user):
                self.told[end] += end.events()
        return until is None or until()

    def of(self, end: Pri, kind: type[Kind]) -> list[Kind]:
        """What one end was told of a kind."""
        return [event for event in self.told[end] if isinstance(event, kind)]

    def last(self, end: Pri, kind: type[Kind]) -> Kind:
        """The last one of a kind that an end was told."""
        return self.of(end, kind)[-1]

    def finish(self) -> None:
        """Both ends answer every DISCONNECT, until all is over."""
        answered: set[tuple[Pri, int]] = set()
        for _ in range(40):
            self.run(5)
            for end in (self.network, self.user):
                for event in self.of(end, Disconnected):
                    if (end, event.call) not in answered:
                        answered.add((end, event.call))
                        hang_up(end, event.call)

    def _carry(self, frames: Sequence[bytes], to: Pri) -> None:
        for frame in frames:
            self.carried.append(frame)
            if not self.cut and not self.lost():
                to.receive(frame, self.now)


def hang_up(end: Pri, call: int, cause: int = 16) -> None:
    """Hang up a call that may be over."""
    from drivers.isdn import CallGone

    try:
        end.hang_up(call, cause)
    except CallGone:
        return


class Rogue:
    """The other side of a Pri: acknowledges what it gets, and sends any message in frames that are in order."""

    def __init__(self, end: Pri) -> None:
        self.end = end
        self._sent = self._received = 0
        self.references: list[int] = []

    def address(self, command: bool) -> bytes:
        """SAPI 0, TEI 0. Commands of the network and answers of the user have the C/R bit."""
        return bytes(((command == (self.end.side == "user")) << 1, 1))

    def sabme(self) -> bytes:
        """Set asynchronous balanced mode extended."""
        self._sent = self._received = 0
        return self.address(True) + b"\x7f"

    def message(self, message: bytes) -> bytes:
        """An I frame."""
        frame = self.address(True) + bytes((self._sent << 1, self._received << 1)) + message
        self._sent = (self._sent + 1) % 128
        return frame

    def replies(self, frames: Sequence[bytes]) -> list[bytes]:
        """What a well-behaved data link answers."""
        return [reply for frame in frames for reply in self._reply(frame)]

    def _reply(self, frame: bytes) -> list[bytes]:
        control = frame[2]
        if not control & 1:
            self._received = ((control >> 1) + 1) % 128
            if len(frame) > 8 and frame[5] == 2:
                self.references.append(int.from_bytes(frame[6:8]) ^ 0x8000)
            return [self.address(False) + bytes((1, self._received << 1))]
        if control & 0xEF == 0x6F:
            self._sent = self._received = 0
            return [self.address(False) + b"\x73"]
        if control & 0xEF == 0x43:
            return [self.address(False) + b"\x73"]
        if control & 3 == 1 and frame[3] & 1:
            return [self.address(False) + bytes((1, self._received << 1 | 1))]
        return []


ELEMENTS = {
    0x04: ("9090a3", "8890", "80908fa3"),
    0x08: ("8190", "8091"),
    0x14: ("00", "0a"),
    0x18: ("a98381", "a18385", "a99301020304", "e9818381", "ab"),
    0x1C: (
        "91a11002010102010080074162636465666768",
        "91a112020102060704008271010001",
        "91a20c020101300702010130020500",
    ),
    0x1E: ("8188",),
    0x27: ("f1", "80", "fb"),
    0x28: ("41424344",),
    0x6C: ("018038303031", "00a3"),
    0x70: ("813936363838",),
    0x76: ("0181", "018131"),
    0x79: ("80", "87", "86"),
    0x7E: ("0441",),
}
OTHERS = (
    0x01,
    0x02,
    0x0C,
    0x0D,
    0x10,
    0x20,
    0x24,
    0x29,
    0x2C,
    0x34,
    0x4C,
    0x6D,
    0x71,
    0x74,
    0x78,
    0x7C,
    0x7D,
    0x90,
    0x96,
    0xA1,
)
TYPES = bytes.fromhex("0001020305070d0f202122242526282d2e303133363740454d4e5a606264666e75797b7d")


def random_message(dice: random.Random, references: Sequence[int]) -> bytes:
    """A message of Q.931 as a bad peer might make it: elements in any order, cut short, too long, or nonsense."""
    reference = dice.choice([*references, 0, 1, 0x8001, dice.randrange(65536)])
    length = dice.choice((0, 1, 2, 2, 2, 2))
    discriminator = 8 if dice.random() < 0.95 else dice.choice((3, 0x43, 0x4F, dice.randrange(256)))
    kind = dice.choice(TYPES + b"\x05" * 8) if dice.random() < 0.95 else dice.randrange(256)
    elements = [_element(dice) for _ in range(dice.randrange(7))]
    if kind == 5 and dice.random() < 0.7:
        elements = [b"\x04\x03\x90\x90\xa3", b"\x18\x03\xa9\x83" + bytes((0x80 + dice.randrange(1, 32),)), *elements]
    head = bytes((discriminator, length)) + reference.to_bytes(2)[2 - length :] + bytes((kind,))
    return (head + b"".join(elements))[:260]


def _element(dice: random.Random) -> bytes:
    kind = dice.choice((*ELEMENTS, *OTHERS))
    if kind & 0x80:
        return bytes((kind,))
    known = ELEMENTS.get(kind)
    body = bytearray(
        bytes.fromhex(dice.choice(known))
        if known and dice.random() < 0.6
        else dice.randbytes(dice.choice((0, 1, 2, 3, 5, 8, 20, 60)))
    )
    if body and dice.random() < 0.3:
        body[dice.randrange(len(body))] = dice.randrange(256)
    length = len(body) if dice.random() < 0.93 else dice.randrange(256)
    return bytes((kind, length)) + bytes(body)
