"""The cache: clips and packs on disk, whole or not at all, for several processes."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.speech import wav
from drivers.speech.cache import PACKS, Cache, default_folder, digest
from dsp.receiver import Int16

KEYS = [digest("a"), digest("b"), digest("c")]


def clips(*lengths: int) -> list[Int16]:
    """Clips of these lengths, all different."""
    return [np.arange(i, i + length, dtype=np.int16) for i, length in enumerate(lengths, 1)]


def test_a_clip_comes_back_as_it_went_in(tmp_path: Path) -> None:
    """And one that was never put is None."""
    cache = Cache(tmp_path)
    cache.put(KEYS[0], clips(100)[0])
    found = Cache(tmp_path).get(KEYS[0])
    assert found is not None
    np.testing.assert_array_equal(found, clips(100)[0])
    assert cache.get(KEYS[1]) is None


@pytest.mark.parametrize("lengths", [(), (5,), (100, 1, 8000), (7, 0, 7)])
def test_a_pack_comes_back_as_it_went_in(tmp_path: Path, lengths: tuple[int, ...]) -> None:
    """Every clip at its length, for exactly the same keys in the same order."""
    cache, keys = Cache(tmp_path), KEYS[: len(lengths)]
    cache.put_all(keys, clips(*lengths))
    found = cache.get_all(keys)
    assert found is not None
    assert [clip.tolist() for clip in found] == [clip.tolist() for clip in clips(*lengths)]
    assert cache.get_all([*keys, digest("more")]) is None
    if len(keys) > 1:
        assert cache.get_all(keys[::-1]) is None


@pytest.mark.parametrize("damage", [b"", b"PK\3\4 no pack", b"\0" * 500])
def test_damaged_files_count_as_missing(tmp_path: Path, damage: bytes) -> None:
    """They are made again, not played."""
    cache = Cache(tmp_path)
    cache.put(KEYS[0], clips(100)[0])
    cache.put_all(KEYS, clips(1, 2, 3))
    for file in tmp_path.rglob("*.*"):
        file.write_bytes(damage)
    assert cache.get(KEYS[0]) is None
    assert cache.get_all(KEYS) is None


def test_a_pack_cut_anywhere_is_missing_or_whole(tmp_path: Path) -> None:
    """A file system that lost the end of a file after a power cut."""
    cache = Cache(tmp_path)
    cache.put_all(KEYS, clips(10, 20, 30))
    (file,) = (tmp_path / "packs").iterdir()
    data = file.read_bytes()
    for end in range(0, len(data), 7):
        file.write_bytes(data[:end])
        assert cache.get_all(KEYS) is None


def test_old_packs_make_room(tmp_path: Path) -> None:
    """Each change of a flow makes a pack; the last few are kept."""
    cache = Cache(tmp_path)
    for i in range(PACKS + 3):
        cache.put_all([digest(str(i))], clips(10))
        newest = max((tmp_path / "packs").iterdir(), key=lambda file: file.stat().st_mtime)
        os.utime(newest, (i, i))
    assert len(list((tmp_path / "packs").iterdir())) == PACKS
    assert cache.get_all([digest(str(PACKS + 2))]) is not None
    assert cache.get_all([digest("0")]) is None


def test_a_cache_that_cannot_be_written_costs_no_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: counted, and the last reason kept; no part of a file stays."""

    def full(source: str, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(wav.os, "replace", full)
    cache = Cache(tmp_path)
    cache.put(KEYS[0], clips(100)[0])
    cache.put_all(KEYS, clips(1, 2, 3))
    assert cache.unwritten == 2
    assert "No space left" in cache.problem
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_a_file_in_the_place_of_the_folder_costs_no_call(tmp_path: Path) -> None:
    """Counted like a full disk."""
    (tmp_path / "cache").write_text("")
    cache = Cache(tmp_path / "cache")
    cache.put(KEYS[0], clips(100)[0])
    assert (cache.unwritten, cache.get(KEYS[0])) == (1, None)


def test_processes_that_write_the_same_clips_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Three writers and readers at once on one key: every read is whole."""
    program = """
        import sys
        import numpy as np
        from drivers.speech.cache import Cache
        cache = Cache(sys.argv[1])
        for _ in range(100):
            cache.put("ab" * 20, np.arange(5000, dtype=np.int16))
            cache.put_all(["x"], [np.arange(5000, dtype=np.int16)])
            assert len(cache.get("ab" * 20)) == 5000
            assert len(cache.get_all(["x"])[0]) == 5000
        assert not cache.unwritten, cache.problem
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate(timeout=60)[1] for process in running] == [""] * 3
    assert not list(tmp_path.rglob(".*.part"))


def test_the_folder_follows_the_xdg_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """$XDG_CACHE_HOME when it is absolute, else ~/.cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/srv/cache")
    assert default_folder() == Path("/srv/cache/loopstart/speech")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/ann")
    assert default_folder() == Path("/home/ann/.cache/loopstart/speech")


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_different_parts_have_different_keys(one: list[str], other: list[str]) -> None:
    """Also where the same letters are cut in another way."""
    assert (digest(*one) == digest(*other)) == (one == other)


def test_an_old_pack_that_cannot_be_removed_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It belongs to another user: the clips are kept all the same, and the reason is told."""
    cache = Cache(tmp_path)

    def refused(file: Path, missing_ok: bool = False) -> None:
        raise PermissionError(1, "Operation not permitted", str(file))

    monkeypatch.setattr(Path, "unlink", refused)
    for n in range(PACKS + 1):
        cache.put_all([digest(str(n))], clips(5))
    assert cache.get_all([digest(str(PACKS))]) is not None
    assert "not permitted" in cache.problem
