"""Callers who send or receive a fax in the middle of a call: `send_fax` and `receive_fax` in CALLER.yaml."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drivers.fax.pages import read_pages
from drivers.yaml_source import ConfigError
from dsp.receiver import RATE
from hw_sim.caller.person import Caller, load_caller
from hw_sim.config import OfficeConfig, analog_office
from hw_sim.office import Office
from tests.drivers.fax_pair import document
from tests.hw_sim.people import quiet


def caller(folder: Path, *steps: str) -> Caller:
    """Of a script with these lines."""
    file = folder / "caller.yaml"
    lines = "\n".join(f"  - {step}" for step in steps)
    file.write_text(f"spec: 1\nwho: {{number: '13800138000'}}\nscript:\n{lines}\n")
    return load_caller(file)


def calls(who: Caller, **fax: object) -> Office:
    """Their call to a fax machine of the office, until they have finished."""
    config = {**analog_office(1).model_dump(), "faxes": [{"number": "80100", **fax}]}
    office = Office(OfficeConfig.model_validate(config), [who])
    while not who.finished and office.now < 200 * RATE:
        office.tick(quiet(office))
    for _ in range(100):
        office.tick(quiet(office))
    return office


def test_a_caller_sends_a_fax(tmp_path: Path) -> None:
    """Dials, listens for two seconds, presses start; the script goes on when the page has arrived."""
    _, pages = document(tmp_path, rows=200)
    who = caller(tmp_path, 'dial: "80100"', "wait: 2s", "send_fax: sent.tif", "wait: 1s", "hang_up:")
    calls(who, receive=tmp_path / "in")
    assert who.succeeded, who.report
    assert np.array_equal(read_pages(tmp_path / "in" / "80100-1.tif")[0], pages[0])
    assert [entry.text for entry in who.report if entry.name == "status"] == ["OK: OK"]


def test_a_caller_receives_a_fax(tmp_path: Path) -> None:
    """Who was dialled by a machine presses start, and has the page in a file."""
    file, pages = document(tmp_path, rows=200)
    who = caller(tmp_path, "answer: 1", "receive_fax: {file: got.tif, ecm: false}", "hang_up:")
    config = {**analog_office(1).model_dump(), "faxes": [{"number": "80100", "send": file, "to": "13800138000"}]}
    office = Office(OfficeConfig.model_validate(config), [who])
    while not who.finished and office.now < 200 * RATE:
        office.tick(quiet(office))
    assert who.succeeded, who.report
    assert np.array_equal(read_pages(tmp_path / "got.tif")[0], pages[0])


def test_a_fax_that_does_not_get_through_fails_the_script(tmp_path: Path) -> None:
    """The machine hangs up in the page: the line's tone, or the session, says so."""
    document(tmp_path, rows=1500)
    who = caller(tmp_path, 'dial: "80100"', "wait: 1s", "send_fax: sent.tif")
    calls(who, receive=tmp_path / "in", faults={"drop_in_page": "2s"})
    assert not who.succeeded
    assert "the fax was not through" in who.report[-2].text


def test_a_caller_with_a_faulty_machine(tmp_path: Path) -> None:
    """The faults of machines are there for callers too."""
    document(tmp_path, pages=2, rows=200)
    who = caller(tmp_path, 'dial: "80100"', "send_fax: {file: sent.tif, faults: {drop_after_page: 1}}")
    calls(who, receive=tmp_path / "in")
    assert not who.succeeded
    assert any("hung up after page 1" in entry.text for entry in who.report)


def test_a_missing_document_is_a_fault_of_the_script(tmp_path: Path) -> None:
    """With its place, before anybody calls."""
    with pytest.raises(ConfigError, match="No such file"):
        caller(tmp_path, "send_fax: none.tif")
    (tmp_path / "text.tif").write_text("text")
    with pytest.raises(ConfigError, match=r"caller.yaml:4.*is no TIFF file"):
        caller(tmp_path, "send_fax: text.tif")


def test_a_document_that_is_gone_when_it_is_wanted(tmp_path: Path) -> None:
    """The script fails at that step and says why."""
    file, _ = document(tmp_path)
    who = caller(tmp_path, 'dial: "80100"', "send_fax: sent.tif")
    file.unlink()
    calls(who, receive=tmp_path / "in")
    assert any("No such file" in entry.text for entry in who.report if entry.kind == "failed")
