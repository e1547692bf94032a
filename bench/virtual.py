"""What the virtual /dev/dahdi costs: many lines open by a bare reader and writer, in real time.

    python -m bench.virtual [SECONDS]

The office behind it is empty (no exchange, no sound to make), so the figures are of the server and of the program's
system calls with the preload library. Shares are of one core.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from drivers.signals import Signal
from dsp import g711
from dsp.receiver import RATE, TICK, Int16
from hw_sim.dahdi.house import House
from hw_sim.equipment import Alarm, Bits, CardKind, CardLike, Feed, PortLike, PortUse, SpanAlarm, TickLike

READER = r"""
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct bufinfo { int txpolicy, rxpolicy, count, size, read, write; };
#define FLUSH 0x4004da03u
#define SET_BUFINFO 0x4018da1bu

int main(int argc, char **argv)
{
	int count = atoi(argv[1]), ticks = atoi(argv[2]), step = argc > 3 ? atoi(argv[3]) : 0;
	struct pollfd *lines = calloc(count, sizeof(*lines));
	char block[160] = {0}, path[64];
	long reads = 0;

	for (int i = 0; i < count; i++) {
		struct bufinfo info = {0, 0, 8, 160, 0, 0};
		int number = step ? i / (step - 1) * step + i % (step - 1) + 1 : i + 1;
		if (step && (number - 1) % step >= 15)
			number++;
		snprintf(path, sizeof(path), "/dev/dahdi/%d", number);
		lines[i].fd = open(path, O_RDWR | O_NONBLOCK);
		lines[i].events = POLLIN;
		if (lines[i].fd < 0 || ioctl(lines[i].fd, SET_BUFINFO, &info) < 0)
			return perror(path), 1;
	}
	for (int i = 0; i < 3 * count; i++)
		if (write(lines[i % count].fd, block, sizeof(block)) < 0)
			return perror("write"), 1;
	for (int i = 0, read_only = 1; i < count; i++)
		if (ioctl(lines[i].fd, FLUSH, &read_only) < 0)
			return perror("flush"), 1;
	while (reads < (long)ticks * count) {
		if (poll(lines, count, 1000) <= 0)
			return perror("poll"), 1;
		for (int i = 0; i < count; i++) {
			if (!(lines[i].revents & POLLIN) || read(lines[i].fd, block, sizeof(block)) != sizeof(block))
				continue;
			reads++;
			if (write(lines[i].fd, block, sizeof(block)) < 0 && errno != EAGAIN)
				return perror("write"), 1;
		}
	}
	return 0;
}
"""

ASKER = r"""
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>

