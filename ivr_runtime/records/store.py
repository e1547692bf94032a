"""Entries of the journal into the tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from ivr_runtime.records.entries import CallEntry, Entry, StepEntry


class Unavailable(Exception):
    """The database could not be written; nothing of the entries was kept, and trying again may help."""


def store(entries: Sequence[Entry]) -> list[str]:
    """Write entries in one transaction; writing one twice does no harm. Gives why single ones were refused.

    Raises Unavailable when the database is locked, full, broken or gone.
    """
    from django.db import DatabaseError, InterfaceError, close_old_connections

    close_old_connections()
    try:
        return _all_or_each(entries)
    except (DatabaseError, InterfaceError, OSError) as error:
        raise Unavailable(str(error)) from error
    finally:
        close_old_connections()


def _all_or_each(entries: Sequence[Entry]) -> list[str]:
    from django.db import DataError, IntegrityError

    try:
        _write(entries)
    except (DataError, IntegrityError, ValueError, TypeError, OverflowError) as error:
        if len(entries) == 1:
            return [f"{entries[0]!r:.300}: {error}"]
        return [why for entry in entries for why in _all_or_each([entry])]
    return []


def _write(entries: Sequence[Entry]) -> None:
    from django.db import transaction

    from ivr_runtime.records.models import Call, Step

    calls = {entry.call: entry for entry in entries if isinstance(entry, CallEntry)}  # the last one of a call counts
    steps = [entry for entry in entries if isinstance(entry, StepEntry)]
    with transaction.atomic():
        Call.objects.bulk_create([Call(id=call) for call in _ids(entries)], ignore_conflicts=True)
        for entry in calls.values():
            Call.objects.filter(id=entry.call).update(**_cut(Call, asdict(entry), "call"))
        Step.objects.bulk_create([_step(entry) for entry in steps], ignore_conflicts=True)


def _ids(entries: Iterable[Entry]) -> list[str]:
    return sorted({entry.call for entry in entries})


def _step(entry: StepEntry) -> Any:
    from ivr_runtime.records.models import Step

    facts = json.loads(json.dumps(dict(entry.facts), ensure_ascii=False, default=str))
    plain = {"path": entry.path, "what": entry.what, "outcome": entry.outcome}
    return Step(call_id=entry.call, number=entry.number, at=entry.at, facts=facts, **_cut(Step, plain))


def _cut(model: Any, values: dict[str, Any], without: str = "") -> dict[str, Any]:
    """Text no longer than its column: PostgreSQL would refuse the whole row for a long caller's name."""
    kept = {name: value for name, value in values.items() if name != without}
    for name, value in kept.items():
        if isinstance(value, str):
            kept[name] = value[: model._meta.get_field(name).max_length]
    return kept
