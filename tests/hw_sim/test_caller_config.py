"""CALLER.yaml: what a script may say, and how its faults are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.yaml_source import ConfigError
from hw_sim.caller import config as c

GOOD = """\
spec: 1
who: {number: "13900001111", level: -20, snr: 25, keys: {on: 80ms, off: 60ms}, language: en}
patience: 20s
script:
  - dial: "96688"
  - hear: welcome
    within: 10s
  - press: "1001#"
    over: true
  - hear: [ask_code, {text: "*代码*"}]
    through: began
  - note_number: price
  - say: {text: hello}
  - wait: 500ms
  - expect: {tone: busy}
  - hang_up
"""


@dataclass(frozen=True)
class Named:
    """A clip of a book."""

    id: str
    language: str = "zh"
    text: str = ""


def faults(text: str, **more: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        c.load_caller_config("c.yaml", text, **more)  # type: ignore[arg-type]
    return [str(p) for p in caught.value.problems]


def test_a_whole_script() -> None:
    """Every step is what it says; durations are samples; noise follows from level and SNR."""
    config = c.load_caller_config("c.yaml", GOOD)
    assert [type(s).__name__ for s in config.script] == [
        "Dial", "Hear", "Press", "Hear", "NoteNumber", "Say", "Wait", "Expect", "HangUp",
    ]  # fmt: skip
    assert config.who.noise_level == -45
    assert config.who.keys.on == 640
    assert config.script[1].model_dump() == {"hear": ("welcome",), "within": 80000, "after": 0, "through": True}
    assert config.patience == 160000


def test_all_faults_at_once_with_their_places() -> None:
    """Each fault of a file is told with line, column and a hint, in the order of the file."""
    text = """\
spec: 1
who: {number: 139, level: -99}
script:
  - press: 1
  - hear: welcome
    thru: began
  - pres: "1"
  - wait: soon
  - expect: {tone: busy, silence: 2s}
  - press: "12x"
  - say: {}
"""
    found = faults(text)
    assert [f.split(": ")[0] for f in found] == [
        "c.yaml:2:15", "c.yaml:2:27", "c.yaml:4:12", "c.yaml:6:5", "c.yaml:7:5", "c.yaml:8:11", "c.yaml:9:13",
        "c.yaml:10:12", "c.yaml:11:10",
    ]  # fmt: skip
    assert "did you mean 'through'?" in found[3]
    assert "hear" in found[4]


@pytest.mark.parametrize(
    "text", ["", "spec: 1", "[]", "spec: 1\nscript: []", "spec: 2\nscript: [hang_up]", "a: [", "spec: 1\nscript: 7"]
)
def test_what_is_no_script(text: str) -> None:
    """Anything else is a fault, never another error."""
    assert faults(text)


def test_prompts_that_the_book_does_not_have() -> None:
    """A prompt that can never be heard is a fault before the call, with the nearest names."""
    clips = [Named("zh/welcome"), Named("zh/ask_code", text="请输入商品代码"), Named("zh:十二", text="十二")]
    found = faults(GOOD.replace("welcome", "welcom").replace("ask_code", "ask_cod"), clips=clips)
    assert found == [
        "c.yaml:6:11: no prompt of the book is 'welcom'  (did you mean 'welcome'?)",
        "c.yaml:10:12: no prompt of the book is 'ask_cod'  (did you mean 'ask_code'?)",
    ]


def test_a_sound_file_that_is_not_there(tmp_path: Path) -> None:
    """A WAV is looked for beside the script."""
    file = tmp_path / "c.yaml"
    file.write_text("spec: 1\nscript:\n  - say: {wav: hello.wav}\n")
    with pytest.raises(ConfigError, match=r"c\.yaml:3:16: there is no file .*hello\.wav"):
        c.load_caller_config(file)
    (tmp_path / "hello.wav").write_bytes(b"")
    step = c.load_caller_config(file).script[0]
    assert isinstance(step, c.Say)
    assert step.say.wav == tmp_path / "hello.wav"


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("welcome", True), ("zh/welcome", True), ("zh/*", True), ("*/wel*", True), ("en/welcome", False),
        ("wel", False),
        (c.Text(text="欢迎*"), True), (c.Text(text="欢迎"), False),
    ],
)  # fmt: skip
def test_how_a_prompt_may_be_named(pattern: str | c.Text, fits: bool) -> None:
    """By name, by id, by a glob over ids, or by a glob over its text."""
    assert c.Hear(hear=(pattern,)).wants(Named("zh/welcome", text="欢迎致电")) is fits


def test_noise_is_given_once() -> None:
    """Noise and SNR say the same."""
    assert "give one" in faults("spec: 1\nwho: {noise: -50, snr: 20}\nscript: [hang_up]")[0]


@given(st.text(max_size=8), st.integers(0, len(GOOD)), st.integers(0, 12))
def test_a_damaged_file_is_faults_or_a_script(insert: str, at: int, cut: int) -> None:
    """Whatever stands in the file: a configuration or a ConfigError."""
    try:
        problems: Sequence[object] = c.load_caller_config("c.yaml", GOOD[:at] + insert + GOOD[at + cut :]).script
    except ConfigError as error:
        problems = error.problems
    assert problems


@pytest.mark.parametrize(
    "file", sorted((Path(__file__).parents[2] / "hw_sim/callers").glob("*.yaml")), ids=lambda f: f.name
)
def test_the_sample_callers_are_good(file: Path) -> None:
    """The scripts we ship load."""
    assert c.load_caller_config(file).script
