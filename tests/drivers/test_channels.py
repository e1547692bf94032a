"""Channel lists and system.conf."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import channels
from drivers.dahdi import system_conf

NUMBERS = st.sets(st.integers(1, channels.LAST), min_size=1)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("1-4", (1, 2, 3, 4)), ("1,3", (1, 3)), ("1-2, 17-18", (1, 2, 17, 18)), ("5", (5,)), ("4,1-2", (4, 1, 2))],
)
def test_lists_as_dahdi_writes_them(text: str, wanted: tuple[int, ...]) -> None:
    """Ranges and single channels, in the order written."""
    assert channels.parse(text) == wanted


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "1-", "a", "3-1", "1,,2", "1,1", "1-3,2", "1-99999999", "1025", "1.5", "²", "１"]
)
def test_what_is_no_list(text: str) -> None:
    """ValueError; a huge range costs nothing."""
    with pytest.raises(ValueError, match="channel"):
        channels.parse(text)


@given(NUMBERS)
def test_join_is_the_inverse_of_parse(numbers: set[int]) -> None:
    """The shortest list means the same channels."""
    assert channels.parse(channels.join(sorted(numbers))) == tuple(sorted(numbers))


@given(st.text(max_size=20))
def test_any_text_is_a_list_or_a_value_error(text: str) -> None:
    """Nothing else comes out."""
    try:
        assert channels.parse(text)
    except ValueError as error:
        assert "channel" in str(error)  # noqa: PT017


def test_a_generated_system_conf() -> None:
    """What dahdi_cfg wants: signalling, law, zone."""
    made = system_conf.generate(fxs_ks=(1, 2, 3), fxs_ls=(5,))
    assert made == "fxsks=1-3\nfxsls=5\nalaw=1-3,5\nloadzone=cn\ndefaultzone=cn\n"


@given(NUMBERS, NUMBERS)
def test_what_is_generated_is_read_back(supervised: set[int], plain: set[int]) -> None:
    """Every channel, as what it was generated."""
    plain -= supervised
    read = system_conf.parse(system_conf.generate(supervised, plain, zone="tw"))
    assert read.zone == "tw"
    assert read.faults == ()
    assert read.fxo() == tuple(sorted(supervised | plain))
    assert {c for c, use in read.uses.items() if use == "fxsls"} == plain


def test_no_channel_is_no_system_conf() -> None:
    """Nor is one that stands twice."""
    for supervised, plain in (((), ()), ((1,), (1,))):
        with pytest.raises(ValueError, match="channel"):
            system_conf.generate(supervised, plain)


def test_a_system_conf_with_everything_in_it() -> None:
    """Comments, spans, CAS bits and cancellers are other people's; only channel uses are taken."""
    text = "# Span 1\nspan=1,1,0,ccs,hdb3,crc4\nbchan=1-15,17-31\ndchan=16\nFXSKS = 32-33 # lines\nfxoks=34\n"
    read = system_conf.parse(text + "cas=35-36:1101\nechocanceller=mg2,1-31\nloadzone=us\ndefaultzone=us\nfxsls=x\n")
    assert read.fxo() == (32, 33)
    assert read.uses[16] == "dchan"
    assert read.uses[36] == "cas"
    assert read.faults == ("line 11: 'x' is no channel: write a list as in 1-4 or 1,3 or 1-15,17-31",)


@given(st.text(max_size=60))
def test_any_text_can_be_read_as_system_conf(text: str) -> None:
    """dahdi_cfg is the judge: reading never fails."""
    system_conf.parse(text)
