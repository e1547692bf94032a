"""The tobacco hotline: every way a call can take, with the whole of what was heard and decided."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.flows.hotline import FLOW, Recorder, Shop, visit
from tests.ivr_runtime.flow.fakes import SILENCE, Speech

ZH, EN = "1", "2"
PHONE = "13800138000#"
TOLD_PRICE = (
    "zh/price_and_quota zh:金岭软包 zh/price_and_quota.2 zh:一百 zh:二十五 zh:元 zh:五 zh:角 "
    "zh/price_and_quota.3 zh:十 zh:条"
)
ORDER = [ZH, "2", "1001#", "3#", "1", "1003#", "2#", "2", "1"]
MESSAGE = [ZH, "3", "2", PHONE, "1", Speech(5), "1", "2", "2"]


def outline(made) -> list[tuple[str, str]]:
    """Every step with its outcome."""
    return [(entry.path, entry.outcome) for entry in made.trace]


def test_the_flow_has_neither_faults_nor_warnings() -> None:
    """Nothing in the shipped flow is odd, and all that it says can be rendered before the first call."""
    assert FLOW.warnings == ()
    assert len({clip.id for clip in FLOW.clips}) == len(FLOW.clips)
    assert {"zh/welcome", "en/welcome", "zh:十二", "en:twelve", "zh:条", "en:carton"} <= {
        clip.id for clip in FLOW.clips
    }


def test_price_and_quota_in_mandarin_the_whole_trace(tmp_path: Path) -> None:
    """A caller looks up one price and goes back to the main menu: every step, what it said, what was keyed."""
    made = visit([ZH, "1", "1001#", "2"], tmp_path)
    assert outline(made) == [
        ("welcome.0", "said"),
        ("welcome.1", "choose_language"),
        ("choose_language.0", "1"),
        ("choose_language.0.on.1.0", "zh"),
        ("choose_language.0.on.1.1", "main_menu"),
        ("main_menu.0", "1"),
        ("main_menu.0.on.1.0", "price"),
        ("price.0", "digits"),
        ("price.1", "answered"),
        ("price.2", "price_told"),
        ("price_told.0", "said"),
        ("price_told.1", "2"),
        ("price_told.1.on.2.0", "main_menu"),
        ("main_menu.0", "ended"),
    ]
    asked = {entry.path: entry for entry in made.trace}
    assert asked["price.0"].keys == ["1001"]
    assert asked["price.0"].said == ["zh/ask_code"]
    assert " ".join(asked["price_told.0"].said) == TOLD_PRICE
    assert asked["price.1"].facts == {"service": "catalogue.product"}
    assert made.ended == "disconnect"
    assert [entry.at for entry in made.trace] == sorted(entry.at for entry in made.trace)


def test_english_is_spoken_after_two(tmp_path: Path) -> None:
    """With key 2 every word after the language question is English, units in singular and plural."""
    made = visit([EN, "2", "1001#", "1#", "1", "1002#", "2#", "2"], tmp_path)
    after = made.call.said[made.call.said.index("en/main_menu") :]
    assert all(said.startswith("en") for said in after)
    assert "en/added en:one en:carton en/added.2 en:Golden Ridge Soft Pack" in made.heard
    assert "en/read_back en:one en:carton en/read_back.2 en:Golden Ridge Soft Pack en:two en:cartons" in made.heard


def test_a_wrong_code_is_told_twice_and_then_the_operator_is_offered(tmp_path: Path) -> None:
    """Three codes that nobody has: it says so each time, asks again twice, and then offers the message box."""
    made = visit([ZH, "1", "9#", "98#", "7#", "1"], tmp_path)
    said = [name for name in made.call.said if name in ("zh/ask_code", "zh/unknown_code", "zh/offer_operator")]
    assert said == ["zh/ask_code", "zh/unknown_code"] * 3 + ["zh/offer_operator"]
    assert "zh/unknown_code zh:九 zh:八 zh/unknown_code.2" in made.heard
    assert made.way[-3:] == ["price", "offer_operator", "message_number"]


def test_a_wrong_code_once_and_then_a_right_one(tmp_path: Path) -> None:
    """One wrong code does not count against the next look-up."""
    made = visit([ZH, "1", "9#", "1001#", "1", "9#", "9#", "1001#", "2"], tmp_path)
    assert made.heard.count(TOLD_PRICE) == 2
    assert "offer_operator" not in made.heard


@pytest.mark.parametrize(
    ("to_question", "prompt"),
    [
        ([], "languages"),
        ([ZH], "main_menu"),
        ([ZH, "1"], "ask_code"),
        ([ZH, "1", "1001#"], "again_or_main"),
        ([ZH, "2"], "ask_order_code"),
        ([ZH, "2", "1001#"], "ask_quantity"),
        (ORDER[:4], "more_or_finish"),
        (ORDER[:8], "confirm_order"),
        ([*ORDER[:8], "2"], "ask_change"),
        (ORDER, "order_again_or_main"),
        ([ZH, "3"], "topics"),
        ([ZH, "0"], "ask_callback"),
        (MESSAGE[:4], "callback_is"),
        (MESSAGE[:6], "listen_keep_redo"),
        (MESSAGE[:8], "anything_else"),
    ],
)
def test_silence_at_every_question(to_question: list, prompt: str, tmp_path: Path) -> None:
    """Silence: the question is put three times, with a word of regret between; then the call goes on by itself."""
    made = visit([*to_question, SILENCE, SILENCE, SILENCE, *[SILENCE] * 9], tmp_path)
    silent = [entry for entry in made.trace if entry.keys[:3] == [SILENCE] * 3]
    said = [name for name in silent[0].said if name in (f"zh/{prompt}", "zh/no_input")]
    assert said == [f"zh/{prompt}", "zh/no_input", f"zh/{prompt}", "zh/no_input", f"zh/{prompt}"]
    assert silent[0].outcome == "exhausted"
    assert made.call.said[-1] == "zh/goodbye"
    assert made.ended == "hung_up"


@pytest.mark.parametrize("to_question", [[], [ZH], [ZH, "1", "1001#"], ORDER[:4], ORDER[:8], ORDER, [ZH, "3"]])
def test_a_wrong_key_at_every_menu(to_question: list, tmp_path: Path) -> None:
    """A key that leads nowhere is called wrong, twice; then the call goes on by itself."""
    made = visit([*to_question, "5", "#", "7", *[SILENCE] * 9], tmp_path)
    wrong = next(entry for entry in made.trace if entry.keys[:3] == ["5", "#", "7"])
    assert wrong.said.count("zh/no_match") == 2
    assert wrong.outcome == "exhausted"


@pytest.mark.parametrize(
    ("script", "back_at"),
    [
        ([ZH, "1", "*"], "main_menu"),
        ([ZH, "1", "10*"], "main_menu"),
        ([ZH, "1", "1001#", "*"], "main_menu"),
        ([ZH, "2", "*"], "main_menu"),
        ([ZH, "2", "1001#", "*"], "order_code"),
        ([*ORDER[:5], "*"], "order_more"),
        ([*ORDER[:4], "*"], "order_more"),
        ([*ORDER[:8], "*"], "order_more"),
        ([*ORDER[:8], "2", "*"], "order_review"),
        ([*ORDER[:8], "2", "1001#", "*"], "order_more"),
        ([*ORDER, "*"], "main_menu"),
        ([ZH, "3", "*"], "main_menu"),
        ([ZH, "3", "1", "*"], "main_menu"),
        ([*MESSAGE[:4], "*"], "message_number"),
        ([*MESSAGE[:8], "*"], "main_menu"),
        ([ZH, "1", SILENCE, SILENCE, SILENCE, "*"], "main_menu"),
        (["*"], "choose_language"),
    ],
)
def test_star_goes_back_everywhere(script: list, back_at: str, tmp_path: Path) -> None:
    """`*` leads one step back, or to the main menu."""
    made = visit(script, tmp_path)
    assert made.way[-1] == back_at
    assert "zh/no_match" not in made.call.said


def test_star_at_the_review_of_a_message_keeps_it(tmp_path: Path) -> None:
    """Who leaves the review with `*` does not lose what was said."""
    made = visit([*MESSAGE[:6], "*"], tmp_path)
    assert [message["samples"] for message in made.shop.messages.values()] == [40_000]


def test_an_order_is_read_back_confirmed_and_its_number_said_twice(tmp_path: Path) -> None:
    """Two products; items and total are read back; after 1 the order is placed and its number said by digits."""
    made = visit([*ORDER, "9", "1"], tmp_path)
    assert (
        "zh/read_back zh:金岭软包 zh:三 zh:条 zh:云溪细支 zh:两 zh:条 "
        "zh/read_back.2 zh:五百 zh:七十二 zh:元 zh:五 zh:角 zh/confirm_order" in made.heard
    )
    number = "zh:一 zh:零 zh:零 zh:零 zh:零 zh:一 zh:七"
    assert made.heard.count(number) == 4  # twice when placed, twice when asked for again
    (order,) = made.shop.orders.values()
    assert [(item["code"], item["quantity"]) for item in order["items"]] == [("1001", 3), ("1003", 2)]
    assert order["total"] == 3 * 12550 + 2 * 9800
    assert order["caller"] == "13800138000"
    assert made.way[-1] == "main_menu"


def test_two_orders_in_one_call_are_two_orders(tmp_path: Path) -> None:
    """A second order of the same call has a key of its own."""
    made = visit([*ORDER, "1", *ORDER[1:]], tmp_path)
    assert len(made.shop.orders) == 2


def test_cancel_places_nothing(tmp_path: Path) -> None:
    """3 at the read-back cancels; a later order does not hold the cancelled items."""
    made = visit([*ORDER[:8], "3", "2", "1002#", "1#", "2", "1"], tmp_path)
    assert "zh/order_cancelled" in made.call.said
    (order,) = made.shop.orders.values()
    assert [item["code"] for item in order["items"]] == ["1002"]


def test_change_replaces_a_quantity(tmp_path: Path) -> None:
    """2 at the read-back asks which product, then its new quantity; the rest of the order stays."""
    made = visit([*ORDER[:8], "2", "1001#", "1#", "2", "1"], tmp_path)
    (order,) = made.shop.orders.values()
    assert {item["code"]: item["quantity"] for item in order["items"]} == {"1001": 1, "1003": 2}


def test_change_of_a_product_that_was_not_ordered(tmp_path: Path) -> None:
    """The caller is told, asked again twice, and then hears the order again."""
    made = visit([*ORDER[:8], "2", "1002#", "9#", "9#", "1"], tmp_path)
    assert made.call.said.count("zh/not_in_order") == 3
    assert made.way[-3:] == ["order_place", "order_placed", "order_done"]


@pytest.mark.parametrize(
    ("code", "quantity", "said"),
    [
        ("1002", "9", "zh/over_quota zh:五 zh:条"),
        ("1015", "8", "zh/over_stock zh:三 zh:条"),
        ("1001", "0", "zh/quantity_zero"),
    ],
)
def test_a_quantity_that_cannot_be_had(code: str, quantity: str, said: str, tmp_path: Path) -> None:
    """Quota, stock and zero are told apart, with what is allowed; a quantity that fits is taken then."""
    made = visit([ZH, "2", f"{code}#", f"{quantity}#", "2#"], tmp_path)
    assert said in made.heard
    assert made.way[-1] == "order_more"


def test_the_quota_counts_over_the_whole_order(tmp_path: Path) -> None:
    """Ordering the same product again is allowed up to its quota in all, and then not at all."""
    made = visit([ZH, "2", "1002#", "4#", "1", "1002#", "2#", "1#", "1", "1002#", "2", "1"], tmp_path)
    assert "zh/over_quota zh:一 zh:条" in made.heard
    assert "zh/none_left zh:金岭硬盒" in made.heard
    (order,) = made.shop.orders.values()
    assert sum(item["quantity"] for item in order["items"]) == 5


def test_sold_out_is_said_before_a_quantity_is_asked(tmp_path: Path) -> None:
    """A product without stock is refused at its code."""
    made = visit([ZH, "2", "1020#"], tmp_path)
    assert "zh/none_left" in made.call.said
    assert "zh/ask_quantity" not in made.call.said


def test_stock_that_is_gone_at_the_confirmation(tmp_path: Path) -> None:
    """Somebody was quicker: nothing is placed, the product is taken out, the rest can be confirmed."""
    made = visit([*ORDER[:8], "1", "2", "1"], tmp_path, shop=_Quick())
    assert "zh/sold_meanwhile zh:云溪细支" in made.heard
    (order,) = made.shop.orders.values()
    assert [item["code"] for item in order["items"]] == ["1001"]


class _Quick(Shop):
    """The stock of 1003 is sold to somebody else just before the first confirmation."""

    def place(self, *args, **named):
        self.sold["1003"] = 500
        return super().place(*args, **named)


def test_a_message_is_heard_again_and_kept(tmp_path: Path) -> None:
    """Topic, number read back with 幺 for 1, recording, listening, keeping; then a polite goodbye."""
    made = visit(MESSAGE, tmp_path)
    assert "zh/callback_is zh:幺 zh:三 zh:八" in made.heard
    assert "zh/your_message sound zh/listen_keep_redo" in made.heard
    (message,) = made.shop.messages.values()
    assert message == {"topic": "complaint", "callback": "13800138000", "samples": 40_000}
    assert made.call.said[-2:] == ["zh/anything_else", "zh/goodbye"]
    assert made.ended == "hung_up"


def test_a_message_recorded_again_replaces_the_first(tmp_path: Path) -> None:
    """Redo: only the second recording is kept, and the first file is gone."""
    made = visit([*MESSAGE[:6], "3", Speech(7), "2", "2"], tmp_path)
    ((file, message),) = made.shop.messages.items()
    assert message["samples"] == 56_000
    assert [str(path) for path in tmp_path.iterdir()] == [file]


def test_a_message_that_is_too_short_is_asked_for_again(tmp_path: Path) -> None:
    """Less than 2 s is no message: said so, recorded again, twice at most."""
    made = visit([*MESSAGE[:5], Speech(1), Speech(0, "silence"), Speech(1.9)], tmp_path)
    assert made.call.said.count("zh/too_short") == 3
    assert made.call.said[-1] == "zh/goodbye"
    assert not made.shop.messages
    assert not list(tmp_path.iterdir())


def test_the_operator_is_a_message_box(tmp_path: Path) -> None:
    """0 at the main menu leaves a message for the operator, without asking for a topic."""
    made = visit([ZH, "0", PHONE, "1", Speech(3, "silence"), "2", "2"], tmp_path)
    (message,) = made.shop.messages.values()
    assert message["topic"] == "operator"


def test_a_number_keyed_wrong_is_keyed_again(tmp_path: Path) -> None:
    """2 after the read-back of the number asks for it again; a number that is too short is called wrong."""
    made = visit([ZH, "0", "123#", "88886666#", "2", "66668888#", "1", Speech(3), "2", "2"], tmp_path)
    assert made.call.said.count("zh/no_match") == 1
    (message,) = made.shop.messages.values()
    assert message["callback"] == "66668888"


LONG = [
    ZH, "1", "9#", "1001#", "1", "1002#", "2", "2", "1001#", "3#", "1", "1003#", "2#", "2", "9", "1", "9", "1",
    "3", "1", PHONE, "2", PHONE, "1", Speech(4), "1", "3", Speech(5), "2", "2",
]  # fmt: skip
"""A call that meets every kind of question."""


@pytest.mark.parametrize("questions", range(len(LONG)))
def test_hanging_up_at_every_question(questions: int, tmp_path: Path) -> None:
    """Hang up anywhere: no order unless it was confirmed, and a message of 2 s or more is kept exactly once."""
    made = visit(LONG[:questions], tmp_path)
    assert made.ended == "disconnect"
    assert made.call.questions == questions + 1
    confirmed = questions > 15
    assert len(made.shop.orders) == confirmed
    kept = [message["samples"] for message in made.shop.messages.values()]
    assert kept == ([] if questions <= 24 else [32_000] if questions <= 27 else [40_000])
    assert {str(path) for path in tmp_path.iterdir()} == set(made.shop.messages)


@pytest.mark.parametrize(("seconds", "kept"), [(0.0, 0), (1.9, 0), (2.0, 1), (30.0, 1)])
def test_hanging_up_while_recording(seconds: float, kept: int, tmp_path: Path) -> None:
    """Hang up during the recording: what was said is kept from 2 s on, and with topic and number."""
    made = visit([*MESSAGE[:5], Speech(seconds, "hang_up")], tmp_path)
    assert made.ended == "disconnect"
    assert len(made.shop.messages) == kept
    assert len(list(tmp_path.iterdir())) == kept


def test_hanging_up_while_recording_again(tmp_path: Path) -> None:
    """The first recording stays until the second is long enough to take its place."""
    short = visit([*MESSAGE[:6], "3", Speech(1, "hang_up")], tmp_path)
    assert [m["samples"] for m in short.shop.messages.values()] == [40_000]
    long = visit([*MESSAGE[:6], "3", Speech(3, "hang_up")], tmp_path)
    assert [m["samples"] for m in long.shop.messages.values()] == [24_000]


@pytest.mark.parametrize(
    ("service", "script"),
    [
        ("catalogue.product", [ZH, "1", "1001#"]),
        ("catalogue.product", [ZH, "2", "1001#"]),
        ("orders.allowed", [ZH, "2", "1001#"]),
        ("orders.place", ORDER),
    ],
)
def test_a_service_that_fails_is_apologised_for(service: str, script: list, tmp_path: Path) -> None:
    """Database locked: the caller hears an apology and is offered the operator's message box; never silence."""
    made = visit([*script, "1", PHONE, "1", Speech(3), "2", "2"], tmp_path, shop=Shop(Counter({service: 1})))
    sorry = "zh/order_failed" if service == "orders.place" else "zh/apology"
    assert f"{sorry} zh/offer_operator" in made.heard
    assert not made.shop.orders
    assert len(made.shop.messages) == 1
    failed = [entry for entry in made.trace if entry.outcome == "failed"]
    assert [entry.facts["error"] for entry in failed] == [f"{service}: database is locked"]


