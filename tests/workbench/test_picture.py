"""Pictures of calls: what is on them can be seen again in the sound."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from dsp import dtmf
from workbench.picture import CallPicture, Mark, digits_heard, draw, read_recording


def call_sound() -> np.ndarray:
    """Half a second of silence, three keys, silence to three seconds."""
    keys = dtmf.keys("12#", level=-8.0)
    sound = np.zeros(24_000, np.int16)
    sound[4_000 : 4_000 + len(keys)] = keys.astype(np.int16)
    return sound


def test_keys_are_found_again_in_the_recording() -> None:
    """The picture's keys come from the caller's sound, each where it was pressed."""
    found = digits_heard(call_sound())
    assert [mark.text for mark in found] == ["1", "2", "#"]
    assert abs(found[0].at - 4_000) < 160


def test_a_key_at_the_very_end_is_on_the_picture() -> None:
    """A call that ends with a key still shows it: the receiver gets the silence that it needs."""
    assert [mark.text for mark in digits_heard(dtmf.keys("5", level=-8.0).astype(np.int16)[:800])] == ["5"]


def test_the_picture_shows_both_directions(tmp_path: Path) -> None:
    """Both waveforms stand in the PNG in their own colours."""
    from PIL import Image

    file = tmp_path / "call.png"
    sound = call_sound()
    draw(
        CallPicture(
            "试",
            sound,
            sound[::-1].copy(),
            [Mark(100, "welcome", 9000)],
            [Mark(100, "zh")],
            [Mark(23_000, "disconnect")],
        ),
        file,
    )
    seen = set(Image.open(file).convert("RGB").get_flattened_data())
    assert {(0x1F, 0x6F, 0xEB), (0xD9, 0x73, 0x0D)} <= seen


def test_an_empty_recording_is_drawn(tmp_path: Path) -> None:
    """A call that ended at once has a picture all the same."""
    nothing = np.zeros(0, np.int16)
    draw(CallPicture("short", nothing, nothing), tmp_path / "call.png")
    assert (tmp_path / "call.png").stat().st_size > 1000


def test_a_picture_stands_under_the_name_that_was_asked_for(tmp_path: Path) -> None:
    """Without a suffix too, and never beside a folder of that name."""
    nothing = CallPicture("short", np.zeros(0, np.int16), np.zeros(0, np.int16))
    draw(nothing, tmp_path / "call")
    assert [made.name for made in tmp_path.iterdir()] == ["call"]
    with pytest.raises(IsADirectoryError):
        draw(nothing, tmp_path)


def test_a_mono_file_is_no_call_recording(tmp_path: Path) -> None:
    """A wrong file is refused with what is wrong about it."""
    soundfile.write(tmp_path / "mono.wav", np.zeros(800, np.int16), 8000)
    with pytest.raises(ValueError, match="1 channel"):
        read_recording(tmp_path / "mono.wav")
