"""Where the virtual devices answer otherwise than the kernel driver, and why. A test named here must fail there:
when it does not any more, its line goes. docs/virtual-dahdi.md has the same table for readers.
"""

from __future__ import annotations

KNOWN: dict[str, str] = {
    "test_the_control_device_carries_no_sound": "being mended",
}
"""Name of the test, with its parameters -> reason."""


def reason(name: str) -> str:
    """Why the test fails on the virtual devices; empty when it must pass."""
    return KNOWN.get(name) or KNOWN.get(name.split("[")[0], "")
