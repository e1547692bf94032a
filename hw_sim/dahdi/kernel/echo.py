"""Echo cancellers as programs switch them: accepted, and nothing is cancelled, as by a canceller that finds no echo."""

from __future__ import annotations

import errno

from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.channel import Channel

TAPS = (0, 32, 64, 128, 256, 512, 1024)
DEFAULT_TAPS = 64
PARAMETERS = 8
LONGEST_TRAINING = 1000
"""ms."""


def _need(condition: object, code: int = errno.EINVAL) -> None:
    if not condition:
        raise OSError(code, "refused")


def cancel(board: Board, channel: Channel, argument: bytes) -> None:
    """Accepted: the office's port cancels nothing, as a card without a canceller would."""
    _need(channel.audio)
    taps = abi.INT.unpack_from(argument)[0]
    channel.echo_taps = taps if taps in TAPS else DEFAULT_TAPS


def cancel_with(board: Board, channel: Channel, argument: bytes) -> None:
    """Raises OSError E2BIG for more parameters than there may be, EINVAL for one that the canceller has not."""
    _need(channel.audio)
    _need(argument, errno.EFAULT)
    taps, count = abi.ECHOCAN_PARAMS.unpack_from(argument)
    _need(count <= PARAMETERS, errno.E2BIG)
    _need(not (taps and count and channel.canceller))  # the cancellers that dahdi_cfg can attach know no parameters
    cancel(board, channel, argument)


def cancels(channel: Channel) -> bool:
    """Only a canceller that dahdi_cfg has attached is ever switched on."""
    return bool(channel.canceller and channel.echo_taps)


def train(board: Board, channel: Channel, argument: bytes) -> None:
    _need(0 <= abi.INT.unpack_from(argument)[0] < LONGEST_TRAINING and cancels(channel))


def fax_mode(board: Board, channel: Channel, argument: bytes) -> None:
    _need(cancels(channel))


HANDLERS = {
    "ECHOCANCEL": cancel,
    "ECHOCANCEL_PARAMS": cancel_with,
    "ECHOTRAIN": train,
    "ECHOCANCEL_FAX_MODE": fax_mode,
}
