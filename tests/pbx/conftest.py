"""Tests with a whole PBX: `make test-pbx` fetches it; without it they are skipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from drivers.speech.book import Book, Clip, write_book
from drivers.speech.espeak import speak, voice_of
from hw_sim.config import load_office
from hw_sim.dahdi.run import run
from hw_sim.office import Office
from tests.pbx.cast import Desk, Listener, Meanwhile, Who, Work
from tests.pbx.pbx import Pbx, home

READY = 6
"""Seconds that Asterisk takes to load, on a loaded machine."""

WORDS = {"red": "红色的花开了", "green": "绿草长在河边", "blue": "蓝天上有白云"}
"""What people say to each other, by the name under which the others hear it."""


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """All of them need the PBX and the world's clock."""
    missing = pytest.mark.skip(reason="no Asterisk: tests/pbx/fetch.sh fetches it")
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.realtime)
            item.add_marker(pytest.mark.pbx)
            if not (home() / "root/usr/sbin/asterisk").exists():
                item.add_marker(missing)


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Three sentences."""
    clips = [
        (Clip(id=f"zh/{name}", language="zh", text=text), speak(text, voice_of("zh"))) for name, text in WORDS.items()
    ]
    return write_book(tmp_path_factory.mktemp("book"), clips)


Played = tuple[Pbx, Office, list[Listener]]


@pytest.fixture
def play(tmp_path: Path, book: Book) -> Callable[..., Played]:
    """Run a PBX on an office while people call: everything is over when all of them have finished.

    meanwhile: done beside it, in a thread; what it asserts is the test's.
    """

    def played(
        dahdi: str,
        plan: str,
        office: str,
        *scripts: str | Who,
        seconds: float = 60,
        meanwhile: Meanwhile | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Played:
        (tmp_path / "office.yaml").write_text(office)
        made = Office(load_office(tmp_path / "office.yaml"), book=book)
        people = [who if isinstance(who, Who) else Who(who) for who in scripts]
        callers = [who.made(tmp_path / f"caller{i}.yaml", book) for i, who in enumerate(people)]
        seated = [(c, round((READY + who.after) * 8000), who.port) for c, who in zip(callers, people, strict=True)]
        made.add_callers([(caller, at) for caller, at, port in seated if not port])
        for caller, at, port in seated:
            if port:
                made.add_caller(caller, at, port)
        pbx = Pbx(tmp_path / "pbx", dahdi, plan, more or {})
        pbx.folder.mkdir()
        pbx.written()
        desk = Desk(pbx, made, book)
        work = Work(meanwhile, desk)

        def over(_: object) -> bool:
            desk.ticked()
            done = bool(callers or meanwhile) and all(c.finished for c in callers) and work.done and made.idle
            return made.now > seconds * 8000 or done

        with work:
            run(made, pbx.command(), on_tick=over, configured=False)
        return pbx, made, callers

    return played
