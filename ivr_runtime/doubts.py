"""What receivers heard and did not believe, for the log: near misses of keys, caller IDs that were refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from dsp.receiver import Receiver

SECRET = frozenset({"digit", "digits", "data"})
"""What a caller has keyed is in no log, also where it was not understood."""

Whose = Callable[[int], dict[str, str]]
"""Line -> what a record about it carries: line, and call if there is one."""


class Doubts:
    """Asks those of the receivers that can tell: `near_misses()`, `refusals()`, each what came since the last time."""

    def __init__(self, receivers: Iterable[Receiver], whose: Whose) -> None:
        hearing = [getattr(receiver, "receiver", receiver) for receiver in receivers]
        self._near_misses = _askers(hearing, "near_misses")
        self._refusals = _askers(hearing, "refusals")
        self._whose = whose

    def tell(self, log: Any) -> None:
        """One DEBUG record for each."""
        for ask in self._near_misses:
            for doubt in ask():
                log.debug("dtmf.near_miss", **self._facts(doubt))
        for ask in self._refusals:
            for doubt in ask():
                log.debug("caller_id.refused", **self._facts(doubt))

    def _facts(self, doubt: Any) -> dict[str, Any]:
        numbers = {k: v for k, v in asdict(doubt).items() if k not in SECRET and k != "line"}
        return {**self._whose(doubt.line), **numbers}


def _askers(receivers: Iterable[Any], method: str) -> list[Callable[[], Sequence[Any]]]:
    return [getattr(receiver, method) for receiver in receivers if hasattr(receiver, method)]
