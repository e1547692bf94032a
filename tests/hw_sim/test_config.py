"""OFFICE.yaml: what is read, and every fault at its place."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from drivers.yaml_source import ConfigError
from dsp.receiver import RATE
from hw_sim.config import analog_office, load_office
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


KEYS = ["spec", "cards", "ports", "number", "hunt", "type", "name", "phones", "callers", "script", "country"]
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["analog-fxo", "1"])
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
