"""What a technician reads when a channel cannot be had."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from drivers.dahdi import faults
from drivers.errors import BadLine, CardBusy, CardNotFound, DriverError, LineLost


def program(proc: Path, pid: int, name: str, *open_files: str) -> None:
    """A process as /proc shows it."""
    fds = proc / str(pid) / "fd"
    fds.mkdir(parents=True)
    (proc / str(pid) / "comm").write_text(name + "\n")
    for number, target in enumerate(open_files):
        (fds / str(number)).symlink_to(target)


def test_the_holder_is_named(tmp_path: Path) -> None:
    """Programs with a channel open, not those that only read the control device or hold files of that name."""
    program(tmp_path, 812, "asterisk", "/dev/null", "/dev/dahdi/channel")
    program(tmp_path, 900, "dahdi_tool", "/dev/dahdi/ctl")
    program(tmp_path, 901, "vi", "/etc/dahdi/system.conf")
    program(tmp_path, os.getpid(), "pytest", "/dev/dahdi/channel")
    (tmp_path / "903").mkdir()
    assert faults._holders(tmp_path) == " (asterisk, process 812)"


def test_nobody_to_name(tmp_path: Path) -> None:
    """/proc may hide it all."""
    assert faults._holders(tmp_path) == ""


@pytest.mark.parametrize(
    ("number", "step", "kind", "words"),
    [
        (errno.ENOENT, "open", CardNotFound, "modprobe"),
        (errno.EPERM, "open", CardNotFound, "group"),
        (errno.ENFILE, "open", DriverError, "open files"),
        (errno.EBUSY, "SPECIFY", CardBusy, "channel 7 is held"),
        (errno.EBUSY, "open", CardBusy, "channel 7 is held"),
        (errno.ENXIO, "SPECIFY", CardNotFound, "dahdi_cfg"),
        (errno.ENOMEM, "SET_BUFINFO", DriverError, "channel 7: SET_BUFINFO failed: Cannot allocate memory"),
        (errno.EINVAL, "GET_PARAMS", DriverError, "GET_PARAMS failed"),
    ],
)
def test_each_errno_has_its_class_and_remedy(number: int, step: str, kind: type[DriverError], words: str) -> None:
    """The same number means different things at different steps."""
    error = faults.opening(-number, 7, step)
    assert type(error) is kind
    assert words in str(error)


def test_a_verb_that_is_refused() -> None:
    """Gone is LineLost; anything else is the line's fault."""
    assert type(faults.verb(-errno.ENODEV, "a")) is LineLost
    assert type(faults.verb(-errno.EINVAL, "a")) is BadLine
