"""Who has read and written what: whom lockstep waits for, and which programs have stopped reading."""

from __future__ import annotations

from collections import defaultdict

from dsp.receiver import RATE, TICK
from hw_sim.dahdi.bulk import Group
from hw_sim.dahdi.devices import Devices
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.programs import Notices, Program, condition, numbers
from hw_sim.dahdi.stream import Stream

PATIENCE = RATE
"""Samples without reading after which it is said."""


class Attendance:
    """Looks after the devices' programs (`hw_sim.dahdi.clock.Part`)."""

    def __init__(self, devices: Devices, board: Board, notices: Notices) -> None:
        self._devices = devices
        self._board = board
        self._notices = notices
        self._known: list[Stream] = []
        self._group = Group(())
        self._behind: list[Stream] = []
        self._excused: set[int] = set()
        self._silent: dict[Program, int] = {}
        self._ended: dict[Program, set[int]] = defaultdict(set)

    # -- lockstep ----------------------------------------------------------------------------------------------------

    def taking_part(self) -> bool:
        """Is any device open that sound or time goes to?"""
        streams = self._streams()
        return any(s.handle not in self._excused for s in streams) or bool(self._timers())

    def behind(self) -> int:
        """Devices whose programs are not ready for the next tick."""
        streams = self._streams()
        late = set(self._group.behind())
        self._excused &= {streams[i].handle for i in late}
        self._behind = [streams[i] for i in sorted(late) if streams[i].handle not in self._excused]
        return len(self._behind) + sum(self._devices.timers[h].tripped > 0 for h in self._timers())

    def excuse(self) -> None:
        """Wait no longer for those that are behind."""
        for program in {stream.program for stream in self._behind}:
            held = [s.channel.number for s in self._behind if s.channel and s.program == program]
            self._notices.say_once(self._board.now, program, f"is no longer waited for: {numbers(held)}")
        self._excused |= {stream.handle for stream in self._behind}
        self._excused |= {h for h in self._timers() if self._devices.timers[h].tripped}

    def _timers(self) -> list[int]:
        return [h for h, timer in self._devices.timers.items() if timer.period and h not in self._excused]

    def _streams(self) -> list[Stream]:
        """All with a channel; those of pulled cards get nothing more."""
        now = [s for s in self._devices.streams.values() if s.channel and not s.channel.removed]
        if now != self._known:
            self._known = now
            self._group = Group([stream.line for stream in now])
        return now

    # -- who behaves -------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """To be called now and then: say who has stopped reading, and who reads again."""
        self._say_ended()
        silent: dict[Program, set[int]] = defaultdict(set)
        for stream in self._devices.streams.values():
            if stream.channel and stream.state.lost_blocks * stream.channel.block >= PATIENCE:
                silent[stream.program].add(stream.channel.number)
        for program, channels in silent.items():
            if program not in self._silent:
                self._silent[program] = self._board.now
                how = "is stopped and" if condition(program) == "stopped" else "runs but"
                self._notices.say(self._board.now, program, f"{how} does not read {numbers(channels)}")
        for program in [p for p in self._silent if p not in silent]:
            seconds = (self._board.now - self._silent.pop(program)) / RATE + PATIENCE / RATE
            if condition(program) != "gone":
                self._notices.say(self._board.now, program, f"reads again, after {seconds:.1f} s")

    def closed(self, stream: Stream, *, active: bool) -> None:
        """A device was closed, perhaps by the end of its program. active: it was off hook or sending."""
        if active and stream.channel:
            self._ended[stream.program].add(stream.channel.number)

    def _say_ended(self) -> None:
        """A process that ends closes its devices first and is gone a moment later."""
        ended, self._ended = self._ended, defaultdict(set)
        for program, channels in ended.items():
            if program.pid and condition(program) == "gone":
                self._notices.say(self._board.now, program, f"ended while it used {numbers(channels)}")


EVERY = RATE // 2 // TICK
"""Ticks between two looks."""
