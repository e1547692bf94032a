"""The language of callers' scripts: branches, repetitions, values, what is expected, telephones with a hook."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.events import Ringing
from drivers.yaml_source import ConfigError
from dsp.receiver import RATE
from hw_sim.caller.config import caller_schema, load_caller_config, load_variants
from hw_sim.caller.events import Dial, Flash, HangUp, PickUp, Send
from hw_sim.caller.person import Caller
from tests.hw_sim.stage import Contents, Stage


def test_a_choice_goes_by_what_is_heard() -> None:
    """Whichever prompt comes first decides which steps are done, and the script goes on behind them."""
    script = """
  - dial: "1"
  - on:
      - {hear: again, do: {press: "9"}}
      - {hear: menu, do: [{press: "1"}, {press: "2"}]}
      - {tone: busy, do: {fail: busy}}
  - press: "3"
"""
    for prompt, keys in (("zh/menu", ["1", "2", "3"]), ("zh/again", ["9", "3"])):
        stage = Stage(script)
        stage.say(1.0, "zh/welcome", prompt)
        assert stage.run().report("pressed") == keys
        assert stage.caller.succeeded


@pytest.mark.parametrize(("what", "keys"), [("tone", ["8"]), ("silence", ["7"]), ("else", ["5"])])
def test_a_choice_of_tones_silence_and_neither(what: str, keys: list[str]) -> None:
    """A tone and silence are cases too; else is for what is none of them in time."""
    stage = Stage("""
  - on:
      - {tone: vacant, do: {press: "8", over: true}}
      - {silence: 3s, do: {press: "7", over: true}}
      - {hear: menu, through: began, do: {press: "6", over: true}}
    within: 4s
    else: {press: "5", over: true}
""")
    if what == "tone":
        stage.tone(1.0, "vacant")
    elif what == "else":
        stage.say(0.5, "zh/welcome", "zh/again", "zh/price_is", "zh/welcome", "zh/again")
    assert stage.run().report("pressed") == keys


def test_a_choice_without_else_fails() -> None:
    """Nothing of it in time: the call has failed, the report says what was waited for, and where in the script."""
    stage = Stage("\n  - on: [{hear: menu}, {tone: busy}]\n    within: 2s\n")
    stage.say(0.5, "zh/welcome")
    stage.run()
    entry = stage.caller.report[-1]
    assert entry.text == "waited 2 s for 'menu' or busy tone, heard '欢迎'"
    assert entry.place == "c.yaml:6"


def test_a_service_that_asks_until_it_is_content() -> None:
    """Again and again until the prompt comes that ends it; `leave` goes on behind the repetition."""
    stage = Stage("""
  - repeat: 5
    do:
      - on:
          - {hear: again, do: {press: "1", over: true}}
          - {hear: menu, do: leave}
  - press: "2"
    over: true
""")
    for second in (1.0, 4.0, 7.0):
        stage.say(second, "zh/again")
    stage.say(10.0, "zh/menu")
    assert stage.run().report("pressed") == ["1", "1", "1", "2"]


def test_repetitions_are_counted_and_end_in_time() -> None:
    """So many passes; or as many as begin in the time; a pass that takes no time takes a tick, so nothing hangs."""
    assert Stage('\n  - repeat: 3\n    do: [{press: "1", over: true}]\n').run().report("pressed") == ["1"] * 3
    stage = Stage("\n  - repeat: 100000\n    lasting: 2s\n    do: {wait: 500ms}\n  - hang_up\n").run()
    assert stage.now / RATE == pytest.approx(2.0, abs=0.1)
    stage = Stage("\n  - repeat: 100000\n    lasting: 3s\n    do: {record: x}\n").run()
    assert stage.now / RATE == pytest.approx(3.0, abs=0.1)


def test_what_was_noted_is_used() -> None:
    """A number that was heard is keyed in, dialled, compared, and decides which steps are done."""
    stage = Stage("""
  - hear: price_is
  - note_number: price
  - if: {note: price, above: 40, below: 50}
    then: {press: "${price}#", over: true}
    else: {fail: no such price}
  - if: {note: price, like: "9*"}
    then: {fail: nor this one}
  - if: {note: nothing, is: 0}
    then: {fail: a note that was never taken}
  - expect: {note: price, is: "45.0"}
  - dial: "$price"
