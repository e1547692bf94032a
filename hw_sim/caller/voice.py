"""What a caller sounds like: keys and speech. Speech is made before the call, so that time never waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from drivers.speech.espeak import Voice, speak, voice_of
from drivers.speech.recording import read_recording
from dsp import levels
from dsp.dtmf.signal import keys
from dsp.receiver import TICK, Float32, Int16
from hw_sim.caller.model import CallerConfig, Person
from hw_sim.caller.steps import Say, Speech
from hw_sim.caller.temper import Stroke

Synth = Callable[[str, Voice], Int16]
"""Text and voice -> int16 samples at 8 kHz."""

INTERJECTIONS = {
    "zh": ("喂", "喂，你好", "听得到吗", "请快一点", "我要找人工"),
    "yue": ("喂", "你好", "聽唔聽到呀"),
    "en": ("Hello?", "Are you there?", "I want to talk to a person", "Come on"),
}
"""What people say into prompts."""


class Lines:
    """All that somebody says in a call, by what it is. One may serve many callers who say the same.

    Raises drivers.speech.errors.SpeechError when a text cannot be spoken or a file cannot be read.
    """

    def __init__(self, config: CallerConfig, synth: Synth = speak) -> None:
        who = config.who
        self.said = {speech: spoken(speech, who, synth) for speech in _speeches(config)}
        self.interjections: dict[str, Float32] = {}
        if config.character.talks_over:
            words = config.character.talks_over.words or INTERJECTIONS.get(who.language, INTERJECTIONS["en"])
            self.interjections = {word: spoken(Speech(text=word), who, synth) for word in words}


def _speeches(config: CallerConfig) -> Iterator[Speech]:
    return (step.say for step in config.steps() if isinstance(step, Say))


def pressed(digits: str, who: Person) -> Float32:
    """Keys as this person presses them when nothing disturbs them."""
    return keys(digits, who.level, who.keys.on, who.keys.off)


def struck(strokes: Sequence[Stroke], level: float) -> Float32:
    """Keys, each held and followed by a pause as it says; level of each of the two tones, dBm0."""
    return np.concatenate([np.zeros(0, np.float32), *(keys(s.key, level, s.on, s.off) for s in strokes)])


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


def _voice(speech: Speech, who: Person) -> Voice:
    own = not speech.language or speech.language == who.language
    return Voice(who.voice) if who.voice and own else voice_of(speech.language or who.language)
