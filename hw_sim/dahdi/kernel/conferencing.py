"""SETCONF and its like: who is in which conference. The mixing is in `conferences`."""

from __future__ import annotations

import errno

from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.board import MONITORS, Board
from hw_sim.dahdi.kernel.channel import Channel
from hw_sim.dahdi.kernel.conferences import MIXES
from hw_sim.dahdi.kernel.parameters import audio


def get_conf(board: Board, channel: Channel, argument: bytes) -> bytes:
    """struct dahdi_confinfo. Raises OSError EINVAL without audio."""
    chosen = audio(board, channel, abi.CONFINFO.unpack(argument)[0])
    return abi.CONFINFO.pack(chosen.number, chosen.confno, chosen.confmode)


def set_conf(board: Board, channel: Channel, argument: bytes) -> bytes:
    """Into a conference, out of it, or listening to another channel; conference -1 is one that nobody is in.

    Raises OSError EINVAL without audio, for a conference without a mode or the other way round, for a number that is
    none; EBUSY when all conferences are taken.
    """
    number, confno, mode = abi.CONFINFO.unpack(argument)
    chosen = audio(board, channel, number)
    if mode & abi.CONF_MODE in MONITORS:
        board.channel(confno)
    elif not -1 <= confno <= abi.CONF_MOST:
        raise OSError(errno.EINVAL, "no such conference")
    if bool(confno) != bool(mode):
        raise OSError(errno.EINVAL, "a conference and its mode belong together")
    confno = _empty(board) if confno == -1 else confno
    chosen.confno, chosen.confmode = confno, mode
    return abi.CONFINFO.pack(chosen.number, confno, mode)


def _empty(board: Board) -> int:
    """The kernel driver takes them from the top."""
    taken = {c.confno for c in board.channels.values() if c.confmode & abi.CONF_MODE in MIXES}
    found = next((n for n in range(abi.CONF_MOST - 1, 0, -1) if n not in taken), 0)
    if not found:
        raise OSError(errno.EBUSY, "all conferences are taken")
    return found


def set_mute(board: Board, channel: Channel, argument: bytes) -> None:
    """CONFMUTE. Raises OSError EINVAL without audio."""
    audio(board, channel, 0).confmute = abi.INT.unpack_from(argument)[0]


def get_mute(board: Board, channel: Channel, argument: bytes) -> bytes:
    """GETCONFMUTE. Raises OSError EINVAL without audio."""
    return abi.INT.pack(audio(board, channel, 0).confmute)


def diagnose(board: Board, channel: Channel, argument: bytes) -> None:
    """The kernel writes to its log. Raises OSError EINVAL without audio."""
    audio(board, channel, 0)


HANDLERS = {
    "CONFMUTE": set_mute,
    "GETCONFMUTE": get_mute,
    "GETCONF": get_conf,
    "GETCONF_V1": get_conf,
    "SETCONF": set_conf,
    "SETCONF_V1": set_conf,
    "CONFDIAG": diagnose,
    "CONFDIAG_V1": diagnose,
}
