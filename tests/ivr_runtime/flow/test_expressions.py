"""Expressions in braces: values and texts, nothing unsafe, and errors that say where."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_runtime.flow.expressions import ExpressionError, condition, read, value

KNOWN = {"code": "0012", "items": [{"n": 1}], "product": {"price": 5}}


@pytest.mark.parametrize(
    ("raw", "made"),
    [
        ("{{ code }}", "0012"),
        ("{{ items + [{'n': 2}] }}", [{"n": 1}, {"n": 2}]),
        ("{{ product.price * 3 }}", 15),
        ("no. {{ code }}!", "no. 0012!"),
        ("{{- code -}}", "0012"),
        ("{{ '}}' }}", "}}"),
        ("plain", "plain"),
        ("{{ {'a': {'b': 1}} }}", {"a": {"b": 1}}),
        ({"a": ["{{ code }}", 3, None]}, {"a": ["0012", 3, None]}),
        ("{{ items | sum(attribute='n') }}", 1),
        ("{% if product.price %}yes{% endif %}", "yes"),
    ],
)
def test_a_lone_expression_gives_its_value_and_others_text(raw: object, made: object) -> None:
    """Digits stay text (no leading zero is lost), lists stay lists, mixed text is text."""
    assert value(raw, KNOWN) == made


@pytest.mark.parametrize(
    "text",
    [
        "{{ nobody }}", "{{ product.nothing }}", "{{ 1 / 0 }}", "{{ code + 1 }}", "{{ items[9] }}", "{{ product.x.y }}",
        "{{ ''.__class__.__mro__ }}", "{{ 'x' * 10**9 }}", "{{ 9 ** 9 ** 9 }}", "{{ [0] * 10**8 }}",
        "{{ items.append(1) }}", "{{ range(10**9) | list }}", "{{ cycler() }}",
    ],
)  # fmt: skip
def test_what_fails_or_is_unsafe_is_an_expression_error(text: str) -> None:
    """Unset variables, arithmetic, private attributes, changes in place, huge values: ExpressionError and no other."""
    with pytest.raises(ExpressionError):
        value(text, KNOWN)
    assert KNOWN["items"] == [{"n": 1}]


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("{{ a + }}", 0),
        ("ok {{ a }} then {{ b + }} {{ c }}", 16),
        ("{{ a", 0),
        ("x {{ a | nofilter }}", 2),
        ("{% if %}", 0),
    ],
)
def test_a_faulty_expression_is_found_in_its_text(text: str, offset: int) -> None:
    """The offset is that of the expression at fault, also behind sound ones."""
    with pytest.raises(ExpressionError) as caught:
        read(text)
    assert caught.value.offset == offset


def test_a_condition_needs_no_braces() -> None:
    """`if: code` and `if: "{{ code }}"` are the same."""
    assert condition("product.price > 4 and items")(KNOWN) == condition("{{ product.price > 4 and items }}")(KNOWN)
    assert not condition("product.price == 4")(KNOWN)


@given(st.text(st.sampled_from("{}%#ab1 .|+*()[]'\"-_~"), max_size=25))
def test_any_text_reads_or_is_an_expression_error(text: str) -> None:
    """Fuzz: reading and working out raise ExpressionError or nothing."""
    with contextlib.suppress(ExpressionError):
        read(text)({"a": 1, "b": "x", "ab": [1]})
