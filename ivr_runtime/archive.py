"""What is kept of every call as it happens: its entry in the records, and its recording."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from ivr_runtime.call import Call
from ivr_runtime.dispatch import Dispatch
from ivr_runtime.pump import Pump
from ivr_runtime.recording import Recorder
from ivr_runtime.records.entries import CallEntry


class Journal(Protocol):
    """Keeps entries without ever making a call wait (`ivr_runtime.records.journal.Journal`)."""

    def call(self, entry: CallEntry) -> None: ...


class Archive:
    """Listens to the dispatches of all cards. recorder: None when calls are not recorded."""

    def __init__(self, journal: Journal, wall: Callable[[], datetime], recorder: Recorder | None = None) -> None:
        self._journal = journal
        self._wall = wall
        self._recorder = recorder
        self._times: dict[str, list[datetime]] = {}
        self._files: dict[str, str] = {}

    def follow(self, dispatch: Dispatch, pump: Pump) -> None:
        """Be told of the calls of one card."""
        dispatch.on_begin = self._begin
        dispatch.on_answer = lambda call: self._answer(call, pump)
        dispatch.on_gone = self._gone
        dispatch.on_end = self._end

    def _begin(self, call: Call) -> None:
        self._times[call.id] = [self._wall()]
        self._journal.call(self._entry(call))

    def _answer(self, call: Call, pump: Pump) -> None:
        self._times[call.id].append(self._wall())
        if self._recorder is not None:
            self._files[call.id] = str(self._recorder.begin(call, pump.tape))
        self._journal.call(self._entry(call))

    def _gone(self, call: Call) -> None:
        """The next caller on the line is not of this call, which may still be keeping a message."""
        if self._recorder is not None:
            self._recorder.end(call)

    def _end(self, call: Call) -> None:
        self._gone(call)
        self._journal.call(self._entry(call, self._wall()))
        self._times.pop(call.id, None)
        self._files.pop(call.id, None)

    def _entry(self, call: Call, ended_at: datetime | None = None) -> CallEntry:
        began, *answered = self._times[call.id]
        return CallEntry(
            call.id,
            card=call.card,
            line=call.line_name,
            caller_number=call.caller_number,
            caller_name=call.leg.caller_id.name if call.leg.caller_id else "",
            language=call.language,
            started_at=began,
            answered_at=answered[0] if answered else None,
            ended_at=ended_at,
            started=call.leg.started,
            answered=call.leg.answered,
            ended=call.leg.ended_at,
            end_reason=call.leg.ended,
            recording=self._files.get(call.id, ""),
        )
