"""The book: written whole, read back, and nothing but BookError for what is no book."""

from __future__ import annotations

import json
import os
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.speech import wav
from drivers.speech.book import Clip, load_book, write_book
from drivers.speech.errors import BookError
from dsp.receiver import Int16

FAST = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def tone(hertz: float = 440, length: int = 800) -> Int16:
    """A clip."""
    return (8000 * np.sin(2 * np.pi * hertz * np.arange(length) / 8000)).astype(np.int16)


def two() -> list[tuple[Clip, Int16]]:
    """A prompt and a word."""
    return [
        (Clip(id="zh/welcome", language="zh", text="欢迎致电"), tone(440)),
        (Clip(id="zh:十二", language="zh", text="十二", kind="word"), tone(550)),
    ]


def test_a_book_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Names, texts, kinds, order and samples."""
    write_book(tmp_path / "book", two())
    book = load_book(tmp_path / "book")
    assert [(clip.id, clip.language, clip.text, clip.kind) for clip in book.clips] == [
        ("zh/welcome", "zh", "欢迎致电", "prompt"),
        ("zh:十二", "zh", "十二", "word"),
    ]
    np.testing.assert_array_equal(book.samples("zh:十二"), tone(550))
    assert "zh/welcome" in book
    assert "zh/goodbye" not in book


def test_a_book_is_as_the_architecture_says(tmp_path: Path) -> None:
    """book.json with spec 1 and rate 8000; WAV files of 8 kHz mono 16 bit beside it that anyone can play."""
    write_book(tmp_path, two())
    contents = json.loads((tmp_path / "book.json").read_text(encoding="utf-8"))
    assert (contents["spec"], contents["rate"]) == (1, 8000)
    assert set(contents["clips"][0]) == {"id", "language", "text", "file", "kind"}
    with wave.open(str(tmp_path / contents["clips"][0]["file"])) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth(), sound.getnframes()) == (
            8000,
            1,
            2,
            800,
        )


def test_writing_again_writes_nothing_new(tmp_path: Path) -> None:
    """A warm start leaves the disk alone."""
    write_book(tmp_path, two())
    before = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    write_book(tmp_path, two())
    assert {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == before


def test_readers_of_the_old_book_keep_their_sounds_for_an_hour(tmp_path: Path) -> None:
    """A clip that changed leaves its old file; much later it is swept; what we did not write is never touched."""
    write_book(tmp_path, two())
    old = load_book(tmp_path)
    (tmp_path / "mine.wav").write_bytes(b"")
    write_book(tmp_path, [(two()[0][0], tone(600))])
    np.testing.assert_array_equal(old.samples("zh/welcome"), tone(440))
    for file in tmp_path.iterdir():
        os.utime(file, (0, 0))
    write_book(tmp_path, [(two()[0][0], tone(600))])
    assert len(list(tmp_path.glob("*.wav"))) == 2
    assert (tmp_path / "mine.wav").exists()


def test_a_killed_writer_leaves_the_old_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies before book.json is replaced: readers still find the book before."""
    write_book(tmp_path, two())

    def killed(source: str, target: Path) -> None:
        raise KeyboardInterrupt if Path(target).name == "book.json" else OSError

    monkeypatch.setattr(wav.os, "replace", killed)
    changed = [(two()[0][0].model_copy(update={"text": "new"}), tone(440))]
    with pytest.raises(KeyboardInterrupt):
        write_book(tmp_path, changed)
    monkeypatch.undo()
    assert [clip.text for clip in load_book(tmp_path).clips] == ["欢迎致电", "十二"]
    assert not list(tmp_path.glob(".*.part"))


