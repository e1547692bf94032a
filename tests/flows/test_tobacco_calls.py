"""Whole calls to the tobacco hotline: an office, a card, the runtime, and callers who know only what they hear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import structlog

from hw_sim.caller.config import CallerConfig, load_caller_config
from hw_sim.caller.person import Caller
from hw_sim.config import load_office
from ivr_runtime.catalogue import import_products, spoken_names
from ivr_runtime.records import reports, setup
from ivr_runtime.records.journal import Journal
from workbench.demo.stage import CALLER, FLOW, OFFICE
from workbench.demo.verdict import Claim, Kept, claims
from workbench.rehearsal import Play, Rehearsal


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """The tobacco flow with all that it can say."""
    folder = tmp_path_factory.mktemp("play")
    setup.setup(folder)
    import_products(FLOW / "products.csv")
    try:
        yield Play.prepare(FLOW / "flow.yaml", folder / "book", spoken_names())
    finally:
        setup.close()


@pytest.fixture
def hotline(play: Play, tmp_path: Path) -> Iterator[Rehearsal]:
    """The hotline on four lines, with records of its own."""
    setup.close()
    setup.setup(tmp_path)
    import_products(FLOW / "products.csv")
    journal = Journal()
    try:
        yield Rehearsal(play, load_office(OFFICE), tmp_path, journal)
    finally:
        journal.close()
        setup.close()


def script(play: Play, **who: Any) -> CallerConfig:
    """The demo's caller, with another telephone."""
    config = load_caller_config(CALLER, clips=play.book.clips)
    return config.model_copy(update={"who": config.who.model_copy(update=who)})


def caller(play: Play, steps: str, number: str = "13812345678") -> CallerConfig:
    """A caller who does these steps."""
    text = f'spec: 1\nwho: {{number: "{number}", level: -10}}\nscript:\n{steps}'
    return load_caller_config("caller.yaml", text, play.book.clips)


def told(person: Caller) -> str:
    """What the caller went through, for the message of a test that fails."""
    return "\n".join(f"{e.at / 8000:8.2f} {e.kind} {e.text}" for e in person.report)


def all_claims(hotline: Rehearsal, person: Caller) -> list[Claim]:
    """What the demo claims of its call."""
    assert hotline.journal is not None
    hotline.journal.close()
    kept = Kept.read(hotline.folder)
    assert kept is not None
    return claims(kept, person.notes, person.succeeded)


IMPAIRED: Mapping[str, dict[str, Any]] = {
    "as in the demo": {},
    "at -20 dBm0 and 25 dB SNR": {"level": -20.0, "snr": 25.0},
    "loud": {"level": -3.0},
}


@pytest.mark.parametrize("who", IMPAIRED.values(), ids=IMPAIRED.keys())
def test_the_call_of_the_demo_succeeds(hotline: Rehearsal, who: dict[str, Any]) -> None:
    """Two prices, an order and a message: everything is heard and kept, on a good line and on a bad one."""
    (person,) = hotline.run([(script(hotline.play, **who), 0)])
    failed = [claim.text for claim in all_claims(hotline, person) if not claim.holds]
    assert not failed, f"{failed}\n{told(person)}"


def test_a_caller_who_presses_keys_over_every_prompt(hotline: Rehearsal) -> None:
    """Nobody must wait for the end of a prompt: keys count from its first word on."""
    hurried = script(hotline.play)
    steps = tuple(
        step.model_copy(update={"through": "began"} if hasattr(step, "through") else {"over": True})
        if hasattr(step, "through") or (hasattr(step, "press") and step.press != "#")
        else step
        for step in hurried.script
    )
    recorded = next(i for i, step in enumerate(steps) if hasattr(step, "say"))
    steps = (*steps[: recorded - 2], *hurried.script[recorded - 2 : recorded + 2], *steps[recorded + 2 :])
    (person,) = hotline.run([(hurried.model_copy(update={"script": steps}), 0)])
    failed = [claim.text for claim in all_claims(hotline, person) if not claim.holds]
    assert not failed, f"{failed}\n{told(person)}"


def test_four_callers_at_once_do_not_disturb_each_other(hotline: Rehearsal) -> None:
    """Every line its own call: four orders, four messages; the fifth caller hears busy."""
    busy = caller(hotline.play, '  - dial: "96688"\n  - expect: {tone: busy}\n    within: 20s\n  - hang_up\n')
    people = hotline.run([*((script(hotline.play), i * 12_000) for i in range(4)), (busy, 20 * 8000)])
    assert all(person.succeeded for person in people), "\n".join(map(told, people))
    assert len(reports.orders()) == len(reports.messages()) == 4
    assert len({order["number"] for order in reports.orders()}) == 4


