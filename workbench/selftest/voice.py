"""The voice: prompts of any rate at one level, joints that do not click, music without a gap, bridges that add up.

ITU-T G.712 (band), P.56 (level); clicks are measured by what they spread above a sound that has nothing there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from drivers.speech.telephone import PEAK_DBM0, SPEECH_LEVEL, Levelled, levelled
from dsp.bridge import Bridge
from dsp.joints import FADE, softened
from dsp.levels import amplitude, gain
from dsp.loudness import speech_level
from dsp.mixer import Mixer
from dsp.prompts import Arena
from dsp.receiver import RATE, TICK, Float32, Int16
from dsp.resample import resample
from workbench.selftest.measure import Effort, Row

if TYPE_CHECKING:
    from workbench.selftest.anchor import Anchor

RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000)
LINES = 24
ABOVE = 1500.0
"""Hz: the sounds in which clicks are looked for end at 600."""

Random = np.random.Generator


def rows(effort: Effort, anchor: Anchor | None) -> Iterator[Row]:
    """libspandsp has no prompts; its column stays empty."""
    yield from _band(effort)
    yield from _loudness(effort)
    yield from _joints(effort)
    yield from _bridge(effort)


def _row(measure: str, requirement: str, goal: float, ours: float, unit: str, trials: int) -> Row:
    return Row("voice", measure, requirement, goal, float(ours), better="less", unit=unit, trials=trials)


def _band(effort: Effort) -> Iterator[Row]:
    rng, trials = effort.rng("band"), effort.trials(240)
    inside, outside = [], []
    for trial in range(trials):
        rate = RATES[trial % len(RATES)]
        inside.append(abs(_passed(rng.uniform(300, 3400), rate)))
        outside.append(_passed(rng.uniform(3700, rate / 2), rate))
    yield _row("prompts of 8 to 192 kHz: worst ripple, 300-3400 Hz", "G.712: 0.5 dB", 0.5, max(inside), "dB", trials)
    yield _row("loudest alias or tone above the band", "60 dB down", -60, max(outside), "dB", trials)


def _passed(hertz: float, rate: int) -> float:
    """What becomes of a tone, in dB."""
    sound = np.sin(2 * np.pi * hertz * np.arange(rate // 4) / rate)
    out = resample(10000 * sound, rate).astype(np.float64)[200:-200]
    return float(10 * np.log10(2 * np.mean(out**2) / 1e8 + 1e-12))


def _loudness(effort: Effort) -> Iterator[Row]:
    rng, trials = effort.rng("loudness"), effort.trials(100)
    made = [_prompt(rng) for _ in range(trials)]
    off = max(abs(speech_level(prompt.samples).dbm0 - SPEECH_LEVEL) for prompt in made)
    over = max(_over(prompt.samples) for prompt in made)
    yield _row("prompts of -55 .. 0 dBm0: worst distance from -20 dBm0 (P.56)", "equally loud", 0.5, off, "dB", trials)
    yield _row("highest true peak over -3 dBm0", "headroom", 0.3, over, "dB", trials)


def _prompt(rng: Random) -> Levelled:
    """Syllables of noise with pauses and with peaks far above them, of any rate and level."""
    rate = int(rng.choice(RATES))
    envelope = np.repeat(rng.choice([0.0, 0.1, 0.5, 1.0], 16), rate // 8)
    envelope[0 : rate // 8] = 1.0
    sound = rng.standard_normal(envelope.size) * envelope
    sound[rng.integers(0, sound.size, 3)] *= rng.uniform(1, 12)
    return levelled(resample(sound * amplitude(rng.uniform(-55, 0)), rate))


def _over(samples: Int16) -> float:
    """True peak over the ceiling in dB, seen with eight times the rate by a Fourier transform."""
    spectrum = np.fft.rfft(samples.astype(np.float64))
    wave = np.fft.irfft(spectrum, 8 * samples.size) * 8
    return float(20 * np.log10(np.abs(wave).max() / amplitude(PEAK_DBM0)))


def _joints(effort: Effort) -> Iterator[Row]:
    rng, trials = effort.rng("joints"), effort.trials(400)
    arena = Arena()
    pairs = [[arena.add(softened(_vowel(rng, 1600))), arena.add(softened(_vowel(rng, 1600)))] for _ in range(trials)]
    mixer = Mixer(trials, arena)
    for line, pair in enumerate(pairs):
        mixer.play(line, pair)
    sent = _sent(mixer, 24)
    yield _row(
        "splatter of the worst joint of two clips", "no click", -60, max(_click(s, 1600) for s in sent), "dB", trials
    )
    for line, pair in enumerate(pairs):
        mixer.play(line, pair)
    begun = _sent(mixer, 5)
    for line in range(trials):
        mixer.stop(line, FADE)
    whole = np.concatenate([begun, _sent(mixer, 5)], axis=1)
    stopped = max(_click(sound, 5 * TICK) for sound in whole)
    yield _row("splatter of the worst prompt that a key stops", "no click", -60, stopped, "dB", trials)
    yield _row("samples missing from music on hold, 40 rounds", "no gap", 0, _gaps(rng), "samples", 40)


def _vowel(rng: Random, samples: int) -> Int16:
    """A voice with nothing above 600 Hz, cut out anywhere."""
    t, pitch = np.arange(samples) / RATE, rng.uniform(90, 200)
    wave = sum(np.sin(2 * np.pi * k * pitch * t + rng.uniform(0, 2 * np.pi)) / k for k in range(1, 4))
    return np.asarray(np.rint(9000 * wave / np.abs(wave).max()), np.int16)


def _click(sound: NDArray[np.int16], at: int) -> float:
    """Energy above 1500 Hz in the 32 ms around a sample, in dB to all there."""
    power = np.abs(np.fft.rfft(sound[at - 128 : at + 128] * np.hanning(256))) ** 2
    above = np.fft.rfftfreq(256, 1 / RATE) >= ABOVE
    return float(10 * np.log10(power[above].sum() / power.sum() + 1e-12))


def _sent(mixer: Mixer, ticks: int) -> Int16:
    return np.concatenate([mixer.mix()[0].copy() for _ in range(ticks)], axis=1)


def _gaps(rng: Random) -> int:
    music = rng.integers(1, 9000, 1234).astype(np.int16)
    arena = Arena()
    mixer = Mixer(1, arena)
    mixer.loop(0, [arena.add(music)])
    sent = _sent(mixer, 1234 * 40 // TICK)[0]
    return int((sent != np.resize(music, sent.size)).sum())


def _bridge(effort: Effort) -> Iterator[Row]:
    rng, trials = effort.rng("bridge"), effort.trials(200)
    worst = max(_mixing_error(rng) for _ in range(trials))
    yield _row("any line hears any mix: worst error to the sum, by bits", "rounding", 1.0, worst, "bit", trials)
    wrapped = sum(_wrapped(rng) for _ in range(trials))
    yield _row("samples that wrap round when 24 shout at once", "none", 0, wrapped, "samples", trials)


def _mixing_error(rng: Random) -> float:
    bridge, gains = Bridge(LINES), np.zeros((LINES, LINES))
    for listener, talker in rng.integers(0, LINES, (30, 2)).tolist():
        if listener != talker:
            decibels = rng.uniform(-30, 3)
            bridge.hear(listener, talker, decibels)
            gains[listener, talker] = gain(decibels)
    rx = rng.integers(-2000, 2000, (LINES, TICK)).astype(np.int16)
    return float(np.abs(_heard(bridge, rx) - gains @ rx).max())


def _wrapped(rng: Random) -> int:
    """All talkers on one side of zero: whoever hears them hears that side."""
    bridge = Bridge(LINES)
    bridge.connect(range(LINES), rng.uniform(-6, 6))
    rx = rng.integers(20000, 32767, (LINES, TICK)).astype(np.int16)
    return int((_heard(bridge, rx) <= 0).sum())


def _heard(bridge: Bridge, rx: Int16) -> Float32:
    """What each line hears once the gains have settled."""
    heard = np.zeros(rx.shape, np.int16)
    bridge.add(heard.copy(), rx)
    bridge.add(heard, rx)
    return heard.astype(np.float32)
