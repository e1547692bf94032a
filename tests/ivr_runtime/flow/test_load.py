"""Reading flow files: all faults at once, each with its place and a hint; any text gives a Flow or a FlowError."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ivr_runtime.flow.load import Flow, FlowError, examine, load

DOCS = Path(__file__).parent.parent.parent.parent / "docs"

SMALL = """\
spec: 1
name: small
languages: [zh, en]
defaults: {exhausted: bye}
prompts:
  hello: {zh: 你好, en: Hello}
  bye: {zh: 再见, en: Goodbye}
steps:
  main:
    - menu: hello
      on:
        1: bye
  bye: {hang_up: bye}
"""


def faults(text: str) -> list[str]:
    """The faults of a text as line:column: message (hint)."""
    with pytest.raises(FlowError) as caught:
        load("f.yaml", text)
    return [str(problem).removeprefix("f.yaml:") for problem in caught.value.problems]


def test_a_sound_flow_loads_with_its_clips() -> None:
    """The prompts are clips by language and name; steps have their place in the file."""
    flow = load("f.yaml", SMALL)
    assert [(c.id, c.language, c.text, c.kind) for c in flow.clips[:3]] == [
        ("zh/hello", "zh", "你好", "prompt"),
        ("en/hello", "en", "Hello", "prompt"),
        ("zh/bye", "zh", "再见", "prompt"),
    ]
    assert flow.place(("steps", "main", 0, "on", "1", 0)) == "f.yaml:12:12"
    assert flow.warnings == ()


def test_all_faults_at_once_in_the_order_of_the_file() -> None:
    """Five faults of different kinds, five messages, each with line, column and a hint where there is one."""
    text = SMALL.replace("1: bye", "1: by").replace("menu: hello", "menu: helo").replace("zh: 再见, ", "")
    text = text.replace("{hang_up: bye}", '\n    - say: [{number: "{{ nobody }}"}]\n    - query: catalogue.produkt')
    assert faults(text) == [
        "7:3: prompt 'bye' has no text in 'zh'",
        "10:13: there is no prompt 'helo'  (did you mean 'hello'?)",
        "12:12: there is no step 'by'  (did you mean 'bye'?)",
        "13:3: a caller comes to the end of 'bye' and nothing follows  (end it with goto, retry or hang_up)",
        "14:22: the variable 'nobody' is never set  (known: call, language)",
        "15:14: there is no service 'catalogue.produkt'  (did you mean 'catalogue.product'?)",
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("spec: 1", "spec: 2", "1:7: spec: Input should be 1"),
        ("spec: 1\n", "", "1:1: missing key 'spec'"),
        ("[zh, en]", "[zh, fr]", "3:17: languages.1: Input should be 'zh' or 'en'"),
        ("[zh, en]", "[zh, en, zh]", "3:21: language 'zh' stands twice"),
        ("menu: hello", "mneu: hello", "10:7: steps.main.0: is no step: did you mean 'menu'?"),
        ("- menu: hello", "- 5\n    - menu: hello", "10:7: steps.main.0: is no step: one of menu, collect"),
        ("menu: hello", "menu: hello\n      bargin: no", "11:7: unknown key 'bargin'  (did you mean 'bargein'?)"),
        ("        1: bye", '        1: bye\n        "1": bye', "12:9: steps.main.0.on: key '1' stands twice"),
        ("        1: bye", "        1: bye\n        1: bye", "13:9: key 1 stands twice  (first on line 12)"),
        ("        1: bye", "        12: bye", "12:"),
        ("        1: bye", "        *: bye", 'the key * is written "*"'),
        (
            "menu: hello",
            "menu: hello\n      first_timeout: 500",
            "11:22: steps.main.0.first_timeout: Input should be less",
        ),
        (
            "menu: hello",
            "menu: hello\n      first_timeout: 0",
            "11:22: steps.main.0.first_timeout: Input should be gre",
        ),
        ("menu: hello", 'menu: [{text: "a {{ x + }}"}]', "10:24: unexpected 'end of print statement' in 'a {{ x + }}'"),
        ("menu: hello", 'menu: [{text: "{{ x + }}"}]', "10:22: unexpected 'end of print statement' in '{{ x + }}'"),
        ("menu: hello", "menu: [{digits: '{{ call.nmber }}'}]", "a call has no 'nmber'  (did you mean 'number'?)"),
        ("menu: hello", "menu: [{number: many}]", "10:23: 'many' is no whole number  (an expression stands in braces"),
        (
            "menu: hello",
            "menu: [{nmber: 2}]",
            "10:14: steps.main.0.menu.0: is no piece of a prompt: did you mean 'number'?",
        ),
        ("menu: hello", "menu: [{recording: message}]", "10:26: nothing records 'message'"),
        ("menu: hello", "menu: hello\n      back: mian", "11:13: there is no step 'mian'  (did you mean 'main'?)"),
        ("defaults: {exhausted: bye}", "", "10:7: no exit for a caller who says nothing or cannot answer"),
        ("exhausted: bye", "exhausted: [{say: hello}]", "4:23: 'exhausted' must lead elsewhere"),
        ("exhausted: bye", "exhausted: bye, back: top", "4:34: there is no step 'top'"),
        ("name: small", "name: small\nstart: begin", "3:8: there is no step 'begin'"),
        ("name: small", "name: small\napology: sorry", "3:10: there is no prompt 'sorry'"),
        ("{hang_up: bye}", "{goto: main}", "from 'main' the call can never be hung up"),
        ("{hang_up: bye}", "[{do: bye}, {hang_up: bye}]", "13:3: 'bye' does itself again and again"),
        ("{hang_up: bye}", "[{language: xx}]", "13:20: steps.bye.0.language: Input should be 'zh' or 'en'"),
        ("zh: 你好", "zh: [{prompt: bye}]", "a prompt cannot hold another prompt"),
        ("zh: 你好", "zh: []", "6:15: prompt 'hello' says nothing in 'zh'"),
        (
            "{hang_up: bye}",
            "[{query: catalogue.product, with: {kode: 1}}, {hang_up: bye}]",
            "13:43: catalogue.product takes no 'kode'  (did you mean 'code'?)",
        ),
        (
            "{hang_up: bye}",
            "[{collect: x, min_digits: 5, max_digits: 3}, {hang_up: bye}]",
            "13:34: min_digits 5 is more than max_digits 3",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(old: str, new: str, fault: str) -> None:
    """Each kind of fault, at its line and column."""
    assert old in SMALL
    found = faults(SMALL.replace(old, new))
    assert any(line.startswith(fault) or fault in line for line in found), found


def test_a_language_that_the_flow_does_not_speak() -> None:
    """A language step must name one of the flow's languages."""
    text = SMALL.replace("[zh, en]", "[zh]").replace("{hang_up: bye}", "[{language: en}, {hang_up: bye}]")
    assert faults(text) == ["13:20: the flow does not speak 'en'  (languages: zh)"]


