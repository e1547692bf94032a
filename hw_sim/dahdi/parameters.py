"""What channels and spans tell of themselves, and may be told: parameters, gains, monitoring, span status."""

from __future__ import annotations

import errno
import struct
from dataclasses import astuple

from hw_sim.dahdi import abi
from hw_sim.dahdi.board import Board
from hw_sim.dahdi.channel import IDENTITY, Channel, Times

MONITORS = (
    abi.CONF_MONITOR,
    abi.CONF_MONITORTX,
    abi.CONF_MONITORBOTH,
    abi.CONF_DIGITALMON,
    abi.CONF_MONITOR_RX_PREECHO,
    abi.CONF_MONITOR_TX_PREECHO,
    abi.CONF_MONITORBOTH_PREECHO,
)


def pick(board: Board, channel: Channel | None, number: int) -> Channel:
    """The channel of the descriptor; on the control device, the one the argument names. Raises OSError EINVAL."""
    return channel if channel is not None else board.channel(number)


def get_params(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    """struct dahdi_params."""
    asked = abi.INT.unpack_from(argument)[0]
    chosen = pick(board, channel, asked & ~abi.RETURN_MASTER)
    master = chosen.number & 0xFFFF if asked & abi.RETURN_MASTER else 0
    shown = abi.INT.unpack(struct.pack("<I", chosen.number | master << 16))[0]  # a pseudo channel's number wraps round
    port = chosen.port
    hooks = (int(chosen.off_hook), chosen.hook_signal) if port and chosen.sigtype != abi.SIG_CLEAR else (-1, -1)
    return abi.PARAMS.pack(
        shown,
        port.span if port else 0,
        port.position if port else chosen.number - abi.FIRST_PSEUDO + 1,
        chosen.sigtype,
        port.sigcap if port else abi.SIG_CLEAR,
        int(port is not None and chosen.hook_signal != abi.RX_ONHOOK),
        -1,  # rxbits and txbits: no robbed bits on an analog card
        -1,
        *hooks,
        abi.LAW_ALAW if chosen.law == "alaw" else abi.LAW_MULAW,
        0,
        chosen.name.encode(),
        *astuple(chosen.times),
        abi.ALARM_RED if chosen.alarmed else abi.ALARM_NONE,
    )


def set_params(board: Board, channel: Channel | None, argument: bytes) -> None:
    """Hook times only, as the kernel driver does."""
    fields = abi.PARAMS.unpack(argument)
    pick(board, channel, fields[0]).times = Times(*fields[13:24])


def get_gains(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    """struct dahdi_gains: tables on law codes."""
    chosen = _audio(board, channel, abi.INT.unpack_from(argument)[0])
    return abi.GAINS.pack(chosen.number, chosen.rx_gain, chosen.tx_gain)


def set_gains(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    """Raises OSError EINVAL on a channel that carries no audio."""
    number, rx, tx = abi.GAINS.unpack(argument)
    chosen = _audio(board, channel, number)
    chosen.rx_gain = IDENTITY if rx == IDENTITY else rx
    chosen.tx_gain = IDENTITY if tx == IDENTITY else tx
    return abi.GAINS.pack(chosen.number, rx, tx)


def get_conf(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    """struct dahdi_confinfo."""
    chosen = _audio(board, channel, abi.CONFINFO.unpack(argument)[0])
    return abi.CONFINFO.pack(chosen.number, chosen.confno, chosen.confmode)


def set_conf(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    """Monitoring another channel. Raises OSError ENOSYS for conferences: the office mixes none."""
    number, confno, mode = abi.CONFINFO.unpack(argument)
    chosen = _audio(board, channel, number)
    if bool(confno) != bool(mode):
        raise OSError(errno.EINVAL, "a conference and its mode belong together")
    if mode and (mode & 0xFF) not in MONITORS:
        raise OSError(errno.ENOSYS, "the office mixes no conferences")
    if mode:
        board.channel(confno)
    chosen.confno, chosen.confmode = confno, mode & 0xFF
    return abi.CONFINFO.pack(chosen.number, confno, mode)


def _audio(board: Board, channel: Channel | None, number: int) -> Channel:
    """Here the argument's channel wins over the descriptor's."""
    chosen = board.channel(number) if number else channel
    if chosen is None or not chosen.audio:
        raise OSError(errno.EINVAL, "no audio channel")
    return chosen


def span_stat(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    """struct dahdi_spaninfo, 314 bytes."""
    number = abi.INT.unpack_from(argument)[0]
    if not number:
        number = channel.port.span if channel and channel.port else 0
    span = board.span(number)
    channels = [board.channels[port.channel] for port in span.ports]
    alarms = abi.ALARM_RED if all(c.alarmed for c in channels) else abi.ALARM_NONE
    configured = sum(1 for c in channels if c.sigtype)
    totals = (0, 0, configured, len(channels), len(board.spans), 0, 0)
    return abi.SPANINFO.pack(
        span.number,
        span.name.encode()[:19],
        span.description.encode()[:39],
        *(alarms, 0, 0, 0, 0, 0, 0),
        *(0, 0, 0, 0, 0),
        *totals,
        b"0 db (CSU)/0-133 feet (DSX-1)",
        span.location.encode()[:39],
        span.manufacturer.encode()[:39],
        span.device.encode()[:39],
        0,
        0,
        span.kind.encode()[:5],
    )


def diagnose(board: Board, channel: Channel | None, argument: bytes) -> None:
    """The kernel writes to its log; here it is enough that the channel exists."""
    board.channel(abi.INT.unpack_from(argument)[0])
