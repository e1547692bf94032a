"""`loopstart listen`: what a recording holds is told with its time, whatever the file is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from drivers import tone_plans
from dsp import caller_id, dtmf, g711, tones
from dsp.levels import saturate
from dsp.receiver import RATE, Float32
from workbench.cli import app
from workbench.listen.chart import Span, written
from workbench.listen.hearing import Heard, Wanted, hear, keys
from workbench.listen.overview import COLUMNS, Overview
from workbench.listen.recording import BadSound, open_recording
from workbench.listen.told import as_json, clock, line_of_text

CN = tones.plan("cn")


def line(seconds: float = 3.0, pressed: str = "12#", at: float = 0.5) -> Float32:
    """A line with keys on it: float32, faint noise beneath."""
    sound = np.random.default_rng(5).normal(0, 8, round(seconds * RATE)).astype(np.float32)
    signal = dtmf.keys(pressed, level=-10.0)
    begin = round(at * RATE)
    sound[begin : begin + len(signal)] += signal
    return sound


def listen(*arguments: object, stdin: bytes | None = None) -> Result:
    """The command as it is typed."""
    return CliRunner().invoke(app, ["listen", *map(str, arguments)], input=stdin)


def events(result: Result) -> list[dict[str, object]]:
    """What --json printed."""
    return [json.loads(told) for told in result.stdout.splitlines()]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Two lines: keys on the left, busy tone on the right."""
    right = tones.generate(CN, "busy", 6 * RATE)
    file = tmp_path / "call.wav"
    soundfile.write(file, np.stack([saturate(line(6.0)), saturate(right)], axis=1), RATE)
    return file


def test_keys_and_tones_of_both_lines_are_printed(recording: Path) -> None:
    """Each with its time, its line and its figures; the summary says which keys came on which line."""
    done = listen(recording, "--no-png")
    assert done.exit_code == 0
    assert "line 1: keys 12#; line 2: no key" in done.stdout
    key = next(told for told in done.stdout.splitlines() if "1  began" in told)
    assert key.split()[0] == "0:00.500"
    assert "-10.0 / -10.0 dBm0" in key
    assert "busy (cn)  began" in done.stdout


def test_events_come_in_the_order_of_time(recording: Path) -> None:
    """Also those that a receiver is sure of only seconds later."""
    at = [event["at"] for event in events(listen(recording, "--no-png", "--json"))]
    assert at == sorted(at, key=int)
    assert len(at) > 8


def test_a_part_has_the_times_of_the_whole(recording: Path) -> None:
    """--from and --to cut; what is heard keeps its place in the recording."""
    part = events(listen(recording, "--no-png", "--json", "--from", 0.6, "--to", 1.2))
    heard = [
        (e["digit"], round(float(str(e["seconds"])), 1)) for e in part if e["event"] == "key" and e["edge"] == "began"
    ]
    assert heard == [("2", 0.7), ("#", 0.9)]


def test_other_keys_than_expected_give_status_one(recording: Path) -> None:
    """In a script: 0 for what was expected, 1 for anything else, with both on standard error."""
    assert listen(recording, "--no-png", "--expect", "12#").exit_code == 0
    done = listen(recording, "--no-png", "--expect", "13#")
    assert (done.exit_code, "expected 13#, heard 12#" in done.stderr) == (1, True)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 48000])
def test_any_rate_gives_the_same_keys_at_the_same_time(rate: int, tmp_path: Path) -> None:
    """A recording of any sampling rate, in pieces that do not begin where a sample at 8 kHz does."""
    from scipy.signal import resample_poly

    sound = resample_poly(line(5.0, "159D", at=1.7), rate, RATE)
    soundfile.write(tmp_path / "keys.wav", sound / 32768, rate, subtype="FLOAT")
    source = open_recording(tmp_path / "keys.wav", "keys.wav")
    found = list(hear(source.pieces(), 1, Wanted([CN])))
    assert keys(found) == "159D"
    first = next(h.event.at for h in found if hasattr(h.event, "digit"))
    assert first == pytest.approx(1.7 * RATE, abs=12)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([8000, 12000, 22050, 44100]), st.floats(0.0, 0.9), st.floats(1.0, 5.0))
def test_the_pieces_of_a_recording_are_the_recording(rate: int, since: float, length: float) -> None:
    """Read in pieces, resampled piece by piece, nothing is missing and no edge is heard."""
    import io

    from dsp.resample import resample

    sound = np.random.default_rng(1).normal(0, 0.1, round(6 * rate)).astype(np.float32)
    file = io.BytesIO()
    soundfile.write(file, sound, rate, subtype="FLOAT", format="WAV")
    file.seek(0)
    part = open_recording(file, "x.wav", since, since + length)
    got = np.concatenate([piece[0] for piece in part.pieces()])
    cut = sound[part.begin : part.end] * np.float32(32768)
    wanted = cut if rate == RATE else resample(cut, rate, 0.0, 3899.0)
    assert len(got) == part.samples
    assert np.abs(got - wanted).max() < 1.0


