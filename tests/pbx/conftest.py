"""Tests with a whole PBX: `make test-pbx` fetches it; without it they are skipped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from hw_sim.caller.person import Caller, load_caller
from hw_sim.config import load_office
from hw_sim.dahdi.run import run
from hw_sim.office import Office
from tests.pbx.pbx import Pbx, home

READY = 6
"""Seconds that Asterisk takes to load, on a loaded machine."""


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """All of them need the PBX and the world's clock."""
    missing = pytest.mark.skip(reason="no Asterisk: tests/pbx/fetch.sh fetches it")
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.realtime)
            item.add_marker(pytest.mark.pbx)
            if not (home() / "root/usr/sbin/asterisk").exists():
                item.add_marker(missing)


Played = tuple[Pbx, Office, list[Caller]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., Played]:
    """Run a PBX on an office while people call: everything is over when all of them have finished."""

    def played(dahdi: str, plan: str, office: str, *scripts: str, seconds: float = 60) -> Played:
        (tmp_path / "office.yaml").write_text(office)
        callers = []
        for i, script in enumerate(scripts):
            file = tmp_path / f"caller{i}.yaml"
            file.write_text(script)
            callers.append(load_caller(file))
        made = Office(load_office(tmp_path / "office.yaml"))
        made.add_callers([(caller, READY * 8000) for caller in callers])
        pbx = Pbx(tmp_path / "pbx", dahdi, plan)
        pbx.folder.mkdir()
        pbx.written()

        def over(_: object) -> bool:
            return made.now > seconds * 8000 or (bool(callers) and all(c.finished for c in callers) and made.idle)

        run(made, pbx.command(), on_tick=over, configured=False)
        return pbx, made, callers

    return played
