"""The kernel tests need the real /dev/dahdi: elsewhere they are not collected as failures but skipped."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _needs_the_kernel_driver() -> None:
    """Skip where there is no DAHDI kernel driver; tests/kernel/run.sh brings one."""
    if not Path("/proc/dahdi").exists() or not Path("/dev/dahdi/channel").exists():
        pytest.skip("no DAHDI kernel driver here: make test-kernel")
