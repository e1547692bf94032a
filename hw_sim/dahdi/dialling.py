"""DIAL and SENDTONE: the channel makes its own keys and tones."""

from __future__ import annotations

import errno

from hw_sim.dahdi import abi
from hw_sim.dahdi.board import Board
from hw_sim.dahdi.channel import Channel
from hw_sim.dahdi.sounder import DialSounder, KeySounder, PlanSounder


def dial(board: Board, channel: Channel, argument: bytes) -> None:
    """Raises OSError ENODATA without a tone zone, EBUSY when too much is waiting, EINVAL."""
    operation, text = abi.DIAL.unpack(argument)
    digits = text.split(b"\0")[0].decode("ascii", "replace").upper()[:255]
    if channel.plan is None:
        raise OSError(errno.ENODATA, "no tone zone is loaded")
    match operation:
        case abi.DIAL_CANCEL:
            channel.stop_sound()
        case abi.DIAL_REPLACE:
            channel.sounder = DialSounder(digits, board.key_length)
        case abi.DIAL_APPEND:
            _append(board, channel, digits)
        case _:
            raise OSError(errno.EINVAL, "no such dial operation")


def _append(board: Board, channel: Channel, digits: str) -> None:
    if isinstance(channel.sounder, DialSounder):
        if channel.sounder.waiting + len(digits) >= 255:
            raise OSError(errno.EBUSY, "too many digits")
        channel.sounder.append(digits)
    else:
        channel.sounder = DialSounder(digits, board.key_length)


def send_tone(board: Board, channel: Channel, argument: bytes) -> None:
    """Raises OSError ENODATA without a tone zone, ENOSYS for a tone the zone has not, EINVAL."""
    tone = abi.INT.unpack_from(argument)[0]
    channel.stop_sound()
    if tone == abi.TONE_STOP:
        return
    if channel.plan is None:
        raise OSError(errno.ENODATA, "no tone zone is loaded")
    if 0 <= tone <= abi.TONE_MAX:
        channel.sounder = _zone_tone(channel, tone)
    elif abi.TONE_DTMF_BASE <= tone <= abi.TONE_DTMF_MAX:
        channel.sounder = KeySounder(abi.DTMF_KEYS[tone - abi.TONE_DTMF_BASE])
    else:
        raise OSError(errno.EINVAL, "no such tone")


def _zone_tone(channel: Channel, tone: int) -> PlanSounder:
    name = abi.TONE_NAMES.get(tone, "")
    if channel.plan is None or name not in {t.name for t in channel.plan.tones}:
        raise OSError(errno.ENOSYS, "the zone has no such tone")
    return PlanSounder(channel.plan, name)
