"""When a DTMF key began, and whether it came as keys come: at once.

A key's generator is at its level within 7 ms (ETSI ES 201 235-2). What swells or glides until it happens to be a pair
of tones - voices, whistles, held notes - was there before, and is told by that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import Index
from dsp.dtmf.check import FREQUENCIES, SPAN, Candidates, Fits, Float64, fit
from dsp.dtmf.samples import Samples
from dsp.receiver import RATE, Float32

_STEP, _BACK, _LOCAL = 4, 60, 40
"""The beginning of a key is looked for in steps of so many samples, so many steps before its span, _LOCAL at a time."""
_WITHIN = 20
"""Steps, 10 ms, within which a key comes."""
_RISE = (0.5, 0.85)
"""How much of it must come within these; and how much where what else is heard is more than _NOISY of the weaker tone.
"""
_NOISY = 0.8
_DROWNS = 0.35
"""Where something else was as loud as this, relative to both tones, they may have come earlier, drowned in it."""


def began(samples: Samples, lines: Index, ends: Index, fits: Fits) -> tuple[list[int], NDArray[np.bool_]]:
    """The first samples of keys that were found in spans (n) of those lines, ending there; and which of them came as
    keys come.
    """
    count = SPAN // 2 + _STEP * _BACK
    turn, amplitude, phase = (
        x.astype(np.float32)[..., None]
        for x in (2 * np.pi / RATE * FREQUENCIES[fits.key] * (1 + fits.offset), fits.amplitude, fits.phase)
    )
    angle = turn * (np.arange(-count, 0, dtype=np.float32) + np.float32(0.5))
    angle += phase
    np.cos(angle, out=angle)
    angle *= amplitude
    made = angle[:, 0] + angle[:, 1]
    heard = samples.gather(lines, ends - SPAN // 2, count)
    part, whole = (_steps(x) for x in (heard * made, made * made))
    apart = _LOCAL // _STEP
    there = (part[:, apart:] - part[:, :-apart]) / np.maximum(whole[:, apart:] - whole[:, :-apart], 1e-9)
    rise = (there[:, : -_WITHIN - 1] - there[:, _WITHIN:-1]).max(axis=1)
    noisy = fits.rest > _NOISY * fits.amplitude.min(axis=1)
    came = rise >= np.where(noisy, _RISE[1], _RISE[0])
    unclear = (~came & ~noisy).nonzero()[0]
    if len(unclear):
        came[unclear] = _drowned(
            samples.gather(lines[unclear], ends[unclear] - SPAN, SPAN), fits.some(unclear.tolist())
        )
    there[:, -1] = 0
    gone = np.maximum((there < 0.5).argmax(axis=1), 1)
    rows = np.arange(len(there))
    before, after = there[rows, gone - 1], there[rows, gone]
    steps = gone - 1 + np.clip((before - 0.5) / np.maximum(before - after, 1e-6), 0, 1)
    first = np.rint(ends - SPAN // 2 - _LOCAL // 2 - _STEP * steps)
    return [int(at) for at in np.maximum(first, 0)], came


def _drowned(heard: Float32, fits: Fits) -> NDArray[np.bool_]:
    """Was so much else heard in the spans (n, SPAN) before that the tones may have come in that?"""
    before = fit(Candidates(np.arange(len(heard)), fits.key, heard, fits.offset))
    return np.asarray(before.rest > _DROWNS * np.hypot(fits.amplitude[:, 0], fits.amplitude[:, 1]))


def _steps(x: Float32) -> Float64:
    """Sums over the last 0, 1, 2 ... steps of each row (n, samples) but the first."""
    each = np.zeros((len(x), x.shape[1] // _STEP))
    for i in range(_STEP):
        each[:, 1:] += x[:, : _STEP - 1 : -1][:, i::_STEP]
    return np.asarray(np.cumsum(each, axis=1))
