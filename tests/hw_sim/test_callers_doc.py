"""docs/callers.md tells the truth."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from drivers.speech.book import Book
from hw_sim.caller import config as caller_config
from hw_sim.caller.character import Character
from hw_sim.caller.events import Heard, Send, Sent
from hw_sim.caller.person import Caller
from hw_sim.traffic.cast import Cast
from hw_sim.traffic.config import KINDS, load_traffic

DOC = (Path(__file__).parents[2] / "docs/callers.md").read_text(encoding="utf-8")
TRAFFIC = Path(__file__).parents[2] / "hw_sim/callers/traffic"
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


@pytest.mark.parametrize("trait", sorted(Character.model_fields))
def test_every_trait_is_told(trait: str) -> None:
    """Each trait of a character has its row, with its measures."""
    row = next(line for line in DOC.splitlines() if line.startswith(f"| `{trait}` |"))
    model = Character.model_validate({trait: "fast" if trait == "fingers" else {}})
    for measure in type(getattr(model, trait)).model_fields:
        assert measure in row


def test_the_traffic_of_the_page_loads(tmp_path: Path) -> None:
    """With the files that it names; every kind of arrivals has its row, and loads."""
    for name in ("order.yaml", "price.yaml"):
        (tmp_path / name).write_text("spec: 1\nscript: [hang_up]\n")
    (tmp_path / "orders.csv").write_text("n\n1\n")
    text = re.findall(r"```yaml\n(.*?)```", DOC, re.DOTALL)[1]
    rows = re.findall(r"^\| `(\{.*?\})` \|", DOC, re.MULTILINE)
    assert {row[1:].partition(":")[0] for row in rows} == set(KINDS)
    for row in rows:
        assert load_traffic(tmp_path / "t.yaml", text.replace("{poisson: 600}", row)).most == 480


@pytest.mark.parametrize("file", sorted(TRAFFIC.glob("*.yaml")), ids=lambda f: f.name)
def test_the_sample_traffic_is_good(file: Path) -> None:
    """What we ship loads, with its scripts."""
    assert Cast(load_traffic(file)).next()[1].config.script
