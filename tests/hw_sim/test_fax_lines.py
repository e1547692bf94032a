"""A fax terminal in the equipment's place, a fax machine at the far end: lines of all lengths, ports of both kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from drivers.fax import FaxOptions, FaxTerminal, Finished, PageDone
from drivers.fax.pages import read_pages
from dsp.dtmf import DtmfReceiver, keys
from dsp.receiver import RATE, TICK, Int16
from hw_sim.card_config import FxsCard
from hw_sim.config import OfficeConfig, analog_office
from hw_sim.fax.config import FaxConfig
from hw_sim.office import Office
from hw_sim.trunk import Answered, Released, Setup
from tests.drivers.fax_pair import document
from tests.hw_sim.people import quiet
from tests.hw_sim.trunks import office as trunk_office

NUMBER = "80100"


def dialling() -> Iterator[Int16]:
    """Ticks in which the port waits for dial tone and dials."""
    sound = np.concatenate([np.zeros(RATE), keys(NUMBER), np.zeros(TICK)]).astype(np.int16)
    return iter(sound[: len(sound) // TICK * TICK].reshape(-1, TICK))


def exchange(office: Office, fax: FaxTerminal, before: Iterator[Int16], limit: float = 200.0) -> list[PageDone]:
    """The equipment's line 0 carries the fax until it has finished; its pages."""
    pages: list[PageDone] = []
    tx = quiet(office)
    while not fax.finished and office.now < limit * RATE:
        first = next(before, None)
        tx[0] = fax.speak(TICK) if first is None else first
        rx = office.tick(tx).rx[0]
        if first is None:
            fax.hear(rx)
            pages += [event for event in fax.events() if isinstance(event, PageDone)]
    assert isinstance(fax.result, Finished)
    return pages


def office_with(fax: dict[str, object], **port: object) -> Office:
    """One exchange line of that kind, and a fax machine of the exchange."""
    machine = FaxConfig.model_validate({"number": NUMBER, **fax})
    return Office(analog_office(1, **port).model_copy(update={"faxes": (machine,)}))


@pytest.mark.parametrize(
    "line",
    [
        {"loss": 3.0, "noise": -70.0},
        {"loss": 16.0, "noise": -60.0},
        {"loss": 10.0, "noise": -55.0, "return_loss": 6.0, "hum": -45.0},
        {"loss": 6.0, "noise": -40.0},
        {"line": "long-rural"},
        {"line": "noisy"},
    ],
)
@pytest.mark.parametrize("ecm", [True, False])
def test_a_page_arrives_over_lines_of_all_lengths(tmp_path: Path, line: dict[str, object], ecm: bool) -> None:
    """A good line, a long one, one with a bad hybrid and hum, a noisy one: as slow as it must, and whole with ECM."""
    file, pages = document(tmp_path, rows=300)
    office = office_with({"receive": tmp_path / "in", "ecm": ecm}, **line)
    office.hook(0, True)
    with FaxTerminal(FaxOptions(True, send=file)) as fax:
        [page] = exchange(office, fax, dialling())
        assert fax.result is not None
        assert fax.result.ok
    [received] = read_pages(tmp_path / "in" / f"{NUMBER}-1.tif")
    assert page.statistics.rate >= 2400
    if ecm:
        assert np.array_equal(received, pages[0])
    else:
        assert 0.5 * len(pages[0]) < len(received) < len(pages[0]) + 10


def test_a_machine_at_the_end_of_a_long_line(tmp_path: Path) -> None:
    """Its own line may be bad too: both lines together, 14 dB and more."""
    file, pages = document(tmp_path, rows=300)
    office = office_with({"receive": tmp_path / "in", "line": "long-rural"}, loss=5.0)
    office.hook(0, True)
    with FaxTerminal(FaxOptions(True, send=file)) as fax:
        exchange(office, fax, dialling())
    assert np.array_equal(read_pages(tmp_path / "in" / f"{NUMBER}-1.tif")[0], pages[0])


