"""A caller ID message in a capture of a line, whichever of the two modulations it came in.

First the beginning of a message is looked for, then its characters are followed, then every bit is weighed with its
neighbours, and at last it is asked what they can mean. Of the two modulations that one is heard which fits better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsp.caller_id.message import TYPES, Message
from dsp.caller_id.repair import judge
from dsp.caller_id.signal import MODULATIONS, FskKind
from dsp.fsk.baseband import BIT, Capture, Complex, Float64, sides, tilt_of
from dsp.fsk.framing import BITS, divide
from dsp.fsk.likelihood import FINER, Bits, SoftBits, weigh
from dsp.fsk.track import Steps, beginnings, follow
from dsp.receiver import Float32

_LEAST_SNR = 3.0
"""dB. Speech fits worse; below this nothing is read. Above it something was sent, whether it could be read or not."""
_HOPELESS = 1.5
_GLANCE = 8
"""dB, and characters: where the first ones fit worse than that, the rest is not looked at. Noise in the band of
FSK may look like a beginning anywhere, and goes on for as long as it likes; a message can be read from 6 dB on.
"""
_MARGIN = 160
_MOST_BITS = 3000
"""The longest message has 2580, and some rest between its characters."""


@dataclass(frozen=True, slots=True)
class Found:
    """A transmission. message: None if it could not be read, and `why`. gap: see `dsp.caller_id.repair`.

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
        first = follow(mark - space, start, _GLANCE)
        if first is None or not _is_promising(samples, first):
            continue
        steps = follow(mark - space, start)
        found = _read(capture, steps, mark, space) if steps is not None else None
        if found is not None and found.message is not None:
            return found
        if found is not None and (refused is None or found.snr > refused.snr):
            refused = found
    return refused


def _read(capture: Capture, steps: Steps, mark: Float64, space: Float64) -> Found | None:
    first, end = max(int(steps.starts[0]), 0), int(steps.starts[-1] + BITS * BIT)
    envelope = capture.envelope(FINER, tilt_of(mark[first:end], space[first:end]))
    kind, heard = _heard(envelope, Bits(_centres(steps, capture.length), steps.bit, round((end - first) / steps.bit)))
    if heard.snr < _LEAST_SNR:
        return None
    likelihood = heard.likelihood
    if steps.steady:
        likelihood = likelihood[divide(likelihood)[:, None] + np.arange(BITS)]
    verdict = judge(likelihood)
    return Found(verdict.message, kind, verdict.why, heard.snr, verdict.gap, verdict.wrong, verdict.data, end)


def _is_promising(samples: Float32, steps: Steps) -> bool:
    """Do the first characters, looked at alone, sound like FSK?"""
    first, end = max(int(steps.starts[0]) - _MARGIN, 0), int(steps.starts[-1] + BITS * steps.bit)
    glance = Capture(samples[first : end + _MARGIN])
    envelope = glance.envelope(FINER, tilt_of(*sides(glance.envelope())))
    centres = _centres(steps, end) - first
    return _heard(envelope, Bits(centres, steps.bit, centres.size))[1].snr > _HOPELESS


def _heard(envelope: Complex, bits: Bits) -> tuple[FskKind, SoftBits]:
    """The bits as the modulation that fits better."""
    heard = {kind: weigh(envelope, modulation, bits) for kind, modulation in MODULATIONS.items()}
    kind = max(heard, key=lambda one: heard[one].snr)
    return kind, heard[kind]


def _centres(steps: Steps, length: int) -> Float64:
    """The middles of all bits: in a row as long as the capture lasts, or (characters, BITS) where clocks differ."""
    if not steps.steady:
        return np.asarray(steps.starts[:, None] + (np.arange(BITS) + 0.5) * steps.bit)
    count = min(int((length - steps.starts[0]) / steps.bit), _MOST_BITS)
    return np.asarray(steps.starts[0] + (np.arange(count) + 0.5) * steps.bit)
