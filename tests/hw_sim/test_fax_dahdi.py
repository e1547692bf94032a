"""A program that sends a fax over /dev/dahdi to a machine of the office: sound, clock and hook are the office's."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from drivers.fax.pages import read_pages
from hw_sim.config import OfficeConfig, analog_office
from hw_sim.dahdi.clock import MakeClock, lockstep, real_time
from hw_sim.dahdi.run import run
from hw_sim.office import Office
from tests.drivers.fax_pair import document
from tests.hw_sim.virtual_dahdi import PRELUDE

ROOT = Path(__file__).parents[2]
PROGRAM = (
    PRELUDE
    + """
from pathlib import Path
import numpy as np
from drivers.fax import FaxOptions, FaxTerminal
from dsp.dtmf import keys
fd = opened(1, flags=0)
ask(fd, SETLINEAR, 1)
ask(fd, HOOK, 1)
dialling = np.concatenate([np.zeros(8000), keys("80100")]).astype(np.int16)
dialling = np.concatenate([dialling, np.zeros(-len(dialling) % 160, np.int16)])
fax = FaxTerminal(FaxOptions(True, send=Path(sys.argv[1]), receive=None, ident="123"))

def anyhow(call):
    while True:
        try:
            return call()
        except OSError as error:
            assert error.errno == 500, error
            ask(fd, GETEVENT)

for _ in range(3):
    anyhow(lambda: os.write(fd, bytes(320)))
for at in range(0, 8000 * 120, 160):
    said = dialling[at : at + 160] if at < len(dialling) else fax.speak(160)
    anyhow(lambda: os.write(fd, said.tobytes()))
    heard = np.frombuffer(anyhow(lambda: os.read(fd, 320)), np.int16)
    if at >= len(dialling):
        fax.hear(heard)
        fax.events()
    if fax.finished:
        break
ask(fd, HOOK, 0)
assert fax.result is not None and fax.result.ok, fax.result
"""
)


@pytest.mark.realtime
@pytest.mark.parametrize(("clock", "rows"), [(lockstep(), 1143), (real_time, 100)])
def test_a_program_sends_a_fax_over_dev_dahdi(tmp_path: Path, clock: MakeClock, rows: int) -> None:
    """As fast as the program keeps up, and by the world's clock: the page is whole."""
    file, pages = document(tmp_path, rows=rows)
    fax = {"number": "80100", "receive": tmp_path / "in"}
    office = Office(OfficeConfig.model_validate({**analog_office(1).model_dump(), "faxes": [fax]}))
    status = run(office, [sys.executable, "-c", PROGRAM, str(file)], clock=clock, environment={"PYTHONPATH": str(ROOT)})
    [machine] = office.automatic
    assert status == 0, machine.report
    assert np.array_equal(read_pages(tmp_path / "in" / "80100-1.tif")[0], pages[0])
