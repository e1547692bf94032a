"""D channels kept for Wireshark: pcapng, an interface for each span, link type 177 (LINUX_LAPD), frames without FCS.

Times are the office's own, in microseconds. Every frame is in the file as soon as it is seen.
"""

from __future__ import annotations

import struct
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from dsp.receiver import RATE
from hw_sim.isdn.dchannel import Seen
from hw_sim.isdn.trunk import IsdnTrunk
from hw_sim.office import Office
from hw_sim.report.disk import writing

LINUX_LAPD = 177
SAMPLE_US = 1_000_000 // RATE

_SECTION, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6
_BYTE_ORDER = 0x1A2B3C4D
_NAME, _END, _DIRECTION = 2, 0, 2
_INBOUND, _OUTBOUND = 1, 2
_TO_US, _OUTGOING = 0, 4
_ARPHRD_LAPD, _ETH_P_LAPD = 8445, 0x0030


class Capture:
    """A file of its own. A context manager. began: microseconds since 1970 at the office's sample 0.

    Raises OSError where the disk does, with the name of the file.
    """

    def __init__(self, path: Path, began: int = 0) -> None:
        self._file: BinaryIO = path.open("wb")
        self._began = began
        self._networks: list[bool] = []
        self._write(_SECTION, struct.pack("<IHHq", _BYTE_ORDER, 1, 0, -1))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """No frames after this."""
        self._file.close()

    def span(self, name: str, network: bool = True) -> Seen:
        """A span more, for `IsdnTrunk(seen=...)`. network: is the office its network side?"""
        index = len(self._networks)
        self._networks.append(network)
        self._write(_INTERFACE, struct.pack("<HHI", LINUX_LAPD, 0, 0) + _option(_NAME, name.encode()) + _option(_END))
        return lambda now, sent, frame: self.frame(now, index, sent, frame)

    def frame(self, now: int, span: int, sent_by_office: bool, frame: bytes) -> None:
        """A frame of the span with that index, without its check sequence."""
        head = struct.pack(
            ">HHHB7xH",
            _OUTGOING if sent_by_office else _TO_US,
            _ARPHRD_LAPD,
            8,
            self._networks[span],
            _ETH_P_LAPD,
        )
        data = head + frame
        at = self._began + now * SAMPLE_US
        fixed = struct.pack("<IIIII", span, at >> 32, at & 0xFFFFFFFF, len(data), len(data))
        flags = struct.pack("<I", _OUTBOUND if sent_by_office else _INBOUND)
        self._write(_PACKET, fixed + _padded(data) + _option(_DIRECTION, flags) + _option(_END))

    def _write(self, kind: int, body: bytes) -> None:
        length = struct.pack("<I", len(body) + 12)
        with writing(self._file.name):
            self._file.write(struct.pack("<I", kind) + length + body + length)
            self._file.flush()


def watch(capture: Capture, office: Office) -> int:
    """Keep the D channels of an office from now on, each by its card's name. Gives how many there are."""
    trunks = ((card, office.signalling(index)) for index, card in enumerate(office.cards) if card.kind == "e1")
    watched = 0
    for card, trunk in trunks:
        if isinstance(trunk, IsdnTrunk):
            trunk.channel.seen = capture.span(card.name, trunk.config.side == "network")
            watched += 1
    return watched


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _option(code: int, value: bytes = b"") -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)