def test_a_full_disk_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what could not be written."""

    def full(source: str, target: Path) -> None:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(wav.os, "replace", full)
    with pytest.raises(BookError, match="No space left on device"):
        write_book(tmp_path, two())


def test_an_id_twice_is_refused_by_writer_and_reader(tmp_path: Path) -> None:
    """Nobody could say which is meant."""
    with pytest.raises(BookError, match="twice"):
        write_book(tmp_path, [two()[0], two()[0]])
    book = write_book(tmp_path, two())
    twice = [clip.model_dump() for clip in (book.clips[0], book.clips[0])]
    (tmp_path / "book.json").write_text(json.dumps({"spec": 1, "rate": 8000, "clips": twice}))
    with pytest.raises(BookError, match="twice"):
        load_book(tmp_path)


def test_an_unknown_clip_is_named(tmp_path: Path) -> None:
    """Not a KeyError."""
    with pytest.raises(BookError, match="'zh/none'"):
        write_book(tmp_path, two()).samples("zh/none")


@pytest.mark.parametrize("damage", ["gone", "empty", "text", "cut", "stereo"])
def test_a_damaged_sound_is_named(tmp_path: Path, damage: str) -> None:
    """The clip and the file; a file that was cut gives what is there or the error, never noise."""
    book = write_book(tmp_path, two())
    file = tmp_path / book.clips[0].file
    whole = file.read_bytes()
    file.unlink()
    stereo = whole[:22] + b"\2" + whole[23:]
    made = {"empty": b"", "text": b"no sound at all", "cut": whole[:30], "stereo": stereo}
    if damage in made:
        file.write_bytes(made[damage])
    with pytest.raises(BookError, match=r"'zh/welcome'.*\.wav"):
        book.samples("zh/welcome")


@pytest.mark.parametrize("name", ["../secret.wav", "/etc/passwd", "a/b.wav", "..", "", "a\0b"])
def test_a_book_reads_only_its_own_folder(tmp_path: Path, name: str) -> None:
    """book.json comes from somebody else."""
    clip = {"id": "a", "language": "zh", "text": "a", "file": name}
    (tmp_path / "book.json").write_text(json.dumps({"spec": 1, "rate": 8000, "clips": [clip]}))
    with pytest.raises(BookError, match=r"clips\.0\.file"):
        load_book(tmp_path)


def test_a_folder_without_a_book_is_named(tmp_path: Path) -> None:
    """The file that was looked for and why it could not be read."""
    with pytest.raises(BookError, match=r"book\.json: cannot be read: No such file"):
        load_book(tmp_path / "none")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
CLIP = st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "language", "text", "file", "kind"), JSON))
BOOK = st.fixed_dictionaries(
    {}, optional={"spec": st.just(1) | JSON, "rate": st.just(8000) | JSON, "clips": st.lists(CLIP, max_size=3) | JSON}
)


def try_to_read(folder: Path) -> None:
    """Read a book and all its clips; faults must be BookErrors."""
    try:
        book = load_book(folder)
        for clip in book.clips:
            assert book.samples(clip.id).dtype == np.int16
    except BookError as error:
        assert "book.json" in str(error) or ".wav" in str(error) or "clip" in str(error)  # noqa: PT017


@FAST
@given(BOOK | JSON)
def test_any_json_is_a_book_or_a_book_error(tmp_path: Path, contents: Any) -> None:
    """Wrong types, missing keys, deep nesting."""
    (tmp_path / "book.json").write_text(json.dumps(contents))
    try_to_read(tmp_path)


@FAST
@given(st.binary(max_size=80), st.integers(0, 900), st.sampled_from(["book.json", "wav"]))
def test_any_damage_is_found_or_does_no_harm(tmp_path: Path, junk: bytes, at: int, which: str) -> None:
    """Bytes overwritten anywhere in book.json or in a sound."""
    book = write_book(tmp_path, two())
    file = tmp_path / ("book.json" if which == "book.json" else book.clips[0].file)
    data = file.read_bytes()
    file.write_bytes(data[:at] + junk + data[at + len(junk) :])
    try:
        try_to_read(tmp_path)
    finally:
        file.write_bytes(data)


def test_a_file_that_another_process_takes_away_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two servers that write the same folder: what the other renamed or removed while we tidy up is no fault."""
    listed = Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda folder: iter([*listed(folder), folder / ".gone.part"]))
    assert len(write_book(tmp_path, two()).clips) == 2