def test_raw_samples_are_told_by_their_ending(tmp_path: Path) -> None:
    """.alaw and .ulaw as an Asterisk keeps them."""
    sound = saturate(line())
    for law, ending in (("alaw", "alaw"), ("mulaw", "ulaw")):
        file = tmp_path / f"keys.{ending}"
        file.write_bytes(g711.encode(sound, law).tobytes())  # type: ignore[arg-type]
        assert listen(file, "--no-png", "--expect", "12#").exit_code == 0


def test_what_can_only_be_read_forwards_is_heard(tmp_path: Path) -> None:
    """GSM without a header, in part too: no position in it can be sought."""
    file = tmp_path / "tone.gsm"
    soundfile.write(file, saturate(tones.generate(CN, "busy", 8 * RATE)), RATE, format="RAW", subtype="GSM610")
    done = listen(file, "--no-png")
    assert "GSM610" in done.stdout
    assert "busy (cn)" in done.stdout
    part = listen(file, "--no-png", "--from", 2).stdout
    assert "busy (cn)" in part
    assert "0:02." in part


def test_a_folder_is_no_recording(tmp_path: Path) -> None:
    """It is said what it is, and what helps."""
    done = listen(tmp_path)
    assert done.exit_code == 2
    assert "a folder; name the recordings in it" in done.stderr


def test_a_tone_that_was_steady_from_its_beginning_is_said_to_be_nobody(recording: Path) -> None:
    """No "ended after 0.000 s"."""
    told = [told for told in listen(recording, "--no-png").stdout.splitlines() if "line 2  sound" in told]
    assert "began" in told[0]
    assert "was steady: nobody spoke" in told[1]


def test_standard_input_is_heard(recording: Path) -> None:
    """From a pipe, and no picture is left anywhere."""
    assert listen("-", "--expect", "12#", stdin=recording.read_bytes()).exit_code == 0
    assert [file.name for file in recording.parent.iterdir()] == ["call.wav"]


def test_files_that_are_no_recordings_are_told_and_the_others_heard(recording: Path, tmp_path: Path) -> None:
    """Missing, empty, not audio, without samples, a folder: one line each on standard error, status 2."""
    bad = {"gone.wav": "no such file", "empty.wav": "empty", "text.wav": "no sound file", "none.wav": "not one sample"}
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("hello, this is text")
    soundfile.write(tmp_path / "none.wav", np.zeros(0, np.int16), RATE)
    done = listen(*[tmp_path / name for name in bad], tmp_path, recording, "--no-png")
    assert done.exit_code == 2
    told = done.stderr.splitlines()
    assert len(told) == 5
    assert all(reason in said for reason, said in zip(bad.values(), told, strict=False))
    assert "keys 12#" in done.stdout


def test_a_wrong_plan_or_profile_or_part_is_told(recording: Path) -> None:
    """With what there is; nothing is heard."""
    assert "cn" in listen(recording, "--plan", "cm").stderr
    assert "ntt" in listen(recording, "--profile", "nt").stderr
    done = listen(recording, "--from", "100")
    assert (done.exit_code, "nothing from 100 s" in done.stderr) == (2, True)


def test_samples_that_are_no_numbers_disturb_nothing(tmp_path: Path) -> None:
    """NaN in a float file is silence for as long as it lasts."""
    sound = line() / 32768
    sound[-4000:-3000] = np.nan
    soundfile.write(tmp_path / "nan.wav", sound, RATE, subtype="FLOAT")
    assert listen(tmp_path / "nan.wav", "--expect", "12#").exit_code == 0


def test_caller_id_and_the_answer_are_told(tmp_path: Path) -> None:
    """The number with its coding; with --answer, what took the call."""
    sound = np.zeros(4 * RATE, np.float32)
    signal = caller_id.fsk_signal("13812345678", name="LEE")
    sound[4000 : 4000 + len(signal)] = signal
    soundfile.write(tmp_path / "number.wav", saturate(sound), RATE)
    assert "13812345678  LEE" in listen(tmp_path / "number.wav", "--no-png").stdout
    soundfile.write(tmp_path / "fax.wav", saturate(tones.generate(CN, "ced", 4 * RATE)), RATE)
    assert "fax" in listen(tmp_path / "fax.wav", "--no-png", "--answer").stdout


def test_a_number_that_was_not_believed_is_told_when_asked(tmp_path: Path) -> None:
    """--near-misses says why; without it nothing is said, for no number is better than a wrong one."""
    signal = caller_id.fsk_signal("13812345678")
    signal[-700:-600] = 0
    sound = np.concatenate([np.zeros(4000), signal, np.zeros(RATE)]).astype(np.float32)
    soundfile.write(tmp_path / "bad.wav", saturate(sound), RATE)
    assert "caller ID" not in listen(tmp_path / "bad.wav", "--no-png", "--near-misses").stdout
    assert "no number  why=" in listen(tmp_path / "bad.wav", "--no-png", "--near-misses").stdout
    assert "no number" not in listen(tmp_path / "bad.wav", "--no-png").stdout


