"""OFFICE.yaml: what is read, and every fault at its place."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from drivers.yaml_source import ConfigError
from dsp.receiver import RATE
from hw_sim.config import analog_office, load_office, office_schema
from hw_sim.switch.number_pattern import NumberPattern
from hw_sim.switch.numbering import Group, Numbering
from hw_sim.yaml_types import samples

GOOD = """
spec: 1
country: hk
seed: 7
cards:
  - type: analog-fxo
    name: a
    ports:
      - {number: "80001", disconnect: none, caller_id: bell, return_loss: 14, loss: 2, noise: -60, law: mulaw}
      - {number: "80002"}
hunt:
  - {number: "80001", ports: ["80001", "80002"]}
phones:
  - {number: "10086", rings: 2, talk: 1.5s}
"""


def faults(text: str) -> list[str]:
    """The faults of a file, as line:column: message."""
    with pytest.raises(ConfigError) as caught:
        load_office("office.yaml", text)
    return [str(p).removeprefix("office.yaml:") for p in caught.value.problems]


def test_a_whole_file_is_read() -> None:
    """Ports come in the order of the rows; a hunt group may have the number of its own first port."""
    config = load_office("office.yaml", GOOD)
    assert [p.number for p in config.ports] == ["80001", "80002"]
    assert (config.country, config.seed, config.ports[0].law, config.ports[1].law) == ("hk", 7, "mulaw", "alaw")
    assert config.phones[0].talk == 1.5 * RATE


@pytest.mark.parametrize("file", sorted(Path("hw_sim/offices").glob("*.yaml")), ids=str)
def test_the_sample_offices_are_sound(file: Path) -> None:
    """What we ship can be loaded."""
    assert load_office(file).cards


def test_all_faults_are_told_at_once_with_their_places() -> None:
    """Faults of single values and faults between parts of the file, each with line and column."""
    text = """spec: 1
cards:
  - type: analog-fxo
    name: a
    ports:
      - {number: 80001, disconect: loop}
      - {number: "5", loss: -3}
      - {number: "5"}
hunt:
  - {number: "1", ports: ["9"]}
callers:
  - {script: nowhere.yaml, at: soon}