@pytest.mark.parametrize("shop", [_Quick(), Shop(Counter({"orders.place": 1}))], ids=["sold meanwhile", "failed"])
def test_a_key_too_many_does_not_hide_that_an_order_was_not_placed(shop: Shop, tmp_path: Path) -> None:
    """Pressed while the order was being placed, it is typed ahead: what became of the order is said all the same."""
    made = visit([*ORDER[:-1], ORDER[-1] + "3"], tmp_path, shop=shop)
    assert {"zh/sold_meanwhile", "zh/order_failed"} & set(made.call.said)


def test_an_order_that_failed_can_be_placed_again(tmp_path: Path) -> None:
    """After a failed placing the caller may order anew from the main menu."""
    made = visit([*ORDER, "2", *ORDER[1:]], tmp_path, shop=Shop(Counter({"orders.place": 1})))
    assert len(made.shop.orders) == 1


def test_quantity_service_fails(tmp_path: Path) -> None:
    """The check of the quantity fails after the check of the code went well."""

    class Late(Shop):
        def allowed(self, code, quantity, items=()):
            if quantity != 1:
                self.broken["orders.allowed"] += 1
            return super().allowed(code, quantity, items)

    made = visit(ORDER[:4], tmp_path, shop=Late())
    assert made.call.said[-2:] == ["zh/apology", "zh/offer_operator"]


