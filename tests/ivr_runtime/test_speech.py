"""What a server can say: prompts and words in the arena, recorded ones first, and new words while it runs."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from drivers.speech import espeak
from drivers.speech.book import load_book
from drivers.speech.cache import Cache
from drivers.speech.errors import SpeechError
from drivers.speech.studio import Studio
from dsp.receiver import Int16
from ivr_runtime import speech
from ivr_runtime.speech import Speech, Wanted, load_speech

WANTED: list[Wanted] = [
    ("zh/welcome", "zh", "欢迎致电"),
    ("zh:十二", "zh", "十二"),
    ("en/welcome", "en", "welcome"),
    ("zh:1/2", "zh", "二分之一"),
]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A synthesiser that notes what it was asked; its sound is 1000 samples of the text's length."""
    texts: list[str] = []

    def speak(text: str, voice: espeak.Voice) -> Int16:
        espeak.check_speakable(text)
        texts.append(text)
        return np.full(1000, len(text), np.int16)

    monkeypatch.setattr(espeak, "speak", speak)
    monkeypatch.setattr(espeak, "version", lambda: "1")
    return texts


def load(folder: Path, wanted: list[Wanted] = WANTED, **how: Any) -> Speech:
    """Speech with a cache in the folder."""
    return load_speech(wanted, studio=Studio(Cache(folder / "cache"), threads=1), **how)


def record(file: Path) -> Int16:
    """A recorded prompt of 500 samples."""
    file.parent.mkdir(parents=True, exist_ok=True)
    samples = (10000 * np.sin(np.arange(500))).astype(np.int16)
    soundfile.write(file, samples, 8000)
    return samples


def clip(made: Speech, clip_id: str) -> Int16:
    """The samples that a line would play."""
    index = made.index(clip_id)
    assert index is not None
    return made.arena.clip(index)


def test_every_clip_is_in_the_arena_by_its_id(tmp_path: Path, asked: list[str]) -> None:
    """Prompts and words; an unknown id is None."""
    made = load(tmp_path)
    assert [clip(made, clip_id)[0] for clip_id, _, _ in WANTED] == [4, 2, 7, 4]
    assert made.index("zh/none") is None
    assert "zh/welcome" in made
    assert "zh/none" not in made


def test_a_clip_that_is_wanted_twice_is_made_once(tmp_path: Path, asked: list[str]) -> None:
    """Two steps that say the same words."""
    assert len(load(tmp_path, [*WANTED, WANTED[1]]).arena) == 4


def test_recorded_prompts_and_words_win(tmp_path: Path, asked: list[str]) -> None:
    """prompts/zh/welcome.flac and prompts/zh/words/十二.wav are played instead of the synthesiser."""
    prompts = tmp_path / "prompts"
    record(prompts / "zh" / "welcome.flac")
    record(prompts / "zh" / "words" / "十二.wav")
    made = load(tmp_path, recordings=prompts)
    assert (len(clip(made, "zh/welcome")), len(clip(made, "zh:十二"))) == (500, 500)
    assert sorted(asked) == ["welcome", "二分之一"]


def test_a_new_recording_replaces_the_old_sound(tmp_path: Path, asked: list[str]) -> None:
    """The next start plays it, though the texts are the same; taken away, the synthesiser speaks again."""
    prompts = tmp_path / "prompts"
    assert len(clip(load(tmp_path, recordings=prompts), "zh/welcome")) == 1000
    record(prompts / "zh" / "welcome.wav")
    assert len(clip(load(tmp_path, recordings=prompts), "zh/welcome")) == 500
    (prompts / "zh" / "welcome.wav").unlink()
    assert len(clip(load(tmp_path, recordings=prompts), "zh/welcome")) == 1000


def test_a_recording_that_no_prompt_is_called_after_is_told(tmp_path: Path, asked: list[str]) -> None:
    """A mistyped file name would otherwise never be noticed."""
    record(tmp_path / "prompts" / "zh" / "welcom.wav")
    record(tmp_path / "prompts" / "zh" / "welcome.wav")
    made = load(tmp_path, recordings=tmp_path / "prompts")
    assert made.unused == (tmp_path / "prompts" / "zh" / "welcom.wav",)


