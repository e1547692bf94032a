"""Waiting for another writer of an SQLite file in many short waits instead of one long one.

SQLite waits with the connection locked. When Python's garbage collector, in whichever thread it happens to run, comes
upon an old cursor of that connection, it waits for it too, and holds the interpreter lock meanwhile: every line of the
server fell silent for as long as the writer waited. So SQLite waits BRIEF only, and what waits longer is this.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

BRIEF = 0.01
"""Seconds that SQLite itself waits: less than a tick."""
_PAUSE = 0.02


def be_patient(seconds: float) -> Callable[..., None]:
    """For `django.db.backends.signals.connection_created`: statements of an SQLite connection wait for so long."""
    times = round(seconds / (BRIEF + _PAUSE))
    pause = threading.Event()

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        from django.db import OperationalError

        for _ in range(times):
            try:
                return run(sql, params, many, context)
            except OperationalError as error:
                if "locked" not in str(error):
                    raise
            pause.wait(_PAUSE)
        return run(sql, params, many, context)

    def created(connection: Any, **_: object) -> None:
        if connection.vendor == "sqlite" and execute not in connection.execute_wrappers:
            connection.execute_wrappers.append(execute)

    return created
