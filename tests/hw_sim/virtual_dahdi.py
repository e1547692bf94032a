"""What the tests of the virtual /dev/dahdi share: an office that does what the test says, and programs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from drivers.signals import Signal, SignalKind
from dsp import g711
from dsp.receiver import TICK, Int16
from hw_sim.dahdi import wire
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.run import run
from hw_sim.dahdi.server import Server
from hw_sim.equipment import Alarm, Bits, CardKind, Feed, PortUse, SpanAlarm


@dataclass
class FakeLine:
    """A line of the fake office."""

    card: int
    port: int
    row: int
    law: g711.Law = "alaw"
    use: PortUse = "fxo"


SO_SNDBUFFORCE = 32


@dataclass
class FakeCard:
    """A card of the fake office."""

    name: str
    kind: CardKind = "fxo"
    crc4: bool = True
    coding: str = "hdb3"
    framing: str = "ccs"


@dataclass
class FakeTick:
    """What `tick` gives."""

    rx: Int16
    signals: Sequence[Signal] = ()
    bits: Sequence[Bits] = ()
    alarms: Sequence[SpanAlarm] = ()


@dataclass
class FakeOffice:
    """Every line hears the A-law codes 0, 1, 2 ... 255, 0 ...: sample n of the office's clock is code n % 256.

    kinds: what each card is, when not all are FXO; an E1 has 31 timeslots. framing: of the E1 cards; with "cas" all
    slots but 16 have bits, with "ccs" slot 16 is the D channel.
    script: signals by the number of the tick that reports them; from_open: counted from the first open of a channel.
    far: bits and alarms, by the number of the tick. sent: all that the lines sent, tick by tick.
    hooks: (tick, line, off_hook). done: all else that the cards did, (tick, verb, line or card, value).
    """

    ports: int = 4
    script: dict[int, list[tuple[int, SignalKind]]] = field(default_factory=dict)
    spans: int = 1
    from_open: bool = False
    kinds: Sequence[CardKind] = ()
    framing: str = "ccs"
    far: dict[int, list[Bits | SpanAlarm]] = field(default_factory=dict)
    ticks: int = 0
    acts: int = 0
    is_open: bool = False
    sent: list[Int16] = field(default_factory=list)
    hooks: list[tuple[int, int, bool]] = field(default_factory=list)
    done: list[tuple[int, str, int, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        kinds = self.kinds or ("fxo",) * self.spans
        self.cards = [FakeCard(f"card {i + 1}", kind, framing=self.framing) for i, kind in enumerate(kinds)]
        self.lines: list[FakeLine] = []
        for card, kind in enumerate(kinds):
            for port in range(31 if kind == "e1" else self.ports // len(kinds)):
                self.lines.append(FakeLine(card, port, len(self.lines), use=self._use(kind, port)))

    def _use(self, kind: CardKind, port: int) -> PortUse:
        if kind != "e1":
            return kind
        if self.framing == "cas":
            return "idle" if port == 15 else "cas"
        return "dchannel" if port == 15 else "bearer"

    def ring(self, line: int, on: bool) -> None:
        self.done.append((self.ticks, "ring", line, on))

    def feed(self, line: int, feed: Feed) -> None:
        self.done.append((self.ticks, "feed", line, feed))

    def send_bits(self, line: int, bits: int) -> None:
        self.done.append((self.ticks, "bits", line, bits))

    def send_alarm(self, card: int, alarms: Alarm) -> None:
        self.done.append((self.ticks, "alarm", card, alarms))

    def tick(self, tx: Int16) -> FakeTick:
        self.sent.append(tx.copy())
        codes = (np.arange(TICK) + self.ticks * TICK) % 256
        rx = np.tile(g711.DECODE["alaw"][codes], (len(self.lines), 1))
        self.ticks += 1
        self.acts += not self.from_open or self.is_open
        signals = [Signal(line, self.ticks * TICK, kind) for line, kind in self.script.get(self.acts, ())]
        far = self.far.get(self.acts, ())
        bits, alarms = [f for f in far if isinstance(f, Bits)], [f for f in far if isinstance(f, SpanAlarm)]
        return FakeTick(rx, signals, bits, alarms)

    def hook(self, line: int, off_hook: bool) -> None:
        self.hooks.append((self.ticks, line, off_hook))

    def opened(self) -> None:
        self.is_open = True

    def off_hook(self, line: int) -> bool:
        """The state the line was last put in."""
        return next((state for _, row, state in reversed(self.hooks) if row == line), False)


IO = "\n".join(f"{name} = {number:#x}" for name, number in abi.IOCTLS.items())
PRELUDE = f"""
import errno, fcntl, os, select, struct, sys, time
{IO}
def ask(fd, cmd, value=0):
    return struct.unpack("i", fcntl.ioctl(fd, cmd, struct.pack("i", value)))[0]
def fails(number, call, *arguments):
    try:
        got = call(*arguments)
    except OSError as error:
        assert error.errno == number, (error, errno.errorcode.get(number, number))
    else:
        raise AssertionError(f"gave {{got!r}} instead of {{errno.errorcode.get(number, number)}}")
def ready(fd, wanted, ms=2000):
    poll = select.poll()
    poll.register(fd, wanted)
    return dict(poll.poll(ms)).get(fd, 0)
def event(fd, ms=2000):
    assert ready(fd, select.POLLPRI, ms) & select.POLLPRI, "no event came"
    return ask(fd, GETEVENT)
