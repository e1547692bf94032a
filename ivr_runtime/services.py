"""The table of services: what a flow's `query` may call. Plain blocking functions, run in threads.

A service is imported when it is first called, so that a flow can be checked against the table without a database.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ivr_runtime.errors import ServiceFailed


@dataclass(frozen=True, slots=True)
class Service:
    """One service. required, optional: the names of its arguments. Calling it may raise ServiceFailed."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    def __call__(self, *values: Any, **named: Any) -> Any:
        """Call it on this thread's database connection, which is renewed if it broke or grew old."""
        from django.db import Error, close_old_connections

        close_old_connections()
        try:
            return _function(self.name)(*values, **named)
        except (Error, OSError) as error:
            raise ServiceFailed(self.name, str(error)) from error
        finally:
            close_old_connections()


@functools.cache
def _function(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(".")
    found: Callable[..., Any] = getattr(importlib.import_module(f"ivr_runtime.{module}"), function)
    return found


SERVICES: dict[str, Service] = {
    service.name: service
    for service in (
        Service("catalogue.product", ("code",)),
        Service("orders.allowed", ("code", "quantity"), ("items",)),
        Service("orders.place", ("call_id", "key", "items"), ("caller",)),
        Service("voicemail.keep", ("call_id", "topic", "callback", "file", "samples")),
        Service("voicemail.discard", ("file",)),
    )
}
"""Name as flows write it -> service."""