def test_of_two_files_of_a_prompt_the_better_kind_wins_and_the_other_is_told(tmp_path: Path, asked: list[str]) -> None:
    """Somebody replaced welcome.gsm by welcome.wav and left the old one where it was."""
    record(tmp_path / "prompts" / "zh" / "welcome.wav")
    (tmp_path / "prompts" / "zh" / "welcome.gsm").write_bytes(b"\xd0" * 330)
    made = load(tmp_path, recordings=tmp_path / "prompts")
    assert len(clip(made, "zh/welcome")) == 500
    assert made.unused == (tmp_path / "prompts" / "zh" / "welcome.gsm",)


def test_a_recording_in_a_format_that_cannot_be_read_is_not_passed_over(tmp_path: Path, asked: list[str]) -> None:
    """The synthesiser does not speak in its place: the start ends with how to convert it."""
    (tmp_path / "prompts" / "zh").mkdir(parents=True)
    (tmp_path / "prompts" / "zh" / "welcome.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(100))
    with pytest.raises(SpeechError, match=r"welcome\.m4a: not a sound file .* ffmpeg -i 'welcome\.m4a'"):
        load(tmp_path, recordings=tmp_path / "prompts")


def test_a_recorded_word_stands_close_to_the_next(tmp_path: Path, asked: list[str]) -> None:
    """The half second of silence that a studio leaves around each word goes; a prompt keeps its own."""
    sound = np.r_[np.zeros(4000), 10000 * np.sin(np.arange(2000)), np.zeros(4000)].astype(np.int16)
    for name in ("words/十二.wav", "welcome.wav"):
        record(tmp_path / "prompts" / "zh" / name)
        soundfile.write(tmp_path / "prompts" / "zh" / name, sound, 8000)
    made = load(tmp_path, recordings=tmp_path / "prompts")
    assert len(clip(made, "zh/welcome")) == 10000
    assert len(clip(made, "zh:十二")) == pytest.approx(2320, abs=120)


def test_what_should_be_known_of_a_recording_is_told_once(tmp_path: Path, asked: list[str]) -> None:
    """At the start that converts it; the next one finds it in the cache."""
    (tmp_path / "prompts" / "zh").mkdir(parents=True)
    sound = 300 * np.sin(np.arange(16000))
    sound[8000:8010] = 30000
    soundfile.write(tmp_path / "prompts" / "zh" / "welcome.wav", sound.astype(np.int16), 8000)
    (remark,) = load(tmp_path, recordings=tmp_path / "prompts").remarks
    assert "welcome.wav: its highest peak was" in remark
    assert load(tmp_path, recordings=tmp_path / "prompts").remarks == ()


def test_a_bad_recording_names_its_file(tmp_path: Path, asked: list[str]) -> None:
    """Not the synthesiser's voice in its place: somebody recorded it for a reason."""
    bad = tmp_path / "prompts" / "zh" / "welcome.wav"
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"no sound")
    with pytest.raises(SpeechError, match=r"welcome\.wav: not a sound file"):
        load(tmp_path, recordings=tmp_path / "prompts")


@pytest.mark.parametrize(
    "clip_id", ["zh:../../secret", "../secret", "/secret", "zh/../../secret", "zh:a\0b", "zh:" + "长" * 300]
)
def test_an_id_never_leads_out_of_the_folder(tmp_path: Path, asked: list[str], clip_id: str) -> None:
    """Words come from flows and products."""
    record(tmp_path / "secret.wav")
    record(tmp_path / "prompts" / "zh" / "x.wav")
    made = load(tmp_path, [(clip_id, "zh", "text")], recordings=tmp_path / "prompts")
    assert len(clip(made, clip_id)) == 1000


