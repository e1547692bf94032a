"""What a receiver finds in the sound of a line. The hardware's own events are in `drivers.events`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Edge = Literal["began", "ended"]
CallerIdKind = Literal["fsk-v23", "fsk-bell202", "dtmf"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a line.

    line: row of every matrix, the index into `Card.lines`.
    at: the sample at which it happened, counted from the card's first sample.
    """

    line: int
    at: int


@dataclass(frozen=True, slots=True)
class Digit(Event):
    """A DTMF key (ITU-T Q.23). `began` as soon as it is sure, `ended` when the key is let go.

    at: first sample of the tone (began) or first sample after it (ended), as near as the receiver can tell.
    length: samples the tone lasted; 0 while it has only begun.
    low, high: level of the two tones in dBm0.
    """

    digit: str
    edge: Edge = "began"
    length: int = 0
    low: float = 0.0
    high: float = 0.0

    @property
    def twist(self) -> float:
        """dB by which the high tone is the stronger one."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Tone(Event):
    """A call-progress or fax tone by its name in the tone plan: dial, ringback, busy, congestion, cng, ced ..."""

    tone: str
    edge: Edge = "began"
    length: int = 0
    level: float = 0.0


@dataclass(frozen=True, slots=True)
class CallerId(Event):
    """A caller's number, checked as far as its coding allows (checksum for FSK, marks and rhythm for DTMF).

    number: digits, empty when withheld; `reason` then says why: "O" not available, "P" private (ETSI EN 300 659-3).
    when: MMDDhhmm as sent by the exchange, or empty. name_reason: why there is no name, as `reason`.
    waiting: True or False when the exchange said whether messages wait for the subscriber, else None.
    call_type: "voice", "ring-back", "name" or "message-waiting" if the exchange said so, else empty.
    redirected: the number by which the call was diverted, if the exchange sent it (DTMF).
    confidence: 0 to 1, how likely it is that this was sent, to the letter. FSK: 1 - exp(-gap / 3), where `gap` is the
    logarithm of how much likelier it is than any other message that would have the right checksum. DTMF has no
    checksum: 0.95 for marks of a known convention, less for others, see `dsp.caller_id.dtmf`.
    """

    number: str
    name: str = ""
    when: str = ""
    reason: str = ""
    kind: CallerIdKind = "fsk-v23"
    name_reason: str = ""
    waiting: bool | None = None
    call_type: str = ""
    redirected: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Activity(Event):
    """Speech or other sound began or ended (a pause of the receiver's hang time)."""

    edge: Edge = "began"
    length: int = 0
    level: float = 0.0


@dataclass(frozen=True, slots=True)
class Played(Event):
    """The mixer has sent the last sample of what was queued on a line (or was stopped). samples: how many it sent."""

    samples: int = 0
    stopped: bool = False
