"""DIAL and SENDTONE: the channel makes its own keys, signals, pulses and tones."""

from __future__ import annotations

import errno
from typing import TypeVar

from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.channel import Channel
from hw_sim.dahdi.kernel.sounder import DialSounder, Mode, SignalSounder, ToneSounder
from hw_sim.dahdi.kernel.zones import Zone

T = TypeVar("T")

LONGEST = 255

_HELD: dict[Mode, tuple[int, int]] = {
    "dtmf": (abi.DTMF_BASE, abi.DTMF_MAX),
    "forward": (abi.MFR2_FWD_BASE, abi.MFR2_FWD_MAX),
    "backward": (abi.MFR2_REV_BASE, abi.MFR2_REV_MAX),
}
"""Which signals SENDTONE can hold, by how the channel has dialled last."""


def dial(board: Board, channel: Channel, argument: bytes) -> None:
    """Raises OSError ENODATA without a tone zone, EBUSY when too much is waiting, EINVAL."""
    operation, text = abi.DIAL.unpack(argument)
    digits = text.split(b"\0")[0].decode("ascii", "replace").upper()[:LONGEST]
    zone = _zone(channel)
    match operation:
        case abi.DIAL_CANCEL:
            channel.stop_sound()
        case abi.DIAL_REPLACE:
            _begin(board, channel, zone, digits)
        case abi.DIAL_APPEND:
            _append(board, channel, zone, digits)
        case _:
            raise OSError(errno.EINVAL, "no such dial operation")
    channel.dialled()


def _zone(channel: Channel) -> Zone:
    if channel.zone is None:
        raise OSError(errno.ENODATA, "no tone zone is loaded")
    return channel.zone


def _begin(board: Board, channel: Channel, zone: Zone, digits: str) -> None:
    mode = channel.digit_mode
    channel.sounder = DialSounder(digits, zone, board.lengths, mode, lambda n: channel.dial_pulses(n, board.now))


def _append(board: Board, channel: Channel, zone: Zone, digits: str) -> None:
    sounder = channel.sounder
    if isinstance(sounder, DialSounder):
        if sounder.waiting + len(digits) >= LONGEST:
            raise OSError(errno.EBUSY, "too many digits")
        sounder.append(digits)
    elif len(digits) >= LONGEST:
        raise OSError(errno.EBUSY, "too many digits")
    else:
        _begin(board, channel, zone, digits)


def send_tone(board: Board, channel: Channel, argument: bytes) -> None:
    """Raises OSError ENODATA without a tone zone, ENOSYS for a tone the zone has not, EINVAL."""
    tone = abi.INT.unpack_from(argument)[0]
    channel.stop_sound()
    if tone == abi.TONE_STOP:
        return
    zone = _zone(channel)
    if 0 <= tone <= abi.TONE_MAX:
        channel.sounder = ToneSounder(zone.parts, _known(zone.tones.get(tone)))
        return
    least, most = _HELD.get(channel.digit_mode, (0, -1))
    if not least <= tone <= most:
        raise OSError(errno.EINVAL, "no such tone, or not as the channel dials now")
    channel.sounder = SignalSounder(_known(zone.signals.get(tone)), channel.digit_mode == "dtmf")


def _known(found: T | None) -> T:
    if found is None:
        raise OSError(errno.ENOSYS, "the zone has no such tone")
    return found
