"""Fax machines that sit at ends of the office: pages both ways, faults on demand, what they report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from drivers.fax import FaxError, Status
from drivers.fax.pages import Page, read_pages
from dsp.receiver import RATE
from hw_sim.config import analog_office
from hw_sim.fax.config import FaxConfig
from hw_sim.fax.machine import FaxMachine
from hw_sim.office import Office
from tests.drivers.fax_pair import document
from tests.hw_sim.people import quiet

SENDER, RECEIVER = "80100", "80101"


def machine(**more: object) -> FaxMachine:
    """Of a row of OFFICE.yaml."""
    return FaxMachine(FaxConfig.model_validate(more))


def call(sender: FaxMachine, receiver: FaxMachine, limit: float = 200) -> Office:
    """Both in one office without equipment in the call, until the sender has finished."""
    office = Office(analog_office(1), [sender, receiver])
    while not sender.finished and office.now < limit * RATE:
        office.tick(quiet(office))
    assert sender.finished
    for _ in range(100):
        office.tick(quiet(office))
    return office


def pair(
    tmp_path: Path, pages: int = 1, rows: int = 200, **faults: object
) -> tuple[FaxMachine, FaxMachine, list[Page]]:
    """A sender and a receiver with such faults, without error correction, and the pages to be sent."""
    file, made = document(tmp_path, pages, rows)
    return (
        machine(number=SENDER, send=file, to=RECEIVER, ident=SENDER),
        machine(number=RECEIVER, receive=tmp_path / "in", ident=RECEIVER, faults=faults, ecm=False),
        made,
    )


def got(tmp_path: Path) -> list[Page]:
    """What the receiver has kept of its first call."""
    return read_pages(tmp_path / "in" / f"{RECEIVER}-1.tif")


@pytest.mark.parametrize("ecm", [True, False])
def test_pages_pass_between_two_machines_of_the_office(tmp_path: Path, ecm: bool) -> None:
    """Dialled, answered, pixel by pixel; both say what happened; it answers the next call too."""
    file, pages = document(tmp_path, pages=2, rows=200)
    sender = machine(number=SENDER, send=file, to=RECEIVER, ident="+86 10 1", ecm=ecm)
    receiver = machine(number=RECEIVER, receive=tmp_path / "in", rings=2, ident="2")
    office = call(sender, receiver)
    assert sender.succeeded
    assert receiver.succeeded
    assert all(np.array_equal(a, b) for a, b in zip(got(tmp_path), pages, strict=True))
    texts = [entry.text for entry in receiver.report if entry.name in ("ident", "page", "status")]
    how = "MMR, ECM" if ecm else "MR, no ECM"
    assert texts[0] == "the far end is +86 10 1 (DCS)"
    assert texts[1].startswith(f"page 1 (MPS): 14400 bit/s {how}, 1728 x 200")
    assert texts[-1] == "OK: OK"
    again = machine(number="80102", send=file, to=RECEIVER)
    office.add_caller(again)
    while not again.finished:
        office.tick(quiet(office))
    assert again.succeeded
    assert [result.ok for result in receiver.results] == [True, True]
    assert (tmp_path / "in" / f"{RECEIVER}-2.tif").is_file()


def test_a_document_is_fetched(tmp_path: Path) -> None:
    """Polling: the one who dials receives."""
    file, pages = document(tmp_path, rows=200)
    fetcher = machine(number=SENDER, poll=True, receive=tmp_path / "in", to=RECEIVER)
    call(fetcher, machine(number=RECEIVER, send=file))
    assert fetcher.succeeded
    assert np.array_equal(read_pages(tmp_path / "in" / f"{SENDER}-1.tif")[0], pages[0])


def test_nobody_to_send_to(tmp_path: Path) -> None:
    """A vacant number: it hears the tone and hangs up, with a status of its own."""
    file, _ = document(tmp_path)
    sender = machine(number=SENDER, send=file, to="999")
    call(sender, machine(number=RECEIVER))
    assert [entry.kind for entry in sender.report] == ["dialled", "tone", "failed", "hung_up"]
    assert not sender.succeeded


def frames(machine: FaxMachine) -> list[str]:
    """Its control frames in words."""
    return [entry.text for entry in machine.report if entry.name == "frame"]


def test_a_machine_that_refuses_trainings(tmp_path: Path) -> None:
    """Two failures to train: slower, and the page arrives."""
    sender, receiver, pages = pair(tmp_path, train_fails=2)
    call(sender, receiver)
    assert frames(receiver).count("sent FTT") == 2
    assert sender.succeeded
    assert sender.results[0].statistics.rate < 12000
    assert np.array_equal(got(tmp_path)[0], pages[0])


@pytest.mark.parametrize("times", [1, 3])
def test_a_machine_that_refuses_a_page(tmp_path: Path, times: int) -> None:
    """RTN: the page is bad; the sender tries again, slower, and then it is good."""
    sender, receiver, pages = pair(tmp_path, rows=500, reject_pages=times)
    call(sender, receiver)
    assert frames(receiver).count("sent RTN") == times
    assert sender.succeeded
    assert np.array_equal(got(tmp_path)[-1], pages[0])


def test_noise_costs_rows(tmp_path: Path) -> None:
    """Some rows are bad, and it is said how many."""
    sender, receiver, pages = pair(tmp_path, rows=1500, noise_every="4s")
    call(sender, receiver)
    assert any("bad rows" in entry.text for entry in receiver.report)
    assert not np.array_equal(got(tmp_path)[0], pages[0])


def test_a_machine_that_hangs_up_after_a_page(tmp_path: Path) -> None:
    """The first page is kept; the sender finds nobody there."""
    sender, receiver, pages = pair(tmp_path, pages=2, drop_after_page=1)
    call(sender, receiver)
    assert not sender.succeeded
    assert receiver.results[0].status is Status.CALL_DROPPED
    assert "hung up after page 1, as it was told to" in [entry.text for entry in receiver.report]
    assert np.array_equal(got(tmp_path)[0], pages[0])


def test_a_machine_that_hangs_up_in_a_page(tmp_path: Path) -> None:
    """After two seconds of it; the sender's end hears the office's tone and gives up."""
    sender, receiver, _ = pair(tmp_path, rows=1500, drop_in_page="2s")
    call(sender, receiver)
    assert receiver.results[0].status is Status.CALL_DROPPED
    assert not sender.succeeded


def test_faults_that_a_page_survives(tmp_path: Path) -> None:
    """No CED, an echo of its own voice, slow rows: the page is whole all the same."""
    sender, receiver, pages = pair(tmp_path, no_ced=True, echo=-20)
    call(sender, receiver)
    assert sender.succeeded
    assert np.array_equal(got(tmp_path)[0], pages[0])


def test_a_machine_without_room(tmp_path: Path) -> None:
    """Receiver not ready, twice, with error correction; then it has room."""
    file, pages = document(tmp_path, rows=200)
    receiver = machine(number=RECEIVER, receive=tmp_path / "in", faults={"not_ready": 2})
    sender = machine(number=SENDER, send=file, to=RECEIVER)
    call(sender, receiver)
    assert frames(receiver).count("sent RNR") == 2
    assert np.array_equal(got(tmp_path)[0], pages[0])


def test_a_machine_that_says_nothing(tmp_path: Path) -> None:
    """The sender gives up by T.30's timers."""
    sender, receiver, _ = pair(tmp_path, silent=True)
    call(sender, receiver)
    assert not sender.succeeded
    assert sender.results[0].status in (Status.T0_EXPIRED, Status.T1_EXPIRED)