""")
    stage.say(1.0, "zh/price_is", "zh:四", "zh:十", "zh:五", "zh:元")
    stage.run()
    assert stage.report("pressed") == ["45#"], stage.caller.report
    assert stage.report("dialled") == ["45"]
    assert stage.caller.succeeded


@pytest.mark.parametrize(
    ("step", "words", "good"),
    [
        ("{number: 45}", "四 十 五 元", True),
        ("{number: '45.0'}", "四 十 五", True),
        ("{number: 46}", "四 十 五", False),
        ("{number: {from: 45, to: 60}}", "四 十 五", True),
        ("{number: {from: 46}}", "四 十 五", False),
        ("{number: {to: 44}}", "四 十 五", False),
        ("{digits: '1231'}", "一 二 三 一", True),
        ("{digits: '123'}", "一 二 三 一", False),
        ("{digits: '1231'}", "一 二 三", False),
        ("{digits: '12'}", "十 二", False),
        ("{date: '05-01'}", "五 月 一 日", True),
        ("{date: '05-02'}", "五 月 一 日", False),
        ("{date: '2026-05-01'}", "二 零 二 六 年 五 月 一 日", True),
        ("{date: '05-01'}", "二 零 二 六 年 五 月 一 日", True),
    ],
)
def test_what_must_be_said_is_said(step: str, words: str, good: bool) -> None:
    """Numbers by value, digits one for one, dates as far as they are given; anything else fails with what was heard."""
    stage = Stage(f"\n  - hear: price_is\n  - expect: {step}\n")
    stage.say(1.0, "zh/price_is", *(f"zh:{word}" for word in words.split()), seconds=0.4)
    stage.run()
    assert stage.caller.succeeded is good, stage.caller.report
    assert good or "heard" in stage.report("failed")[0]


@pytest.mark.parametrize(("heard", "good"), [("zh/menu", True), ("zh/again", False)])
def test_what_must_not_be_said(heard: str, good: bool) -> None:
    """For so long none of these prompts may begin."""
    stage = Stage("\n  - wait: 500ms\n  - expect: {never: again, lasting: 3s}\n")
    stage.say(1.0, "zh/welcome", heard)
    assert stage.run().caller.succeeded is good


def test_too_early_is_a_failure() -> None:
    """`after`: a prompt that comes sooner is not right."""
    for at, good in ((1.0, False), (4.0, True)):
        stage = Stage("\n  - hear: menu\n    after: 2s\n")
        stage.say(at, "zh/menu")
        assert stage.run().caller.succeeded is good


def test_somebody_who_is_called() -> None:
    """The bell: the receiver is lifted at the ring that the script says, not before."""
    stage = Stage("\n  - answer: 2\n  - say: 喂\n    over: true\n  - hang_up\n")
    stage.event(1.0, Ringing(0, RATE, 1))
    stage.event(6.0, Ringing(0, 6 * RATE, 2))
    stage.run()
    assert stage.when(PickUp) == pytest.approx(6.0, abs=0.05)
    assert [type(a) for _, a in stage.actions] == [PickUp, Send, HangUp]
    assert not Stage("\n  - answer: 2\n    within: 3s\n").run().caller.succeeded


def test_an_old_telephone() -> None:
    """The dial takes its time: a tenth of a second a pulse, ten for 0, 0.8 s between digits; the hook is flashed."""
    stage = Stage('\n  - lift\n  - pulse: "20"\n  - flash\n  - hang_up\n').run()
    assert [action for _, action in stage.actions] == [PickUp(), Dial("20", pulse=True), Flash(), HangUp()]
    assert stage.when(Flash) == pytest.approx(0.2 + 1.0 + 2 * 0.8, abs=0.03)


PARAMETERS = """\
spec: 1
who: {number: "$me"}
parameters: {me: "139", product: "1001", quantity: %s}
table:
  - {product: "2002", quantity: 3}
  - {me: "138", product: "3003", quantity: 4}
script:
  - dial: "96688"
  - press: "${product}*$quantity#"
"""


def test_a_table_has_other_values_for_each_caller(tmp_path: Path) -> None:
    """Each row is a script of its own; what a row does not say is the parameter's own value."""
    file = tmp_path / "c.yaml"
    file.write_text(PARAMETERS % "2")
    made = load_variants(file)
    assert [(c.who.number, c.script[1].model_dump()["press"]) for c in made] == [
        ("139", "2002*3#"),
        ("138", "3003*4#"),
    ]
    assert load_caller_config(file).script[1].model_dump()["press"] == "1001*2#"
    assert load_caller_config(file, values={"product": "7"}).script[1].model_dump()["press"] == "7*2#"


def test_a_table_in_a_file(tmp_path: Path) -> None:
    """A CSV with a head line; its faults are told with its lines."""
    (tmp_path / "c.yaml").write_text(
        PARAMETERS.partition("table")[0] % "2" + "table: t.csv\nscript: [{press: $product}]\n"
    )
    (tmp_path / "t.csv").write_text("product,me\n5,1\n6,2\n")
    assert [c.script[0].model_dump()["press"] for c in load_variants(tmp_path / "c.yaml")] == ["5", "6"]
    (tmp_path / "t.csv").write_text("product,me\n5\n")
    with pytest.raises(ConfigError, match=r"t\.csv:2:1: this row has fewer"):
        load_variants(tmp_path / "c.yaml")
    (tmp_path / "t.csv").unlink()
    with pytest.raises(ConfigError, match=r"t\.csv:1:1: No such file"):
        load_variants(tmp_path / "c.yaml")


