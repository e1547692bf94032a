"""The table of ioctls: number -> function on bytes. Sans-I/O; a refusal is an OSError, as the kernel driver gives it.

A function takes the board, the channel (of the descriptor) and the argument struct, and gives back the struct's new
contents, or nothing. `control` is for /dev/dahdi/ctl, `channel` for a channel, `pseudo` for a channel without a line.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from typing import Any

from hw_sim.dahdi import abi, configuring, parameters
from hw_sim.dahdi.board import Board
from hw_sim.dahdi.channel import IDENTITY, Channel
from hw_sim.dahdi.dialling import dial, send_tone

Result = bytes | None
Handler = Callable[[Board, Channel, bytes], Result]
NAMES = {number: name for name, number in abi.IOCTLS.items()}


def number(argument: bytes) -> int:
    """The int an argument points to."""
    value: int = abi.INT.unpack_from(argument)[0]
    return value


def refuse(code: int) -> Handler:
    """An ioctl that is always refused with this errno."""

    def refused(board: Board, channel: Channel, argument: bytes) -> Result:
        raise OSError(code, "refused")

    return refused


def accept(board: Board, channel: Channel, argument: bytes) -> Result:
    """An ioctl that changes nothing here."""
    return None


def gives(value: Callable[[Channel], int]) -> Handler:
    """An ioctl that only tells an int."""
    return lambda board, channel, argument: abi.INT.pack(value(channel))


def need(condition: object, code: int = errno.EINVAL) -> None:
    """Raise OSError unless the condition holds."""
    if not condition:
        raise OSError(code, "refused")


def set_blocksize(board: Board, channel: Channel, argument: bytes) -> Result:
    size = number(argument)
    need(abi.BLOCK_LEAST <= size <= abi.BLOCK_MOST)
    channel.resize(size, channel.buffers)
    return None


def set_bufinfo(board: Board, channel: Channel, argument: bytes) -> Result:
    policy, _, count, size, _, _ = abi.BUFFERINFO.unpack(argument)
    need(abi.BLOCK_LEAST <= size <= abi.BLOCK_MOST and size * count <= abi.BUFFER_SPACE)
    channel.policy = policy & 3
    channel.resize(size, count)
    channel.stalled = channel.policy != abi.POLICY_IMMEDIATE
    return None


def get_bufinfo(board: Board, channel: Channel, argument: bytes) -> Result:
    return abi.BUFFERINFO.pack(channel.policy, abi.POLICY_IMMEDIATE, channel.buffers, channel.block, -1, -1)


def flush(board: Board, channel: Channel, argument: bytes) -> Result:
    """The server empties the sockets; the bits are read there again."""
    what = number(argument)
    if what & abi.FLUSH_READ:
        channel.renew()
    if what & abi.FLUSH_EVENT:
        channel.events.clear()
    return None


def get_event(board: Board, channel: Channel, argument: bytes) -> Result:
    return abi.INT.pack(channel.events.popleft() if channel.events else abi.EV_NONE)


def iomux(board: Board, channel: Channel, argument: bytes) -> Result:
    """The preload waits by itself; only this much is the channel's: who waits for empty wants it to be sent."""
    if number(argument) & abi.MUX_WRITEEMPTY:
        channel.stalled = False
    return None


def audio_mode(board: Board, channel: Channel, argument: bytes) -> Result:
    need(channel.sigtype == abi.SIG_CLEAR)
    channel.audio = bool(number(argument))
    if not channel.audio:
        channel.confmode, channel.confno, channel.confmute = abi.CONF_NORMAL, 0, 0
        channel.rx_gain = channel.tx_gain = IDENTITY
        channel.echo_taps = 0
    return None


def data_mode(board: Board, channel: Channel, argument: bytes) -> Result:
    """HDLC is not carried by the office's analog cards; switching it off is harmless."""
    need(channel.sigtype == abi.SIG_CLEAR)
    need(not number(argument), errno.ENOSYS)
    return None


def set_law(board: Board, channel: Channel, argument: bytes) -> Result:
    law = number(argument)
    need(abi.LAW_DEFAULT <= law <= abi.LAW_ALAW)
    channel.law = {abi.LAW_MULAW: "mulaw", abi.LAW_ALAW: "alaw"}.get(law, channel.default_law)  # type: ignore[assignment]
    return None


def set_linear(board: Board, channel: Channel, argument: bytes) -> Result:
    need(channel.audio)
    linear = bool(number(argument))
    if linear != channel.linear:
        channel.linear = linear
        channel.renew()
    return None


def echo_cancel(board: Board, channel: Channel, argument: bytes) -> Result:
    """Accepted: the office's port cancels nothing, as a card without a canceller would."""
    need(channel.audio)
    taps = number(argument)
    channel.echo_taps = taps if taps in (0, 32, 64, 128, 256, 512, 1024) else 128
    return None


def with_canceller(board: Board, channel: Channel, argument: bytes) -> Result:
    need(channel.echo_taps)
    return None


def set_conf_mute(board: Board, channel: Channel, argument: bytes) -> Result:
    need(channel.audio)
    channel.confmute = number(argument)
    return None