def test_a_machine_dials_the_equipment(tmp_path: Path) -> None:
    """The other direction: the port rings, is answered, and the page is in its file."""
    file, pages = document(tmp_path, rows=300)
    office = office_with({"send": file, "to": "80001", "at": "1s"}, loss=16.0, noise=-60.0)
    while office.state(0) != "ringing" and office.now < 10 * RATE:
        office.tick(quiet(office))
    office.hook(0, True)
    with FaxTerminal(FaxOptions(False, receive=tmp_path / "r.tif", ident="1")) as fax:
        exchange(office, fax, iter(()))
    assert np.array_equal(read_pages(tmp_path / "r.tif")[0], pages[0])
    for _ in range(200):
        office.tick(quiet(office))
    assert office.callers[0].succeeded


def test_a_machine_on_a_telephone_port(tmp_path: Path) -> None:
    """Plugged into an FXS port of the equipment, which rings it and sends."""
    file, pages = document(tmp_path, rows=300)
    card = FxsCard.model_validate({"type": "analog-fxs", "name": "desks", "ports": [{"name": "fax"}]})
    machine = FaxConfig(port="fax", receive=tmp_path / "in")
    office = Office(OfficeConfig(cards=(card,), faxes=(machine,)))
    office.feed(0, "battery")
    office.ring(0, True)
    lifted = False
    while not lifted and office.now < 10 * RATE:
        lifted = any(signal.kind == "loop_closed" for signal in office.tick(quiet(office)).signals)
    office.ring(0, False)
    with FaxTerminal(FaxOptions(True, send=file)) as fax:
        exchange(office, fax, iter(()))
    assert np.array_equal(read_pages(tmp_path / "in" / "fax-1.tif")[0], pages[0])


def test_a_machine_on_a_telephone_port_dials(tmp_path: Path) -> None:
    """It lifts, dials with keys, and only then whistles: every key is heard by the equipment."""
    file, pages = document(tmp_path, rows=300)
    card = FxsCard.model_validate({"type": "analog-fxs", "name": "desks", "ports": [{"name": "fax"}]})
    machine = FaxConfig.model_validate({"port": "fax", "send": file, "to": "96688", "at": "1s"})
    office = Office(OfficeConfig(cards=(card,), faxes=(machine,)))
    office.feed(0, "battery")
    receiver = DtmfReceiver(1)
    digits = ""
    while len(digits) < 5 and office.now < 10 * RATE:
        rx = office.tick(quiet(office)).rx[:1].astype(np.float32)
        digits += "".join(event.digit for event in receiver(rx) if event.edge == "ended")
    assert digits == "96688"
    with FaxTerminal(FaxOptions(False, receive=tmp_path / "r.tif")) as fax:
        exchange(office, fax, iter(()))
    assert np.array_equal(read_pages(tmp_path / "r.tif")[0], pages[0])


def test_a_page_over_a_trunk(tmp_path: Path) -> None:
    """An E1: the equipment calls over a circuit, and its timeslot carries the page."""
    file, pages = document(tmp_path, rows=300)
    folder = tmp_path / "in"
    faxes = f'faxes: [{{number: "{NUMBER}", receive: {folder}}}]'
    made, [trunk] = trunk_office("{type: e1, name: t, signalling: isdn}", faxes)
    trunk.say(Setup(1, NUMBER, "96688"))
    while Answered(1) not in trunk.told and made.now < 20 * RATE:
        made.tick(quiet(made))
    with FaxTerminal(FaxOptions(True, send=file)) as fax:
        [page] = exchange(made, fax, iter(()))
    assert (page.statistics.rate, page.statistics.retries) == (14400, 0)
    assert np.array_equal(read_pages(folder / f"{NUMBER}-1.tif")[0], pages[0])
    for _ in range(200):
        made.tick(quiet(made))
    assert any(isinstance(message, Released) for message in trunk.told)
