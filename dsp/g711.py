"""A-law and mu-law, both ways (ITU-T G.711), bit-exact, by table.

The tables follow the arithmetic of the ITU-T software tool library (G.191), which rounds towards the code whose
interval holds the sample; decoded values are scaled to 16 bits.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import Int16

Law = Literal["alaw", "mulaw"]
Codes = NDArray[np.uint8]

_MULAW_BIAS = 33
_MULAW_CLIP = 0x1FFF


def decode(codes: Codes, law: Law = "alaw", out: Int16 | None = None) -> Int16:
    """uint8 codes of any shape to int16 samples of the same shape."""
    table = DECODE[_known(law)]
    return np.take(table, codes) if out is None else np.take(table, codes, mode="clip", out=out)


def encode(samples: Int16, law: Law = "alaw", out: Codes | None = None) -> Codes:
    """int16 samples of any shape to uint8 codes of the same shape. Raises ValueError for another type of sample."""
    if samples.dtype != np.int16:
        raise ValueError(f"G.711 encodes int16 samples, not {samples.dtype} (levels.saturate makes them)")
    index = np.ascontiguousarray(samples).view(np.uint16)
    table = ENCODE[_known(law)]
    return np.take(table, index) if out is None else np.take(table, index, mode="clip", out=out)


def silence(law: Law) -> int:
    """The code that an idle line carries."""
    return 0xD5 if _known(law) == "alaw" else 0xFF


def _known(law: Law) -> Law:
    if law == "alaw" or law == "mulaw":
        return law
    raise ValueError(f"unknown law {law!r}: alaw or mulaw")


def _alaw_decode() -> Int16:
    code = np.arange(256) ^ 0x55
    segment, step = (code >> 4) & 7, code & 15
    magnitude = np.where(segment == 0, 2 * step + 1, (2 * step + 33) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude << 3, -(magnitude << 3)).astype(np.int16)


def _mulaw_decode() -> Int16:
    code = ~np.arange(256) & 0xFF
    segment, step = (code >> 4) & 7, code & 15
    magnitude = ((2 * step + _MULAW_BIAS) << segment) - _MULAW_BIAS
    return np.where(code & 0x80, -(magnitude << 2), magnitude << 2).astype(np.int16)


def _segment(magnitude: NDArray[np.int64], first: int) -> NDArray[np.int64]:
    """How many times a magnitude can be halved before it is below `first`."""
    return np.asarray(np.sum([magnitude >= first << k for k in range(8)], axis=0))


def _every_sample() -> NDArray[np.int64]:
    """All int16 values, in the order of their bit patterns."""
    return np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int64)


def _alaw_encode() -> Codes:
    x = _every_sample()
    magnitude = np.where(x < 0, ~x, x) >> 4
    exponent = _segment(magnitude, 32)
    coded = np.where(magnitude > 15, (magnitude >> exponent) - 16 + ((exponent + 1) << 4), magnitude)
    return np.asarray((coded | np.where(x >= 0, 0x80, 0)) ^ 0x55, np.uint8)


def _mulaw_encode() -> Codes:
    x = _every_sample()
    magnitude = np.minimum((np.where(x < 0, ~x, x) >> 2) + _MULAW_BIAS, _MULAW_CLIP)
    segment = _segment(magnitude, 64)
    coded = (segment << 4) | ((magnitude >> (segment + 1)) & 15)
    return np.asarray(~(coded | np.where(x < 0, 0x80, 0)) & 0xFF, np.uint8)


DECODE: dict[Law, Int16] = {"alaw": _alaw_decode(), "mulaw": _mulaw_decode()}
"""256 int16 values by code."""

ENCODE: dict[Law, Codes] = {"alaw": _alaw_encode(), "mulaw": _mulaw_encode()}
"""65536 codes by the bit pattern of an int16 sample."""
