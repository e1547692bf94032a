"""An office with several programs, which come, go, and do not all behave: the office goes on and says so."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dsp.receiver import RATE
from hw_sim.dahdi import clock, meeting, wire
from hw_sim.dahdi.house import House, environment
from hw_sim.dahdi.programs import EACH, Notices, Program, condition, numbers
from tests.hw_sim.virtual_dahdi import FakeOffice, output, program, served

pytestmark = pytest.mark.realtime

HOLDS = """
fd = opened(1)
print("has it", flush=True)
sys.stdin.read()
"""


def started(house: House, code: str) -> subprocess.Popen[bytes]:
    """A program that talks to the test."""
    return house.start(program(code), stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def until(house: House, what: Callable[[], object], seconds: float = 60.0) -> None:
    """Keep the office's clock until something is so."""
    end = house.server.board.now + seconds * RATE
    house.serve(stopped=lambda: bool(what()) or house.server.board.now > end)
    assert what(), "it never came to that"


def is_open(house: House, number: int) -> bool:
    """Has a program made it ready?"""
    channel = house.server.board.channels[number]
    return channel.open and channel.block == 160


def test_programs_come_and_go() -> None:
    """An office without a command; two programs on it at once; the clock does not mind their end."""
    with House(FakeOffice()) as house:
        until(house, lambda: house.server.board.now > 1600)
        first, second = started(house, HOLDS), started(house, HOLDS.replace("opened(1)", "opened(2)"))
        until(house, lambda: is_open(house, 1) and is_open(house, 2))
        first.communicate(b"")
        until(house, lambda: not is_open(house, 1))
        assert is_open(house, 2)
        assert second.stdin
        second.stdin.close()
        house.serve(second)
        assert second.wait() == 0


def test_two_programs_that_want_one_channel() -> None:
    """The second gets EBUSY, and the channel when the first has gone."""
    with House(FakeOffice()) as house:
        holder = started(house, HOLDS)
        until(house, lambda: is_open(house, 1))
        other = started(house, "fails(errno.EBUSY, os.open, '/dev/dahdi/1', os.O_RDWR)")
        house.serve(other)
        assert other.wait() == 0
        holder.communicate(b"")
        again = started(house, "opened(1)")
        house.serve(again)
        assert again.wait() == 0


def test_another_shell_finds_the_office_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program started elsewhere, with the environment that the name leads to, sees the cards."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="none does"):
        meeting.find("desk")
    with House(FakeOffice(), name="desk") as house:
        assert meeting.names() == ["desk"]
        found = meeting.find("desk")
        child = subprocess.Popen(program("opened(3)"), env=environment(found))
        house.serve(child)
        assert child.wait() == 0
        with pytest.raises(FileNotFoundError, match="there is desk"):
            meeting.find("other")
        with pytest.raises(FileExistsError, match="another name"), House(FakeOffice(), name="desk"):
            pass
    assert meeting.names() == []


def test_the_name_of_an_office_that_died_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that leads nowhere keeps nobody out; and no other name than a file's is one."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (meeting.place() / "desk").symlink_to(tmp_path / "gone")
    with House(FakeOffice(), name="desk"):
        assert meeting.names() == ["desk"]
    for name in ("", "../x", ".hidden", "a b"):
        with pytest.raises(ValueError, match="cannot be called"), House(FakeOffice(), name=name):
            pass


def test_an_office_that_was_killed_leaves_nothing_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder goes when another takes its name. Whatever else the name leads to stays."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    left, other = tmp_path / "office-abc", tmp_path / "mine"
    for folder in (left, other):
        (folder / "root").mkdir(parents=True)
        (folder / "socket").touch()
        (meeting.place() / "desk").unlink(missing_ok=True)
        (meeting.place() / "desk").symlink_to(folder)
        with House(FakeOffice(), name="desk"):
            assert meeting.names() == ["desk"]
    assert not left.exists()
    assert (other / "root").exists()


def test_a_program_that_is_killed_is_told_of() -> None:
    """It was off hook: the line is put on hook, and one line says who it was."""
    office = FakeOffice()
    with House(office) as house:
        child = started(house, HOLDS.replace("print", "fcntl.ioctl(fd, HOOK, struct.pack('i', 1)); print"))
        until(house, lambda: office.off_hook(0))
        child.send_signal(signal.SIGKILL)
        child.wait()
        until(house, lambda: house.server.notices.lines)
        (line,) = house.server.notices.lines
        assert f"({child.pid}) ended while it used channel 1" in line
        assert not office.off_hook(0)


def test_a_stopped_program_is_told_of_once_and_when_it_reads_again() -> None:
    """SIGSTOP: the office goes on; SIGCONT: it is said for how long nothing was read."""
    with House(FakeOffice(), clock=clock.times(4)) as house:
        child = started(
            house,
            """
            fds = [opened(1), opened(2)]
            print("has them", flush=True)
            poll = select.poll()
            for fd in fds: poll.register(fd, select.POLLIN)
            while True:
                for fd, _ in poll.poll(): os.read(fd, 160)
            """,
        )
        until(house, lambda: is_open(house, 2))
        child.send_signal(signal.SIGSTOP)
        lines = house.server.notices.lines
        until(house, lambda: len(lines) == 1)
        assert "is stopped and does not read channels 1-2" in lines[0]
        child.send_signal(signal.SIGCONT)
        until(house, lambda: len(lines) == 2)
        assert "reads again, after" in lines[1]
        child.kill()