def test_what_is_odd_is_a_warning_and_no_fault() -> None:
    """A step that nothing leads to, a prompt that is never said, a step after a goto."""
    text = SMALL + "  lost:\n    - goto: bye\n    - say: hello\n"
    text = text.replace("steps:", "  unsaid: {zh: 嗯, en: hm}\nsteps:", 1)
    flow = load("f.yaml", text)
    assert [str(problem).removeprefix("f.yaml:") for problem in flow.warnings] == [
        "8:3: prompt 'unsaid' is never said",
        "15:3: nothing leads to the step 'lost'",
        "17:7: nothing leads to this step  (the step before it never goes on)",
    ]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file, a folder and bytes that are no text are faults of the file."""
    (tmp_path / "latin").write_bytes(b"name: \xe4\n")
    for name in ("nothing.yaml", ".", "latin"):
        with pytest.raises(FlowError):
            load(tmp_path / name)


@pytest.mark.parametrize(
    "text", ["", "[]", "1", "null", "\x00", "a: [", "&a [*a]", "steps: {}", "{[]: 1}", "a: 2026-99-99", "- " * 3000]
)
def test_what_is_no_flow_is_a_flow_error(text: str) -> None:
    """Empty, of the wrong shape, no YAML, cyclic, too deep."""
    with pytest.raises(FlowError):
        load("f.yaml", text)


WORDS = """
spec name languages start defaults variables prompts steps main say menu on collect query with into missing failed set
if then else goto do retry hang_up record keep discard text number money each as when zh en exhausted back 1 *
first_timeout min_digits too_short language pause
"""
KEYS = st.sampled_from(WORDS.split())
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | KEYS | st.text(max_size=8)
    | st.sampled_from(["{{ x }}", "{{ x +", "catalogue.product", "hello"])
)  # fmt: skip
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))
STEPS = st.dictionaries(KEYS, VALUES, max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=5), st.lists(STEPS, max_size=3), VALUES)
def test_any_document_gives_a_flow_or_a_flow_error(top: dict, steps: list, defaults: object) -> None:
    """Fuzz: flows of random shape, with a sound head so that the checks behind the models are reached as well."""
    document = {**yaml.safe_load(SMALL), **top, "spec": 1, "name": "x", "languages": ["zh"]}
    document |= {"defaults": defaults, "steps": {"main": steps, "bye": [{"hang_up": None}]}}
    flow, found, _ = examine("f.yaml", yaml.safe_dump(document, allow_unicode=True))
    assert isinstance(flow, Flow) or found


TEXT = (DOCS / "flow-language.md").read_text(encoding="utf-8").split("```yaml")[1].split("```")[0]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, len(TEXT)), st.integers(0, 12), st.text(max_size=4) | st.sampled_from(["*", "\n", "{{", "\t", ": "])
)
@example(0, len(TEXT), "")
def test_any_damage_to_a_file_gives_a_flow_or_a_flow_error(at: int, cut: int, put: str) -> None:
    """Fuzz: the manual's example with a piece cut out and something put in its place; places lie within the file."""
    text = TEXT[:at] + put + TEXT[at + cut :]
    flow, found, warnings = examine("f.yaml", text)
    assert isinstance(flow, Flow) or found
    lines = text.count("\n") + 2
    assert all(1 <= problem.line <= lines + 1 and problem.column >= 1 for problem in found + warnings)
