"""Caller ID in DTMF: keys between a start mark and an end mark, sent before the first ring or between rings.

Conventions (ETS 300 659-1 annex B and the national variants that spandsp's adsi.h and Asterisk's callerid.c name):

- A number D redirected number B code C, each of them optional: Belgium, Brazil, Finland, Iceland, India, Saudi Arabia,
  Sweden, Uruguay. Code 00: number not available, 10: withheld.
- A number #, and D1# withheld, D2# international, D3# not available: Denmark.
- D number C: China, Taiwan, Kuwait.
- number # without a start mark: Denmark, Netherlands. It is what a caller may dial: only believed when asked for.

There is no checksum. A number is believed if all of this holds:

1. It stands between a start mark A B C or D, which the telephone of a caller has not, and an end mark.
2. Every key lasts 25 to 200 ms, and keys follow each other in a machine's rhythm: none after less than 0.6 or more than
   1.5 times the usual time. A key that was not heard leaves a hole that shows.
3. All keys are of one level, within 6 dB: they come from one sender.
4. It has 2 to 20 digits, or is a known code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median

from dsp.caller_id.report import Refusal
from dsp.events import CallerId, Digit
from dsp.receiver import RATE

_MARKS = "ABCD*#"
_NOT_ON_TELEPHONES = frozenset("ABCD")
_FIELD = re.compile(r"([ABCD*#])(\d*)")
_CODES = {"B00": "O", "B10": "P", "D1": "P", "D2": "O", "D3": "O"}
_KNOWN = frozenset({"DC", "AC", "A#", "BC"})
"""Start and end of the conventions above."""
_SEPARATORS = {"A": "DB", "D": "B"}
"""Marks that may begin a further field after such a start, so that it is not yet known whether they are the end."""
_PAUSE = 3 * RATE // 10
"""After which the next key belongs to something else."""
_SHORTEST, _LONGEST = RATE * 25 // 1000, RATE // 5
_RHYTHM = (0.6, 1.5)
_ONE_LEVEL = 6.0
_LEAST, _MOST = 2, 20
_CODE = 2
"""Digits of a code after B; one that nobody knows is not a number."""


@dataclass(slots=True)
class _Keys:
    """The keys that came one after the other on a line."""

    line: int
    keys: str = ""
    begun: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    levels: list[float] = field(default_factory=list)
    last: int = 0

    def begin(self, event: Digit) -> None:
        self.keys += event.digit
        self.begun.append(event.at)
        self.levels.append((event.low + event.high) / 2)
        self.last = event.at

    def end(self, event: Digit) -> None:
        self.lengths.append(event.length)
        self.last = event.at

    def amiss(self) -> str:
        """What speaks against a machine having sent them, or empty."""
        if any(not _SHORTEST <= length <= _LONGEST for length in self.lengths):
            return "keys too short or too long"
        steps = [after - before for before, after in zip(self.begun, self.begun[1:], strict=False)]
        usual = median(steps)
        if any(not _RHYTHM[0] * usual <= step <= _RHYTHM[1] * usual for step in steps):
            return "no steady rhythm"
        return "not of one level" if max(self.levels) - min(self.levels) > _ONE_LEVEL else ""


class DtmfCallerId:
    """Takes the `Digit` events of all lines, gives `CallerId` when a number between marks is complete.

    unmarked: a number that has only its end mark is one too.
    """

    def __init__(self, unmarked: bool = False) -> None:
        self._unmarked = unmarked
        self._lines: dict[int, _Keys] = {}

    @property
    def begun(self) -> bool:
        """Is there anything that may go on?"""
        return bool(self._lines)

    def __call__(self, events: Iterable[Digit]) -> Iterator[CallerId | Refusal]:
        """Keys begun or ended on any line, in order of time."""
        for event in events:
            keys = self._lines.get(event.line)
            if event.edge == "began":
                yield from self._key(event, keys)
            elif keys is not None:
                keys.end(event)

    def advance(self, now: int) -> Iterator[CallerId | Refusal]:
        """So much time has passed: what was begun and does not go on is at its end."""
        for line in [line for line, keys in self._lines.items() if now - keys.last > _PAUSE]:
            yield from self._over(self._lines.pop(line), now)

    def reset(self, line: int) -> None:
        """A new call: forget the keys."""
        self._lines.pop(line, None)

    def _key(self, event: Digit, keys: _Keys | None) -> Iterator[CallerId | Refusal]:
        if keys is not None and event.at - keys.last > _PAUSE:
            yield from self._over(self._lines.pop(event.line), event.at)
            keys = None
        if keys is None:
            if event.digit in _MARKS or self._unmarked:
                self._lines[event.line] = keys = _Keys(event.line)
                keys.begin(event)
            return
        keys.begin(event)
        if len(keys.keys) > 3 * _MOST:
            del self._lines[event.line]
        elif event.digit in _MARKS and event.digit not in _SEPARATORS.get(keys.keys[0], ""):
            yield from self._over(self._lines.pop(event.line), event.at)

    def _over(self, keys: _Keys, now: int) -> Iterator[CallerId | Refusal]:
        """The number that these keys are, or why they are none. What is not of caller ID at all is passed over."""
        start, end = keys.keys[0], keys.keys[-1]
        marked = start in _MARKS and end in _MARKS and not _NOT_ON_TELEPHONES.isdisjoint(start + end)
        if len(keys.keys) < 3 or not (marked or (self._unmarked and start not in _MARKS and end in "#C")):
            if len(keys.keys) > _LEAST and start in _NOT_ON_TELEPHONES:
                yield _refusal(keys, now, "no end mark")
            return
        made, why = _read(keys.keys, marked), keys.amiss()
        if made is None or why:
            yield _refusal(keys, now, why or "neither a number nor a code")
        else:
            number, redirected, reason, confidence = made
            yield CallerId(keys.line, now, number, "", "", reason, "dtmf", redirected=redirected, confidence=confidence)


def _read(keys: str, marked: bool) -> tuple[str, str, str, float] | None:
    """Number, redirected number, reason and confidence; None if it is nothing that is known."""
    if not marked:
        return (keys[:-1], "", "", 0.6) if keys[:-1].isdigit() and _fits(keys[:-1]) else None
    fields = _FIELD.findall(keys[:-1])
    if "".join(mark + digits for mark, digits in fields) != keys[:-1]:
        return None
    confidence = 0.95 if keys[0] + keys[-1] in _KNOWN else 0.8
    number, redirected, reason = "", "", ""
    for mark, digits in fields:
        code = _CODES.get(mark + digits, "") if mark == "B" or keys[-1] == "#" else ""
        if code:
            reason = code
            confidence = 0.95
        elif (digits and not _fits(digits)) or (mark == "B" and len(digits) == _CODE):
            return None
        elif number:
            redirected = digits
        else:
            number = digits
    return (number, redirected, reason, confidence) if number or reason else None


def _fits(digits: str) -> bool:
    return _LEAST <= len(digits) <= _MOST


def _refusal(keys: _Keys, now: int, why: str) -> Refusal:
    return Refusal(keys.line, now, why, data=keys.keys.encode("ascii"))
