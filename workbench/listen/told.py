"""What was heard, as lines of text for people and as JSON for programs."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from dsp.answer import Answer
from dsp.events import Activity, CallerId, Digit, Tone
from dsp.receiver import RATE
from workbench.listen.hearing import Heard

_KINDS: dict[type, str] = {Digit: "key", Tone: "tone", CallerId: "caller ID", Activity: "sound", Answer: "answer"}


def clock(sample: float) -> str:
    """A moment as m:ss.mmm."""
    milliseconds = round(sample * 1000 / RATE)
    return f"{milliseconds // 60_000}:{milliseconds // 1000 % 60:02}.{milliseconds % 1000:03}"


def line_of_text(heard: Heard, lines: int) -> str:
    """One finding: time, sample, line (when there are several), what it is."""
    event = heard.event
    line = f"line {event.line + 1}  " if lines > 1 else ""
    return f"{clock(event.at):>10} {event.at:>9}  {line}{_kind(heard):<10} {_facts(heard)}"


def as_json(heard: Heard, file: str) -> str:
    """One finding as one line of JSON: every field of the event; times in samples at 8 kHz, and `seconds`."""
    told = {field.name: getattr(heard.event, field.name) for field in fields(heard.event)}
    told = {name: value.hex() if isinstance(value, bytes) else value for name, value in told.items()}
    head = {"file": file, "event": _kind(heard).replace(" ", "_"), "seconds": round(heard.event.at / RATE, 3)}
    return json.dumps(head | told | ({"plan": heard.plan} if heard.plan else {}), ensure_ascii=False, default=str)


def _kind(heard: Heard) -> str:
    if heard.aside:
        return "no number" if type(heard.event).__name__ == "Refusal" else "near miss"
    return _KINDS.get(type(heard.event), type(heard.event).__name__.lower())


def _facts(heard: Heard) -> str:
    event: Any = heard.event
    if heard.aside and hasattr(event, "digit"):
        return _nearly(event)
    match event:
        case Digit():
            levels = f"{event.low:.1f} / {event.high:.1f} dBm0, twist {event.high - event.low:+.1f} dB"
            return f"{event.digit}  {_edge(event):<12} {levels}"
        case Tone():
            return f"{event.tone} ({heard.plan})  {_edge(event)}  {event.level:.1f} dBm0"
        case Activity():
            steady = event.edge == "ended" and not event.length
            return f"{'was steady: nobody spoke' if steady else _edge(event)}  {event.level:.1f} dBm0"
        case CallerId():
            return _caller(event)
        case Answer():
            detail = f" ({event.detail})" if event.detail else ""
            return f"{event.kind}{detail}, {event.confidence:.0%} sure{', again' if event.again else ''}"
    return "  ".join(
        f"{f.name}={_short(getattr(event, f.name))}" for f in fields(event) if f.name not in ("line", "at")
    )


def _nearly(miss: Any) -> str:
    """A `NearMiss`, with every figure."""
    levels = f"{miss.low:.1f} / {miss.high:.1f} dBm0, twist {miss.high - miss.low:+.1f} dB"
    offsets = f"off by {miss.low_offset:+.2f} / {miss.high_offset:+.2f} %"
    return f"{miss.digit}? {miss.why}: {miss.length / RATE:.3f} s, {levels}, {offsets}, {miss.share:.0%} of all"


def _edge(event: Digit | Tone | Activity) -> str:
    return "began" if event.edge == "began" else f"ended after {event.length / RATE:.3f} s"


def _caller(event: CallerId) -> str:
    parts = [event.number or {"P": "withheld", "O": "not available"}.get(event.reason, "no number"), event.name]
    when = event.when
    parts.append(f"{when[:2]}-{when[2:4]} {when[4:6]}:{when[6:]}" if len(when) == 8 else when)
    return "  ".join([part for part in parts if part] + [f"({event.kind}, {event.confidence:.0%} sure)"])


def _short(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else value.hex() if isinstance(value, bytes) else str(value)
