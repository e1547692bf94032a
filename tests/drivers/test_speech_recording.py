"""Recorded prompts: any format, rate and loudness to telephone sound, and faults that name the file and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.speech.errors import BadRecording
from drivers.speech.recording import prepare, read_recording
from drivers.speech.sound_file import LONGEST, read_sound
from drivers.speech.telephone import SPEECH_LEVEL
from dsp import g711
from dsp.levels import amplitude
from dsp.loudness import speech_level

FAST = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def tone(rate: int, seconds: float = 0.5, height: float = 0.3) -> np.ndarray:
    """800 Hz."""
    return height * np.sin(2 * np.pi * 800 * np.arange(int(rate * seconds)) / rate)


def record(file: Path, rate: int = 44100, channels: int = 2, **how: str) -> Path:
    """A recorded prompt: a tone in all channels."""
    soundfile.write(file, np.repeat(tone(rate)[:, None], channels, axis=1), rate, **how)
    return file


def is_the_tone(samples: np.ndarray, slack: int = 1) -> None:
    """Half a second of 800 Hz at the level of prompts, and hardly anything else."""
    assert samples.dtype == np.int16
    assert len(samples) == pytest.approx(4000, abs=slack)
    assert speech_level(samples).dbm0 == pytest.approx(SPEECH_LEVEL, abs=0.3)
    power = np.abs(np.fft.rfft(samples[500:3500] * np.hanning(3000))) ** 2
    assert power[280:320].sum() > 0.98 * power.sum()


@pytest.mark.parametrize(
    ("name", "rate", "channels", "how"),
    [
        ("a.wav", 44100, 2, {"subtype": "PCM_24"}),
        ("a.wav", 96000, 2, {"subtype": "PCM_32"}),
        ("a.wav", 48000, 1, {"subtype": "FLOAT"}),
        ("a.wav", 192000, 1, {"subtype": "DOUBLE"}),
        ("a.wav", 8000, 1, {"subtype": "ALAW"}),
        ("a.wav", 8000, 1, {"subtype": "ULAW"}),
        ("a.wav", 22050, 6, {"subtype": "PCM_U8"}),
        ("a.wav", 16000, 1, {"subtype": "PCM_16"}),
        ("a.wav", 11025, 1, {"subtype": "IMA_ADPCM"}),
        ("a.WAV", 8000, 1, {"subtype": "GSM610"}),
        ("a.flac", 48000, 2, {}),
        ("a.ogg", 44100, 2, {"subtype": "VORBIS"}),
        ("a.opus", 48000, 1, {"format": "OGG", "subtype": "OPUS"}),
        ("a.mp3", 44100, 2, {}),
        ("a.aiff", 44100, 2, {}),
        ("a.au", 8000, 1, {"subtype": "ULAW"}),
    ],
)
def test_a_recording_of_any_kind_becomes_telephone_sound(
    tmp_path: Path, name: str, rate: int, channels: int, how: dict[str, str]
) -> None:
    """8 kHz, its length kept, at the level of prompts. Blocks of GSM, ADPCM and MP3 are filled up at the end."""
    blocks = how.get("subtype") in ("GSM610", "IMA_ADPCM")
    is_the_tone(read_recording(record(tmp_path / name, rate, channels, **how)), 750 if blocks else 5)


def gsm(file: Path) -> None:
    """GSM 06.10 without a header, as Asterisk keeps its prompts."""
    soundfile.write(file, tone(8000), 8000, "GSM610", format="RAW")


def pcm(rate: int) -> Callable[[Path], None]:
    """Signed linear without a header."""
    return lambda file: file.write_bytes((tone(rate) * 32767).astype("<i2").tobytes()) and None


def coded(law: g711.Law) -> Callable[[Path], None]:
    """G.711 without a header."""
    return lambda file: file.write_bytes(g711.encode((tone(8000) * 32767).astype(np.int16), law).tobytes()) and None


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.alaw", coded("alaw")),
        ("a.al", coded("alaw")),
        ("a.ulaw", coded("mulaw")),
        ("a.ul", coded("mulaw")),
        ("a.gsm", gsm),
        ("a.sln", pcm(8000)),
        ("a.sln16", pcm(16000)),
        ("a.sln48", pcm(48000)),
    ],
)
def test_the_raw_files_of_an_asterisk_are_read_by_their_names(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    """No header: the ending says rate and coding."""
    write(tmp_path / name)
    is_the_tone(read_recording(tmp_path / name), 160)


def test_a_file_with_a_header_is_what_its_header_says(tmp_path: Path) -> None:
    """A WAV file that was named .sln would be played as noise."""
    record(tmp_path / "a.wav", 16000).rename(tmp_path / "a.sln")
    is_the_tone(read_recording(tmp_path / "a.sln"))


def test_recordings_of_any_loudness_become_equally_loud(tmp_path: Path) -> None:
    """A whisper of -60 dB and a shout with its peaks cut off; what they were is told."""
    for i, height in enumerate((0.001, 0.03, 0.9, 3.0)):
        soundfile.write(tmp_path / f"{i}.wav", tone(16000, height=height), 16000, subtype="PCM_24")
    made = [prepare(tmp_path / f"{i}.wav") for i in range(4)]
    assert [speech_level(m.samples).dbm0 for m in made] == pytest.approx([SPEECH_LEVEL] * 4, abs=0.3)
    assert [m.before for m in made] == pytest.approx([-56.9, -27.3, 2.2, 4.9], abs=0.8)


def test_the_pauses_of_a_recording_stay_and_those_around_a_word_go(tmp_path: Path) -> None:
    """Whoever recorded a prompt meant its pauses; a word follows others, so 20 ms are left on either side."""
    soundfile.write(tmp_path / "a.flac", np.r_[np.zeros(8000), np.sin(np.arange(8000)), np.zeros(8000)], 8000)
    assert len(read_recording(tmp_path / "a.flac")) == 24000
    assert len(prepare(tmp_path / "a.flac", word=True).samples) == pytest.approx(8320, abs=120)


def test_an_offset_goes_without_a_thump(tmp_path: Path) -> None:
    """A cheap sound card adds DC: neither it nor its beginning is heard."""
    soundfile.write(tmp_path / "a.wav", 0.3 + np.r_[np.zeros(8000), tone(16000, 1, 0.05), np.zeros(8000)], 16000)
    samples = read_recording(tmp_path / "a.wav")
    assert np.abs(samples[:3500].astype(int)).max() < amplitude(-60)
    assert abs(samples.astype(float).mean()) < 1


def test_a_recording_that_is_cut_anywhere_begins_and_ends_at_nothing(tmp_path: Path) -> None:
    """So that it joins others without a click."""
    soundfile.write(tmp_path / "a.wav", tone(8000)[37:3777], 8000)
    samples = read_recording(tmp_path / "a.wav").astype(int)
    assert abs(samples[0]) < 60
    assert abs(samples[-1]) < 60


def test_channels_that_cancel_each_other_are_not_added(tmp_path: Path) -> None:
    """One side of the stereo reversed: the sum would be silence."""
    soundfile.write(tmp_path / "a.wav", np.stack([tone(16000), -tone(16000)], axis=1), 16000)
    is_the_tone(read_recording(tmp_path / "a.wav"))


def write_fault(file: Path, fault: str) -> None:
    """A file that cannot be used."""
    if fault == "folder":
        file.mkdir()
    elif fault == "text":
        file.write_text("I am a song")
    elif fault in ("no samples", "silent"):
        soundfile.write(file, np.zeros(0 if fault == "no samples" else 8000), 8000)
    elif fault == "dither":
        soundfile.write(file, np.random.default_rng(1).integers(-1, 2, 8000).astype(np.int16), 8000)
    elif fault == "empty":
        file.write_bytes(b"")
    elif fault in ("not a number", "infinite"):
        sound = tone(8000)
        sound[100] = np.nan if fault == "not a number" else np.inf
        soundfile.write(file, sound, 8000, subtype="FLOAT")
    elif fault == "protected":
        file.write_bytes(b"\0\0\0\x20ftypM4P " + bytes(range(256)) * 8)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("missing", "cannot be read: No such file"),
        ("folder", "cannot be read: Is a directory"),
        ("text", r"not a sound file .* ffmpeg -i 'welcome\.wav' -ar 8000 -ac 1"),
        ("protected", "not a sound file .* ffmpeg"),
        ("empty", "is empty; record it again"),
        ("no samples", ".* not one sample; record it again"),
        ("silent", ".* only silence .*; record it again"),
        ("dither", ".* only silence .-8[0-9] dBm0.; record it again"),
        ("not a number", "some samples are not numbers; .* ffmpeg"),
        ("infinite", "some samples are not numbers"),
    ],
)
def test_a_recording_that_cannot_be_used_is_named(tmp_path: Path, fault: str, why: str) -> None:
    """The file, what is wrong with it, and what helps."""
    write_fault(tmp_path / "welcome.wav", fault)
    with pytest.raises(BadRecording, match=rf"welcome\.wav: {why}"):
        read_recording(tmp_path / "welcome.wav")


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.flac", "a.ogg"])
@pytest.mark.parametrize("share", [0.5, 0.95])
def test_a_download_that_broke_off_is_an_error(tmp_path: Path, name: str, share: float) -> None:
    """Callers would hear half a sentence."""
    rng = np.random.default_rng(1)
    soundfile.write(tmp_path / name, np.cumsum(rng.uniform(-0.01, 0.01, 44100)), 44100)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: int(share * len(data))])
    with pytest.raises(BadRecording, match=r"a\.\w+: (is cut short|not a sound file)"):
        read_recording(tmp_path / name)


def test_a_wav_file_written_to_a_pipe_does_not_know_its_length(tmp_path: Path) -> None:
    """espeak-ng, sox and ffmpeg write such files; they are whole."""
    record(tmp_path / "a.wav", 8000, 1, subtype="PCM_16")
    data = bytearray((tmp_path / "a.wav").read_bytes())
    at = data.find(b"data")
    for length in (0x7FFFFFFF, 0xFFFFFFFF):
        data[4:8] = data[at + 4 : at + 8] = length.to_bytes(4, "little")
        (tmp_path / "a.wav").write_bytes(data)
        is_the_tone(read_recording(tmp_path / "a.wav"))


def test_a_recording_that_is_too_long_is_refused_unread(tmp_path: Path) -> None:
    """A whole album in the folder of prompts."""
    soundfile.write(tmp_path / "a.wav", np.zeros(int(LONGEST + 1) * 1000, np.int16), 1000, subtype="PCM_U8")
    with pytest.raises(BadRecording, match="601 s long"):
        read_recording(tmp_path / "a.wav")


@pytest.mark.parametrize("rate", [900, 500_000])
def test_a_rate_out_of_range_is_named_with_its_file(tmp_path: Path, rate: int) -> None:
    """A header that somebody damaged."""
    soundfile.write(tmp_path / "a.wav", tone(8000), rate)
    with pytest.raises(BadRecording, match=rf"a\.wav: a sampling rate of {rate} Hz"):
        read_recording(tmp_path / "a.wav")


def is_sound_or_an_error(file: Path) -> None:
    """A clip of finite samples, or BadRecording with the file's name."""
    try:
        assert np.isfinite(read_sound(file).samples).all()
        assert read_recording(file).dtype == np.int16
    except BadRecording as error:
        assert file.name in str(error)  # noqa: PT017 - that it is raised is not wanted


@FAST
@given(st.binary(max_size=60), st.integers(0, 4000), st.sampled_from(["a.wav", "a.flac", "a.ogg", "a.mp3", "a.gsm"]))
def test_any_damage_is_sound_or_an_error(tmp_path: Path, junk: bytes, at: int, name: str) -> None:
    """Bytes overwritten anywhere: a clip of finite samples, or BadRecording with the file's name."""
    file = tmp_path / name
    if not file.exists():
        gsm(file) if name == "a.gsm" else record(file, 8000, 1)
    data = file.read_bytes()
    file.write_bytes(data[:at] + junk + data[at + len(junk) :])
    try:
        is_sound_or_an_error(file)
    finally:
        file.write_bytes(data)


@FAST
@given(st.binary(max_size=400), st.sampled_from(["a.wav", "a.alaw", "a.gsm", "a.sln", "a.mp3", "a.m4a"]))
def test_any_bytes_are_sound_or_an_error(tmp_path: Path, data: bytes, name: str) -> None:
    """A file of anything at all under the name of a recording."""
    (tmp_path / name).write_bytes(data)
    is_sound_or_an_error(tmp_path / name)
