"""All kinds of callers at once on the virtual card, in real time, and what the log and the records say of them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.served import QUICK, Furnished, Served, caller, kept, served

pytestmark = pytest.mark.realtime

WHOLE = """\
  - {press: "1", over: true}
  - {hear: ask_code, through: began}
  - {press: "9999#", over: true}
  - {hear: {text: "对不起，没有编号为"}}
  - {note_number: unknown code}
  - {hear: ask_code, through: began}
  - {press: "1001#", over: true}
  - {hear: {text: 每条价格}}
  - {note_number: price}
  - {hear: again_or_main, through: began}
  - {press: "2", over: true}
  - {hear: main_menu, through: began}
  - {press: "2", over: true}
  - {hear: ask_order_code, through: began}
  - {press: "1001#", over: true}
  - {hear: ask_quantity, through: began}
  - {press: "2#", over: true}
  - {hear: more_or_finish, through: began}
  - {press: "2", over: true}
  - {hear: confirm_order, through: began}
  - {press: "1", over: true}
  - {hear: {text: "订货成功，您的订单号是"}}
  - {note_number: order number}
  - {hear: order_again_or_main, through: began}
  - {press: "1", over: true}
  - {hear: main_menu, through: began}
  - {press: "3", over: true}
  - {hear: topics, through: began}
  - {press: "1", over: true}
  - {hear: ask_callback, through: began}
  - {press: "13812345678#", over: true}
  - {hear: {text: "正确请按一，重新输入请按二。"}, through: began}
  - {press: "1", over: true}
  - {hear: speak_after_beep}
  - {wait: 1s}
  - say: 我是城南便民超市，请明天上午十点以前送货，谢谢。
  - {press: "#", over: true}
  - {hear: listen_keep_redo, through: began}
  - {press: "2", over: true}
  - {hear: message_kept}
  - hang_up
"""
LOST = """\
  - {press: "1", over: true}
  - {hear: ask_code, through: began}
  - {press: "77#", over: true}
  - {hear: unknown_code, through: began}
  - {hear: ask_code, through: began}
  - {press: "12*", over: true}
  - {hear: main_menu, through: began}
  - {press: "1", over: true}
  - {hear: ask_code, through: began}
  - {press: "78#", over: true}
  - {hear: unknown_code, through: began}
  - {hear: ask_code, through: began}
  - {press: "79#", over: true}
  - {hear: unknown_code, through: began}
  - {hear: ask_code, through: began}
  - {press: "80#", over: true}
  - {hear: unknown_code, through: began}
  - {hear: offer_operator, through: began}
  - {press: "1", over: true}
  - {hear: ask_callback, through: began}
  - {press: "13812345678#,1", over: true}
  - {hear: speak_after_beep}
  - {wait: 1s}
  - say: 我找不到商品编号，请给我回电话。
  - hang_up
"""
GREEDY = """\
  - {press: "21003#", over: true}
  - {hear: ask_quantity, through: began}
  - {press: "0#", over: true}
  - {hear: quantity_zero, through: began}
  - {hear: ask_quantity, through: began}
  - {press: "99999#", over: true}
  - {hear: over_quota, through: began}
  - {hear: ask_quantity, through: began}
  - {press: "*", over: true}
  - {hear: ask_order_code, through: began}
  - {press: "1003#5#2", over: true}
  - {hear: confirm_order, through: began}
  - hang_up
"""
SILENT = """\
  - {hear: no_input, within: 30s}
  - {hear: main_menu, through: began}
  - hang_up
"""
RINGS = """\
  - dial: "80004"
  - {wait: 3s}
  - hang_up
"""
FIRST_WORD = """\
  - {hear: welcome, within: 30s, through: began}
  - hang_up
"""


@pytest.fixture
def people(tmp_path: Path) -> list[tuple[Path, float]]:
    """One in a hurry on a bad line, one who knows no code, one who says nothing, one who wants too much, two who leave.

    Those who dial 80003 and 80004 are where the exchange gives no disconnect supervision: only a busy tone tells.
    """
    third, fourth = (QUICK.replace("96688", number) for number in ("80003", "80004"))
    return [
        (caller(tmp_path / "hurried.yaml", WHOLE, number="11111111", level=-20, snr=25), 1),
        (caller(tmp_path / "greedy.yaml", GREEDY, number="22222222"), 2),
        (caller(tmp_path / "lost.yaml", third + LOST, quick=False, number="33333333"), 3),
        (caller(tmp_path / "silent.yaml", fourth + SILENT, quick=False, number="44444444"), 4),
        (caller(tmp_path / "rings.yaml", RINGS, quick=False, number="55555555"), 55),
        (caller(tmp_path / "leaves.yaml", '  - dial: "80003"\n' + FIRST_WORD, quick=False, number="66666666"), 56),
    ]


def test_all_kinds_of_callers_at_once(furnished: Furnished, tmp_path: Path, people: list[tuple[Path, float]]) -> None:
    """Everybody hears what the script expects; orders, messages, calls and the log are as they must be."""
    data = furnished.copy(tmp_path / "data")
    with served(furnished, data, people) as running:
        assert running.end(200) == 0, running
    (order,) = kept(data, "orders", "list")
    noted = {e["name"]: e["text"] for e in running.told if e["kind"] == "noted"}
    assert (order["caller"], order["total"]) == ("11111111", 25_100)
    assert noted == {"price": "125.5", "unknown code": "9999", "order number": order["number"]}
    messages = {message["topic"]: message for message in kept(data, "messages", "list")}
    assert messages.keys() == {"order", "operator"}
    for message in messages.values():
        assert message["callback"] == "13812345678"
        assert 2 <= message["seconds"] <= 12
    the_calls(running, kept(data, "calls", "list"))
    the_log(running)


def the_calls(running: Served, calls: list[dict[str, Any]]) -> None:
    """Every call ended for the right reason, and without supervision within seconds of the caller's hanging up."""
    reasons = sorted((call["caller_number"], call["end_reason"]) for call in calls)
    assert reasons == [
        *[("", "busy_tone"), ("", "ring_no_answer")],
        *[("11111111", "disconnect"), ("22222222", "disconnect"), ("33333333", "busy_tone"), ("66666666", "busy_tone")],
    ]
    told = next(e for e in running.told if e["kind"] == "hung_up" and e["caller"] == "33333333")
    (ended,) = running.events("call.ended", number="33333333")
    assert (datetime.fromisoformat(ended["time"]) - datetime.fromisoformat(told["time"])).total_seconds() < 5


def the_log(running: Served) -> None:
    """At most six INFO lines a call; every record of a call says where and when it was; no error, no loss."""
    of_calls = [record for record in running.log if "call" in record]
    assert all({"time", "node", "card", "line", "call", "sample"} <= record.keys() for record in of_calls)
    lines = Counter(record["call"] for record in of_calls if record["level"] == "info")
    assert max(lines.values()) <= 6
    assert len(lines) == 6
    assert not [record for record in running.log if record["level"] == "error"]
