"""The message that the soft bits of a transmission mean, if there is only one that they can mean.

The checksum notices every single wrong bit but not every two; so a message whose bits are not all sure is compared
with the others that would have the right checksum as well. It is believed, corrected or not, if it is likelier than
the next by far: rather no number than a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from dsp.caller_id.message import Message, decode
from dsp.fsk.baseband import Float64

Octets = NDArray[np.uint8]

LEAST_GAP = 9.0
"""Natural logarithm of how much likelier the message must be than any other. The noise of a real line is not the noise
of the model: in 20,000 messages at 2 to 12 dB, where wrong ones were tried for, a gap of 5 still let some through."""
_SURE = 1.5
"""The least for each bit of the type and the length. They are not put right; with a wrong length the checksum would be
looked for in a wrong place and the content would not end where it should."""
_OUT_OF_STEP = 5.0
"""How surely a start or stop bit may be wrong, before characters are doubted to be where they were looked for."""
_WEAK = 14
"""Of the weakest bits every one, two or three may be wrong."""
_MOST_WRONG = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """message: what is believed, or None; then `why` says what was wrong. gap: see LEAST_GAP. wrong: bits corrected."""

    message: Message | None
    why: str = ""
    gap: float = 0.0
    wrong: int = 0
    data: bytes = b""


def judge(likelihood: Float64) -> Verdict:
    """likelihood: (characters, 10), see `dsp.fsk.likelihood`; characters after the message do not matter."""
    octets = np.packbits(likelihood[:, 1:9] > 0, axis=1, bitorder="little")[:, 0]
    if len(octets) < 3 or np.min(np.abs(likelihood[:2, 1:9])) < _SURE:
        return Verdict(None, "unsure of its length", data=octets.tobytes())
    whole = int(octets[1]) + 3
    if len(octets) < whole:
        return Verdict(None, "cut short", data=octets.tobytes())
    if np.maximum(likelihood[:whole, 0], -likelihood[:whole, 9]).max() > _OUT_OF_STEP:
        return Verdict(None, "start and stop bits", data=octets[:whole].tobytes())
    return _likeliest(octets[:whole], likelihood[:whole, 1:9])


def _likeliest(octets: Octets, likelihood: Float64) -> Verdict:
    """The likeliest message, unless there is another one nearly as likely."""
    first: Message | None = None
    cost, wrong, gap, data = 0.0, 0, np.inf, octets.tobytes()
    for price, flips in _balanced(octets, likelihood):
        if first is not None and price - cost >= LEAST_GAP:
            gap = price - cost
            break
        changed = _flipped(octets, flips)
        message = decode(changed)
        if message is None or message == first:
            continue
        if first is not None:
            return Verdict(None, "could mean two things", price - cost, wrong, data)
        first, cost, wrong, data = message, price, len(flips), changed
    if first is None:
        return Verdict(None, "checksum", data=data)
    gap = min(gap, _untried(likelihood) - cost)
    return Verdict(first if gap >= LEAST_GAP else None, "" if gap >= LEAST_GAP else "too weak", gap, wrong, data)


def _balanced(octets: Octets, likelihood: Float64) -> Iterator[tuple[float, tuple[tuple[int, int], ...]]]:
    """Which bits to flip (character, bit) so that the checksum holds, and how unlikely that is, likeliest first."""
    sure = np.abs(likelihood)
    weak = np.argsort(sure[2:], axis=None, kind="stable")[:_WEAK] + 16
    places = [divmod(int(i), 8) for i in weak]
    price = sure.ravel()[weak]
    change = [(-1 if octets[k] >> b & 1 else 1) << b for k, b in places]
    amiss = int(octets.sum(dtype=np.int64))
    found = [
        (float(sum(price[i] for i in chosen)), tuple(places[i] for i in chosen))
        for count in range(_MOST_WRONG + 1)
        for chosen in combinations(range(len(places)), count)
        if (amiss + sum(change[i] for i in chosen)) % 256 == 0
    ]
    yield from sorted(found)


def _untried(likelihood: Float64) -> float:
    """The least cost of what was not tried: two bits, one of them not among the weakest; four of them."""
    sure = np.sort(np.abs(likelihood[2:]), axis=None)
    others = [float(sure[: _MOST_WRONG + 1].sum())]
    if len(sure) > _WEAK:
        others.append(float(sure[0] + sure[_WEAK]))
    return min(others)


def _flipped(octets: Octets, flips: tuple[tuple[int, int], ...]) -> bytes:
    changed = octets.copy()
    for character, bit in flips:
        changed[character] ^= 1 << bit
    return changed.tobytes()
