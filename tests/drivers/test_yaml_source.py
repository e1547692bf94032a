"""YAML with places: every fault of a file at once, with file:line:column and a hint; never another exception."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from drivers.yaml_source import ConfigError, Problem, did_you_mean, load, parse


class Strict(BaseModel):
    """A model that knows all its keys."""

    model_config = ConfigDict(extra="forbid")


class Play(Strict):
    """A step told by its key."""

    play: str
    gain: float = 0.0


class Menu(Strict):
    """Another."""

    menu: dict[str, str]
    retries: int = 3


class Port(Strict):
    """A card told by its type."""

    type: Literal["port"]
    number: str


class Span(Strict):
    """Another."""

    type: Literal["span"]
    channels: int


def _tag(raw: object) -> str | None:
    return next((f"<{key}>" for key in ("play", "menu") if isinstance(raw, dict) and key in raw), None)


Step = Annotated[
    Annotated[Play, Tag("<play>")] | Annotated[Menu, Tag("<menu>")],
    Discriminator(_tag, custom_error_type="step", custom_error_message="is no step: one of play, menu"),
]


class Document(Strict):
    """All there is to get wrong."""

    spec: Literal[1] = 1
    name: str = Field("x", min_length=1)
    count: int | None = None
    either: int | list[int] | None = None
    plain: Play | Menu | None = None
    steps: dict[str, list[Step]] = {}
    cards: list[Annotated[Port | Span, Field(discriminator="type")]] = []


def faults(text: str) -> list[str]:
    """The faults of a document as line:column: message (hint)."""
    try:
        load("f", Document, text)
    except ConfigError as error:
        return [str(p).removeprefix("f:") for p in error.problems]
    return []


def test_a_good_file_is_a_model() -> None:
    """Values as written, defaults for the rest."""
    made = load("f", Document, "name: a\nsteps: {start: [{play: hello}]}\n")
    assert made.name == "a"
    assert made.steps["start"] == [Play(play="hello")]


def test_all_faults_come_at_once_in_the_order_of_the_file() -> None:
    """A wrong type, an unknown key, a missing key and a bad step: four faults, each at its own place."""
    text = (
        "name: 7\ncuont: 1\nsteps:\n  start:\n    - play: hi\n      gian: 2\n    - sing: la\ncards:\n  - {type: port}\n"
    )
    assert faults(text) == [
        "1:7: name: Input should be a valid string  (quote it)",
        "2:1: unknown key 'cuont'  (did you mean 'count'?)",
        "6:7: unknown key 'gian'  (did you mean 'gain'?)",
        "7:7: steps.start.1: is no step: one of play, menu",
        "9:5: missing key 'number'",
    ]


def test_a_hint_names_only_keys_that_may_stand_there() -> None:
    """Inside a play step the keys of menu are no help, nor are those of the document."""
    assert faults("steps: {start: [{play: hi, retires: 2}]}") == ["1:28: unknown key 'retires'  (known: gain, play)"]
    assert faults("steps: {start: [{menu: {}, retires: 2}]}") == [
        "1:28: unknown key 'retires'  (did you mean 'retries'?)"
    ]
    assert faults("cards: [{type: span, channels: 2, numbr: 1}]") == [
        "1:35: unknown key 'numbr'  (known: channels, type)"
    ]


def test_a_union_of_models_reports_the_member_that_was_meant() -> None:
    """Not one fault for every member that it might have been."""
    assert faults("plain: {menu: {}, retries: many}") == [
        "1:28: plain.retries: Input should be a valid integer, unable to parse string as an integer"
    ]


def test_a_union_of_plain_types_is_one_fault() -> None:
    """Both alternatives in one sentence, at the value."""
    assert faults("either: {a: 1}") == ["1:9: either: Input should be a valid integer or a valid list"]


def test_an_unknown_type_names_the_known_ones() -> None:
    """The discriminator of a union: what was written and what there is."""
    (fault,) = faults("cards: [{type: prot, number: '1'}]")
    assert fault == "1:16: there is no type 'prot'  (did you mean 'port'?)"
    (fault,) = faults("cards: [{number: '1'}]")
    assert fault == "1:9: missing key 'type'"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: 1\na: 2\n", ["2:1: key 'a' stands twice  (first on line 1)"]),
        ("b:\n  c: 1\n  c: 2\n", ["3:3: key 'c' stands twice  (first on line 2)"]),
        ("? [1]\n: 2\n", ["1:3: a key must be a word or a number, not []  (quote it)"]),
        (".nan: 2\n", ["1:1: a key must be a word or a number, not nan  (quote it)"]),
    ],
)  # fmt: skip
def test_keys_that_cannot_be(text: str, wanted: list[str]) -> None:
    """Duplicate and odd keys are faults of the document, and the rest of it is still read."""
    assert [str(p).removeprefix("f:") for p in parse("f", text).problems] == wanted


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("\ta: 1", "1:1", "indent with spaces"),
        ("a:\n\t- 1", "2:1", "indent with spaces"),
        ("a: b: c", "1:5", "quote a text that holds a colon"),
        ("a: 1\n---\nb: 2", "2:1", "one document a file"),
        ("a: !start 1", "1:4", "begins with !"),
        ("a: *", "1:5", "alphabetic"),
        ("a: *b", "1:4", "begins with \\*"),
        ("a: [1", "1:6", "expected"),
        ("a: !!timestamp 2026-99-99", "1:4", "cannot be read as timestamp: quote it"),
        ("a: 'x\x00y'", "1:6", "not allowed"),
        ("b: 1\na: \x07", "2:4", "not allowed"),
        ("a: &a [*a]", "1:1", "contains itself"),
        ("a: " + "[" * 5000, "1:1", "nested too deep"),
        ("- " * 5000, "1:1", "nested too deep"),
        ("<<: 1", "1:5", "expected a mapping"),
    ],
)
def test_what_is_no_yaml(text: str, where: str, words: str) -> None:
    """One fault with its place, and a hint for the commonest ones."""
    with pytest.raises(ConfigError, match=words) as caught:
        parse("f", text)
    assert str(caught.value.problems[0]).startswith(f"f:{where}:")


def test_aliases_that_would_fill_the_memory_are_refused() -> None:
    """Nine levels of nine aliases each stand for 400 million values."""
    text = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10))
    with pytest.raises(ConfigError, match="more than 100000 values"):
        parse("f", text)


def test_merge_keys_give_way_to_the_mappings_own() -> None:
    """`<<` brings defaults; what the mapping says itself wins and is no duplicate, however often it is aliased."""
    text = "base: &b {p: 1, q: 2}\nmore: &m {<<: *b, q: 3, r: 4}\nboth: {<<: [*b, *m], r: 5}\nagain: *m\n"
    source = parse("f", text)
    assert source.problems == []
    assert source.data["more"] == source.data["again"] == {"p": 1, "q": 3, "r": 4}
    assert source.data["both"] == {"p": 1, "q": 2, "r": 5}


def test_a_key_twice_beside_a_merge_is_still_a_fault() -> None:
    """Overriding is once."""
    source = parse("f", "base: &b {p: 1}\nmore: {<<: *b, p: 2, p: 3}\n")
    assert [str(p) for p in source.problems] == ["f:2:22: key 'p' stands twice  (first on line 2)"]


def test_a_fault_in_a_merged_value_is_reported_where_it_stands() -> None:
    """At the anchor, not at the alias."""
    text = "steps:\n  a:\n    - &p {play: hi, gain: loud}\n  b:\n    - <<: *p\n      play: ho\n"
    assert {fault.partition(":")[0] for fault in faults(text)} == {"3"}


def test_words_that_yaml_reads_as_truth_are_keys_all_the_same() -> None:
    """on, off, yes, no and y as keys are the words."""
    assert parse("f", "on: 1\nno: 2\n").data == {"on": 1, "no": 2}


def test_a_word_that_yaml_takes_for_a_truth_value_is_told_how_to_be_a_text() -> None:
    """`on` is no word to YAML: the fault says what to do."""
    assert faults("name: on") == [
        "1:7: name: Input should be a valid string  (quote it: YAML takes on, off, yes and no for truth values)"
    ]


@pytest.mark.parametrize("written", ["0755", "08", "10:30", "-1:30", "2026-11-21", "2026-11-21 10:00:00"])
def test_figures_with_another_meaning_in_yaml_are_the_text_that_stands_there(written: str) -> None:
    """Not an octal number, not base 60, not a date: an entry code, a time of day, a day."""
    assert parse("f", f"a: {written}\n{written}: 1\n").data == {"a": written, written: 1}


@pytest.mark.parametrize("written", ["0", "755", "-12", "1_000", "0x1f", "0b11"])
def test_whole_numbers_are_numbers(written: str) -> None:
    """As in YAML."""
    assert parse("f", f"a: {written}").data == {"a": int(written, 0)}


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "null", "[1, 2]", "just words"])
def test_a_file_that_is_no_mapping(text: str) -> None:
    """One fault at the beginning."""
    (fault,) = faults(text)
    assert fault in {"1:1: the file is empty", "2:1: the file is empty"} or fault.endswith(
        "a mapping, keys with values"
    )
    assert fault.startswith(("1:1:", "2:1:"))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Missing, a folder, not UTF-8: a fault of that file, never an OSError."""
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("name: Müller".encode("latin-1"))
    for file, words in ((tmp_path / "none.yaml", "No such file"), (tmp_path, "directory"), (latin, "UTF-8")):
        with pytest.raises(ConfigError, match=words):
            parse(file)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """Editors on Windows write one."""
    file = tmp_path / "bom.yaml"
    file.write_text("name: x\n", encoding="utf-8-sig")
    assert load(file, Document).name == "x"


