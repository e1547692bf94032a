"""The message of FSK caller ID: parity, names in Chinese, message waiting, types of call; and what is no message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.caller_id.message import CALL_TYPES, Message, checksum, decode, encode
from dsp.caller_id.text import Parity

NUMBERS = st.text("0123456789", min_size=1, max_size=20)
PARITIES = st.sampled_from(["none", "even", "odd"])


@given(
    number=NUMBERS,
    name=st.text("ABCDEFGHIJ KLMNOP", max_size=15),
    parity=PARITIES,
    form=st.sampled_from(["mdmf", "sdmf"]),
)
def test_seven_bits_and_parity_are_read_as_eight(number: str, name: str, parity: Parity, form: str) -> None:
    """Whatever parity an exchange adds, the text is the same."""
    name = name.strip() if form == "mdmf" else ""
    sent = Message(number, name, "11221530")
    assert decode(encode(sent, form, parity)) == sent  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["王小明", "四川烟草", "Li 李", "José", "ABC"])
def test_names_in_other_letters(name: str) -> None:
    """GB 2312 where Chinese, Latin-1 where Western."""
    made = decode(encode(Message("13800138000", name)))
    assert made is not None
    assert made.name == name


def test_a_chinese_name_does_not_fit_into_seven_bits() -> None:
    """It is refused rather than spoilt."""
    with pytest.raises(ValueError, match="seven bits"):
        encode(Message("1", "王"), parity="even")


@pytest.mark.parametrize("waiting", [True, False])
@pytest.mark.parametrize("form", ["mdmf", "sdmf"])
def test_message_waiting(waiting: bool, form: str) -> None:
    """The lamp on or off, as a message of its own; it says of no caller."""
    data = encode(Message(waiting=waiting), form)  # type: ignore[arg-type]
    assert data[0] == (0x82 if form == "mdmf" else 0x06)
    made = decode(data)
    assert made == Message(waiting=waiting)
    assert not made.identifies


@pytest.mark.parametrize("call_type", CALL_TYPES.values())
def test_the_type_of_call_and_the_reason_why_there_is_no_name(call_type: str) -> None:
    """ETSI EN 300 659-3 parameters 11h and 08h."""
    sent = Message("123", name_reason="P", call_type=call_type)
    assert decode(encode(sent)) == sent


@given(body=st.binary(max_size=60), kind=st.sampled_from([0x04, 0x06, 0x80, 0x82]))
def test_any_content_is_read_or_refused(body: bytes, kind: int) -> None:
    """Nothing that comes with the right checksum raises; a number is digits."""
    data = bytes([kind, len(body)]) + body
    made = decode(data + bytes([checksum(data)]))
    assert made is None or set(made.number) <= set("0123456789*#ABCD+")


@given(number=NUMBERS, extra=st.tuples(st.integers(0x20, 0x7F), st.binary(max_size=9)))
def test_unknown_parameters_are_passed_over(number: str, extra: tuple[int, bytes]) -> None:
    """Networks add their own."""
    plain = encode(Message(number))[2:-1]
    body = bytes([extra[0], len(extra[1])]) + extra[1] + plain
    data = bytes([0x80, len(body)]) + body
    assert decode(data + bytes([checksum(data)])) == Message(number)