def test_a_caller_who_hangs_up_before_confirming_has_ordered_nothing(hotline: Rehearsal) -> None:
    """The read-back was heard, the confirmation did not come."""
    steps = """
  - dial: "96688"
  - {hear: languages, within: 40s, through: began}
  - {press: "1", over: true}
  - {hear: main_menu, within: 40s}
  - press: "2"
  - hear: ask_order_code
  - press: "1001#"
  - hear: ask_quantity
  - press: "2#"
  - hear: more_or_finish
  - press: "2"
  - hear: confirm_order
  - hang_up
"""
    (person,) = hotline.run([(caller(hotline.play, steps), 0)])
    assert person.succeeded, told(person)
    assert reports.orders() == []
    stock = {product["code"]: product["stock"] for product in reports.products()}
    assert stock["1001"] == 500


def test_a_caller_who_hangs_up_while_speaking_leaves_a_message(hotline: Rehearsal) -> None:
    """A begun message of 2 s or more is kept, without the busy tone that follows it."""
    steps = """
  - dial: "96688"
  - {hear: languages, within: 40s, through: began}
  - {press: "1", over: true}
  - hear: main_menu
  - press: "0"
  - hear: ask_callback
  - press: "13812345678#"
  - hear: {text: "正确请按一，重新输入请按二。"}
  - press: "1"
  - hear: speak_after_beep
  - wait: 1500ms
  - say: 请尽快给我回电话，我有一个很急的问题，谢谢你们。
  - hang_up
"""
    (person,) = hotline.run([(caller(hotline.play, steps), 0)])
    assert person.succeeded, told(person)
    (message,) = reports.messages()
    assert message["topic"] == "operator"
    assert 2.0 <= message["seconds"] <= 8.0


@pytest.mark.parametrize("return_loss", [6.0, 3.0])
def test_keys_over_prompts_are_all_heard_once_on_badly_matched_lines(hotline: Rehearsal, return_loss: float) -> None:
    """Our prompts come back nearly as loud as they are sent. Four callers whose keys are less loud than that order over
    every prompt: ten pieces each, and the log says what the lines are like.
    """
    (card,) = hotline.office.cards
    ports = tuple(port.model_copy(update={"return_loss": return_loss}) for port in card.ports)
    hotline.office = hotline.office.model_copy(update={"cards": (card.model_copy(update={"ports": ports}),)})
    steps = """
  - dial: "96688"
  - {hear: welcome, within: 40s, through: began}
  - {wait: 1s}
  - {press: "1", over: true}
  - {hear: main_menu, through: began}
  - {press: "2", over: true}
  - {hear: ask_order_code, through: began}
  - {press: "1001#", over: true}
  - {hear: ask_quantity, through: began}
  - {press: "10#", over: true}
  - {hear: more_or_finish, through: began}
  - {press: "2", over: true}
  - {hear: confirm_order, through: began}
  - {press: "1", over: true}
  - {hear: {text: "订货成功，您的订单号是"}}
  - hang_up
"""
    weak = caller(hotline.play, steps)
    weak = weak.model_copy(update={"who": weak.who.model_copy(update={"level": -19.0})})
    structlog.reset_defaults()  # not quiet: what an operator is told counts here
    with structlog.testing.capture_logs() as logs:
        people = hotline.run([(weak, i * 9_000) for i in range(4)])
    assert all(person.succeeded for person in people), "\n\n".join(map(told, people))
    assert len(reports.orders()) == 4
    assert {product["code"]: product["stock"] for product in reports.products()}["1001"] == 500 - 4 * 10
    echoes = [entry for entry in logs if entry["event"] == "call.echo"]
    assert [echo["return_loss_db"] for echo in echoes] == pytest.approx([return_loss] * 4, abs=1)
    assert all(echo["enhancement_db"] > 15 and 1 <= echo["delay_ms"] <= 5.2 for echo in echoes), echoes


def test_the_same_rehearsal_twice_is_the_same_to_the_sample(play: Play, tmp_path: Path) -> None:
    """The simulator has no clock but its samples: two runs give one report."""
    seen = []
    for name in ("first", "second"):
        setup.close()
        setup.setup(tmp_path / name)
        import_products(FLOW / "products.csv")
        journal = Journal()
        people = Rehearsal(play, load_office(OFFICE), tmp_path / name, journal).run([(script(play), 0)])
        journal.close()
        seen.append([(e.at, e.kind, e.text) for e in people[0].report])
    setup.close()
    assert seen[0] == seen[1]
