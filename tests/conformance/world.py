"""The two worlds that the conformance tests run in, and which channel plays which part in each."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

KERNEL = Path("/proc/dahdi").exists() and os.environ.get("LD_PRELOAD") is None
"""Is this the virtual machine with the kernel driver?"""

Pair = tuple[int, int]
"""Two channels that are wired to each other."""


@dataclass(frozen=True)
class Roles:
    """Channel numbers. kewl, loop, ground: the port to an exchange first, the telephone's port second."""

    bearers: tuple[Pair, ...] = ()
    dchannel: Pair = (0, 0)
    kewl: tuple[Pair, ...] = ()
    loop: tuple[Pair, ...] = ()
    ground: tuple[Pair, ...] = ()
    cas: tuple[Pair, ...] = ()
    em: tuple[Pair, ...] = ()
    unconfigured: int = 0
    unknown: int = 999
    spare: Pair = (0, 0)
    """Bearers of the two spans that may be unplugged."""
    spare_spans: Pair = (0, 0)
    spare_channels: tuple[int, ...] = ()
    """All channels of the first of them."""


class World(Protocol):
    """What a test may do with a world beside opening its devices."""

    @property
    def roles(self) -> Roles: ...
    def unplug(self, span: int) -> None:
        """Take the span's card out."""
        ...

    def plug(self, span: int) -> None:
        """Put it back, with the numbers it had."""
        ...


def pairs(here: range, away: int) -> tuple[Pair, ...]:
    """Channels of a span, each wired to the one so many numbers further on."""
    return tuple((channel, channel + away) for channel in here)


CONFIGURED = {3: (63, "bchan=63-65\nfxsks=66\nalaw=63-66\n"), 4: (67, "bchan=67-69\nfxoks=70\nalaw=67-70\n")}
"""Span -> (first channel, lines of system.conf) of the spans that may be unplugged."""


class Kernel:
    """Crossed spans of dahdi_dynamic_loc as system.conf of this folder makes them."""

    roles = Roles(
        bearers=pairs(range(1, 9), 31),
        dchannel=(16, 47),
        kewl=pairs(range(17, 21), 31),
        loop=pairs(range(21, 23), 31),
        ground=pairs(range(23, 25), 31),
        cas=pairs(range(25, 28), 31),
        em=pairs(range(28, 30), 31),
        unconfigured=9,
        spare=(63, 67),
        spare_spans=(3, 4),
        spare_channels=(63, 64, 65, 66),
    )

    def unplug(self, span: int) -> None:
        """Raises OSError."""
        self._device(span).joinpath("unassign_span").write_text("1")

    def plug(self, span: int) -> None:
        """A card that comes back must be configured again."""
        base, lines = CONFIGURED[span]
        self._devices[span].joinpath("assign_span").write_text(f"1:{span}:{base}")
        Path("/tmp/plug.conf").write_text(lines)
        told = subprocess.run(["dahdi_cfg", "-c", "/tmp/plug.conf"], capture_output=True, text=True, check=False)
        if told.returncode:
            raise OSError(told.stderr)

    _devices: dict[int, Path] = {}

    def _device(self, span: int) -> Path:
        """The sysfs folder of the device whose span this is; remembered, for the span goes when it is unassigned."""
        if span not in self._devices:
            self._devices[span] = Path(f"/sys/bus/dahdi_spans/devices/span-{span}").resolve().parent
        return self._devices[span]
