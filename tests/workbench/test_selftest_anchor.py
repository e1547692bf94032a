"""libspandsp as the selftest binds it. Skipped where the library is not installed, except that this must be said."""

from __future__ import annotations

import numpy as np
import pytest

from dsp import caller_id, dtmf, levels, tones
from dsp.receiver import Float32, Int16
from workbench.selftest import anchor as module
from workbench.selftest.anchor import Anchor, load

found = load()
needed = pytest.mark.skipif(found is None, reason=module.ABSENT)


@pytest.fixture
def anchor() -> Anchor:
    """The library."""
    assert found is not None
    return found


def lines(*sounds: Float32) -> Int16:
    """Each sound on a line of its own, with silence around it, all as long as the longest."""
    longest = max(map(len, sounds)) + 8000
    return levels.saturate(np.stack([np.pad(sound, (2000, longest - len(sound))) for sound in sounds]))


def test_a_library_that_is_absent_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """No exception: the tables go on without its column."""
    monkeypatch.setattr(module, "LIBRARY", "libnothing-of-this-name.so.99")
    assert load() is None


@needed
def test_it_hears_keys_line_by_line(anchor: Anchor) -> None:
    """All sixteen in their order, and nothing on a silent line; `by` is the end of the stretch that held the key."""
    heard = anchor.keys(lines(dtmf.keys("123A456B789C*0#D"), np.zeros(10, np.float32)), cut=160)
    assert "".join(key.digit for key in heard[0]) == "123A456B789C*0#D"
    assert heard[1] == []
    assert 2000 < heard[0][0].by <= 2000 + 400
    assert heard[0][0].by % 160 == 0


@needed
def test_lost_samples_are_not_heard(anchor: Anchor) -> None:
    """A key inside what was lost is never reported."""
    rx = lines(dtmf.keys("5", on=800))
    assert anchor.keys(rx, lost=(1900, 2900)) == [[]]


@needed
@pytest.mark.parametrize("name", ["dial", "ringback", "busy", "congestion"])
def test_it_hears_tones_of_a_plan(anchor: Anchor, name: str) -> None:
    """Named as the plan names them."""
    plan = tones.plan("cn")
    assert name in anchor.tones(lines(tones.generate(plan, name, 12 * 8000)), plan)[0]


@needed
def test_it_hears_fax_tones(anchor: Anchor) -> None:
    """The calling and the answering machine, not one for the other."""
    plan = tones.plan("cn")
    rx = lines(*(tones.generate(plan, name, 4 * 8000) for name in ("cng", "ced")))
    assert anchor.fax(rx, "cng") == [True, False]
    assert anchor.fax(rx, "ced") == [False, True]


@needed
@pytest.mark.parametrize(("kind", "standard"), [("fsk-v23", "v23"), ("fsk-bell202", "bell202")])
def test_it_reads_caller_id(anchor: Anchor, kind: str, standard: str) -> None:
    """The message as bytes: type and length first."""
    rx = lines(caller_id.fsk_signal("13800138000", kind=kind))  # type: ignore[arg-type]
    (message,) = anchor.caller_ids(rx, standard)[0]  # type: ignore[arg-type]
    assert message[0] == 0x80
    assert b"13800138000" in message
