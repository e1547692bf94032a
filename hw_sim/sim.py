"""A run of the simulator: an office on virtual devices, and what runs beside it: faults, captures, the view."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from drivers.urgency import urgent
from hw_sim.caller.person import Contents
from hw_sim.dahdi.clock import MakeClock, real_time
from hw_sim.dahdi.house import House
from hw_sim.dahdi.run import run_in
from hw_sim.dahdi.server import Server
from hw_sim.faults.breaker import Breaker
from hw_sim.faults.model import Fault
from hw_sim.office import Office
from hw_sim.report.cost import Cost
from hw_sim.session import Session
from hw_sim.view.desk import Desk, Keep
from hw_sim.view.watch import Watch
from hw_sim.view.window import Window

Tell = Callable[[str], object]
"""Says a line to the person who started it."""

Ticked = Callable[[object], bool]
"""To be called after each tick; true when it is over."""

LAST = 8
"""Lines of the command's output that the view shows."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What runs beside an office. name: under which other shells find it. pcap: of all D channels. faults: beside those
    of OFFICE.yaml. view: show it on this terminal; the command's output goes to `output` then. book: what callers can
    name. keep: makes scripts of the calls made by hand.
    """

    clock: MakeClock = real_time
    name: str | None = None
    pcap: Path | None = None
    faults: Sequence[Fault] = ()
    view: bool = False
    output: Path = field(default_factory=lambda: Path(os.devnull))
    book: Contents | None = None
    keep: Keep | None = None


class Simulation:
    """Use `run`. Raises OSError for files that cannot be written, FileExistsError when an office of that name runs."""

    def __init__(self, office: Office, session: Session, beside: Beside, tell: Tell) -> None:
        self._office, self._session, self._beside, self._tell = office, session, beside, tell
        self._stopped = False
        self._told = 0
        self._writes = False

    def run(self, command: Sequence[str]) -> int:
        """Until the command ends, or without one until told to (Ctrl-C, SIGTERM), or until the session is over."""
        beside, office = self._beside, self._office
        gc.collect()
        gc.freeze()  # what stands now stays: looking through it for garbage takes longer than a tick
        said: list[str] = []
        with ExitStack() as stack:
            stack.callback(self._tell_all, said)  # the last that is done: the terminal is no more the view's
            if beside.pcap:
                stack.enter_context(_captured(office, beside.pcap, self._tell))
            # Forked before anything has threads or sockets.
            window = stack.enter_context(Window()) if beside.view else None
            house = stack.enter_context(House(office, clock=beside.clock, name=beside.name))
            watch = Watch(office, house.server)
            desk = Desk(office, beside.book, beside.keep, _plug(house))
            stack.callback(_put_down, desk, said)
            say = _into(watch, said) if beside.view else self._tell
            cost = Cost(house.server)
            stack.callback(self._session.cost, cost)
            every = self._everything(house.server, window, watch, desk, say, cost)
            if beside.clock is real_time:
                stack.enter_context(urgent())  # a late office is late for all its lines
            if command:
                options = self._to_file(stack) if beside.view else {}
                return self._session.status(run_in(house, command, on_tick=every, say=say, **options))
            return self._alone(house, every, say)

    def _tell_all(self, said: Sequence[str]) -> None:
        for line in said:
            self._tell(line)

    def _everything(
        self, server: Server, window: Window | None, watch: Watch, desk: Desk, say: Tell, cost: Cost
    ) -> Callable[[object], bool]:
        """What is done after each tick; true when it is over."""
        faults = (*self._office.config.faults, *self._beside.faults)
        breaker = Breaker(
            self._office, faults, self._office.config.seed, devices=server.faults, programs=server.programs
        )

        def ticked(tick: object) -> bool:
            breaker.tick()
            cost.tick()
            self._tell_of(breaker, watch)
            if hint := self._session.hint():
                say(hint)
            if window and watch.due():
                for command in window.commands():
                    desk.do(command)
                recording = "recording" if desk.recording else ""
                window.show(watch.look(phone=desk.look(), output=self._tail(), recording=recording))
            return bool(self._session.over(tick)) or desk.quit or self._stopped

        return ticked

    def _tell_of(self, breaker: Breaker, watch: Watch) -> None:
        for _, text in breaker.told[self._told :]:
            watch.tell(text)
            if not self._beside.view:
                self._tell(f"{self._office.now / 8000:.2f} s: {text}")
        self._told = len(breaker.told)

    def _alone(self, house: House, every: Ticked, say: Tell) -> int:
        """Without a command: programs come from other shells."""
        over = False

        def ticked(tick: object) -> None:
            nonlocal over
            over = over or every(tick)

        if not self._beside.view:
            name = self._beside.name
            self._tell(f"the office {name!r} runs; programs: loopstart sim attach {name} -- COMMAND; Ctrl-C ends it")
        house.server.on_tick = ticked
        house.server.notices.told = say
        with _told_to_end(self._stop):
            house.serve(stopped=lambda: over)
        if house.server.clock.lateness.late:
            say(str(house.server.clock.lateness))
        return self._session.status(0)

    def _stop(self) -> None:
        self._stopped = True

    def _to_file(self, stack: ExitStack) -> dict[str, Any]:
        """The terminal is the view's."""
        out = stack.enter_context(self._beside.output.open("wb"))
        self._writes = True
        return {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": subprocess.STDOUT}

    def _tail(self) -> list[str]:
        """The last that the command said; of no run before this one."""
        if not self._writes:
            return []
        try:
            with self._beside.output.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - 4000))
                return file.read().decode("utf-8", "replace").splitlines()[-LAST:]
        except OSError:  # somebody has removed it
            return []


def _into(watch: Watch, said: list[str]) -> Tell:
    """While the terminal is the view's, lines go into its log, and are kept for later."""

    def say(line: str) -> None:
        watch.tell(line)
        said.append(line)

    return say


def _put_down(desk: Desk, said: list[str]) -> None:
    """A call by hand that is under way becomes a script too."""
    desk.close()
    said += desk.kept


def _plug(house: House) -> Callable[[int, bool], None]:
    """Cards count from 0, places in the machine from 1."""
    return lambda card, inside: house.server.plug(card + 1, inside)


@contextmanager
def _captured(office: Office, file: Path, tell: Tell) -> Iterator[None]:
    """Every frame of every D channel. An office without one leaves an empty capture, and is told of."""
    from hw_sim.isdn.capture import Capture, watch  # with libpri, which most runs do not need

    with Capture(file, time.time_ns() // 1000) as capture:
        if not watch(capture, office):
            tell(f"{file} stays empty: no card has `signalling: isdn`")
        yield


@contextmanager
def _told_to_end(stop: Callable[[], None]) -> Iterator[None]:
    def told(number: int, frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
