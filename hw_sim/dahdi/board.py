"""All that the office's cards have in common: spans, channels by number, tone zones, timers. No I/O."""

from __future__ import annotations

import errno
from collections.abc import Sequence

from dsp.plans import TonePlan
from dsp.tones.signal import plan
from hw_sim.dahdi import abi
from hw_sim.dahdi.channel import Channel
from hw_sim.dahdi.spans import Span

PSEUDO_MOST = 512

ZONES: dict[int, tuple[str, str]] = {
    0: ("us", "United States / North America"),
    3: ("uk", "United Kingdom"),
    11: ("jp", "Japan"),
    16: ("cn", "China"),
    20: ("tw", "Taiwan"),
}
"""libtonezone's numbers of the zones whose tones this office knows: a plan, and the name."""


class Board:
    """now: sample of the office's clock. configured: has dahdi_cfg been run (signalling, tone zone) at the start?"""

    def __init__(self, spans: Sequence[Span], country: str = "cn", *, configured: bool = True) -> None:
        self.spans = tuple(spans)
        self.now = 0
        self.zones: dict[int, TonePlan] = {}
        self.zone: int | None = None
        self.key_length = 800
        self.dialparams = [100, 100, 100]
        self.channels = {
            port.channel: Channel(port.channel, port.name, port, port.sigtype if configured else 0, law=port.law)
            for span in self.spans
            for port in span.ports
        }
        self.by_row = {c.port.row: c for c in self.channels.values() if c.port}
        if configured:
            number = next((n for n, (name, _) in ZONES.items() if name == country), 16)
            self.load_zone(number, country)

    def load_zone(self, number: int, country: str = "") -> None:
        """A tone zone by libtonezone's number; one that is not known here sounds like the office's own."""
        self.zones[number] = plan(country or ZONES.get(number, ("cn", ""))[0])
        if self.zone is None:
            self.zone = number

    def channel(self, number: int) -> Channel:
        """Raises OSError EINVAL."""
        try:
            return self.channels[number]
        except KeyError:
            raise OSError(errno.EINVAL, f"no channel {number}") from None

    def span(self, number: int) -> Span:
        """Raises OSError EINVAL."""
        if not 1 <= number <= len(self.spans):
            raise OSError(errno.EINVAL, f"no span {number}")
        return self.spans[number - 1]

    def open(self, channel: Channel) -> None:
        """One program at a time has a channel. Raises OSError ENXIO (not configured), EBUSY, ENODEV."""
        if channel.removed:
            raise OSError(errno.ENODEV, "the card was pulled")
        if not channel.sigtype:
            raise OSError(errno.ENXIO, "not configured")
        if channel.open:
            raise OSError(errno.EBUSY, "in use")
        channel.opened(self.now, self.zone, self.zones.get(self.zone) if self.zone is not None else None)

    def close(self, channel: Channel) -> None:
        """The last descriptor of a channel was closed."""
        channel.closed(self.now)
        if channel.port is None:
            del self.channels[channel.number]

    def pseudo(self) -> Channel:
        """A new channel without a line. Raises OSError ENOMEM when there are too many."""
        number = next((n for n in range(abi.FIRST_PSEUDO, abi.FIRST_PSEUDO + PSEUDO_MOST) if n not in self.channels), 0)
        if not number:
            raise OSError(errno.ENOMEM, "no more pseudo channels")
        channel = Channel(number, f"Pseudo/{number - abi.FIRST_PSEUDO + 1}")
        self.channels[number] = channel
        self.open(channel)
        return channel
