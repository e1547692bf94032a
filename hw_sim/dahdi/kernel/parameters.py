"""What channels tell of themselves, and may be told: parameters and gains."""

from __future__ import annotations

import errno
import struct
from dataclasses import astuple

from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.channel import IDENTITY, Channel
from hw_sim.dahdi.kernel.hook_sender import Times


def pick(board: Board, channel: Channel | None, number: int) -> Channel:
    """The channel of the descriptor; on the control device, the one the argument names. Raises OSError EINVAL."""
    return channel if channel is not None else board.channel(number)


def get_params(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    """struct dahdi_params."""
    asked = abi.INT.unpack_from(argument)[0]
    chosen = pick(board, channel, asked & ~abi.RETURN_MASTER)
    master = (chosen.master or chosen).number & 0xFFFF if asked & abi.RETURN_MASTER else 0
    shown = abi.INT.unpack(struct.pack("<I", chosen.number | master << 16))[0]  # a pseudo channel's number wraps round
    port = chosen.port
    return abi.PARAMS.pack(
        shown,
        port.span if port else 0,
        port.position if port else chosen.number - abi.FIRST_PSEUDO + 1,
        chosen.sigtype,
        port.sigcap if port else abi.SIG_CLEAR,
        int(_is_off_hook(chosen)),
        *_bits(chosen)[:2],
        *_hooks(chosen),
        abi.LAW_ALAW if chosen.law == "alaw" else abi.LAW_MULAW,
        _bits(chosen)[2],
        chosen.name.encode()[:39],
        *astuple(chosen.times),
        chosen.alarms,
    )


def _is_off_hook(channel: Channel) -> bool:
    """Is the far end in any other state than idle?"""
    if channel.pseudo:
        return False
    if channel.digital and not channel.clear:
        mask, values = channel.idle()
        return (channel.wire.rx_bits & mask) != values
    return channel.signaller.rx not in (abi.RX_ONHOOK, abi.RX_INITIAL)


def _bits(channel: Channel) -> tuple[int, int, int]:
    """rxbits, txbits, idlebits: of timeslots with signalling."""
    if not channel.digital or channel.sigtype & abi.SIG_CLEAR:
        return -1, -1, 0
    return channel.wire.rx_bits, channel.wire.tx_bits, channel.idle_bits


def _hooks(channel: Channel) -> tuple[int, int]:
    """txhooksig, rxhooksig."""
    if channel.pseudo or channel.sigtype & abi.SIG_CLEAR:
        return -1, -1
    return int(channel.signaller.tx), channel.signaller.rx


def set_params(board: Board, channel: Channel | None, argument: bytes) -> None:
    """Hook times only, as the kernel driver does."""
    fields = abi.PARAMS.unpack(argument)
    chosen = pick(board, channel, fields[0])
    chosen.signaller.times = Times(*fields[13:24])
    if chosen.zone is None:
        chosen.ring_with(None)


def get_gains(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    """struct dahdi_gains: tables on law codes."""
    chosen = audio(board, channel, abi.INT.unpack_from(argument)[0])
    return abi.GAINS.pack(chosen.number, chosen.rx_gain, chosen.tx_gain)


def set_gains(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    """Raises OSError EINVAL on a channel that carries no audio."""
    number, rx, tx = abi.GAINS.unpack(argument)
    chosen = audio(board, channel, number)
    chosen.rx_gain = IDENTITY if rx == IDENTITY else rx
    chosen.tx_gain = IDENTITY if tx == IDENTITY else tx
    return abi.GAINS.pack(chosen.number, rx, tx)


def audio(board: Board, channel: Channel | None, number: int) -> Channel:
    """Here the argument's channel wins over the descriptor's. Raises OSError EINVAL."""
    chosen = board.channel(number) if number else channel
    if chosen is None or not chosen.audio:
        raise OSError(errno.EINVAL, "no audio channel")
    return chosen


def diagnose(board: Board, channel: Channel | None, argument: bytes) -> None:
    """The kernel writes to its log; here it is enough that the channel exists."""
    board.channel(abi.INT.unpack_from(argument)[0])


HANDLERS = {
    "GET_PARAMS": get_params,
    "GET_PARAMS_V1": get_params,
    "SET_PARAMS": set_params,
    "GETGAINS": get_gains,
    "GETGAINS_V1": get_gains,
    "SETGAINS": set_gains,
    "CHANDIAG": diagnose,
    "CHANDIAG_V1": diagnose,
}