@pytest.mark.parametrize("failures", [1, 4])
def test_a_message_that_cannot_be_kept_is_tried_again_at_the_end(failures: int, tmp_path: Path) -> None:
    """Keeping fails for a while: an apology, a goodbye, and the message is in the box all the same."""
    made = visit(MESSAGE, tmp_path, shop=Shop(Counter({"voicemail.keep": failures})))
    assert "zh/apology zh/goodbye" in made.heard
    assert len(made.shop.messages) == 1


def test_a_message_that_cannot_be_kept_at_all_stays_on_the_disk(tmp_path: Path) -> None:
    """The records are gone for good: the file is still there for whoever mends them."""
    made = visit(MESSAGE, tmp_path, shop=Shop(Counter({"voicemail.keep": 99})))
    assert not made.shop.messages
    assert len(list(tmp_path.iterdir())) == 1
    assert made.ended == "hung_up"


def test_keys_over_the_prompts_do_not_change_the_call(tmp_path: Path) -> None:
    """A caller who knows the way keys everything at once: the same decisions, fewer words."""
    slow = visit(["1", "1", "1001#", "2"], tmp_path)
    fast = visit(["11", "1001#2"], tmp_path)
    assert outline(fast)[:-1] == outline(slow)[:-1]
    assert len(fast.call.said) < len(slow.call.said)


def test_the_journal_gets_every_step_in_order(tmp_path: Path) -> None:
    """The records hold the same trace: numbers from 1, path, what, outcome, and the words as facts."""
    journal = Recorder()
    made = visit([ZH, "1", "1001#", "2"], tmp_path, journal=journal)
    assert [entry.number for entry in journal.entries] == list(range(1, len(made.trace) + 1))
    assert [(e.path, e.what, e.outcome, e.at) for e in journal.entries] == [
        (e.path, e.action, e.outcome, e.at) for e in made.trace
    ]
    assert journal.entries[7].facts["keys"] == ["1001"]
    assert {entry.call for entry in journal.entries} == {"call-1"}
