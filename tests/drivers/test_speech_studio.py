"""Recorded prompts and spoken texts to clips, many at once, from the cache where they were made before."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from drivers.speech import espeak, studio
from drivers.speech.cache import Cache
from drivers.speech.errors import NoSynthesiser, SpeechError
from drivers.speech.studio import Recorded, Studio, Text
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


@pytest.mark.parametrize(
    ("words", "pause"), [("十二", 0), ("您好", 0), ("您好，", 800), ("您好。", 1600), ("Hello! ", 1600)]
)
def test_sentences_are_apart_and_words_are_not(tmp_path: Path, spoken: list[str], words: str, pause: int) -> None:
    """What follows a full stop follows after 200 ms, what follows a comma after 100 ms, a word at once."""
    (clip,) = Studio(Cache(tmp_path)).clips([Text("zh", words)])
    assert len(clip) == 100 + len(words) + pause
    assert not clip[100 + len(words) :].any()


def test_peaks_that_gave_way_are_told_when_a_recording_is_converted(tmp_path: Path) -> None:
    """Once, with the file: the second start finds the clip in the cache."""
    speech = 300 * np.sin(np.arange(16000))
    speech[8000:8010] = 30000
    soundfile.write(tmp_path / "a.wav", speech.astype(np.int16), 8000)
    for remarks in (1, 0):
        studio_ = Studio(Cache(tmp_path / "cache"))
        studio_.clips([Recorded(tmp_path / "a.wav")])
        assert len(studio_.remarks) == remarks
        assert all("a.wav: its highest peak was" in remark for remark in studio_.remarks)
