"""Where the virtual devices answer otherwise than the kernel driver, and why. A test named here must fail there:
when it does not any more, its line goes. docs/virtual-dahdi.md has the same table for readers.
"""

from __future__ import annotations

KNOWN = {
    "test_linear_samples_received[2]": "A-law becomes linear by G.711, not by the driver's table",
    "test_linear_samples_sent_in_alaw": "A-law becomes linear by G.711, not by the driver's table",
    "test_linear_samples_sent_in_mulaw": "mu-law becomes linear by G.711, without the driver's zero trap",
    "test_what_a_channel_cannot_be": "an E1 card of the office has hardware HDLC",
    "test_poll_of_a_card_that_was_taken_out": "a socket whose other end has gone has no POLLERR",
}
"""Name of the test, with its parameters -> reason."""


def reason(name: str) -> str:
    """Why the test fails on the virtual devices; empty when it must pass."""
    return KNOWN.get(name) or KNOWN.get(name.split("[")[0], "")
