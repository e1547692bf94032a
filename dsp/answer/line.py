"""Who answers on one line: judged from the length and the pauses of what is said first, from tones and beeps.

A person says "hello?" or a name and waits; a machine speaks on, and beeps when it has done. No sound here: moments and
tones in, findings out.
"""

from __future__ import annotations

from dataclasses import replace
from math import exp
from typing import Final

from dsp.activity.look import BLOCK
from dsp.answer.event import Answer, Kind
from dsp.answer.sit import Burst, sit
from dsp.answer.sound import Moment
from dsp.events import Tone
from dsp.levels import power
from dsp.receiver import RATE

_QUIETEST = power(-48.0) * BLOCK
_LOUDEST_NOISE = power(-28.0) * BLOCK
_ABOVE_NOISE = 6.0
_RISE = 1.015
_WORD, _MORE = 3, 2
_TONE = 4
"""Moments with one pure tone: shorter ones are vowels."""
_PAUSE = RATE * 7 // 10
"""Who has said nothing for so long waits for an answer; machines pause for less between two sentences."""
_LONG = round(2.9 * RATE)
"""Nobody greets for so long."""
_EVEN, _SLOPE = 2.5 * RATE, 0.25 * RATE
"""A greeting of that length is a person's as often as a machine's."""
_RESUMED = round(2.9 * RATE)
_GREETING = RATE // 4
_QUIET = 8 * RATE
_BEEP: Final = (RATE * 15 // 100, 2 * RATE)
_CED: Final = RATE * 7 // 10
_ANS: Final = (2075.0, 2125.0)
_TURN = 3
"""Moments in which a modem's tone (ITU-T V.25) turns its phase and is not pure."""
_CNG: Final = (round(0.42 * RATE), round(0.6 * RATE))
_GIVEN_UP: Final = 90 * RATE
_PROGRESS: dict[str, Kind] = {
    "ringback": "ringback", "busy": "busy", "congestion": "congestion", "vacant": "vacant",
}  # fmt: skip
_OPEN: Final = (None, "ringback", "nothing")
"""Kinds after which everything is still to be found."""
_FINAL = frozenset({"busy", "congestion", "vacant", "sit", "fax", "modem"})


class Listener:
    """One outgoing call from its last digit on. since: listens from there on. over: nothing more will be found."""

    def __init__(self, line: int, began: int) -> None:
        self.over = False
        self._line = line
        self.since = self._heard = began
        self._kind: Kind | None = None
        self._noise = _LOUDEST_NOISE
        self._run = 0
        """Moments of speech in a row."""
        self._begun: int | None = None
        """Where what is being said began; None in a pause."""
        self._last = began
        self._spoken = 0
        """Samples of speech so far, with short pauses."""
        self._tone: list[Moment] = []
        self._turned: list[Moment] = []
        self._bursts: tuple[Burst, ...] = ()

    def hear(self, moment: Moment) -> list[Answer]:
        """The next 20 ms."""
        made = self._hear_tone(moment)
        self._noise = min(self._noise * _RISE, max(moment.power, _QUIETEST / _ABOVE_NOISE), _LOUDEST_NOISE)
        loud = moment.power > max(self._noise * _ABOVE_NOISE, _QUIETEST)
        if loud:
            self._heard = moment.end
        self._run = self._run + 1 if loud and len(self._tone) < _TONE else 0
        word = _WORD if self._begun is None else _MORE
        made += self._speak(moment) if self._run >= word else self._pause(moment)
        if moment.end - self.since > _GIVEN_UP:
            self.over = True
        return made

    def tell(self, tone: Tone, at: int) -> list[Answer]:
        """A call-progress tone was found, that began at `at`: it counts until somebody has spoken."""
        if tone.edge == "ended" or tone.tone not in _PROGRESS or self._kind not in _OPEN:
            return []
        return self._find(_PROGRESS[tone.tone], at)

    # -- speech ------------------------------------------------------------------------------------------------------

    def _speak(self, moment: Moment) -> list[Answer]:
        begin = moment.end - self._run * BLOCK
        if self._begun is None:
            self._begun = begin
        self._last = moment.end
        length = moment.end - self._begun
        if self._kind in _OPEN and length >= _LONG:
            return self._find("machine", self._begun, 0.95)
        if self._kind == "person" and length >= _RESUMED:
            return self._find("machine", self._begun, 0.8)
        return []

    def _pause(self, moment: Moment) -> list[Answer]:
        if self._begun is not None and moment.end - self._last >= _PAUSE:
            since, self._begun = self._begun, None
            self._spoken += self._last - since
            if self._kind in _OPEN:
                return self._judge(since, self._last - since)
        elif self._kind in (None, "ringback") and moment.end - self._heard >= _QUIET:
            return self._find("nothing", self._heard, 0.8)
        return []

    def _judge(self, at: int, length: int) -> list[Answer]:
        """Somebody has said something that long and waits."""
        person = 1 / (1 + exp((length - _EVEN) / _SLOPE))
        kind: Kind = "person" if person >= 0.5 else "machine"
        return self._find(kind, at, min(max(person, 1 - person), 0.97))

    # -- tones -------------------------------------------------------------------------------------------------------

    def _hear_tone(self, moment: Moment) -> list[Answer]:
        """Collect moments of one frequency; judge the burst when it ends, and a long one while it sounds."""
        if self._tone and moment.goes_on(self._tone[-1]):
            self._tone += [*self._turned, moment]
            self._turned = []
            if len(self._tone) == _TONE:
                self._unsay()
            return self._answering_tone()
        if len(self._tone) >= _TONE and len(self._turned) < _TURN and _ANS[0] < self._tone[-1].low < _ANS[1]:
            self._turned.append(replace(moment, low=self._tone[-1].low, high=self._tone[-1].high))
            return []
        burst, self._tone, self._turned = self._tone, [moment] if moment.low else [], []
        return self._judge_burst(_burst(burst)) if len(burst) >= _TONE else []

    def _unsay(self) -> None:
        """What was taken for the beginning of a word was a tone."""
        first = self._tone[0].end - 2 * BLOCK
        if self._begun is not None and self._begun >= first - _WORD * BLOCK:
            self._begun = None
        self._last = min(self._last, first)

    def _answering_tone(self) -> list[Answer]:
        """2100 Hz that lasts: a fax (T.30), or a modem when its amplitude swings (V.8). Known after 0.7 s."""
        if self._kind in _FINAL or not _CED <= len(self._tone) * BLOCK < _CED + (_TURN + 1) * BLOCK:
            return []
        tone = _burst(self._tone)
        if not _ANS[0] < tone.frequency < _ANS[1]:
            return []
        return self._find("modem", tone.at, 0.95, "ansam") if tone.swings else self._find("fax", tone.at, 0.9, "ced")

    def _judge_burst(self, burst: Burst) -> list[Answer]:
        self._bursts = (*self._bursts[-2:], burst)
        why = sit(self._bursts)
        if why is not None:
            return self._find("sit", self._bursts[0].at, 0.99, why)
        if self._kind in _FINAL:
            return []
        after_speech = self._spoken + (0 if self._begun is None else self._last - self._begun) >= _GREETING
        if not after_speech and burst.is_about(1100, 45) and _CNG[0] <= burst.length <= _CNG[1]:
            return self._find("fax", burst.at, 0.9, "cng")
        if after_speech and burst.steady and 380 <= burst.frequency <= 2200 and _BEEP[0] <= burst.length <= _BEEP[1]:
            self.over = True
            return self._find("machine", burst.at, 0.98, "beep")
        return []

    def _find(self, kind: Kind, at: int, confidence: float = 1.0, detail: str = "") -> list[Answer]:
        again = self._kind not in (None, "ringback")
        if kind == self._kind and not detail:
            return []
        self._kind = kind
        self.over = self.over or kind in _FINAL
        return [Answer(self._line, max(at, self.since), kind, round(confidence, 2), detail, again)]


def _burst(moments: list[Moment]) -> Burst:
    """Moments look back 40 ms: the first and the last are half outside. A chord has no frequency."""
    lows, highs = sorted(moment.low for moment in moments), sorted(moment.high for moment in moments)
    low, high = lows[len(lows) // 2], highs[len(highs) // 2]
    powers = tuple(moment.power for moment in moments)
    return Burst(moments[0].end - 2 * BLOCK, moments[-1].end, low if high - low < 1 else 0.0, powers)
