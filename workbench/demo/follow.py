"""A growing file of JSON lines, read as it grows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class Follow:
    """Gives the whole lines that were added since the last time. A file that is not there yet has none."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._at = 0

    def new(self) -> list[dict[str, Any]]:
        """The records that were added. A line that is no JSON (torn by a full disk) is passed over."""
        try:
            with self._file.open("rb") as lines:
                lines.seek(self._at)
                added = lines.read()
        except FileNotFoundError:
            return []
        whole = added[: added.rfind(b"\n") + 1]
        self._at += len(whole)
        return [record for line in whole.splitlines() if isinstance(record := _record(line), dict)]


def _record(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
