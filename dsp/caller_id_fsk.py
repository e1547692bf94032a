"""A caller ID message in a capture of a line, whichever of the two modulations it came in.

First the beginning of a message is looked for, then its characters are followed, then every bit is weighed with its
neighbours, and at last it is asked what they can mean. Of the two modulations that one is heard which fits better.
"""

from __future__ import annotations

from dataclasses import dataclass

from dsp.caller_id_message import TYPES, Message
from dsp.caller_id_repair import Verdict, judge
from dsp.caller_id_signal import MODULATIONS, FskKind
from dsp.fsk_baseband import BIT, Capture, Float64, sides, tilt_of
from dsp.fsk_likelihood import FINER, SoftBits, weigh
from dsp.fsk_track import Steps, beginnings, follow
from dsp.receiver import Float32

_LEAST_SNR = 3.0
"""dB. Speech fits worse; below this nothing is read. Above it something was sent, whether it could be read or not."""


@dataclass(frozen=True, slots=True)
class Found:
    """A transmission. message: None if it could not be read, and `why`. gap: see `dsp.caller_id_repair`.

    wrong: bits that were put right. end: sample of the capture at which it ended.
    """

    message: Message | None
    kind: FskKind
    why: str
    snr: float
    gap: float
    wrong: int
    data: bytes
    end: int


def find(samples: Float32) -> Found | None:
    """The message in a capture (one row), else the transmission that could not be read, else None."""
    capture = Capture(samples)
    mark, space = sides(capture.envelope())
    refused: Found | None = None
    for start in beginnings(mark - space, TYPES):
        steps = follow(mark - space, start)
        found = _read(capture, steps, mark, space) if steps is not None else None
        if found is not None and found.message is not None:
            return found
        if found is not None and (refused is None or found.snr > refused.snr):
            refused = found
    return refused


def _read(capture: Capture, steps: Steps, mark: Float64, space: Float64) -> Found | None:
    first, end = max(int(steps.starts[0]), 0), int(steps.starts[-1] + 10 * BIT)
    envelope = capture.envelope(FINER, tilt_of(mark[first:end], space[first:end]))
    heard = {kind: weigh(envelope, modulation, steps) for kind, modulation in MODULATIONS.items()}
    kind = max(heard, key=lambda one: heard[one].snr)
    if heard[kind].snr < _LEAST_SNR:
        return None
    return _found(judge(heard[kind].likelihood), kind, heard[kind], end)


def _found(verdict: Verdict, kind: FskKind, heard: SoftBits, end: int) -> Found:
    return Found(verdict.message, kind, verdict.why, heard.snr, verdict.gap, verdict.wrong, verdict.data, end)