def opened(number=1, flags=os.O_NONBLOCK, block=160, buffers=4):
    fd = os.open(f"/dev/dahdi/{{number}}", os.O_RDWR | flags)
    fcntl.ioctl(fd, SET_BUFINFO, struct.pack("6i", 0, 0, buffers, block, 0, 0))
    return fd
def waiting(fd, size=160):
    # Read all blocks that wait; how many.
    blocks = 0
    try:
        while os.read(fd, size): blocks += 1
    except BlockingIOError:
        return blocks
def on_time(happens):
    # On a busy machine the office or the program may be late now and then; what is wrong is wrong every time.
    assert any(happens() for _ in range(8))
def block(fd, size=160):
    assert ready(fd, select.POLLIN | select.POLLPRI) == select.POLLIN
    return os.read(fd, size)
"""


def program(code: str) -> list[str]:
    """A Python program of the test, with the words of PRELUDE, as a command."""
    return [sys.executable, "-S", "-c", PRELUDE + textwrap.dedent(code)]


def succeeds(office: FakeOffice, code: str, **options: object) -> None:
    """Run the program on the office; its assertions are the test's."""
    status = run(office, program(code), **options)  # type: ignore[arg-type]
    assert status == 0, f"the program on the virtual card ended with {status}: its traceback is above"


def on_time(attempt: Callable[[], None], times: int = 4) -> None:
    """Make the same attempt again when it fails: a busy machine is late now and then; what is wrong is wrong every
    time.
    """
    for left in reversed(range(times)):
        try:
            attempt()
        except AssertionError:
            if not left:
                raise
        else:
            return


def output(office: FakeOffice, *command: str) -> tuple[int, str]:
    """Status and all output of a real program on the office."""
    status = 0
    with open(os.memfd_create("output"), "w+") as file:
        shell = ["sh", "-c", f'exec "$@" >/proc/{os.getpid()}/fd/{file.fileno()} 2>&1 </dev/null', "sh", *command]
        status = run(office, shell)
        file.seek(0)
        return status, file.read()


@dataclass
class Client:
    """The preload library's part, played by the test in one thread with the server: no clock, no other process."""

    server: Server
    control: socket.socket

    def send(self, message: bytes) -> None:
        self.control.send(message)
        self.attend()

    def attend(self) -> None:
        """Let the server see all that is there."""
        for _ in range(4):
            self.server.attend(0.0)

    def open(self, path: str) -> tuple[int, Descriptor]:
        """(0, the device) or (-errno, a closed one)."""
        self.send(wire.request(wire.OPEN, path.encode()))
        message, descriptors, _, _ = socket.recv_fds(self.control, 4096, 1)
        result, handle = np.frombuffer(message[:8], np.int32)
        sock = socket.socket(fileno=descriptors[0]) if descriptors else socket.socket()
        return int(result), Descriptor(self, int(handle), sock)


@dataclass
class Descriptor:
    """An open device of the client's."""

    client: Client
    handle: int
    sock: socket.socket

    def ioctl(self, name: str, argument: bytes | int = b"", flags: int = 0) -> tuple[int, bytes]:
        """(result, the argument's new contents)."""
        payload = abi.INT.pack(argument) if isinstance(argument, int) else argument
        cmd = abi.IOCTLS[name]
        self.client.send(wire.request(wire.IOCTL, payload, handle=self.handle, cmd=cmd, flags=flags))
        message = self.client.control.recv(70000)
        result, _, _, room, *_ = wire.REPLY.unpack_from(message)
        if room:  # as the preload does: POLLOUT while a buffer is free
            self.sock.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, room)
        return int(result), message[wire.REPLY.size :]

    def number(self, name: str, argument: int = 0) -> int:
        """The int an ioctl gives, or -errno."""
        result, made = self.ioctl(name, argument)
        return result or (abi.INT.unpack(made)[0] if made else 0)

    def blocks(self) -> list[bytes]:
        """All blocks that have come."""
        try:
            data = self.sock.recv(1 << 20, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return []
        made = []
        while data:
            length, _, fill, _, _ = wire.BLOCK.unpack_from(data)
            made.append(data[wire.BLOCK.size : wire.BLOCK.size + length])
            data = data[wire.BLOCK.size + length + fill :]
        return made

    def events(self) -> list[int]:
        """All events, fetched as the preload does: the byte first."""
        found = []
        while self._take():
            found.append(abi.INT.unpack(self.ioctl("GETEVENT", 0, wire.TOOK)[1])[0])
        return found

    def _take(self) -> bool:
        try:
            return self.sock.recv(1, socket.MSG_OOB | socket.MSG_DONTWAIT) == b"!"
        except OSError:
            return False

    def close(self) -> None:
        self.sock.close()
        self.client.attend()


@contextmanager
def served(office: FakeOffice, folder: Path, **options: bool) -> Iterator[Client]:
    """A server without a clock, and a client of it."""
    with Server(office, folder, **options) as server:
        control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control.connect(str(folder / "socket"))
        control.settimeout(2)
        with control:
            yield Client(server, control)


def compiled(source: str, target: Path, *flags: str) -> Path:
    """A small C program."""
    subprocess.run(
        ["gcc", "-g", "-O1", "-Wall", "-Werror", *flags, "-x", "c", "-", "-o", target],
        input=source,
        text=True,
        check=True,
    )
    return target
