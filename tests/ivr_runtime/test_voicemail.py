"""Voice messages: kept once with their sound on disk, or thrown away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drivers.speech.wav import write_whole
from ivr_runtime.errors import ServiceFailed
from ivr_runtime.records.models import Call, Message
from ivr_runtime.services import SERVICES

keep = SERVICES["voicemail.keep"]
discard = SERVICES["voicemail.discard"]


@pytest.fixture
def sound(records: Path) -> Path:
    """A recorded file in the data folder."""
    file = records / "messages" / "call-1.wav"
    file.parent.mkdir()
    file.write_bytes(b"RIFF")
    return file


def test_a_message_is_kept_with_its_sound(records: Path, sound: Path) -> None:
    """Topic, call-back number, length; the file is named relative to the data folder, so that it can be moved."""
    kept = keep(call_id="call-1", topic="price", callback="13800138000", file=str(sound), samples=20000)
    assert (kept["seconds"], kept["topic"], kept["callback"]) == (2.5, "price", "13800138000")
    message = Message.objects.get(pk=kept["id"])
    assert (message.file, message.state, message.call_id) == ("messages/call-1.wav", "new", "call-1")


def test_keeping_twice_keeps_once(records: Path, sound: Path) -> None:
    """A retry, or the end of the call after the caller's own `keep`: one message, the later length."""
    first = keep("call-1", "price", "1", str(sound), 100)
    assert keep("call-1", "price", "2", "messages/call-1.wav", 200)["id"] == first["id"]
    assert [(message.callback, message.samples) for message in Message.objects.all()] == [("2", 200)]


def test_a_message_does_not_wait_for_the_journal(records: Path, sound: Path) -> None:
    """The call's own record may come later; the message has it to point to."""
    keep("call-9", "", "", str(sound), 1)
    assert Call.objects.get(id="call-9").messages.count() == 1


def test_overlong_words_are_cut_rather_than_lost(records: Path, sound: Path) -> None:
    """A database with strict columns would refuse the message."""
    keep("call-1", "t" * 500, "5" * 500, str(sound), 1)
    message = Message.objects.get()
    assert (len(message.topic), len(message.callback)) == (100, 40)


def test_a_missing_sound_fails_the_service(records: Path) -> None:
    """No record points to nothing."""
    with pytest.raises(ServiceFailed, match=r"voicemail\.keep.*none\.wav"):
        keep("call-1", "", "", "none.wav", 1)
    assert Message.objects.count() == 0


def test_the_sound_is_on_disk_before_the_record(records: Path, sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fails while the sound is written out: the service fails, no record is kept."""

    def broken(handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(ServiceFailed, match="Input/output error"):
        keep("call-1", "", "", str(sound), 1)
    assert Message.objects.count() == 0


def test_an_unwanted_recording_is_deleted(records: Path, sound: Path) -> None:
    """Deleting it twice does no harm."""
    discard(file=str(sound))
    discard(file="messages/call-1.wav")
    assert not sound.exists()


def test_a_kept_message_is_not_deleted(records: Path, sound: Path) -> None:
    """Whatever a flow does after `keep`."""
    keep("call-1", "", "", str(sound), 1)
    discard(str(sound))
    assert sound.exists()


@pytest.mark.parametrize("name", ["{outside}", "messages/../../{outside_name}"])
def test_nothing_outside_the_data_folder_is_deleted(records: Path, name: str) -> None:
    """A flow with a wrong path must not eat the machine."""
    outside = records.parent / f"{records.name}-outside.wav"
    write_whole(outside, b"precious")
    discard(name.format(outside=outside, outside_name=outside.name))
    assert outside.exists()
