"""Recorded prompts and spoken texts to clips, many at once, from the cache where they were made before."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from drivers.speech import espeak, studio
from drivers.speech.cache import Cache
from drivers.speech.errors import BadRecording, NoSynthesiser, SpeechError
from drivers.speech.recording import LONGEST, read_recording
from drivers.speech.studio import Recorded, Studio, Text
from drivers.speech.telephone import SPEECH_LEVEL, active_level
from dsp.receiver import Int16


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A synthesiser that notes what it was asked: each text a tone of its own."""
    asked: list[str] = []

    def speak(text: str, voice: espeak.Voice) -> Int16:
        if "bad" in text:
            raise SpeechError(f"{text!r} is bad")
        asked.append(text)
        return np.full(100 + len(text), len(asked), np.int16)

    monkeypatch.setattr(espeak, "speak", speak)
    monkeypatch.setattr(espeak, "version", lambda: "1")
    return asked


def record(file: Path, rate: int = 44100, channels: int = 2, seconds: float = 0.5, **how: str) -> Path:
    """A recorded prompt: a tone in all channels."""
    tone = 0.3 * np.sin(2 * np.pi * 800 * np.arange(int(rate * seconds)) / rate)
    soundfile.write(file, np.repeat(tone[:, None], channels, axis=1), rate, **how)
    return file


@pytest.mark.parametrize(
    ("rate", "channels", "how"),
    [
        (44100, 2, {"subtype": "PCM_24"}),
        (48000, 1, {"subtype": "FLOAT"}),
        (8000, 1, {"subtype": "ALAW"}),
        (22050, 6, {"subtype": "PCM_U8"}),
        (16000, 1, {"subtype": "PCM_16"}),
    ],
)
def test_a_recording_of_any_kind_becomes_telephone_sound(
    tmp_path: Path, rate: int, channels: int, how: dict[str, str]
) -> None:
    """8 kHz, its length kept, at the level of prompts."""
    samples = read_recording(record(tmp_path / "a.wav", rate, channels, **how))
    assert samples.dtype == np.int16
    assert len(samples) == pytest.approx(4000, abs=1)
    assert active_level(samples) == pytest.approx(SPEECH_LEVEL, abs=0.5)


def test_the_pauses_of_a_recording_stay(tmp_path: Path) -> None:
    """Whoever recorded it meant them."""
    soundfile.write(tmp_path / "a.flac", np.r_[np.zeros(8000), np.sin(np.arange(8000)), np.zeros(8000)], 8000)
    assert len(read_recording(tmp_path / "a.flac")) == 24000


@pytest.mark.parametrize("fault", ["missing", "folder", "text", "empty", "silent"])
def test_a_recording_that_cannot_be_used_is_named(tmp_path: Path, fault: str) -> None:
    """The file and what is wrong with it."""
    file = tmp_path / "welcome.wav"
    if fault == "folder":
        file.mkdir()
    elif fault == "text":
        file.write_text("I am a song")
    elif fault in ("empty", "silent"):
        soundfile.write(file, np.zeros(0 if fault == "empty" else 8000), 8000)
    with pytest.raises(BadRecording, match=r"welcome\.wav"):
        read_recording(file)


def test_a_recording_that_is_too_long_is_refused_unread(tmp_path: Path) -> None:
    """A whole album in the folder of prompts."""
    soundfile.write(tmp_path / "a.wav", np.zeros(int(LONGEST + 1) * 1000, np.int16), 1000, subtype="PCM_U8")
    with pytest.raises(BadRecording, match="601 s long"):
        read_recording(tmp_path / "a.wav")


def test_clips_come_in_the_order_asked_and_are_made_once(tmp_path: Path, spoken: list[str]) -> None:
    """The second time from the pack; clips that stayed the same are not made again when one is new."""
    wanted = [Text("zh", "a"), Text("zh", "bb"), Text("en", "a")]
    first = Studio(Cache(tmp_path)).clips(wanted)
    assert [len(clip) for clip in first] == [101, 102, 101]
    assert sorted(spoken) == ["a", "a", "bb"]
    again = Studio(Cache(tmp_path)).clips(wanted)
    assert [clip.tolist() for clip in again] == [clip.tolist() for clip in first]
    Studio(Cache(tmp_path)).clips([*wanted, Text("zh", "new")])
    assert len(spoken) == 4


def test_another_voice_speed_or_synthesiser_is_another_clip(
    tmp_path: Path, spoken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache never gives what the present settings would not."""
    keys = {Text("zh", "a").key(), Text("en", "a").key()}
    monkeypatch.setitem(espeak.VOICES, "zh", espeak.Voice("cmn-latn-pinyin", 200))
    keys.add(Text("zh", "a").key())
    monkeypatch.setattr(espeak, "version", lambda: "2")
    keys |= {Text("zh", "a").key()}
    monkeypatch.setattr(studio, "FORMAT", "other")
    keys |= {Text("zh", "a").key()}
    assert len(keys) == 5


def test_progress_is_told_for_every_clip(tmp_path: Path, spoken: list[str]) -> None:
    """For a line that grows on the terminal; a warm start says nothing."""
    told: list[tuple[int, int, str]] = []
    for _ in range(2):
        Studio(Cache(tmp_path)).clips([Text("zh", "a"), Text("zh", "b")], lambda *step: told.append(step))
    assert told == [(1, 2, "a"), (2, 2, "b")]


def test_all_faults_of_all_texts_are_told_at_once(tmp_path: Path, spoken: list[str]) -> None:
    """What was good is in the cache when the faults are mended."""
    wanted = [Text("zh", "bad 1"), Text("zh", "good"), Recorded(tmp_path / "none.wav"), Text("zh", "bad 2")]
    with pytest.raises(SpeechError) as found:
        Studio(Cache(tmp_path)).clips(wanted)
    bad1, missing, bad2 = str(found.value).splitlines()
    assert (bad1, bad2) == ("'bad 1' is bad", "'bad 2' is bad")
    assert "none.wav" in missing
    Studio(Cache(tmp_path)).clips([Text("zh", "good")])
    assert spoken == ["good"]


def test_clips_are_made_on_several_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two texts are in work at the same time."""
    together = threading.Barrier(2, timeout=10)

    def speak(text: str, voice: espeak.Voice) -> Int16:
        together.wait()
        return np.ones(10, np.int16)

    monkeypatch.setattr(espeak, "speak", speak)
    assert len(Studio(Cache(tmp_path), threads=2).clips([Text("zh", "a"), Text("zh", "b")])) == 2


def test_a_cache_that_cannot_be_written_still_gives_clips(tmp_path: Path, spoken: list[str]) -> None:
    """They are made every time."""
    (tmp_path / "cache").write_text("")
    made = Studio(Cache(tmp_path / "cache"))
    assert len(made.clips([Text("zh", "a")])) == 1
    assert made.cache.unwritten == 2


def test_a_missing_synthesiser_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once for each of 600 texts."""
    monkeypatch.setattr(espeak, "PROGRAM", "espeak-ng-that-is-not-there")
    espeak.version.cache_clear()
    with pytest.raises(NoSynthesiser) as found:
        Studio(Cache(tmp_path)).clips([Text("zh", str(i)) for i in range(600)])
    assert str(found.value).count("apt-get") == 1
    espeak.version.cache_clear()