def test_a_slow_machine_takes_longer(tmp_path: Path) -> None:
    """40 ms a row: the same page, more time."""
    file, pages = document(tmp_path, rows=400)
    ends = []
    for slow in (False, True):
        receiver = machine(number=RECEIVER, receive=tmp_path / str(slow), slow=slow, ecm=False)
        ends.append(call(machine(number=SENDER, send=file, to=RECEIVER), receiver).now / RATE)
        assert np.array_equal(read_pages(tmp_path / str(slow) / f"{RECEIVER}-1.tif")[0], pages[0])
    assert ends[1] > ends[0] + 10


def test_the_same_run_twice(tmp_path: Path) -> None:
    """Noise, faults and pages: the same to the sample."""
    reports = []
    for _ in range(2):
        sender, receiver, _ = pair(tmp_path, rows=800, noise_every="3s")
        call(sender, receiver)
        reports.append((sender.report, receiver.report))
    assert reports[0] == reports[1]


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    """In the file where it can be seen there, else when the machine is made, before anything is dialled."""
    for wrong in ({}, {"number": "1", "port": "a"}, {"number": "1", "to": "2"}, {"number": "1", "ident": "abc"}):
        with pytest.raises(ValidationError):
            FaxConfig.model_validate(wrong)
    with pytest.raises(FaxError):
        machine(number="1", to="2", send=tmp_path / "none.tif")


def test_paths_count_from_the_folder_of_the_file() -> None:
    """Both of them."""
    config = FaxConfig(number="1", send=Path("a.tif"), receive=Path("in")).beside(Path("/offices"))
    assert (config.send, config.receive) == (Path("/offices/a.tif"), Path("/offices/in"))
