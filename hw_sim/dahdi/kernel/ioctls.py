"""The table of ioctls: number -> function on bytes. Sans-I/O; a refusal is an OSError, as the kernel driver gives it.

A function takes the board, the channel (of the descriptor) and the argument struct, and gives back the struct's new
contents, or nothing. `control` is for /dev/dahdi/ctl, `channel` for a channel, `pseudo` for a channel without a line.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from typing import Any

from hw_sim.dahdi.kernel import abi, conferencing, configuring, echo, parameters, span_ioctls
from hw_sim.dahdi.kernel.arguments import LOOKED_AT, NAMES
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.channel import IDENTITY, Channel, Hdlc
from hw_sim.dahdi.kernel.dialling import dial, send_tone

Result = bytes | None
Handler = Callable[[Board, Channel, bytes], Result]


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
    """For bare clear channels. Out of audio, conference, gains and canceller are gone; into it, HDLC."""
    need(channel.sigtype == abi.SIG_CLEAR)
    channel.audio = bool(number(argument))
    if channel.audio:
        channel.carry("")
    else:
        channel.leave_conference()
        channel.confmute = 0
        channel.rx_gain = channel.tx_gain = IDENTITY
        channel.echo_taps = 0
    return None


def hdlc_mode(mode: Hdlc) -> Handler:
    """HDLCRAWMODE and HDLCFCSMODE, on or off; either way there is no audio any more."""

    def set_mode(board: Board, channel: Channel, argument: bytes) -> Result:
        need(channel.sigtype == abi.SIG_CLEAR)
        channel.audio = False
        channel.carry(mode if number(argument) else "")
        return None

    return set_mode


def hdlc_rate(board: Board, channel: Channel, argument: bytes) -> Result:
    channel.hdlc_rate = 56 if number(argument) == 56 else 64
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


def hook(board: Board, channel: Channel, argument: bytes) -> Result:
    """Raises OSError EINPROGRESS where the hook is busy for a while: the program waits, or not (O_NONBLOCK)."""
    need(channel.hooked)
    channel.stop_sound()
    signaller, now = channel.signaller, board.now
    what = number(argument)
    match what:
        case abi.ONHOOK:
            signaller.hang_up(now)
        case abi.OFFHOOK:
            signaller.seize(now)
        case abi.START | abi.RING:
            need(channel.zone is not None, errno.ENODATA)
            signaller.start(now)
        case abi.WINK:
            signaller.wink(now)
        case abi.FLASH:
            signaller.flash(now)
        case abi.RINGOFF:
            signaller.stop_ringing(now)
        case _:
            need(False)
    channel.settle(now)
    need(what in (abi.ONHOOK, abi.OFFHOOK, abi.RINGOFF), errno.EINPROGRESS)
    return None


def set_cadence(board: Board, channel: Channel, argument: bytes) -> Result:
    """Without one, the zone's again."""
    channel.ring_with(abi.RING_CADENCE.unpack(argument) if argument else None)
    return None


def set_tone_zone(board: Board, channel: Channel, argument: bytes) -> Result:
    asked = number(argument)
    zones = board.zones[:1] if asked == -1 and board.zones else [z for z in board.zones if z.number == asked & 0xFF]
    need(zones, errno.ENODATA)
    channel.take_zone(zones[0])
    return None


def set_sigfreeze(board: Board, channel: Channel, argument: bytes) -> Result:
    channel.signaller.frozen = bool(number(argument))
    channel.look(board.now)
    return None


def set_bits(board: Board, channel: Channel, argument: bytes) -> Result:
    need(channel.sigtype == abi.SIG_CAS)
    channel.send_bits(number(argument))
    return None


def loopback(board: Board, channel: Channel, argument: bytes) -> Result:
    channel.looped = bool(number(argument))
    return None


def buffer_events(board: Board, channel: Channel, argument: bytes) -> Result:
    channel.buffer_events = bool(number(argument))
    return None


COMMON: dict[str, Handler] = parameters.HANDLERS | span_ioctls.STATUS | {"CONFLINK": refuse(errno.ENOSYS)}

PSEUDO: dict[str, Handler] = (
    COMMON
    | conferencing.HANDLERS
    | {
        "DIALING": gives(lambda c: int(bool(c.sounder and c.sounder.dialling))),
        "DIAL": dial,
        "SENDTONE": send_tone,
        "GET_BUFINFO": get_bufinfo,
        "SET_BUFINFO": set_bufinfo,
        "GET_BLOCKSIZE": gives(lambda c: c.block),
        "SET_BLOCKSIZE": set_blocksize,
        "FLUSH": flush,
        "SYNC": accept,
        "IOMUX": iomux,
        "GETEVENT": get_event,
        "SETTONEZONE": set_tone_zone,
        "GETTONEZONE": gives(lambda c: c.zone.number if c.zone else 0),
        "CHANNO": gives(lambda c: c.number),
        "SETLAW": set_law,
        "SETLINEAR": set_linear,
        "SETCADENCE": set_cadence,
    }
)

CHANNEL: dict[str, Handler] = PSEUDO | {
    "SETSIGFREEZE": set_sigfreeze,
    "GETSIGFREEZE": gives(lambda c: int(c.signaller.frozen)),
    "AUDIOMODE": audio_mode,
    "HDLCPPP": refuse(errno.ENOSYS),
    "HDLCRAWMODE": hdlc_mode("raw"),
    "HDLCFCSMODE": hdlc_mode("fcs"),
    "HDLC_RATE": hdlc_rate,
    **echo.HANDLERS,
    "SETTXBITS": set_bits,
    "GETRXBITS": gives(lambda c: c.wire.rx_bits),
    "LOOPBACK": loopback,
    "HOOK": hook,
    "BUFFER_EVENTS": buffer_events,
}

CONTROL: dict[str, Callable[..., Result]] = {
    **COMMON,
    **configuring.HANDLERS,
    **span_ioctls.HANDLERS,
    "DYNAMIC_CREATE": refuse(errno.ENOSYS),
    "DYNAMIC_DESTROY": refuse(errno.ENOSYS),
}


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
    name = NAMES.get(cmd, "")
    known = table.get(name)
    if known is None:
        raise OSError(errno.ENOTTY, f"ioctl {cmd:#x}")
    if not argument and name in LOOKED_AT:
        raise OSError(errno.EFAULT, "no argument")
    return known(board, channel, argument) or b""
