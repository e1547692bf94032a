"""Voice messages: the sound is in a file that the call recorded, the rest in the records."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.db import transaction

from ivr_runtime.records.models import Call, Message
from ivr_runtime.records.setup import data_dir


def keep(call_id: str, topic: str, callback: str, file: str, samples: int) -> dict[str, Any]:
    """Keep a recorded message; sound and record are on disk when this returns. Keeping a file twice keeps it once.

    file: absolute, or relative to the data folder. samples: its length at 8 kHz. Gives id, seconds, topic, callback.
    Raises OSError when the file is not there.
    """
    _to_disk(_whole(file))
    with transaction.atomic():
        Call.objects.get_or_create(id=call_id)  # the journal may not have kept the call yet
        kept, _ = Message.objects.update_or_create(
            file=_name(file),
            defaults={"call_id": call_id, "topic": topic[:100], "callback": callback[:40], "samples": int(samples)},
        )
    return {"id": kept.pk, "seconds": kept.seconds, "topic": topic, "callback": callback}


def discard(file: str) -> None:
    """Delete a recording that the caller does not want; one that was kept, or lies outside the data folder, stays."""
    path = _whole(file)
    if path.is_relative_to(data_dir()) and not Message.objects.filter(file=_name(file)).exists():
        path.unlink(missing_ok=True)


def _whole(file: str) -> Path:
    return Path(os.path.normpath(data_dir() / file))


def _name(file: str) -> str:
    """As the records name it: relative to the data folder where it lies in it, so that the folder can be moved."""
    path = _whole(file)
    return str(path.relative_to(data_dir()) if path.is_relative_to(data_dir()) else path)


def _to_disk(path: Path) -> None:
    for name in (path, path.parent):
        handle = os.open(name, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