def test_hints() -> None:
    """Near words first; all words when they are few; nothing when there are many."""
    assert did_you_mean("retires", ["retries", "gain"]) == "did you mean 'retries'?"
    assert did_you_mean("zzz", ["b", "a"]) == "known: a, b"
    assert did_you_mean("zzz", [f"word{i}" for i in range(13)]) == ""


def test_problems_are_sorted_and_told_once() -> None:
    """By line, then column."""
    a, b = Problem("f", 2, 1, "later"), Problem("f", 1, 9, "earlier")
    assert ConfigError([a, b, a]).problems == (b, a)


# -- any text at all -------------------------------------------------------------------------------------------------

BITS = st.sampled_from(
    ["a", "steps", "play", "on", "1", "0x" + "f" * 4000, "1e999", ".inf", "2026-01-01", "'", '"', ":", ": ", "- ", "\n",
     "\n  ", "\t", "[", "]", "{", "}", ",", "&x ", "*x", "<<: ", "!!int ", "!!binary ", "!!set ", "? ", "|", ">", "%",
     "@", "`", "#", "---", "...", "\0", "\ufeff", "\u2028", "中文", "😀", "null", "~", "=", "1:30", "0b1", "\x85"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(BITS, max_size=30).map("".join))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("? 0x" + "f" * 4000 + "\n: 1\n? 0x" + "f" * 4000 + "\n: 2")
@example("!!omap [a: 1]")
@example("{a: &x {<<: *x}}")
def test_any_text_gives_a_model_or_faults(text: str) -> None:
    """Never another exception; places are inside the text."""
    try:
        load("f", Document, text)
    except ConfigError as error:
        for problem in error.problems:
            assert 1 <= problem.line <= len(text.splitlines()) + 2
            assert problem.column >= 1
            assert str(problem)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["spec", "name", "count", "either", "plain", "steps", "cards", "play", "menu", "type", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_any_document_gives_a_model_or_faults_at_real_places(value: object) -> None:
    """Well-formed YAML of any shape: the model, or faults whose places exist."""
    text = yaml.safe_dump(value, allow_unicode=True)
    lines = text.splitlines() or [""]
    try:
        load("f", Document, text)
    except ConfigError as error:
        for problem in error.problems:
            assert problem.line <= len(lines)
            assert problem.column <= len(lines[problem.line - 1]) + 1


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_what_is_read_is_what_was_written(value: object) -> None:
    """parse agrees with PyYAML on documents that have none of its odd keys."""
    text = yaml.safe_dump(value, allow_unicode=True)
    assert repr(parse("f", text).data) == repr(yaml.safe_load(text))
