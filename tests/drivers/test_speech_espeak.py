"""espeak-ng as a device: what it says, and what it cannot."""

from __future__ import annotations

import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.speech import espeak
from drivers.speech.errors import NoSynthesiser, SpeechError, Unspeakable
from drivers.speech.espeak import Voice, check_speakable, speak, voice_of
from drivers.speech.telephone import SPEECH_LEVEL
from dsp.loudness import speech_level


@pytest.mark.parametrize(
    ("language", "text", "least", "most"),
    [
        ("zh", "欢迎致电烟草公司订货热线。", 1.5, 5),
        ("zh", "十二", 0.3, 1.2),
        ("en", "Welcome to the ordering hotline.", 1.2, 4),
        ("en", "twelve", 0.2, 1.0),
        ("yue", "二十", 0.3, 1.2),
        ("de", "Guten Tag", 0.3, 2),
    ],
)
def test_a_text_becomes_telephone_sound(language: str, text: str, least: float, most: float) -> None:
    """int16 at 8 kHz of a likely length, at the level of prompts, nothing cut, no silence around it."""
    samples = speak(text, voice_of(language))
    assert samples.dtype == np.int16
    assert least < len(samples) / 8000 < most
    assert speech_level(samples).dbm0 == pytest.approx(SPEECH_LEVEL, abs=0.5)
    assert np.abs(samples[:400].astype(float)).max() > 100
    assert np.abs(samples[-800:].astype(float)).max() > 100


def test_mandarin_is_read_as_mandarin(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it by the Chinese voice: the voice called "cmn" hands some characters (九) to an English one."""
    phonemes: list[str] = []
    run = espeak._run

    def listening(arguments: list[str], text: bytes) -> subprocess.CompletedProcess[bytes]:
        done = run(arguments, text)
        phonemes.append(done.stderr.decode())
        return done

    monkeypatch.setattr(espeak, "_run", listening)
    digits = [speak(digit, voice_of("zh")) for digit in "零一二三四五六七八九十"]
    assert len({samples.tobytes() for samples in digits}) == 11
    assert all(said.strip() and "(en)" not in said for said in phonemes)


def test_the_same_text_is_the_same_sound() -> None:
    """The cache and the ears of the simulated callers rest on it; also when two threads ask at once."""
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: speak("您好", voice_of("zh")), range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("text", ["", " \n", "。，！", "😀", "---", "\u200b", "a\0b", "\ud800"])
def test_a_text_without_anything_to_say_is_named(text: str) -> None:
    """Nothing, punctuation, pictures, control characters: the error shows the text."""
    with pytest.raises(Unspeakable) as found:
        speak(text, voice_of("zh"))
    assert repr(text) in str(found.value)


def test_characters_that_the_voice_does_not_know_are_an_error() -> None:
    """An English voice would say "Chinese letter" to a caller."""
    with pytest.raises(Unspeakable, match="'en-us' cannot read all characters of '欢迎'"):
        speak("欢迎", voice_of("en"))


def test_a_text_is_never_an_option_or_markup() -> None:
    """A name that begins with a dash, or has brackets, is read out."""
    for text in ("-v hello", "--help", "<b>bold</b> & more", "'; rm -rf /"):
        assert speak(text, voice_of("en")).any()


def test_an_unknown_voice_is_named() -> None:
    """espeak-ng's own words are passed on."""
    with pytest.raises(SpeechError, match=r"voice 'nope'.*does not exist"):
        speak("hello", Voice("nope"))


def test_a_missing_synthesiser_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line for apt."""
    monkeypatch.setattr(espeak, "PROGRAM", "espeak-ng-that-is-not-there")
    with pytest.raises(NoSynthesiser, match="apt-get install -y espeak-ng"):
        speak("hello", voice_of("en"))


def test_a_synthesiser_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call waits for it at most for the time limit."""
    stuck = tmp_path / "stuck"
    stuck.write_text("#!/bin/sh\nexec sleep 60\n")
    stuck.chmod(0o755)
    monkeypatch.setattr(espeak, "PROGRAM", str(stuck))
    monkeypatch.setattr(espeak, "TIME_LIMIT", 0.1)
    with pytest.raises(SpeechError, match=r"did not run.*timed out"):
        speak("hello", voice_of("en"))


@pytest.mark.parametrize("answer", [b"", b"RIFF", b"RIFF$...WAVEfmt data", b"no sound"])
def test_a_synthesiser_that_gives_no_sound_is_an_error(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    """Whatever comes instead of a WAV file."""
    done = subprocess.CompletedProcess[bytes]([], 0, answer, b"")
    monkeypatch.setattr(espeak, "_run", lambda *_: done)
    with pytest.raises(SpeechError):
        speak("hello", voice_of("en"))


@given(st.text(max_size=30))
def test_any_text_is_speakable_or_named(text: str) -> None:
    """The check itself never fails in another way, and what passes has a letter or a digit."""
    try:
        check_speakable(text)
    except Unspeakable:
        return
    assert any(character.isalnum() for character in text)


@settings(max_examples=15, deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12), st.sampled_from(["zh", "en"]))
def test_the_synthesiser_survives_any_text(text: str, language: str) -> None:
    """Samples or a SpeechError, whatever a flow makes of its variables."""
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(speak(text, voice_of(language)).any())
        except SpeechError:
            outcome.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert outcome == [True]
