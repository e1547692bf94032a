"""Keys as a telephone sends them (ITU-T Q.23), one to a line, every property of every key at random, and what a line
does to them. Made from the Recommendation alone: nothing here is shared with the generator or the receiver of `dsp`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dsp import g711
from dsp.levels import amplitude, gain, power, saturate
from dsp.receiver import RATE, Float32, Int16

PAD = "123A456B789C*0#D"
LOW = np.array([697.0, 770.0, 852.0, 941.0])
HIGH = np.array([1209.0, 1336.0, 1477.0, 1633.0])
BAND = (300.0, 3400.0)
"""Hz: in which noise is measured."""

Each = NDArray[np.float64]
"""One value a line."""

HISS = -65.0
"""dBm0 of the noise that every line has."""


def ms(milliseconds: float) -> int:
    """So long, in samples."""
    return round(milliseconds * RATE / 1000)


_CLICK = ms(6)
LINE = ms(500)
"""Samples of a line with one key on it."""


@dataclass(frozen=True, slots=True)
class Keys:
    """One key on each line.

    button: index into PAD. start, length: samples. low, high: level of each tone in dBm0. low_off, high_off: relative
    deviation of each frequency. rise: samples in which the tone comes up and goes down.
    """

    button: NDArray[np.intp]
    start: Each
    length: Each
    low: Each
    high: Each
    low_off: Each
    high_off: Each
    rise: float = 0.0

    @property
    def wanted(self) -> list[str]:
        """What should be heard on each line."""
        return [PAD[button] for button in self.button]

    def again(self, start: Each, length: Each) -> Keys:
        """The same keys once more."""
        return replace(self, start=start, length=length)


def keys(
    rng: np.random.Generator,
    lines: int,
    milliseconds: float | tuple[float, float],
    level: tuple[float, float] = (-20, -5),
) -> Keys:
    """All buttons in turn, within everything a telephone may do: frequencies off by up to 0.5 %, twist of up to 2 dB.

    milliseconds: how long, or from .. to. level: dBm0 of both tones, from .. to.
    """
    each, twist = rng.uniform(*level, lines), rng.uniform(-2, 2, lines)
    shortest, longest = milliseconds if isinstance(milliseconds, tuple) else (milliseconds, milliseconds)
    return Keys(
        button=np.arange(lines) % len(PAD),
        start=ms(100) + rng.uniform(0, ms(40), lines),
        length=rng.uniform(shortest, longest, lines) * RATE / 1000,
        low=each - twist / 2,
        high=each + twist / 2,
        low_off=rng.uniform(-0.005, 0.005, lines),
        high_off=rng.uniform(-0.005, 0.005, lines),
    )


def sound(rng: np.random.Generator, pressed: Keys, samples: int) -> Float32:
    """The keys on their lines, (lines, samples), each tone at a random phase."""
    time = np.arange(samples) - pressed.start[:, None]
    made = np.zeros(time.shape)
    for tones, levels, off in (
        (LOW[pressed.button // 4], pressed.low, pressed.low_off),
        (HIGH[pressed.button % 4], pressed.high, pressed.high_off),
    ):
        turns = (tones * (1 + off) / RATE)[:, None] * time + rng.random((len(tones), 1))
        made += _amplitudes(levels)[:, None] * np.sin(2 * np.pi * turns)
    return (made * _envelope(time, pressed.length[:, None], pressed.rise)).astype(np.float32)


def _envelope(time: Each, length: Each, rise: float) -> Each:
    if not rise:
        return np.asarray((time >= 0) & (time < length), np.float64)
    return np.asarray(np.clip(np.minimum(time, length - time) / rise, 0, 1), np.float64)


def _amplitudes(levels: Each) -> Each:
    return np.asarray(amplitude(0.0) * 10 ** (levels / 20))


def without(sound: Float32, start: Each, length: Each | float) -> Float32:
    """The sound with a drop-out on each line."""
    time = np.arange(sound.shape[1])
    first, end = np.asarray(start)[:, None], np.asarray(start + length)[:, None]
    return np.where((time >= first) & (time < end), 0, sound).astype(np.float32)


def noise(rng: np.random.Generator, shape: tuple[int, int], level: Each | float) -> Float32:
    """White noise of the band 300 to 3400 Hz, its level in dBm0 of each line."""
    spectrum = np.fft.rfft(rng.standard_normal(shape), axis=1)
    frequencies = np.fft.rfftfreq(shape[1], 1 / RATE)
    spectrum[:, (frequencies < BAND[0]) | (frequencies > BAND[1])] = 0
    made = np.fft.irfft(spectrum, shape[1], axis=1)
    wanted = power(0.0) * 10 ** (np.broadcast_to(level, shape[:1]) / 10)
    return np.asarray(made * np.sqrt(wanted / np.mean(made**2, axis=1))[:, None], np.float32)


def impulses(rng: np.random.Generator, shape: tuple[int, int], per_second: float, peak: Each) -> Float32:
    """Clicks at random moments, of that peak on each line: what a contact sounds like, ringing for 1 to 4 ms."""
    lines, samples = shape
    made = np.zeros((lines, samples + _CLICK), np.float32)
    time = np.arange(_CLICK) / RATE
    for line, at in zip(*np.nonzero(rng.random(shape) < per_second / RATE), strict=True):
        ringing = np.cos(2 * np.pi * rng.uniform(400, 3000) * time + rng.uniform(0, 2 * np.pi))
        click = ringing * np.exp(-time / rng.uniform(5e-4, 1.5e-3))
        made[line, at : at + _CLICK] += click * peak[line] / np.abs(click).max()
    return made[:, :samples]


def echo(rng: np.random.Generator, sound: Float32, delay: int, down: float) -> Float32:
    """What comes back of a sound, `down` dB weaker, after `delay` samples."""
    made = np.zeros_like(sound)
    made[:, delay:] = (
        sound[:, : sound.shape[1] - delay] * gain(-down) * np.where(rng.random((len(sound), 1)) < 0.5, -1, 1)
    )
    return made


def hybrid(rng: np.random.Generator, sent: Float32, return_loss: float) -> Float32:
    """What a two-wire line of that return loss gives back of what is sent: each disperses in its own way."""
    taps = ms(8)
    time = np.arange(taps)
    lasting = rng.uniform(ms(1), ms(3), (len(sent), 1))
    response = rng.standard_normal((len(sent), taps)) * np.exp(-time / lasting)
    size = sent.shape[1] + taps
    back = np.fft.irfft(np.fft.rfft(sent, size, axis=1) * np.fft.rfft(response, size, axis=1), size, axis=1)
    back = back[:, : sent.shape[1]]
    loss = np.sum(sent**2, axis=1, keepdims=True) / np.maximum(np.sum(back**2, axis=1, keepdims=True), 1e-9)
    return np.asarray(back * np.sqrt(loss) * gain(-return_loss), np.float32)


def coded(sound: Float32, law: g711.Law | None = "alaw") -> Int16:
    """As a channel carries it: int16, through A-law or mu-law and back, or linear."""
    linear = saturate(sound)
    return linear if law is None else g711.decode(g711.encode(linear, law), law)


def carried(rng: np.random.Generator, sound: Float32, law: g711.Law | None = "alaw") -> Int16:
    """A sound with the line's own little noise, as a channel carries it."""
    return coded(sound + noise(rng, sound.shape, HISS), law)


def line(rng: np.random.Generator, pressed: Keys, law: g711.Law | None = "alaw", samples: int = LINE) -> Int16:
    """One key on each line, with a little noise, as the channel carries it."""
    return carried(rng, sound(rng, pressed, samples), law)