def test_a_prompt_that_cannot_be_spoken_stops_the_start(tmp_path: Path, asked: list[str]) -> None:
    """All of them are named."""
    with pytest.raises(SpeechError) as found:
        load(tmp_path, [("zh/a", "zh", "……"), ("zh/b", "zh", "好"), ("zh/c", "zh", "😀")])
    assert "……" in str(found.value)
    assert "😀" in str(found.value)


def test_the_book_has_what_is_played(tmp_path: Path, asked: list[str]) -> None:
    """Same ids, texts and samples; vocabulary is kind word."""
    record(tmp_path / "prompts" / "zh" / "welcome.wav")
    made = load(tmp_path, recordings=tmp_path / "prompts", book=tmp_path / "book")
    book = load_book(tmp_path / "book")
    assert [(c.id, c.language, c.text) for c in book.clips] == WANTED
    assert [c.kind for c in book.clips] == ["prompt", "word", "prompt", "word"]
    for clip_id, _, _ in WANTED:
        np.testing.assert_array_equal(book.samples(clip_id), clip(made, clip_id))


def test_new_words_are_spoken_while_the_server_runs(tmp_path: Path, asked: list[str]) -> None:
    """Made once; known by their id from then on; clips that were there keep their place."""
    made = load(tmp_path)
    before = clip(made, "zh/welcome").copy()
    index = made.clip("zh", "新产品")
    assert made.index("zh:新产品") == index == made.clip("zh", "新产品")
    assert asked.count("新产品") == 1
    assert made.arena.clip(index)[0] == 3
    np.testing.assert_array_equal(clip(made, "zh/welcome"), before)


def test_thirty_calls_that_ask_for_the_same_words_share_one_clip(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when all of them were spoken before the first was in the arena."""
    made = load(tmp_path)
    together = threading.Barrier(30, timeout=10)

    def speak(text: str, voice: espeak.Voice) -> Int16:
        together.wait()
        return np.ones(10, np.int16)

    monkeypatch.setattr(espeak, "speak", speak)
    with ThreadPoolExecutor(30) as pool:
        assert len(set(pool.map(lambda _: made.clip("zh", "新"), range(30)))) == 1
    assert len(made.arena) == len(WANTED) + 1


def test_new_words_cannot_fill_the_memory(tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Their room is bounded; what is known is still given."""
    monkeypatch.setattr(speech, "LIVE_SECONDS", 0.3)
    made = load(tmp_path)
    first = made.clip("zh", "一")
    made.clip("zh", "二")
    with pytest.raises(SpeechError, match="no room"):
        made.clip("zh", "三")
    assert made.clip("zh", "一") == first


def test_words_that_cannot_be_spoken_are_an_error(tmp_path: Path, asked: list[str]) -> None:
    """The step fails, the call does not crash."""
    with pytest.raises(SpeechError, match="nothing that can be spoken"):
        load(tmp_path).clip("zh", "……")


def test_a_warm_start_makes_nothing(tmp_path: Path, asked: list[str]) -> None:
    """The second server finds all in one file, the same samples."""
    first = load(tmp_path)
    asked.clear()
    second = load(tmp_path)
    assert not asked
    for clip_id, _, _ in WANTED:
        np.testing.assert_array_equal(clip(first, clip_id), clip(second, clip_id))


def test_names_of_products_are_made_before_the_first_call(tmp_path: Path, asked: list[str]) -> None:
    """They are words like any other, also in the book; a name that the flow says anyway is made once."""
    made = load(tmp_path, names=[("zh", "中华"), ("zh", "十二")], book=tmp_path / "book")
    assert len(made.arena) == 5
    assert clip(made, "zh:中华")[0] == 2
    assert load_book(tmp_path / "book").clip("zh:中华").kind == "word"


def test_a_name_that_cannot_be_spoken_stops_nobody(tmp_path: Path, asked: list[str]) -> None:
    """A bad row of data must not keep a hotline from starting: it is told, and the rest is there."""
    made = load(tmp_path, names=[("zh", "……"), ("zh", "中华")])
    assert made.unspoken == ("'……' has nothing that can be spoken",)
    assert "zh:中华" in made
    assert "zh:……" not in made
