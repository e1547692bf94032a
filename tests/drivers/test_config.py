"""cards.yaml: all faults at once, each with its place; and what a good one means."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.card import Line
from drivers.config import load_cards
from drivers.yaml_source import ConfigError

GOOD = """\
spec: 1
cards:
  - name: front
    device: "dahdi:1-2"
    lines:
      - {name: hotline-1}
      - {name: hotline-2, signalling: fxs_ls, law: mulaw}
  - name: office
    device: sim:office.yaml
"""


def faults(text: str) -> list[str]:
    """line:column: message (hint), without the file's name."""
    with pytest.raises(ConfigError) as caught:
        load_cards("cards.yaml", text)
    return [str(p).removeprefix("cards.yaml:") for p in caught.value.problems]


def test_a_good_file() -> None:
    """Names, signalling and laws of the lines; a card without lines has those of its device."""
    front, office = load_cards("cards.yaml", GOOD).cards
    assert front.to_lines() == (Line("hotline-1"), Line("hotline-2", signalling="fxs_ls", law="mulaw"))
    assert office.to_lines() == ()
    assert office.device == "sim:office.yaml"


def test_all_faults_at_once() -> None:
    """Unknown key, unknown back-end, a name twice, wrong signalling: one run of the check shows them all."""
    text = GOOD.replace("hotline-2,", "hotline-1,").replace("fxs_ls", "fxs_sk").replace("sim:", "smi:")
    assert faults(text + "colour: red\n") == [
        "7:16: the name 'hotline-1' stands twice  (names tell lines apart in the log)",
        "7:39: cards.0.lines.1.signalling: Input should be 'fxs_ks', 'fxs_ls', 'fxo_ks', 'fxo_ls' or 'clear'"
        "  (did you mean 'fxs_ls' or 'fxs_ks' or 'fxo_ls'?)",
        "9:13: device 'smi:office.yaml' names no back-end  (did you mean 'sim'?)",
        "10:1: unknown key 'colour'  (known: cards, spec)",
    ]


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("dahdi:", "names no back-end"),
        ("dahdi", "names no back-end"),
        ("dahdi:1-", "is no channel"),
        ("dahdi:4-1", "lower one first"),
        ("dahdi:1,1", "stands twice"),
        ("dahdi:1-3", "2 lines are named, but dahdi:1-3 has 3 channels"),
        ("", "at least 1 character"),
    ],
)
def test_devices_that_cannot_be(device: str, words: str) -> None:
    """Found before any hardware is touched, at the device's place or the lines'."""
    (fault, *_) = faults(GOOD.replace("dahdi:1-2", device))
    assert fault.startswith(("4:13: ", "6:7: "))
    assert words in fault


def test_two_cards_cannot_have_one_channel() -> None:
    """Channel 2 in both: told at the second card."""
    text = GOOD.replace("sim:office.yaml", "dahdi:2,9")
    assert faults(text) == ["9:13: channel 2 belongs to card 'front' already"]


def test_two_cards_cannot_have_one_name() -> None:
    """A card's name tells it apart in the log."""
    assert faults(GOOD.replace("office\n", "front\n", 1))[0].startswith("8:11: the name 'front' stands twice")


@pytest.mark.parametrize("text", ["", "spec: 2\ncards: []\n", "cards: 1", "spec: 1\ncards:\n", "- 1\n"])
def test_files_without_cards(text: str) -> None:
    """Faults, never an empty configuration."""
    assert faults(text)


@settings(deadline=None)
@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda x: st.lists(x) | st.dictionaries(
    st.sampled_from(["name", "device", "lines", "signalling"]), x), max_leaves=12))  # fmt: skip
def test_any_cards_are_a_model_or_faults(value: object) -> None:
    """The cross-checks bear whatever stands where cards and lines should be."""
    import yaml

    text = yaml.safe_dump({"spec": 1, "cards": value}, allow_unicode=True)
    try:
        load_cards("cards.yaml", text)
    except ConfigError as error:
        assert error.problems  # noqa: PT017
