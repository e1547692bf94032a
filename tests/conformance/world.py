"""The two worlds that the conformance tests run in, and which channel plays which part in each."""

from __future__ import annotations

import os
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
    )

    def unplug(self, span: int) -> None:
        """Raises OSError."""
        self._device(span).joinpath("unassign_span").write_text("1")

    def plug(self, span: int) -> None:
        """A card that comes back must be configured again."""
        base = {3: 63, 4: 67}[span]
        self._devices[span].joinpath("assign_span").write_text(f"1:{span}:{base}")
        if os.system("dahdi_cfg -c /etc/dahdi/system.conf >/tmp/plug.log 2>&1"):
            raise OSError(Path("/tmp/plug.log").read_text())

    _devices: dict[int, Path] = {}

    def _device(self, span: int) -> Path:
        """The sysfs folder of the device whose span this is; remembered, for the span goes when it is unassigned."""
        if span not in self._devices:
            self._devices[span] = Path(f"/sys/bus/dahdi_spans/devices/span-{span}").resolve().parent
        return self._devices[span]
