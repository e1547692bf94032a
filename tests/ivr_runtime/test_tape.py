"""Recordings of either direction or both, through losses, pauses and bridges: every sample where it was."""

from __future__ import annotations

import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsp.mixer import Mixer
from dsp.prompts import Arena
from dsp.receiver import RATE, TICK, Int16
from ivr_runtime.recording import Recorder
from ivr_runtime.reel import Reel, Tracks, laid_out
from ivr_runtime.tape import Tape


def read(file: Path) -> np.ndarray:
    """(samples, channels)"""
    with wave.open(str(file)) as wav:
        assert (wav.getframerate(), wav.getsampwidth()) == (RATE, 2)
        return np.frombuffer(wav.readframes(wav.getnframes()), "<i2").reshape(-1, wav.getnchannels())


def a_call(line: int = 0) -> Any:
    """What a recorder needs of a call."""
    return SimpleNamespace(id=f"call-{line}", line=line)


def two(samples: int, seed: int = 1) -> tuple[Int16, Int16]:
    """What was received and sent."""
    both = np.random.default_rng(seed).integers(-32768, 32768, (2, samples)).astype(np.int16)
    return both[0], both[1]


def test_the_tracks_of_a_recording() -> None:
    """Stereo, either direction alone, or the sum, which never wraps round."""
    received, sent = two(500)
    assert np.array_equal(laid_out(received, sent, "both"), np.stack([received, sent], axis=1))
    assert np.array_equal(laid_out(received, sent, "received")[:, 0], received)
    assert np.array_equal(laid_out(received, sent, "sent")[:, 0], sent)
    total = np.clip(received.astype(int) + sent, -32768, 32767)
    assert np.array_equal(laid_out(received, sent, "mixed")[:, 0], total)
    with pytest.raises(ValueError, match="'left' is no choice of tracks"):
        laid_out(received, sent, "left")  # type: ignore[arg-type]


@pytest.mark.parametrize("tracks", get_args(Tracks))
def test_a_file_grows_by_pieces_and_plays_after_each(tmp_path: Path, tracks: Tracks) -> None:
    """Killed after any piece, what was written is there."""
    reel = Reel(tmp_path / "sub" / "a.wav", tracks)
    parts = [two(n, n) for n in (1, 700, 8000)]
    for i, part in enumerate(parts):
        reel.write(*part)
        wanted = np.concatenate([laid_out(*p, tracks) for p in parts[: i + 1]])
        np.testing.assert_array_equal(read(tmp_path / "sub" / "a.wav"), wanted)
    reel.silence(20_001)
    reel.close()
    assert len(read(tmp_path / "sub" / "a.wav")) == 8_701 + 20_001


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["tick", "tick", "lose", "pause", "resume"]), max_size=150))
def test_pauses_and_losses_are_silence_and_the_rest_stands_where_it_was(tmp_path: Path, doings: list[str]) -> None:
    """In any order, paused twice or never resumed: as long as the call was, silent exactly where it must be."""
    (tmp_path / "call-0.wav").unlink(missing_ok=True)
    recorder, tape, call = Recorder(tmp_path, "received"), Tape(1, length=500), a_call()
    recorder.begin(call, tape)
    wanted, paused = [np.zeros(0, np.int16)], False
    for i, doing in enumerate(doings):
        if doing == "tick":
            rx = np.full((1, TICK), i + 1, np.int16)
            tape.write(rx, -rx)
            wanted.append(rx[0] * (not paused))
        elif doing == "lose":
            tape.skip(777)
            wanted.append(np.zeros(777, np.int16))
        else:
            (recorder.pause if doing == "pause" else recorder.resume)(call)
            paused = doing == "pause"
    recorder.end(call)
    recorder.close()
    whole = np.concatenate(wanted)
    file = tmp_path / "call-0.wav"
    assert file.exists() or not whole.size
    if file.exists():
        np.testing.assert_array_equal(read(file)[:, 0], whole)


def test_calls_that_are_not_recorded_cannot_be_paused(tmp_path: Path) -> None:
    """Nothing happens."""
    recorder = Recorder(tmp_path)
    recorder.pause(a_call())
    recorder.resume(a_call())
    recorder.close()
    assert not list(tmp_path.iterdir())


def test_a_bridged_call_records_both_parties(tmp_path: Path) -> None:
    """Each sends what the other says: one recording has the caller on the left and the other on the right."""
    mixer, tape = Mixer(2, Arena()), Tape(2)
    recorder = Recorder(tmp_path)
    for line in (0, 1):
        recorder.begin(a_call(line), tape)
    mixer.bridge.connect([0, 1])
    said = np.random.default_rng(2).integers(-9000, 9000, (2, 5 * TICK)).astype(np.int16)
    for tick in range(5):
        rx = said[:, TICK * tick : TICK * (tick + 1)]
        tape.write(rx, mixer.mix(rx=rx)[0])
    for line in (0, 1):
        recorder.end(a_call(line))
    recorder.close()
    for line in (0, 1):
        whole = read(tmp_path / f"call-{line}.wav")
        np.testing.assert_array_equal(whole[:, 0], said[line])
        np.testing.assert_array_equal(whole[TICK:, 1], said[1 - line, TICK:])
