"""A call that was made by hand becomes a script: what was pressed, and what had been heard before it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from dsp.receiver import RATE
from hw_sim.caller.events import Entry
from hw_sim.caller.impressions import PAUSE
from hw_sim.caller.model import Person
from hw_sim.caller.numerals import spoken_number

TOGETHER = 3 * RATE
"""Keys that follow each other within this time, and nothing new heard between them, are one entry."""

KNOWN = RATE // 2
"""A prompt is recognised some 0.3 s after it began; what is pressed sooner than this was pressed at once."""

LONGER = RATE * 3 // 2
"""A pause that a person means is longer than this."""

Steps = list[dict[str, Any] | str]


class Script:
    """Makes steps out of entries, one after the other."""

    def __init__(self) -> None:
        self.steps: Steps = []
        self._prompt: Entry | None = None
        self._words: list[str] = []
        self._notes = 0
        self._tone = ""
        self._acted = 0
        self._pressed = 0

    def take(self, entry: Entry) -> None:
        """The next entry of the report."""
        match entry.kind:
            case "heard":
                self._hear(entry)
            case "tone":
                self._tone = entry.text
            case "dialled":
                self._dial(entry)
            case "pressed":
                self._press(entry)
            case "said" if entry.text:  # what was spoken into a microphone cannot be said again
                self._listen(entry)
                self._add({"say": entry.text}, entry)
            case "hung_up":
                self._hang_up(entry)

    def _hear(self, entry: Entry) -> None:
        if ":" in entry.name:
            self._words.append(entry.text)
        else:
            self._prompt, self._words = entry, []

    def _dial(self, entry: Entry) -> None:
        self._prompt, self._words, self._tone = None, [], ""
        self._add({"dial": entry.text}, entry)

    def _press(self, entry: Entry) -> None:
        last = self.steps[-1] if self.steps else None
        goes_on = self._prompt is None and isinstance(last, dict) and "press" in last
        if goes_on and isinstance(last, dict) and entry.at - self._pressed < TOGETHER:
            last["press"] += entry.text
        else:
            self._listen(entry)
            self._add({"press": entry.text} | ({"over": True} if entry.name == "over" else {}), entry)
        self._pressed = self._acted = entry.at

    def _hang_up(self, entry: Entry) -> None:
        if self._prompt is None and self._tone and entry.at - self._acted > KNOWN:
            self.steps.append({"expect": {"tone": self._tone}})
        else:
            self._listen(entry)
        self.steps.append("hang_up")

    def _listen(self, entry: Entry) -> None:
        """The prompt that was heard before this was done, and how long the person waited then."""
        prompt, self._prompt = self._prompt, None
        since = self._acted if prompt is None else prompt.at
        over = entry.name == "over"
        if prompt is not None:
            self.steps.append({"hear": prompt.name} | ({"through": "began"} if over else {}))
            since += KNOWN if over else 0
        if not over and spoken_number(self._words):
            self._notes += 1
            self.steps.append({"note_number": f"number {self._notes}"})
        self._words = []
        if (prompt is None or over) and entry.at - since > LONGER - PAUSE:
            self.steps.append({"wait": f"{round((entry.at - since) * 1000 / RATE)}ms"})

    def _add(self, step: dict[str, Any], entry: Entry) -> None:
        self.steps.append(step)
        self._acted = entry.at


def script_of(report: Iterable[Entry], who: Person | None = None, within: int = 30) -> str:
    """CALLER.yaml that does what was done in a call: the report of an InteractiveCaller, or of any caller.

    What was heard before each deed becomes a `hear`, a number that was told then is noted; keys in a row become one
    entry; a deed into a prompt comes as soon as the prompt is recognised, or so long after that as it did. within:
    patience in seconds. How long the person waited after a prompt's end is not kept: the caller acts when it is over.
    """
    script = Script()
    for entry in report:
        script.take(entry)
    person = who or Person()
    told = {"number": person.number, "level": person.level, "language": person.language}
    head = [f"spec: 1\nwho: {json.dumps(told, ensure_ascii=False)}\npatience: {within}s\nscript:\n"]
    return "".join([*head, *(f"  - {_step(step)}\n" for step in _whole(script.steps))])


def _whole(steps: Steps) -> Sequence[dict[str, Any] | str]:
    """A script has a step at least."""
    return steps or ["hang_up"]


def _step(step: dict[str, Any] | str) -> str:
    """A step on lines of its own: the verb first."""
    if isinstance(step, str):
        return step
    return "\n    ".join(f"{key}: {_value(value)}" for key, value in step.items())


def _value(value: object) -> str:
    """Texts in quotes, so that YAML takes none of them for a number; words that are keys of the language bare."""
    if isinstance(value, str) and value not in ("began",) and not value.endswith("ms"):
        return json.dumps(value, ensure_ascii=False)
    return (
        str(yaml.safe_dump(value, default_flow_style=True, allow_unicode=True)).removesuffix("\n").removesuffix("\n...")
    )