"""
    found = faults(text)
    assert [f.split(" ")[0].rpartition(":")[0] for f in found] == [
        "6:18",
        "6:25",
        "7:29",
        "8:18",
        "10:27",
        "12:14",
        "12:32",
    ]
    assert "did you mean 'disconnect'?" in found[1]
    assert "stands twice" in found[3]
    assert "no port has the number '9'" in found[4]


def test_two_cards_of_one_name_are_refused() -> None:
    """Names tell cards apart in logs."""
    card = "  - {type: analog-fxo, name: a, ports: [{number: '%s'}]}\n"
    assert "stands twice" in faults("spec: 1\ncards:\n" + card % "1" + card % "2")[0]


def test_a_number_must_be_quoted() -> None:
    """So that nobody has to know which figures YAML reads as numbers; the fault says the remedy."""
    assert "must be quoted" in faults("spec: 1\ncards: [{type: analog-fxo, name: a, ports: [{number: 755}]}]")[0]


@pytest.mark.parametrize("text", ["", "[]", "spec: 2", "spec: 1", "cards: 3", "spec: 1\ncards: []", "{"])
def test_what_is_no_office_is_refused(text: str) -> None:
    """An empty file, another version, no cards: a fault with a place, never another exception."""
    assert faults(text)


@pytest.mark.parametrize(
    ("text", "wanted"), [("2s", 16000), ("350ms", 2800), ("1min", 480000), (2, 16000), ("1.5", 12000), ("0", 0)]
)
def test_durations(text: object, wanted: int) -> None:
    """Seconds, unless the unit says otherwise."""
    assert samples(text) == wanted


@pytest.mark.parametrize("text", ["soon", "-1s", "", True, None, "1h", "2 s s"])
def test_what_is_no_duration(text: object) -> None:
    """Refused, with an example of what is."""
    with pytest.raises(ValueError, match="write 2s"):
        samples(text)


E1 = "{type: e1, name: %s, %s}"


def cards(*texts: str, rest: str = "") -> str:
    """A file with these cards, one a line from line 3 on."""
    return "spec: 1\ncards:\n" + "".join(f"  - {text}\n" for text in texts) + rest


def test_every_kind_of_card_in_one_office() -> None:
    """Spans, ports for lines and for telephones, wired ones; numbers, routes and refusals."""
    config = load_office(
        "o.yaml",
        cards(
            E1 % ("t", "signalling: r2, side: user, variant: itu, numbers: ['8200xx'], send_digits: 4, crc4: false"),
            E1 % ("u", "signalling: clear, cross: v"),
            E1 % ("v", "signalling: cas"),
            "{type: analog-fxs, name: f, ports: [{name: desk}, {}]}",
            "{type: analog-fxs, name: s, ports: [{}]}",
            "{type: analog-fxo, name: o, cross: s, ports: [{}]}",
            rest="routes: [{numbers: ['82001000-82001099', '010+'], to: [t], order: cyclic}]\n"
            "numbers: {'5550': busy}\nphones: [{port: desk}, {port: f-2}]\n",
        ),
    )
    assert [card.type for card in config.cards] == ["e1", "e1", "e1", "analog-fxs", "analog-fxs", "analog-fxo"]
    assert config.numbers == {"5550": "busy"}
    assert config.ports[0].number == ""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (cards(E1 % ("a", "cross: b")), "3:32: there is no card 'b'"),
        (cards(E1 % ("a", "cross: a")), "3:32: a card cannot be wired to itself"),
        (cards(E1 % ("a", "cross: b"), E1 % ("b", "cross: c"), E1 % ("c", "side: user")), "already"),
        (
            cards(E1 % ("a", "cross: f"), "{type: analog-fxs, name: f, ports: [{}]}"),
            "3:32: a card of type e1 can only be wired to one of type e1",
        ),
        (
            cards("{type: analog-fxs, name: f, cross: o, ports: [{}]}", "{type: analog-fxo, name: o, ports: [{}, {}]}"),
            "the cards have 1 and 2 ports",
        ),
        (cards("{type: analog-fxo, name: o, ports: [{}]}"), "3:41: missing key 'number'"),
        (cards(E1 % ("a", "signalling: isdm")), "did you mean 'isdn'?"),
        (cards(E1 % ("a", "signalling: clear, numbers: ['1']")), "no calls go over this span"),
        (cards(E1 % ("a", "numbers: ['82-81']")), "is no range"),
        (cards(E1 % ("a", "numbers: ['12a']")), "is no number: write"),
        (cards(E1 % ("a", "numbers: [755]")), "must be quoted"),
        (cards(E1 % ("span", "side: user"), rest="routes: [{numbers: ['1'], to: [spam]}]"), "did you mean 'span'?"),
        (cards(E1 % ("a", "side: user"), rest="phones: [{talk: 1s}]"), "either the number of a telephone, or its port"),
        (cards(E1 % ("a", "side: user"), rest="phones: [{port: desk}]"), "no FXS port has the name 'desk'"),
        (
            cards("{type: analog-fxs, name: f, ports: [{name: d}]}", rest="phones: [{port: d}, {port: d}]"),
            "port 'd' stands twice",
        ),
        (
            cards("{type: analog-fxs, name: f, ports: [{name: f}]}"),
            "the name 'f' stands twice",
        ),
        (
            cards("{type: analog-fxo, name: o, ports: [{number: '5'}]}", rest="numbers: {'5': busy}"),
            "number '5' stands twice",
        ),
        (cards(E1 % ("a", "side: user"), rest="numbers: {'5': bussy}"), "did you mean 'busy'?"),
        (cards(E1 % ("a", "signalling: r2, r2: {definitions: nowhere.conf}")), "there is no file"),
    ],
)
def test_faults_of_cards_and_routes(text: str, wanted: str) -> None:
    """Each with its place, and what would be right."""
    found = faults(text)
    assert any(wanted in fault for fault in found), found


def test_the_schema_knows_every_kind_of_card() -> None:
    """For editors: JSON Schema, with what each key means."""
    schema = office_schema()
    text = json.dumps(schema)
    assert schema["title"] == "OFFICE.yaml"
    for word in ("analog-fxs", "e1", "send_digits", "cyclic", "out_of_order"):
        assert word in text


PATTERNS = st.one_of(
    st.from_regex(r"[0-9x]{1,6}", fullmatch=True),
    st.from_regex(r"[0-9]{1,4}\+", fullmatch=True),
    st.tuples(st.integers(100, 999), st.integers(0, 99)).map(lambda p: f"{p[0]}-{min(p[0] + p[1], 999)}"),
)


@given(st.lists(PATTERNS, min_size=1, max_size=4), st.from_regex(r"[0-9]{1,7}", fullmatch=True))
def test_a_pattern_takes_what_its_words_say(texts: list[str], number: str) -> None:
    """As a regular expression or a comparison of numbers says; and every beginning of a number it takes may go on."""
    numbering = Numbering()
    for i, text in enumerate(texts):
        numbering.route([NumberPattern.of(text)], Group((i,)))

    def takes(text: str, number: str) -> bool:
        if "-" in text:
            low, high = text.split("-")
            return len(number) == len(low) and int(low) <= int(number) <= int(high)
        form = text.removesuffix("+").replace("x", "[0-9]") + ("[0-9]+" if text.endswith("+") else "")
        return re.fullmatch(form, number) is not None

    found = numbering.find(number)
    assert (found is not None) == any(takes(text, number) for text in texts)
    if isinstance(found, Group):
        assert takes(texts[found.rows[0]], number)
        for length in range(1, len(number)):
            assert numbering.more(number[:length])


def test_the_strictest_pattern_has_the_number() -> None:
    """A number of its own, a range, a pattern, what begins alike."""
    numbering = Numbering()
    for i, text in enumerate(("8+", "82xx", "8200-8299", "8201")):
        numbering.route([NumberPattern.of(text)], Group((i,)))
    numbering.add("8202", (9,))
    rows = [numbering.find(number) for number in ("8202", "8201", "8203", "8300", "82011")]
    assert [found.rows[0] for found in rows if isinstance(found, Group)] == [9, 3, 2, 0, 0]


KEYS = [
    "spec",
    "cards",
    "ports",
    "routes",
    "to",
    "cross",
    "signalling",
    "numbers",
    "port",
    "number",
    "hunt",
    "type",
    "name",
    "phones",
    "callers",
    "script",
    "country",
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["analog-fxo", "analog-fxs", "e1", "1", "r2"])
)
DOCUMENTS = st.recursive(
    LEAVES, lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(KEYS), x, max_size=4), max_leaves=12
)


@given(DOCUMENTS)
def test_any_document_gives_an_office_or_faults(data: object) -> None:
    """Whatever stands in the file, the only error is ConfigError, and it says something."""
    try:
        load_office("x.yaml", yaml.safe_dump(data, allow_unicode=True))
    except ConfigError as error:
        if not error.problems:
            raise AssertionError("a fault without words") from error


def test_an_office_for_tests_has_equal_ports_behind_one_number() -> None:
    """`analog_office` passes its keywords to every port."""
    config = analog_office(3, loss=1.0)
    assert [p.loss for p in config.ports] == [1.0] * 3
    assert config.hunt[0].ports == ("80001", "80002", "80003")


def test_the_example_of_the_documentation_is_an_office() -> None:
    """docs/offices.md shows a file that can be loaded, and every key that a port has."""
    text = Path("docs/offices.md").read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    config = load_office("office.yaml", text)
    assert set(config.ports[0].model_fields_set) == set(type(config.ports[0]).model_fields)
    assert config.phones[0].number == "10086"


def test_a_tone_plan_of_the_office_is_looked_at_too(tmp_path: Path) -> None:
    """A file that is not there, and one with a fault, each at its own place."""
    office = "spec: 1\ntones: pbx.yaml\ncards: [{type: analog-fxo, name: a, ports: [{number: '1'}]}]\n"
    with pytest.raises(ConfigError) as missing:
        load_office(tmp_path / "o.yaml", office)
    assert "o.yaml:2:8: there is no file" in str(missing.value)
    (tmp_path / "pbx.yaml").write_text("spec: 1\nlike: cm\ntones: {}\n")
    with pytest.raises(ConfigError) as faulty:
        load_office(tmp_path / "o.yaml", office)
    assert "pbx.yaml:2:7: there is no tone plan 'cm'" in str(faulty.value)