def test_a_program_that_never_reads_is_told_of() -> None:
    """It has a channel open and does other things."""
    with House(FakeOffice(), clock=clock.times(4)) as house:
        started(house, HOLDS)
        until(house, lambda: house.server.notices.lines)
        assert "runs but does not read channel 1" in house.server.notices.lines[0]


def test_an_ioctl_of_another_size_is_told_of(tmp_path: Path) -> None:
    """A program built for another version of the header: ENOTTY as from the kernel, and a line, once."""
    with served(FakeOffice(), tmp_path) as client:
        _, device = client.open("/dev/dahdi/1")
        wrong = 0x8008DA08  # GETEVENT of eight bytes
        for _ in range(3):
            client.send(wire.request(wire.IOCTL, bytes(8), handle=device.handle, cmd=wrong))
            assert int.from_bytes(client.control.recv(4096)[:4], "little", signed=True) == -25
        (line,) = client.server.notices.lines
        assert f"({os.getpid()}) sent ioctl 0x8008da08, which is GETEVENT of another size" in line


def test_garbage_is_told_of(tmp_path: Path) -> None:
    """Whoever sends anything but requests is hung up on."""
    with served(FakeOffice(), tmp_path) as client:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as other:
            other.connect(str(tmp_path / "socket"))
            client.attend()
            other.send(b"GET / HTTP/1.0")
            client.attend()
            assert other.recv(100) == b""
        assert "sent garbage (too short) and was hung up on" in client.server.notices.lines[0]
        assert client.open("/dev/dahdi/1")[0] == 0


def test_a_program_that_sends_noise_does_not_fill_the_log(tmp_path: Path) -> None:
    """A thousand ioctls of wrong sizes: so many are told of, the last of them says that it is enough, the others are
    counted."""
    with served(FakeOffice(), tmp_path) as client:
        _, device = client.open("/dev/dahdi/1")
        for size in range(1000):
            cmd = 0x8000DA08 | size << 16
            if size == 4:  # GETEVENT itself
                continue
            client.send(wire.request(wire.IOCTL, bytes(8), handle=device.handle, cmd=cmd))
            client.control.recv(4096)
        notices = client.server.notices
        assert len(notices.lines) == EACH
        assert "and no more is said of" in notices.lines[-1]
        assert notices.unsaid == 999 - EACH


def test_news_of_a_descriptor_that_has_another_owner_now(tmp_path: Path) -> None:
    """A number may be another socket's by the time its news is looked at: nobody is hung up on for that."""
    with served(FakeOffice(), tmp_path) as client:
        result, device = client.open("/dev/dahdi/1")
        assert result == 0
        for ready in list(client.server._ready.values()):
            ready()
        assert device.number("CHANNO") == 1
        assert client.open("/dev/dahdi/2")[0] == 0


def test_channels_by_their_numbers() -> None:
    """As one would write them."""
    assert numbers([3]) == "channel 3"
    assert numbers([7, 1, 2, 4, 3]) == "channels 1-4, 7"
    assert numbers([1, 3, 5]) == "channels 1, 3, 5"


def test_what_becomes_of_a_process() -> None:
    """Running, stopped, ended but not yet waited for, gone."""
    child = subprocess.Popen(["sleep", "100"])
    who = Program(child.pid, "sleep")
    assert condition(who) == "runs"
    child.send_signal(signal.SIGSTOP)
    os.waitpid(child.pid, os.WUNTRACED)
    assert condition(who) == "stopped"
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert condition(who) == "gone"
    child.wait()
    assert condition(who) == "gone"


def test_notices_do_not_fill_the_memory() -> None:
    """A thousand are kept; every one is told."""
    notices, told = Notices(), []
    notices.told = told.append
    for _ in range(1500):
        notices.say(8000, Program(1, "x"), "did it")
    assert (len(notices.lines), len(told)) == (1000, 1500)
    assert told[0] == "1.00 s: x (1) did it"


def test_dahdi_span_assignments_takes_spans_away_and_brings_them_back() -> None:
    """Debian's own shell script: what it has written to /sys, lsdahdi and it itself see at once."""
    script = """
    ls /proc/dahdi
    dahdi_span_assignments remove
    echo "then:" /proc/dahdi/*
    for device in /sys/bus/dahdi_devices/devices/*; do echo 1 > "$device/auto_assign"; done
    ls /proc/dahdi
    """
    status, text = output(FakeOffice(ports=4, spans=2), "bash", "-c", script)
    assert status == 0, text
    lines = [line.strip() for line in text.splitlines() if not line.startswith("unassign")]
    assert lines == ["1", "2", "then: /proc/dahdi/*", "1", "2"], text


def test_wrong_words_written_to_a_store_are_counted() -> None:
    """The kernel would refuse the write; here nothing happens."""
    with House(FakeOffice()) as house:
        child = house.start(["bash", "-c", "cd /sys/bus/dahdi_devices/devices/*; echo nonsense > unassign_span"])
        house.serve(child)
        assert child.wait() == 0
        assert house._stores.refused == 1
        assert house.server.board.present
