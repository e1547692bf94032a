"""A learned tone plan as YAML, to be looked over, pasted into a file, and loaded by `drivers.tone_plans`."""

from __future__ import annotations

from dsp.plans import PlanTone, Sound
from dsp.tones.learning import Learned, LearnedTone


def render(learned: Learned, name: str = "learned") -> str:
    """The YAML of what was learned. What each tone was taken for, and how far off it is, stands beside it."""
    head = [
        f"# Heard in {learned.seconds:g} s of a line. Look at the names: a cadence does not say what it means.",
        "spec: 1",
        f"name: {name}",
    ]
    if learned.like:
        head.append(f"like: {learned.like}")
    if not learned.tones:
        return "\n".join([*head, "tones: {}  # no tone was heard", ""])
    return "\n".join([*head, "tones:", *map(_entry, learned.tones), ""])


def _entry(learned: LearnedTone) -> str:
    tone = learned.tone
    parts = [_sounds(tone)]
    if tone.cadence:
        parts.append(f"cadence: [{', '.join(f'{seconds:g}' for pair in tone.cadence for seconds in pair)}]")
    parts.append(f"level: {tone.level:g}")
    return f"  {tone.name}: {{{', '.join(parts)}}}  # {_verdict(learned)}"


def _sounds(tone: PlanTone) -> str:
    if tone.sequence:
        return f"sequence: [{', '.join(map(_hertz, tone.sequence))}]"
    return f"frequencies: {_hertz(tone.frequencies)}"


def _hertz(sound: Sound) -> str:
    return f"{sound[0]:g}" if len(sound) == 1 else f"[{', '.join(f'{hertz:g}' for hertz in sound)}]"


def _verdict(learned: LearnedTone) -> str:
    heard = "1 burst" if learned.bursts == 1 else f"{learned.bursts} bursts"
    near = learned.nearest
    if near is None:
        return f"{heard}; like no tone that is known: the name is a guess"
    return f"{heard}; {near.plan} {near.name}, off by {near.hertz:g} Hz and {100 * near.cadence:.0f} % of the cadence"
