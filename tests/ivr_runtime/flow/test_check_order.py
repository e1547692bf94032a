"""Variables that may not be set yet when a call comes to where they are used."""

from __future__ import annotations

import pytest

from ivr_runtime.flow.load import load

HEAD = """\
spec: 1
name: test
languages: [zh]
defaults: {exhausted: bye}
start: main
prompts:
  ask: {zh: 请按键}
  code: {zh: [编号, {digits: "{{ code }}"}]}
  many: {zh: [{when: many, say: 多}]}
steps:
  bye: {hang_up: }
  elsewhere: [{set: {code: 1, many: 1, b: 1}}, bye]
  main:
"""
SET = "    - set: {code: 1}\n"
SAY = "    - say: code\n"
END = "    - goto: bye\n"
IF = "    - if: call.id\n      then: [{set: {code: 1}}]\n"
QUERY = "    - query: catalogue.product\n      with: {code: 1}\n      into: code\n"


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (SAY + SET, ["14: code"]),
        (SET + SAY, []),
        ("    - collect: code\n      noinput: code\n" + SAY, ["15: code"]),
        ("    - collect: code\n      exhausted: [{say: code}, bye]\n", ["15: code"]),
        ("    - if: code > 1\n" + SET, ["14: code"]),
        (IF + SAY, ["16: code"]),
        (IF + "      else: [{set: {code: 2}}]\n" + SAY, []),
        (IF + "      else: [bye]\n" + SAY, []),
        ("    - menu: ask\n      on: {1: [{set: {code: 1}}], 2: bye}\n" + SAY, []),
        ("    - menu: ask\n      on: {1: [{set: {code: 1}}], 2: []}\n" + SAY, ["16: code"]),
        ("    - do: sub\n" + SAY + END + "  sub:\n" + SET, []),
        ("    - goto: a\n  a:\n" + SAY + SET + "    - if: call.id\n      then: a\n", ["16: code"]),
        (SET + "    - goto: a\n  a:\n" + SAY, []),
        (QUERY + "      failed: []\n" + SAY, ["18: code"]),
        (QUERY + "      missing: []\n" + SAY, []),
        ("    - set: {a: '{{ b }}', b: 1, c: '{{ b }}'}\n", ["14: b"]),
        ("    - say: many\n", ["14: many"]),
        ("    - say: [{each: '{{ [1] }}', as: code, say: [{digits: '{{ code }}'}]}]\n", []),
    ],
)
def test_a_use_before_any_step_has_set_it(steps: str, told: list[str]) -> None:
    """On every way: branches join, loops and sub-flows are followed, prompts count where they are said."""
    text = HEAD + steps + ("" if "  sub:" in steps else END)
    warnings = load("f.yaml", text).warnings
    assert [f"{w.line}: {w.message.split(chr(39))[1]}" for w in warnings if "may not be set" in w.message] == told