int main(void)
{
	int fd = open("/dev/dahdi/1", O_RDWR), bits, rounds = 5000;
	struct timespec a, b;

	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int i = 0; i < rounds; i++)
		if (ioctl(fd, 0x8004da2bu, &bits) < 0)
			return perror("ioctl"), 1;
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%.1f\n", ((b.tv_sec - a.tv_sec) * 1e9 + b.tv_nsec - a.tv_nsec) / rounds / 1e3);
	return 0;
}
"""


@dataclass(frozen=True)
class Card:
    """A card of the bench (`CardLike`)."""

    name: str
    kind: CardKind = "fxo"
    crc4: bool = False
    coding: str = ""
    framing: str = ""


@dataclass(frozen=True)
class Port:
    """A row of the bench (`PortLike`)."""

    card: int
    port: int
    row: int
    use: PortUse = "fxo"
    law: g711.Law = "alaw"


@dataclass(frozen=True)
class Tick:
    """What comes every 20 ms (`TickLike`)."""

    rx: Int16
    signals: Sequence[Signal] = ()
    bits: Sequence[Bits] = ()
    alarms: Sequence[SpanAlarm] = ()


@dataclass
class Empty:
    """An office of nothing but lines, which all carry the same noise."""

    cards: Sequence[CardLike]
    lines: Sequence[PortLike]
    rx: Int16 = field(init=False)

    def __post_init__(self) -> None:
        codes = np.random.default_rng(1).integers(0, 256, (len(self.lines), TICK), np.uint8)
        self.rx = g711.decode(codes)

    def tick(self, tx: Int16) -> TickLike:
        """Always the same."""
        return Tick(self.rx)

    def hook(self, line: int, off_hook: bool) -> None:
        """Nobody minds."""

    def ring(self, line: int, on: bool) -> None:
        """Nobody minds."""

    def feed(self, line: int, feed: Feed) -> None:
        """Nobody minds."""

    def send_bits(self, line: int, bits: int) -> None:
        """Nobody minds."""

    def send_alarm(self, card: int, alarms: Alarm) -> None:
        """Nobody minds."""

    def opened(self) -> None:
        """Nobody minds."""


def analog(lines: int) -> Empty:
    """Cards of 24 FXO ports."""
    cards = [Card(f"analog {i + 1}") for i in range(-(-lines // 24))]
    return Empty(cards, [Port(i // 24, i % 24, i) for i in range(lines)])


def e1(spans: int) -> Empty:
    """Spans of 31 timeslots, slot 16 a D channel."""
    kind: CardKind = "e1"
    cards = [Card(f"e1 {i + 1}", kind, coding="hdb3", framing="ccs", crc4=True) for i in range(spans)]
    uses: list[PortUse] = ["dchannel" if slot == 15 else "bearer" for slot in range(31)]
    lines = [Port(i // 31, i % 31, i, uses[i % 31]) for i in range(31 * spans)]
    return Empty(cards, lines)


def compiled(source: str, folder: Path, name: str) -> Path:
    """A small C program."""
    target = folder / name
    subprocess.run(["gcc", "-O2", "-x", "c", "-", "-o", target], input=source, text=True, check=True)
    return target


class Steady:
    """What was lost while the program was still opening its lines, which is nobody's fault."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.overruns = self.underruns = 0
        self._steady = False

    def __call__(self, tick: object) -> None:
        if self._steady:
            return
        devices = self._house.server.devices
        self.overruns, self.underruns = devices.overruns, devices.underruns
        self._steady = all(stream.state.sending for stream in devices.streams.values()) and bool(devices.streams)


def measure(office: Empty, command: Sequence[str]) -> str:
    """Run the program: shares of a core, late ticks, blocks lost."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with House(office, country="cn") as house:
        begin = Steady(house)
        house.server.on_tick = begin
        child = house.start(command)
        began, cpu = time.monotonic(), time.process_time()
        house.serve(child)
        wall, cpu = time.monotonic() - began, time.process_time() - cpu
        status = child.wait()
        lateness, devices = house.server.clock.lateness, house.server.devices
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    program = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (
        f"server {100 * cpu / wall:5.1f} %   program {100 * program / wall:5.1f} %   late ticks {lateness.late} of "
        f"{lateness.ticks} (worst {lateness.worst * 1000:.0f} ms)   overruns {devices.overruns - begin.overruns}   "
        f"underruns {devices.underruns - begin.underruns}{'' if not status else f'   program failed: {status}'}"
    )


def main() -> None:
    """Print a line for each size."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    ticks = str(int(seconds * RATE / TICK))
    with tempfile.TemporaryDirectory() as name:
        reader = str(compiled(READER, Path(name), "reader"))
        for lines in (30, 120, 480):
            print(f"{lines:4} analog lines: {measure(analog(lines), [reader, str(lines), ticks])}", flush=True)
        print(f"16 E1, 480 B ch.: {measure(e1(16), [reader, '480', ticks, '31'])}", flush=True)
        asker = str(compiled(ASKER, Path(name), "asker"))
        with House(analog(4), country="cn") as house:
            child = house.start([asker], stdout=subprocess.PIPE)
            house.serve(child)
            assert child.stdout
            print(f"an ioctl that goes to the office: {child.stdout.read().decode().strip()} us")


if __name__ == "__main__":
    main()
