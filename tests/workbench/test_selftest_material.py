"""Hours of sound without a key: made again the same, kept in a cache, absent in plain words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dsp import g711, levels
from dsp.receiver import RATE, Float32
from workbench.selftest import material, mined, recorded, synthetic, voices
from workbench.selftest.pace import played_at


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's cache is read or filled by a test, and a minute is short."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(material, "MINUTE", 2 * RATE)


def test_a_minute_is_the_same_again_with_and_without_the_cache(tmp_path: Path) -> None:
    """Named by seed, kind and number alone."""
    first = material.minute("whistles", 3)
    assert np.array_equal(material.minute("whistles", 3), first)
    (file,) = tmp_path.rglob("*.alaw")
    file.write_bytes(b"half a minute")
    assert np.array_equal(material.minute("whistles", 3), first)
    assert not np.array_equal(material.minute("whistles", 4), first)


def test_a_reel_has_a_line_for_each_minute() -> None:
    """0.05 h are three lines of a minute."""
    told: list[str] = []
    (reel,) = material.reels("whistles", 0.05, news=told.append)
    assert reel.shape == (3, material.MINUTE)
    assert reel.dtype == np.int16
    assert told == ["whistles: 3 of 3 minutes"]


def test_what_comes_from_a_line_is_in_its_band_and_not_clipped() -> None:
    """280 to 3500 Hz, -32 to -10 dBm0."""
    heard = g711.decode(material.on_the_line(np.random.default_rng(1), np.random.default_rng(2).standard_normal(16000)))
    power = np.abs(np.fft.rfft(heard)) ** 2
    hertz = np.fft.rfftfreq(len(heard), 1 / RATE)
    assert power[(hertz < 150) | (hertz > 3900)].sum() < 0.01 * power.sum()
    assert -32.5 < float(levels.dbm0(heard)) < -9.5


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Speech needs espeak-ng, recorded speech some Debian packages: the text says which."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(material.Absent, match="apt-get install espeak-ng"):
        material.minute("speech", 0)
    monkeypatch.setattr(recorded, "SOUNDS", tmp_path / "nothing")
    with pytest.raises(material.Absent, match="asterisk-core-sounds"):
        material.minute("recorded", 0)


def test_recorded_files_stand_end_to_end_and_the_second_lap_has_another_pace(tmp_path: Path) -> None:
    """Each sample once, in order; then again, faster or slower."""
    import soundfile

    ramp = np.arange(1, 8001, dtype=np.int16)
    for name, part in (("a", ramp[:3000]), ("b", ramp[3000:]), ("beep", ramp)):
        soundfile.write(tmp_path / f"{name}.wav", part, RATE)
    found = recorded.collection(tmp_path)
    assert found.samples == 8000
    rng = np.random.default_rng(1)
    assert np.array_equal(found.minute(rng, 2500, 5500), ramp[2500:])
    assert not np.array_equal(found.minute(rng, 8000, 8000), ramp)


def test_played_faster_is_higher_and_shorter() -> None:
    """A tape at 1.2 times its speed."""
    tone = np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE).astype(np.float32)
    fast = played_at(tone, 1.2)
    assert len(fast) == pytest.approx(RATE / 1.2, abs=2)
    assert np.argmax(np.abs(np.fft.rfft(fast))) * RATE / len(fast) == pytest.approx(600, abs=2)


def test_mining_finds_the_moment_that_comes_nearest_to_a_key() -> None:
    """A short key hidden in noise comes first."""
    rng = np.random.default_rng(1)
    time = np.arange(400) / RATE
    hidden = (rng.standard_normal(16000) * 300).astype(np.float32)
    hidden[9000:9400] += 2000 * (np.sin(2 * np.pi * 770 * time) + np.sin(2 * np.pi * 1336 * time))
    found = mined.fragments(rng, hidden, 4000)
    assert np.abs(found[1000:3000]).max() > 3 * np.std(found[:600])
    assert not mined.fragments(rng, np.zeros(1000, np.float32), 500).any()


@pytest.mark.parametrize("make", [synthetic.vowels_and_whistles, synthetic.tune])
def test_synthetic_sounds_are_full_and_finite(make: object) -> None:
    """Sound of the wanted length, most of the time."""
    made: Float32 = make(np.random.default_rng(5), 80000)  # type: ignore[operator]
    assert made.shape == (80000,)
    assert np.isfinite(made).all()
    assert (np.abs(made).reshape(-1, 800).max(axis=1) > 0).mean() > 0.6


def test_texts_have_words_for_every_tongue() -> None:
    """What a voice is given to say is never empty, and other numbers give another text."""
    for tongue in voices.TONGUES:
        first, other = (voices.text(np.random.default_rng(seed), tongue, 20) for seed in (1, 2))
        assert len(first) > 20
        assert first != other
