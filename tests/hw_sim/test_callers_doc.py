"""docs/callers.md tells the truth."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from drivers.speech.book import Book
from hw_sim import caller_config
from hw_sim.caller import Caller
from hw_sim.caller_events import Heard, Send, Sent

DOC = (Path(__file__).parents[2] / "docs/callers.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", DOC, re.DOTALL)[0]


def test_the_example_runs(book: Book) -> None:
    """The script of the page loads against a book and succeeds when its prompts come."""
    config = caller_config.load_caller_config("example.yaml", EXAMPLE, clips=book.clips)
    caller = Caller(config, book, lambda *_: np.full(800, 500, np.int16))
    coming = ["zh/welcome", "zh/ask_code", "zh/price_is", "zh:四十", "zh:元", "zh/menu"]
    events: list[Heard | Sent] = []
    for now in range(0, 8000 * 60, 800):
        actions = caller.advance(now, events)
        events = [Sent(0, now) for a in actions if isinstance(a, Send)]
        if now % 16000 == 0 and coming:
            clip = coming.pop(0)
            events += [Heard(0, now, clip, "began", 0, 4000), Heard(0, now + 4000, clip, "ended", 4000, 4000)]
    assert caller.succeeded, caller.report
    assert caller.notes == {"price": "40"}


@pytest.mark.parametrize("verb", sorted(caller_config.VERBS))
def test_every_verb_is_told(verb: str) -> None:
    """Each step has its paragraph."""
    assert f"**{verb}**" in DOC


@pytest.mark.parametrize("key", sorted(caller_config.Person.model_fields))
def test_every_key_of_who_is_told(key: str) -> None:
    """Each key has its row."""
    assert f"| `{key}` |" in DOC
