"""Pure tones in a recording, of any frequencies and cadence: what an exchange plays, though no plan knows it.

`pure` is for a whole recording of one line, after the fact; `frequencies` for windows of any lines.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dsp.activity.look import BLOCK
from dsp.receiver import RATE, Float32

Bools = NDArray[np.bool_]
Index = NDArray[np.intp]
Floats = NDArray[np.float64]

WINDOW: Final = 2 * BLOCK
_BINS = 1024
_LOBE = 7
"""Bins to each side of a peak that belong to it: the Hann window's main lobe is 50 Hz wide to each side."""
_LOWEST = round(280 * _BINS / RATE)
_SHARE = 0.9
"""What one or two tones have of the power above 280 Hz."""
_DRIFT = 2.0
"""Bins: two that beat change places a little."""
_LEAST = 4
"""Windows of one sound in a row: 100 ms, the shortest burst there is (China's vacant number)."""
_BRIDGE = RATE // BLOCK
_LONG = RATE // 4 // BLOCK
_ALIKE = 0.8
"""A drawn-out vowel may be as pure as a tone for a quarter of a second, not for longer."""


def pure(sound: Float32, blocks: int) -> Bools:
    """Which of so many blocks of 20 ms hold nothing but one or two steady tones, the same for a quarter of a second."""
    peaks, clear = _peaks(sound, blocks)
    steady = clear[1:] & clear[:-1] & (np.abs(np.diff(peaks, axis=0)) <= _DRIFT).all(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], steady, [False]]))).reshape(-1, 2)
    runs = [np.arange(begin, end + 1) for begin, end in edges if end - begin + 1 >= _LEAST]
    found = np.zeros(blocks + 1, np.bool_)
    for group in _near_ones(runs):
        _mark(found, np.concatenate(group), peaks, clear)
    return found[:blocks]


def frequencies(windows: Float32) -> Floats:
    """Of each window (rows, WINDOW) the two tones it holds, in Hz (rows, 2): twice one that is alone, 0 for none.

    Two that are too near to be told apart, as those of many ringbacks, are one in their middle.
    """
    peaks, clear = _peaks_of(windows)
    return np.asarray(peaks * (clear[:, None] * (RATE / _BINS)), np.float64)


def _mark(found: Bools, windows: Index, peaks: Floats, clear: Bools) -> None:
    """If those windows are one sound, mark the blocks that have it, and those of its shorter bursts near them.

    Vowels may be as pure for a moment, but one after the other has another pitch.
    """
    usual = np.median(peaks[windows], axis=0)
    near = np.arange(max(windows[0] - _BRIDGE, 0), min(windows[-1] + _BRIDGE, len(peaks)))
    same = near[(np.abs(peaks[near] - usual) <= _DRIFT).all(axis=1) & clear[near]]
    if len(windows) >= _LONG and np.isin(windows, same).mean() > _ALIKE:
        found[same] = found[same + 1] = True


def _near_ones(runs: list[Index]) -> list[list[Index]]:
    """Runs with at most a second between them, together."""
    groups: list[list[Index]] = []
    for run in runs:
        if groups and run[0] - groups[-1][-1][-1] <= _BRIDGE:
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def _peaks(sound: Float32, blocks: int) -> tuple[Floats, Bools]:
    """The bins of the two strongest peaks of each window of two blocks (one each block), and do they have it all?

    A single tone is twice the same; two within 100 Hz are one in their middle.
    """
    padded = np.pad(sound, (0, (blocks + 1) * BLOCK - len(sound)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::BLOCK][:blocks]
    rows = [_peaks_of(windows[at : at + 500]) for at in range(0, blocks, 500)]  # a minute would take 25 MB
    return np.concatenate([peaks for peaks, _ in rows]), np.concatenate([clear for _, clear in rows])


def _peaks_of(windows: Float32) -> tuple[Floats, Bools]:
    powers = np.square(np.abs(np.fft.rfft(windows * np.hanning(WINDOW), _BINS, axis=1)))
    powers[:, :_LOWEST] = 0
    whole = powers.sum(axis=1)
    first, first_power = _take_peak(powers)
    second, second_power = _take_peak(powers)
    alone = first_power > _SHARE * whole
    peaks = np.sort(np.stack([first, np.where(alone, first, second)], axis=1), axis=1)
    near = peaks[:, 1] - peaks[:, 0] < 2 * _LOBE
    middle = (first * first_power + second * second_power) / np.maximum(first_power + second_power, 1e-9)
    peaks = np.where(near[:, None], middle[:, None], peaks)
    return peaks, (first_power + second_power > _SHARE * whole) & (whole > 0)


def _take_peak(powers: Floats) -> tuple[Floats, Floats]:
    """The strongest lobe of each row is taken out: its middle in bins, and its power."""
    peak = powers.argmax(axis=1)
    lobe = np.clip(peak[:, None] + np.arange(-_LOBE, _LOBE + 1), 0, powers.shape[1] - 1)
    taken = np.take_along_axis(powers, lobe, axis=1)
    np.put_along_axis(powers, lobe, 0, axis=1)
    power = taken.sum(axis=1)
    return (taken * lobe).sum(axis=1) / np.maximum(power, 1e-9), power