def get_conf_mute(board: Board, channel: Channel, argument: bytes) -> Result:
    need(channel.audio)
    return abi.INT.pack(channel.confmute)


def hook(board: Board, channel: Channel, argument: bytes) -> Result:
    """Raises OSError EINPROGRESS where the hook is busy for a while: the program waits, or not (O_NONBLOCK)."""
    need(channel.sigtype not in (abi.SIG_CLEAR, abi.SIG_CAS))
    channel.stop_sound()
    match number(argument):
        case abi.ONHOOK | abi.RINGOFF:
            channel.hang_up(board.now)
        case abi.OFFHOOK:
            channel.seize(board.now)
        case abi.START | abi.RING:
            need(channel.zone is not None, errno.ENODATA)
            need(not channel.off_hook, errno.EBUSY)
            channel.seize(board.now)
            raise OSError(errno.EINPROGRESS, "starting")
        case abi.FLASH:
            need(channel.off_hook and channel.busy_until <= board.now, errno.EBUSY)
            channel.flash(board.now)
            raise OSError(errno.EINPROGRESS, "flashing")
        case abi.WINK:
            need(not channel.off_hook, errno.EBUSY)
            raise OSError(errno.EINPROGRESS, "winking")
        case _:
            need(False)
    return None


def set_tone_zone(board: Board, channel: Channel, argument: bytes) -> Result:
    zone = number(argument)
    zone = board.zone if zone == -1 and board.zone is not None else zone
    need(zone in board.zones, errno.ENODATA)
    channel.zone, channel.plan = zone, board.zones[zone]
    return None


def set_sigfreeze(board: Board, channel: Channel, argument: bytes) -> Result:
    channel.sigfreeze = bool(number(argument))
    return None


def buffer_events(board: Board, channel: Channel, argument: bytes) -> Result:
    channel.buffer_events = bool(number(argument))
    return None


COMMON: dict[str, Handler] = {
    "GET_PARAMS": parameters.get_params,
    "GET_PARAMS_V1": parameters.get_params,
    "SET_PARAMS": parameters.set_params,
    "GETGAINS": parameters.get_gains,
    "GETGAINS_V1": parameters.get_gains,
    "SETGAINS": parameters.set_gains,
    "SPANSTAT": parameters.span_stat,
    "CHANDIAG": parameters.diagnose,
    "CHANDIAG_V1": parameters.diagnose,
}

PSEUDO: dict[str, Handler] = COMMON | {
    "DIALING": gives(lambda c: int(bool(c.sounder and c.sounder.dialling))),
    "DIAL": dial,
    "SENDTONE": send_tone,
    "GET_BUFINFO": get_bufinfo,
    "SET_BUFINFO": set_bufinfo,
    "GET_BLOCKSIZE": gives(lambda c: c.block),
    "SET_BLOCKSIZE": set_blocksize,
    "FLUSH": flush,
    "IOMUX": iomux,
    "GETEVENT": get_event,
    "CONFMUTE": set_conf_mute,
    "GETCONFMUTE": get_conf_mute,
    "SETTONEZONE": set_tone_zone,
    "GETTONEZONE": gives(lambda c: c.zone or 0),
    "GETCONF": parameters.get_conf,
    "GETCONF_V1": parameters.get_conf,
    "SETCONF": parameters.set_conf,
    "SETCONF_V1": parameters.set_conf,
    "CONFDIAG": accept,
    "CHANNO": gives(lambda c: c.number),
    "SETLAW": set_law,
    "SETLINEAR": set_linear,
    "SETCADENCE": accept,
}

CHANNEL: dict[str, Handler] = PSEUDO | {
    "SETSIGFREEZE": set_sigfreeze,
    "GETSIGFREEZE": gives(lambda c: int(c.sigfreeze)),
    "AUDIOMODE": audio_mode,
    "HDLCPPP": data_mode,
    "HDLCRAWMODE": data_mode,
    "HDLCFCSMODE": data_mode,
    "HDLC_RATE": accept,
    "ECHOCANCEL": echo_cancel,
    "ECHOCANCEL_PARAMS": echo_cancel,
    "ECHOTRAIN": with_canceller,
    "ECHOCANCEL_FAX_MODE": with_canceller,
    "SETTXBITS": refuse(errno.EINVAL),
    "GETRXBITS": gives(lambda c: c.hook_signal),
    "LOOPBACK": accept,
    "HOOK": hook,
    "BUFFER_EVENTS": buffer_events,
}

CONTROL = COMMON | configuring.HANDLERS


def answer(
    table: Mapping[str, Callable[[Board, Any, bytes], Result]],
    board: Board,
    channel: Channel | None,
    cmd: int,
    argument: bytes,
) -> bytes:
    """The new contents of the argument. channel: None on the control device.

    Raises OSError: ENOTTY for an ioctl that the device does not know.
    """
    known = table.get(NAMES.get(cmd, ""))
    if known is None:
        raise OSError(errno.ENOTTY, f"ioctl {cmd:#x}")
    return known(board, channel, argument) or b""
