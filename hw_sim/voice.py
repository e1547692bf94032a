"""What a caller sounds like: keys and speech, made before the call begins so that time never waits for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from drivers.speech.espeak import Voice, speak, voice_of
from drivers.speech.recording import read_recording
from dsp import levels
from dsp.dtmf.signal import keys
from dsp.receiver import TICK, Float32, Int16
from hw_sim.caller_config import CallerConfig, Person, Press, Say, Speech
from hw_sim.yaml_types import Strict

Synth = Callable[[str, Voice], Int16]
"""Text and voice -> int16 samples at 8 kHz."""


def sounds(config: CallerConfig, synth: Synth = speak) -> dict[int, Float32]:
    """The sound of each step that makes one, by its place in the script.

    Raises drivers.speech.errors.SpeechError when a text cannot be spoken or a file cannot be read.
    """
    made = {i: _sound(step, config.who, synth) for i, step in enumerate(config.script)}
    return {i: sound for i, sound in made.items() if sound is not None}


def pressed(digits: str, who: Person) -> Float32:
    """Keys as this person presses them."""
    return keys(digits, who.level, who.keys.on, who.keys.off)


def spoken(speech: Speech, who: Person, synth: Synth) -> Float32:
    """Speech as this person speaks it: while they speak, at their level."""
    return at_level(read_recording(speech.wav) if speech.wav else synth(speech.text, _voice(speech, who)), who.level)


def at_level(samples: Int16, level: float) -> Float32:
    """Speech of any level at `level` dBm0, measured over the blocks of 20 ms in which there is some."""
    x = samples.astype(np.float32)
    power = (x[: len(x) // TICK * TICK].reshape(-1, TICK) ** 2).mean(axis=1)
    active = power[power > power.max(initial=0) * 0.01]
    if not len(active):
        return x
    return x * np.float32(np.sqrt(levels.power(level) / active.mean()))


def _sound(step: Strict, who: Person, synth: Synth) -> Float32 | None:
    if isinstance(step, Press):
        return pressed(step.press, who)
    return spoken(step.say, who, synth) if isinstance(step, Say) else None


def _voice(speech: Speech, who: Person) -> Voice:
    own = not speech.language or speech.language == who.language
    return Voice(who.voice) if who.voice and own else voice_of(speech.language or who.language)
