"""Files that people get wrong in every way: OFFICE.yaml, CALLER.yaml, TRAFFIC.yaml and FAULTS.yaml, made from good
examples with anything in the place of anything. Each is read, or refused with its faults at their places."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from drivers.yaml_source import ConfigError, Problem
from hw_sim.caller.config import load_caller_config
from hw_sim.config import load_office
from hw_sim.faults.load import load_faults
from hw_sim.faults.schedule import Schedule
from hw_sim.traffic.config import load_traffic
from hw_sim.yaml_types import samples

HERE = Path("hw_sim")
FAULTS = (HERE / "faults" / "model.py").read_text(encoding="utf-8").split('"""')[1]
EXAMPLES = {
    "office": [file.read_text(encoding="utf-8") for file in sorted((HERE / "offices").glob("*.yaml"))],
    "caller": [file.read_text(encoding="utf-8") for file in sorted((HERE / "callers").glob("*.yaml"))],
    "traffic": [file.read_text(encoding="utf-8") for file in sorted((HERE / "callers" / "traffic").glob("*.yaml"))],
    "faults": ["faults:\n" + FAULTS.partition("faults:\n")[2].partition("\n\n")[0]],
}
LINES = [f"8000{i}" for i in range(1, 5)]


def _faults(text: str) -> object:
    """A schedule that can be read can be followed."""
    return Schedule(load_faults("fuzz.yaml", {"trunk-1": "isdn", "hotline": "analog-fxo"}, LINES, text)).due(80 * 8000)


LOADS: dict[str, Callable[[str], object]] = {
    "office": lambda text: load_office(HERE / "offices" / "fuzz.yaml", text),
    "caller": lambda text: load_caller_config(HERE / "callers" / "fuzz.yaml", text),
    "traffic": lambda text: load_traffic(HERE / "callers" / "traffic" / "fuzz.yaml", text),
    "faults": _faults,
}
ODD: list[Any] = [
    None, True, False, 0, -1, 1, 2, 3.5, float("nan"), float("inf"), -float("inf"), 1e308, 10**30, -(10**30), 2**63,
    "", " ", "0", "x", "x" * 300, "1" * 400, "80001", "-1s", "1e400s", "nan", "999999999999min", "0s", "2s", "\0",
    "é" * 50, "${a}", "$", "${", "$$", "*", "?", "a/../..", "/", "..", "1+", "+", "x+", "0x10", "10:20", "9-0",
    "2026-13-45", "82001000-82001099", "0000000000-9999999999", "xxxxxxxxxxxxxxxxxxxx", [], {}, [[]], [{}], {"": ""},
    {"a": None}, ["80001"], ["80001", "80001"], [1, 2, 3], {1: 2}, {None: 1}, {True: 1}, [0, 0], [5, 1],
    {"preset": "noisy"},
]  # fmt: skip
SCRAPS = [
    "<<: *a", "&a ", "*a", "!!python/object:os.system x", "!!binary aaa", "!!timestamp x", "!!set {a}", "? ", "- - -",
    "[[[[", "{{{{", "1e999", ".nan", "12:99:99", "%YAML 9.9\n---\n", "---\n", "...\n", "\ufeff", "\t", "\0", "\x7f",
    "'", '"', "{", "}", "[", "]", ":", ",", "#", "|", ">", "%", "@", "`", "\n", "~",
]  # fmt: skip


def nodes(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values."""
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield from nodes(value, (*path, key))


def at(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def grafted(text: str, dice: random.Random, pool: list[Any]) -> str:
    """The file with up to three values replaced by odd ones or by others of good files, taken out, or under another
    key."""
    tree = yaml.safe_load(text)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        path = dice.choice(list(nodes(tree))[1:] or [()])
        if not path:
            break
        parent, key, deed = at(tree, path[:-1]), path[-1], dice.randrange(6)
        if deed < 2:
            parent[key] = copy.deepcopy(dice.choice(ODD))
        elif deed == 2:
            parent[key] = copy.deepcopy(dice.choice(pool))
        elif deed == 3:
            del parent[key]
        elif isinstance(parent, list):
            parent.extend(copy.deepcopy(parent[:20]))
        elif deed == 4:
            parent[dice.choice(["x", "for", "at", "number", None, 1, True, ""])] = parent.pop(key)
        else:
            parent[key] = [copy.deepcopy(parent[key])] * 2
    return yaml.safe_dump(tree, allow_unicode=True, default_flow_style=dice.choice((None, True, False)))


def torn(text: str, dice: random.Random) -> str:
    """The file with pieces lost, doubled, and scraps of YAML in between."""
    for _ in range(dice.choice((1, 1, 2, 4))):
        begin = dice.randrange(len(text) + 1)
        end = begin + dice.randrange(40)
        middle = dice.choice(("", text[begin:end] * 2, dice.choice(SCRAPS) + text[begin:end]))
        text = text[:begin] + middle + text[end:]
    return text


@pytest.mark.parametrize("kind", LOADS)
def test_any_file_is_read_or_refused_at_its_faults(kind: str) -> None:
    """No other error than ConfigError, and that with a place in the file and a word on each fault."""
    dice = random.Random(kind)
    examples = EXAMPLES[kind]
    pool = [at(tree, path) for tree in map(yaml.safe_load, examples) for path in nodes(tree)]
    refused = 0
    for n in range(120):
        example = dice.choice(examples)
        text = torn(example, dice) if n % 2 else grafted(example, dice, pool)
        problems = told(kind, text)
        refused += bool(problems)
        last = len(text.splitlines()) + 1
        assert all(1 <= p.line <= last and p.column >= 1 and p.message for p in problems), text
    assert refused > 20


def told(kind: str, text: str) -> tuple[Problem, ...]:
    """The faults of a file. Any other error than ConfigError is this test's failure."""
    try:
        LOADS[kind](text)
    except ConfigError as error:
        return error.problems or (Problem("nothing is told", 0, 0, ""),)
    return ()


def test_a_type_that_is_no_word() -> None:
    """Cards that are wired to each other are compared by their types, also when these are nonsense."""
    for nonsense in ("[e1]", "{e1: 1}"):
        text = f"spec: 1\ncards:\n  - {{type: {nonsense}, name: a, cross: b}}\n  - {{type: e1, name: b, cross: a}}\n"
        with pytest.raises(ConfigError) as caught:
            load_office("office.yaml", text)
        assert any(p.line == 3 for p in caught.value.problems)


@pytest.mark.parametrize("long", ["1" * 400, "9" * 30 + "min"])
def test_a_duration_beyond_all_measure(long: str) -> None:
    """Refused as no duration, where a number of samples would be too large for any clock."""
    with pytest.raises(ValueError, match="is longer than"):
        samples(long)


def test_names_of_files_that_are_too_long(tmp_path: Path) -> None:
    """As if there were no such file, in every kind of configuration."""
    name = "x" * 300
    files = {
        "office": f"spec: 1\ncards: [{{type: analog-fxo, ports: [{{number: '1'}}]}}]\ncallers: [{{script: {name}}}]",
        "traffic": f"spec: 1\narrivals: {{poisson: 1}}\ncalls: [{{script: {name}}}]",
        "caller": f"spec: 1\nscript: [{{dial: '1'}}, {{say: {{wav: {name}}}}}, {{include: {name}}}]",
    }
    for kind, text in files.items():
        assert any("there is no file" in p.message for p in told(kind, text)), kind
