"""espeak-ng as a device: one process renders one text.

espeak-ng gives 16-bit mono at 22,050 Hz on its standard output, with a WAV header that does not know its length.
"""

from __future__ import annotations

import functools
import re
import subprocess
import unicodedata
from dataclasses import dataclass

import numpy as np

from drivers.speech.errors import NoSynthesiser, SpeechError, Unspeakable
from drivers.speech.telephone import levelled, trimmed
from dsp.joints import softened
from dsp.receiver import Int16
from dsp.resample import resample

PROGRAM = "espeak-ng"
INSTALL = "apt-get install -y espeak-ng"
TIME_LIMIT = 60.0
CHINESE_LETTER = re.compile(r"tS'?aIni:z")
"""What espeak-ng says in place of a Chinese character that the voice does not know, in its own phonemes."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of espeak-ng. speed: its -s, in English words a minute."""

    name: str
    speed: int = 165


VOICES = {
    "zh": Voice("cmn-latn-pinyin", 160),  # the voice "cmn" reads Chinese characters as English letters
    "yue": Voice("yue", 160),
    "en": Voice("en-us", 160),
}
"""Language of a flow -> voice. A language that is not here is taken as the name of a voice ("de", "en-gb")."""


def voice_of(language: str) -> Voice:
    """The voice that speaks a language."""
    return VOICES.get(language, Voice(language))


@functools.cache
def version() -> str:
    """What espeak-ng calls itself; part of the cache's key. Raises NoSynthesiser."""
    said = _run(["--version"], b"").stdout.decode(errors="replace")
    found = re.search(r"text-to-speech: (\S+)", said)
    return found.group(1) if found else "unknown"


def speak(text: str, voice: Voice) -> Int16:
    """Render a text: int16 samples at 8 kHz, telephone band, -20 dBm0 while active, no silence around them.

    Raises NoSynthesiser, Unspeakable (nothing to say, or characters that the voice does not know), SpeechError.
    """
    check_speakable(text)
    done = _run(["-v", voice.name, "-s", str(voice.speed), "-x", "--phonout=/dev/stderr", "--stdout"], text.encode())
    phonemes = done.stderr.decode(errors="replace")
    if done.returncode:
        raise SpeechError(f"espeak-ng cannot speak {text!r} with voice {voice.name!r}: {phonemes.strip()}")
    if CHINESE_LETTER.search(phonemes):
        raise Unspeakable(f"voice {voice.name!r} cannot read all characters of {text!r}")
    samples = softened(levelled(trimmed(resample(*_sound(done.stdout)))).samples)
    if not samples.any():
        raise Unspeakable(f"voice {voice.name!r} finds nothing to say in {text!r}")
    return samples


def check_speakable(text: str) -> None:
    """Raise Unspeakable for a text without any letter or digit, or with control characters."""
    kinds = {unicodedata.category(character) for character in text if character not in "\n\t\r"}
    if kinds & {"Cc", "Cs"}:
        raise Unspeakable(f"{text!r} has control characters")
    if not any(kind[0] in "LN" for kind in kinds):
        raise Unspeakable(f"{text!r} has nothing that can be spoken")


def _run(arguments: list[str], text: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [PROGRAM, *arguments, "--stdin"] if text else [PROGRAM, *arguments]
    try:
        return subprocess.run(command, input=text, capture_output=True, timeout=TIME_LIMIT, check=False)
    except FileNotFoundError:
        raise NoSynthesiser(f"{PROGRAM} is not installed; type: {INSTALL}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SpeechError(f"{PROGRAM} did not run: {error}") from error


def _sound(wav: bytes) -> tuple[Int16, int]:
    """Samples and rate of a WAV stream whose header does not know its length."""
    data = wav.find(b"data")
    if wav[:4] != b"RIFF" or data < 0:
        return np.zeros(0, np.int16), 22050
    body = wav[data + 8 :]
    return np.frombuffer(body[: len(body) // 2 * 2], "<i2"), int.from_bytes(wav[24:28], "little")