def test_a_near_miss_is_told_with_every_figure() -> None:
    """What it nearly was and why it was not, its length, levels, twist, offsets and share."""

    @dataclass(frozen=True)
    class Miss:
        line: int = 0
        at: int = 8000
        digit: str = "5"
        length: int = 200
        low: float = -10.0
        high: float = -13.0
        low_offset: float = 2.6
        high_offset: float = -0.1
        share: float = 0.97
        why: str = "frequency"

    told = line_of_text(Heard(Miss(), aside=True), 1)
    assert told.split(maxsplit=2)[2] == (
        "near miss  5? frequency: 0.025 s, -10.0 / -13.0 dBm0, twist -3.0 dB, off by +2.60 / -0.10 %, 97% of all"
    )
    assert json.loads(as_json(Heard(Miss(), aside=True), "x"))["event"] == "near_miss"


def test_a_learned_plan_can_be_loaded(tmp_path: Path) -> None:
    """--learn prints YAML, and nothing else, that is a tone plan."""
    soundfile.write(tmp_path / "busy.wav", saturate(tones.generate(CN, "busy", 8 * RATE)), RATE)
    done = listen(tmp_path / "busy.wav", "--learn")
    assert tone_plans.load("learned.yaml", done.stdout).tones[0].name == "busy"


def test_the_picture_stands_beside_the_file(recording: Path) -> None:
    """call.wav.png; and --png names another."""
    listen(recording)
    assert recording.with_name("call.wav.png").read_bytes().startswith(b"\x89PNG")
    listen(recording, "--png", recording.with_name("other"))
    assert recording.with_name("other").stat().st_size > 10_000
    assert listen(recording, recording, "--png", "x.png").exit_code == 2


def test_a_long_recording_takes_no_more_memory_than_a_short_one() -> None:
    """The columns stand for more; a key of 40 ms is still seen in one."""
    overview = Overview(1, 300 * RATE)
    silence = np.zeros((1, 10 * RATE), np.float32)
    for piece_number in range(30):
        piece = silence
        if piece_number == 15:
            piece = silence.copy()
            piece[0, 8000:8320] = dtmf.key("5", -10.0, samples=320)
        overview(piece)
    overview.finish()
    assert overview.spectra.shape[1] <= COLUMNS
    assert np.flatnonzero(overview.loudest[0] > -20).tolist() == [151 * RATE // (80 * overview.hops)]


@given(st.integers(1, 30_000), st.lists(st.integers(1, 900), max_size=40))
@settings(max_examples=30, deadline=None)
def test_an_overview_does_not_depend_on_the_pieces(samples: int, cuts: list[int]) -> None:
    """Any cut of the sound gives the same picture."""
    sound = np.random.default_rng(2).normal(0, 1000, (2, samples)).astype(np.float32)
    whole, pieces = Overview(2, samples), Overview(2, samples)
    whole(sound)
    at = 0
    for cut in [*cuts, samples]:
        pieces(sound[:, at : at + cut])
        at += cut
    whole.finish()
    pieces.finish()
    assert np.allclose(whole.spectra, pieces.spectra, atol=0.01)
    assert np.allclose(whole.loudest, pieces.loudest)


def test_keys_in_one_go_are_written_together() -> None:
    """123 stands where 1 begins; what is far away stands by itself; a tone that has no room is not written over."""
    spans = [Span(1.0, 1.1, "1"), Span(1.2, 1.3, "2"), Span(9.0, 9.1, "3")]
    assert [(s.begin, s.text) for s in written(spans, 0.1)] == [(1.0, "12"), (9.0, "3")]
    assert [s.text for s in written([Span(0, 1, "busy"), Span(1.1, 2, "dial")], 0.5)] == ["busy"]


@pytest.mark.parametrize(("sample", "told"), [(0, "0:00.000"), (4, "0:00.000"), (8_000 * 61 + 80, "1:01.010")])
def test_a_moment_is_minutes_seconds_milliseconds(sample: int, told: str) -> None:
    """m:ss.mmm."""
    assert clock(sample) == told


def test_a_recording_that_breaks_off_is_told(tmp_path: Path) -> None:
    """Half a FLAC file: what can be heard is, and then the fault with its time."""
    soundfile.write(tmp_path / "whole.flac", saturate(line(20.0)), RATE)
    data = (tmp_path / "whole.flac").read_bytes()
    (tmp_path / "half.flac").write_bytes(data[: len(data) // 2])
    source = open_recording(tmp_path / "half.flac", "half.flac")
    with pytest.raises(BadSound, match="half"):
        list(source.pieces())
