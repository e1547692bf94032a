"""-errno from the C side to the right exception, with what a technician can do about it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from drivers.errors import BadLine, CardBusy, CardNotFound, DriverError, LineLost

CONFIGURE = "write its signalling into /etc/dahdi/system.conf and run `dahdi_cfg -vv`"
NO_DRIVER = (
    "there is no /dev/dahdi: load the DAHDI driver and the card's own module (`modprobe dahdi`, `dahdi_scan` shows "
    "what was found), then run `dahdi_cfg -vv`"
)
NO_RIGHT = "no permission to open /dev/dahdi: add this user to the group that owns it (`usermod -aG dahdi USER`)"

NO_DEVICE = frozenset({errno.ENOENT, errno.EACCES, errno.EPERM})
"""What opening the device node itself gives."""

NO_CHANNELS = frozenset({"/dev/dahdi/ctl", "/dev/dahdi/timer", "/dev/dahdi/pseudo", "/dev/dahdi/transcode"})

_OPEN = {
    errno.ENOENT: (CardNotFound, NO_DRIVER),
    errno.ENODEV: (CardNotFound, NO_DRIVER),
    errno.ENXIO: (CardNotFound, NO_DRIVER),
    errno.EACCES: (CardNotFound, NO_RIGHT),
    errno.EPERM: (CardNotFound, NO_RIGHT),
    errno.EMFILE: (DriverError, "too many open files: raise `ulimit -n`, one is needed for each line"),
    errno.ENFILE: (DriverError, "the whole machine has too many open files (sysctl fs.file-max)"),
}
_SPECIFY = {
    errno.EINVAL: (CardNotFound, "there is no such channel: `lsdahdi` lists those there are"),
    errno.ENXIO: (CardNotFound, f"it is not configured: {CONFIGURE}"),
    errno.ENODEV: (CardNotFound, "its card has been removed"),
}


def opening(error: int, channel: int, step: str, name: str = "") -> DriverError:
    """Why a channel could not be opened. error: -errno; step: what was tried; name: of its line, for people."""
    number, what = -error, f"channel {channel} ({name})" if name else f"channel {channel}"
    if number == errno.EBUSY:
        return CardBusy(f"{what} is held by another program{_holders()}: stop that program first")
    kind, remedy = (_OPEN if step == "open" else _SPECIFY).get(number, (DriverError, ""))
    if step not in ("open", "SPECIFY") or not remedy:
        return DriverError(f"{what}: {step} failed: {os.strerror(number)}")
    return kind(f"{what}: {remedy}")


def verb(error: int, line: str) -> DriverError:
    """Why a line refused what was asked of it. error: -errno."""
    if -error == errno.ENODEV:
        return LineLost(f"line {line} is gone: unplugged, or its driver was unloaded")
    return BadLine(f"line {line} refused: {os.strerror(-error)}")


def _holders(proc: Path = Path("/proc")) -> str:
    """The programs that have a DAHDI channel open, as far as /proc lets us see."""
    mine = str(os.getpid())
    found = sorted({name for pid in proc.glob("[0-9]*") if pid.name != mine and (name := _holder(pid))})
    return f" ({', '.join(found)})" if found else ""


def _holder(pid: Path) -> str:
    try:
        for fd in (pid / "fd").iterdir():
            target = os.readlink(fd)
            if target.startswith("/dev/dahdi/") and target not in NO_CHANNELS:
                return f"{(pid / 'comm').read_text().strip()}, process {pid.name}"
    except OSError:  # it ended while we looked, or is another user's
        return ""
    return ""
