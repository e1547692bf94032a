"""What a line does to sound beside loss, noise and hum: tilt, frequency offset, speech coders, holes, delay, slips,
clicks, an echo from far away. Only rows that have any of it are computed, a direction at a time.

Sources: tilt and its effect on DTMF: ITU-T Q.24, G.712; frequency offset of carrier systems: G.225; modulated noise in
place of a coder: P.810 (MNRU); slips: G.822; delay: G.114; echo: G.131; substitution of lost speech: GSM 06.11.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dsp import g711, levels
from dsp.receiver import RATE, TICK, Float32

Coder = Literal["none", "alaw", "mulaw", "gsm"]
MINUTE = 60 * RATE

TILT_TAPS = 65
SHIFT_TAPS = 129
REFERENCE = 1000.0
"""Hz at which a tilt changes nothing."""

MODULATED_NOISE = 20.0
"""dB that the noise of the coder "gsm" is below speech: about what GSM full rate sounds like (G.113: Ie = 20)."""

FADE = np.float32(0.5)
"""A lost frame is the last one again, each time so much weaker: silent after about 300 ms, as GSM 06.11 asks."""

CLICK = np.array([1.0, -0.8, 0.5, -0.3, 0.15, -0.05], np.float32)
Stage = Callable[[Float32], Float32]


@dataclass(frozen=True, slots=True)
class Impairment:
    """One line, the same both ways. Durations in samples, events per minute at random times.

    tilt: dB a kHz, high frequencies weaker, 0 dB at 1 kHz; it gives DTMF a twist of about half of it. offset: Hz.
    coder: on the way; "gsm" is modulated noise 20 dB below speech in frames of 20 ms. lost_frames: the share of frames
    that its radio loses, in pairs. dropouts: holes of dropout_length. delay: one way, on top of the model's own.
    slip_every: a sample is repeated, and as much later one left out, in turn. clicks: at the receiving end, with peaks
    of click_level dBm0 (of a sine with that peak). echo_loss, echo_delay: the row hears its own voice so much weaker
    and later, beside its hybrid's echo; None: not at all.
    """

    tilt: float = 0.0
    offset: float = 0.0
    coder: Coder = "none"
    lost_frames: float = 0.0
    dropouts: float = 0.0
    dropout_length: int = RATE // 20
    delay: int = 0
    slip_every: int = 0
    clicks: float = 0.0
    click_level: float = -10.0
    echo_loss: float | None = None
    echo_delay: int = RATE // 20


class Impaired:
    """A row with its impairments, both ways. Same seed: same run, bit for bit."""

    def __init__(self, impairment: Impairment, seed: list[int]) -> None:
        self._out = _stages(impairment, [*seed, 0])
        self._in = _stages(impairment, [*seed, 1])
        self._clicks = Clicks(impairment, [*seed, 2]) if impairment.clicks else None
        self._echo = Delay(impairment.echo_delay) if impairment.echo_loss is not None else None
        self._echo_gain = np.float32(levels.gain(-(impairment.echo_loss or 0.0)))

    def send(self, samples: Float32) -> Float32:
        """float32 (160,) of the row, as it comes to the switch."""
        return _through(self._out, samples)

    def receive(self, samples: Float32, own: Float32) -> Float32:
        """float32 (160,) for the row, as it arrives. own: what the row sends at the same time."""
        heard = _through(self._in, samples)
        if self._echo is not None:
            heard = heard + self._echo_gain * self._echo(own)
        return heard if self._clicks is None else self._clicks(heard)


def _through(stages: list[Stage], samples: Float32) -> Float32:
    for stage in stages:
        samples = stage(samples)
    return samples


def _stages(impairment: Impairment, seed: list[int]) -> list[Stage]:
    """The stages of one direction, in the order in which a line has them."""
    made: list[Stage] = []
    if impairment.tilt:
        made.append(Fir(_tilt(impairment.tilt)))
    if impairment.offset:
        made.append(Shift(impairment.offset))
    if impairment.coder == "gsm":
        made.append(ModulatedNoise([*seed, 0]))
    elif impairment.coder != "none":
        made.append(Companded(impairment.coder))
    if impairment.lost_frames:
        made.append(LostFrames(impairment.lost_frames, [*seed, 1]))
    if impairment.dropouts:
        made.append(Dropouts(impairment.dropouts, impairment.dropout_length, [*seed, 2]))
    if impairment.delay or impairment.slip_every:
        made.append(Slips(impairment.delay, impairment.slip_every))
    return made


class Fir:
    """A filter; its own delay is half its length."""

    def __init__(self, taps: Float32) -> None:
        self._taps = taps
        self._past = np.zeros(len(taps) - 1, np.float32)

    def __call__(self, samples: Float32) -> Float32:
        """float32 (160,) filtered."""
        joined = np.concatenate([self._past, samples])
        self._past = joined[len(samples) :]
        return np.convolve(joined, self._taps, "valid").astype(np.float32)


def _tilt(slope: float) -> Float32:
    """A linear-phase filter whose loss grows by `slope` dB a kHz."""
    frequencies = np.fft.rfftfreq(1024, 1 / RATE)
    wanted = 10.0 ** (-slope * (frequencies - REFERENCE) / 1000.0 / 20.0)
    impulse = np.roll(np.fft.irfft(wanted), TILT_TAPS // 2)[:TILT_TAPS]
    return (impulse * np.hamming(TILT_TAPS)).astype(np.float32)


def _hilbert() -> Float32:
    n = np.arange(SHIFT_TAPS) - SHIFT_TAPS // 2
    ideal = np.where(n % 2, 2.0 / (np.pi * np.where(n == 0, 1, n)), 0.0)
    return (ideal * np.hamming(SHIFT_TAPS)).astype(np.float32)


class Shift:
    """All frequencies so many Hz higher: single side-band, as a carrier system that is out of tune."""

    def __init__(self, hertz: float) -> None:
        self._quadrature = Fir(_hilbert())
        self._delay = Delay(SHIFT_TAPS // 2)
        self._step = 2 * np.pi * hertz / RATE
        self._phase = 0.0

    def __call__(self, samples: Float32) -> Float32:
        """float32 (160,) shifted."""
        angle = self._phase + self._step * np.arange(len(samples))
        self._phase = float((self._phase + self._step * len(samples)) % (2 * np.pi))
        real, imaginary = self._delay(samples), self._quadrature(samples)
        made: Float32 = (real * np.cos(angle) - imaginary * np.sin(angle)).astype(np.float32)
        return made


class ModulatedNoise:
    """Noise in step with the speech (P.810), as a coder of low rate makes it."""

    def __init__(self, seed: list[int]) -> None:
        self._rng = np.random.default_rng(seed)
        self._gain = np.float32(levels.gain(-MODULATED_NOISE))

    def __call__(self, samples: Float32) -> Float32:
        """float32 (160,) with its noise."""
        return np.asarray(samples * (1 + self._gain * self._rng.standard_normal(len(samples), np.float32)), np.float32)


class Companded:
    """Once more through a G.711 coder: of the other law, where two administrations meet."""

    def __init__(self, law: g711.Law) -> None:
        self._law = law

    def __call__(self, samples: Float32) -> Float32:
        """float32 (160,) as the coder gives it back."""
        coded = g711.encode(levels.saturate(samples), self._law)
        return g711.decode(coded, self._law).astype(np.float32)


class LostFrames:
    """Frames of 20 ms, two at a time, that radio loses: the last good one again, fading."""

    def __init__(self, share: float, seed: list[int]) -> None:
        self._rng = np.random.default_rng(seed)
        self._share = share / 2
        self._losing = 0
        self._last = np.zeros(TICK, np.float32)

    def __call__(self, samples: Float32) -> Float32:
        """float32 (160,), or what stands in for it."""
        if self._losing == 0 and self._rng.random() < self._share:
            self._losing = 2
        if self._losing:
            self._losing -= 1
            self._last = self._last * FADE
            return self._last
        self._last = samples.copy()
        return samples


class Poisson:
    """Samples at which something happens, so often a minute on average."""

    def __init__(self, per_minute: float, seed: list[int]) -> None:
        self.rng = np.random.default_rng(seed)
        self._mean = MINUTE / per_minute
        self._next = self.rng.exponential(self._mean)

    def within(self, samples: int) -> list[int]:
        """Those of the next so many samples."""
        due = []
        while self._next < samples:
            due.append(int(self._next))
            self._next += self.rng.exponential(self._mean)
        self._next -= samples
        return due


class Dropouts:
    """Holes in the sound."""

    def __init__(self, per_minute: float, length: int, seed: list[int]) -> None:
        self._when = Poisson(per_minute, seed)
        self._length = length
        self._left = 0

    def __call__(self, samples: Float32) -> Float32:
        """float32 (160,) with its holes."""
        made = samples.copy()
        made[: self._left] = 0
        left = self._left - len(samples)
        for at in self._when.within(len(samples)):
            made[at : at + self._length] = 0
            left = max(left, at + self._length - len(samples))
        self._left = max(left, 0)
        return made


class Delay:
    """Later by so many samples."""

    def __init__(self, samples: int) -> None:
        self._past = np.zeros(samples, np.float32)

    def __call__(self, samples: Float32) -> Float32:
        """float32 (160,) of before."""
        joined = np.concatenate([self._past, samples])
        self._past = joined[len(samples) :]
        return joined[: len(samples)]


class Slips:
    """A delay, and slips of one frame of the digital path, which is one sample: repeated and left out in turn."""

    def __init__(self, delay: int, every: int) -> None:
        self._past = np.zeros(delay, np.float32)
        self._every = every
        self._next = every
        self._late = False

    def __call__(self, samples: Float32) -> Float32:
        """float32 (160,), later; one of them twice, or one missing, when it is time."""
        joined = np.concatenate([self._past, samples])
        while self._every and self._next < len(samples):
            joined = self._slip(joined, self._next)
            self._next += self._every
        self._next -= len(samples)
        self._past = joined[len(samples) :]
        return joined[: len(samples)]

    def _slip(self, joined: Float32, at: int) -> Float32:
        self._late = not self._late
        return np.insert(joined, at, joined[at]) if self._late else np.delete(joined, at)


class Clicks:
    """Short pulses of either sign, as of switches and bad contacts."""

    def __init__(self, impairment: Impairment, seed: list[int]) -> None:
        self._when = Poisson(impairment.clicks, seed)
        self._peak = np.float32(levels.amplitude(impairment.click_level))
        self._tail = np.zeros(len(CLICK), np.float32)

    def __call__(self, samples: Float32) -> Float32:
        """float32 (160,) with its clicks."""
        made = np.concatenate([samples, np.zeros(len(CLICK), np.float32)])
        made[: len(CLICK)] += self._tail
        for at in self._when.within(len(samples)):
            made[at : at + len(CLICK)] += CLICK * self._peak * self._when.rng.choice((-1.0, 1.0))
        self._tail = made[len(samples) :]
        return made[: len(samples)]
