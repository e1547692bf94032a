"""A caller ID message in a capture of a line, whichever of the two modulations it came in."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.caller_id_message import MDMF, SDMF, Message, decode
from dsp.caller_id_signal import MODULATIONS, FskKind
from dsp.fsk_demodulator import Reading, amount, read
from dsp.receiver import Float32

_LEAST_MARGIN = 0.15
"""Bits that are weaker than that beside the median may be wrong, and eight bits of checksum do not notice every pair of
wrong bits: rather no number than a wrong one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A message whose checksum holds, and the modulation it came in."""

    message: Message
    kind: FskKind


def find(samples: Float32) -> Found | None:
    """The message in a capture (one row), or None. Either modulation can be read as the other, if less surely."""
    for modulation in MODULATIONS.values():
        for reading in read(samples, modulation, _complete):
            message = decode(reading.data)
            if message is not None and reading.margin >= _LEAST_MARGIN:
                return Found(message, _kind(reading))
    return None


def _kind(reading: Reading) -> FskKind:
    """By the frequency of the mark before the message."""
    return max(MODULATIONS, key=lambda kind: amount(reading.mark, MODULATIONS[kind].mark))


def _complete(data: bytes) -> bool:
    """Is the message whole, or is it none?"""
    if data and data[0] not in (SDMF, MDMF):
        return True
    return len(data) >= 2 and len(data) >= data[1] + 3