def faults(text: str, file: str = "c.yaml") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_caller_config(file, text)
    return [str(p) for p in caught.value.problems]


def test_faults_of_values() -> None:
    """A name that nothing has, a parameter without a value, a note where no note can be known: all at once."""
    found = faults("""\
spec: 1
parameters: {product: null}
script:
  - press: "$produkt#"
  - note_number: order
  - say: "my order is $order"
  - wait: $order
""")
    assert found == [
        "c.yaml:2:23: the parameter 'product' has no value  (give one here, or by a table)",
        "c.yaml:4:12: nothing has the name 'produkt'  (did you mean 'product'?)",
        "c.yaml:7:11: script.3.wait: '$order' is no duration: write 2s, 350ms or 1min",
    ]
    found = faults('spec: 1\nscript:\n  - note_number: order\n  - say: "my order is $order"\n')
    assert found[0].startswith("c.yaml:4:10: the note 'order' is not known before the call  (notes stand in: dial")


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ('{pres: "1"}', "is no step (did you mean 'press'?)"),
        ("{expect: {silence: 2s, tone: busy}}", "one of them"),
        ("{expect: {never: menu}}", "belong together"),
        ("{expect: {}}", "one of them"),
        ("{on: [{hear: menu, tone: busy}]}", "a case is one of"),
        ("{on: []}", "at least 1 item"),
        ("{repeat: 0, do: hang_up}", "greater than or equal to 1"),
        ("{repeat: 2}", "missing key 'do'"),
        ("{if: {note: a}, them: hang_up}", "did you mean 'then'?"),
        ("{on: [{hear: a, do: [{pres: 1}]}]}", "did you mean 'press'?"),
        ("{record: ../../x}", "pattern"),
    ],
)
def test_faults_of_steps(step: str, told: str) -> None:
    """Each fault says where it is and what to do, also inside other steps."""
    found = faults(f"spec: 1\nscript:\n  - {step}\n")
    assert len(found) == 1, found
    assert told in found[0]
    assert found[0].startswith("c.yaml:3:")


def test_an_included_file(tmp_path: Path) -> None:
    """Its steps stand in the place of the include, with its values and those given; faults are told in its lines."""
    (tmp_path / "order.yaml").write_text(
        'spec: 1\nparameters: {n: "1"}\nscript:\n  - press: "$n#"\n  - {repeat: 2, do: {press: "0"}}\n'
    )
    main = 'spec: 1\nscript:\n  - dial: "1"\n  - include: order.yaml\n    with: {n: 22}\n  - include: order.yaml\n'
    config = load_caller_config(tmp_path / "c.yaml", main)
    assert [getattr(s, "press", "") for s in config.script] == ["", "22#", "", "1#", ""]
    assert config.place(config.script[1]) == f"{tmp_path}/order.yaml:4"
    (tmp_path / "order.yaml").write_text('spec: 1\nscript:\n  - pres: "1"\n  - include: order.yaml\n')
    assert "order.yaml:3:5: script.0: is no step" in faults(main, str(tmp_path / "c.yaml"))[0]
    (tmp_path / "order.yaml").write_text("spec: 1\nscript:\n  - include: order.yaml\n  - include: none.yaml\n")
    found = faults(main, str(tmp_path / "c.yaml"))
    assert "order.yaml:3:14: " in found[0]
    assert "includes itself" in found[0]
    assert "there is no file" in found[1]


def test_the_schema_knows_every_verb() -> None:
    """For editors: durations are texts or numbers, every verb and trait is there."""
    schema = str(caller_schema())
    for word in ("hear", "repeat", "else", "note_date", "impatient", "clear", "parameters"):
        assert f"'{word}'" in schema


PIECES = st.recursive(
    st.sampled_from(["hang_up", "leave", "stop", "lift", '{press: "1", over: true}', "{wait: 20ms}", "{record: x}"]),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda steps: f"{{repeat: 3, do: [{', '.join(steps)}]}}"),
    max_leaves=8,
)


@given(st.lists(PIECES, min_size=1, max_size=5))
def test_any_nest_of_steps_comes_to_its_end(steps: list[str]) -> None:
    """Whatever is nested in whatever, the script ends, with the receiver down."""
    stage = Stage("\n" + "".join(f"  - {step}\n" for step in steps)).run(200)
    assert stage.caller.finished
    hooks = [a for _, a in stage.actions if isinstance(a, (PickUp, Dial, HangUp))]
    assert not hooks or isinstance(hooks[-1], HangUp)


def test_a_script_that_is_done_by_many_is_made_once() -> None:
    """Callers of one script do not disturb each other."""
    config = load_caller_config("c.yaml", 'spec: 1\nscript: [{repeat: 2, do: {press: "1", over: true}}]')
    first, second = Caller(config, Contents()), Caller(config, Contents())
    first.advance(0, [])
    assert [e.kind for e in first.report] == ["pressed"]
    assert second.report == []
