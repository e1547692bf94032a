"""Caller ID in DTMF: keys between a start mark and an end mark, sent before the first ring or between rings.

There is no checksum. A start mark is one of A B C D, which no telephone of a caller has; the end is one of those or
* or #. After B stand codes instead of a number (ETSI EN 300 659-3): 00 not available, 10 withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dsp.events import CallerId, Digit

_START = frozenset("ABCD")
_END = frozenset("ABCD*#")
_REASONS = {"00": "O", "10": "P"}
_GAP = 4000
"""Samples after which the next key belongs to something else."""
_LEAST, _MOST = 2, 20


class DtmfCallerId:
    """Takes the `Digit` events of all lines, gives `CallerId` when a number between marks is complete."""

    def __init__(self) -> None:
        self._keys: dict[int, str] = {}
        self._last: dict[int, int] = {}

    def __call__(self, events: Iterable[Digit]) -> Iterator[CallerId]:
        """Keys begun or ended on any line, in order of time."""
        for event in events:
            if event.edge == "began":
                yield from self._key(event)
            self._last[event.line] = event.at

    def reset(self, line: int) -> None:
        """A new call: forget the keys."""
        self._keys.pop(line, None)
        self._last.pop(line, None)

    def _key(self, event: Digit) -> Iterator[CallerId]:
        line, digit = event.line, event.digit
        if event.at - self._last.get(line, event.at) > _GAP:
            self._keys.pop(line, None)
        keys = self._keys.get(line, "")
        if keys and digit in _END:
            yield from self._complete(event, keys)
            self._keys.pop(line)
        if digit in _START and not (keys and len(keys) > _LEAST):
            self._keys[line] = digit
        elif keys and digit not in _END and len(keys) <= _MOST:
            self._keys[line] = keys + digit

    def _complete(self, event: Digit, keys: str) -> Iterator[CallerId]:
        start, number = keys[0], keys[1:]
        if len(number) >= _LEAST:
            reason = _REASONS.get(number, "") if start == "B" else ""
            yield CallerId(event.line, event.at, "" if reason else number, reason=reason, kind="dtmf")
