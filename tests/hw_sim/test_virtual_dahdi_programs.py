"""Programs on the virtual /dev/dahdi, each in its own process: the unmodified Debian tools, and the test's own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from dsp import g711
from hw_sim.dahdi import server
from hw_sim.dahdi.run import preload_library, run
from tests.hw_sim.virtual_dahdi import FakeOffice, compiled, on_time, output, program, succeeds

pytestmark = [pytest.mark.realtime, pytest.mark.alone]
tools = pytest.mark.skipif(not shutil.which("dahdi_cfg"), reason="Debian package dahdi is not installed")


@pytest.fixture(autouse=True)
def hears_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens "from the open" happens then, not 2.5 s later as the calls of people do."""
    monkeypatch.setattr(server, "DEAF", 0)


# -- the tools of the Debian package ---------------------------------------------------------------------------------


@tools
def test_dahdi_scan_shows_the_cards() -> None:
    """One span a card, with its ports."""
    status, text = output(FakeOffice(8, spans=2), "dahdi_scan")
    assert status == 0
    assert re.findall(r"^port=(\d),(\w+)$", text, re.MULTILINE) == [(str(n), "FXO") for n in (1, 2, 3, 4, 5, 6, 7, 8)]
    assert "basechan=5" in text
    assert text.count("alarms=OK") == 2


@tools
def test_dahdi_cfg_configures_them_by_the_offices_own_file() -> None:
    """As it is, without a -c: its system.conf is the office's; after that the channels can be had."""
    office = FakeOffice()
    script = "dahdi_cfg -vv && exec python3 -c 'import os; os.open(\"/dev/dahdi/4\", os.O_RDWR)'"
    with open(os.memfd_create("out"), "w+") as file:
        link = f"/proc/{os.getpid()}/fd/{file.fileno()}"
        status = run(office, ["sh", "-c", f"{{ {script}; }} >{link} 2>&1"], configured=False)
        file.seek(0)
        text = file.read()
    assert status == 0, text
    assert "4 channels to configure" in text
    assert "Channel 04: FXS Kewlstart (A-law)" in text
    assert "rror" not in text


@tools
def test_dahdi_cfg_with_a_file_of_ones_own(tmp_path: Path) -> None:
    """-c reads the user's file, and what is wrong in it is refused."""
    right, wrong = tmp_path / "right.conf", tmp_path / "wrong.conf"
    right.write_text("fxsls=1-2\nfxsks=3,4\nloadzone=us\ndefaultzone=us\n")
    wrong.write_text("fxoks=1\n")
    status, text = output(FakeOffice(), "dahdi_cfg", "-vv", "-c", str(right))
    assert status == 0
    assert "Changing signalling on channel 2 from FXS Kewlstart to FXS Loopstart" in text
    status, text = output(FakeOffice(), "dahdi_cfg", "-c", str(wrong))
    assert status != 0
    assert "DAHDI_CHANCONFIG failed on channel 1" in text


@tools
def test_dahdi_test_finds_a_true_clock() -> None:
    """Better than 99 %, in one of a few runs: what else the machine does counts too. 99.9 is usual."""
    assert any(true_clock() > 99.0 for _ in range(4))


def true_clock() -> float:
    """Per cent, as dahdi_test measures it against the machine's clock."""
    status, text = output(FakeOffice(), "dahdi_test", "-c", "3")
    assert status == 0
    found = re.search(r"Average: ([\d.]+)%", text)
    assert found, text
    return float(found[1])


@tools
def test_lsdahdi_lists_the_ports() -> None:
    """A Perl program, by way of /proc/dahdi."""
    status, text = output(FakeOffice(), "lsdahdi")
    assert status == 0
    assert re.findall(r"^ *(\d) FXO +FXSKS", text, re.MULTILINE) == ["1", "2", "3", "4"]


@tools
def test_the_sysfs_tools_find_the_card() -> None:
    """A shell script, by way of /sys/bus/dahdi_devices."""
    status, text = output(FakeOffice(), "dahdi_span_assignments", "list")
    assert status == 0
    assert "office-1" in text


@tools
def test_dahdi_monitor_records_a_line(tmp_path: Path) -> None:
    """The file holds what the line hears (1 s of 16 bit samples)."""
    file = tmp_path / "line.raw"
    status, text = output(FakeOffice(), "timeout", "-s", "INT", "1.5", "dahdi_monitor", "1", "-r", str(file))
    assert status in (0, 124, 130), text
    sound = np.fromfile(file, np.int16)
    assert len(sound) > 8000
    assert np.abs(sound).max() > 8000


@tools
def test_dahdi_tool_draws_its_screen() -> None:
    """It runs until it is told to end, and shows the span."""
    status, text = output(FakeOffice(), "env", "TERM=linux", "timeout", "1", "dahdi_tool")
    assert status == 124, text
    assert "Loopstart office card 1" in text


# -- one descriptor --------------------------------------------------------------------------------------------------


def test_poll_read_and_write_are_the_descriptors_own() -> None:
    """EAGAIN before the first block, then a block every 20 ms, exact and in order; POLLOUT while there is room."""
    on_time(lambda: reads_and_writes(FakeOffice()))


def reads_and_writes(office: FakeOffice) -> None:
    """A program with two buffers each way, and what it sent."""
    succeeds(
        office,
        """
        fd = opened(buffers=2)
        fails(errno.EAGAIN, os.read, fd, 160)
        assert ready(fd, select.POLLOUT) == select.POLLOUT
        assert os.write(fd, bytes(range(160)) * 2) == 160, "a write fills one block, at most"
        assert os.write(fd, bytes(range(160))) == 160
        assert ready(fd, select.POLLOUT, 0) == 0
        fails(errno.EAGAIN, os.write, fd, b"x")
        heard = block(fd) + block(fd) + block(fd)
        assert heard == bytes((heard[0] + n) % 256 for n in range(480)), "samples are missing"
        assert ready(fd, select.POLLOUT) == select.POLLOUT
        fails(errno.EINVAL, os.read, fd, 0)
        fails(errno.EINVAL, os.write, fd, b"")
        """,
    )
    sent = np.concatenate([t[0] for t in office.sent])
    start = int(np.argmax(sent != 0))
    assert np.array_equal(sent[start : start + 320], g711.DECODE["alaw"][np.arange(320) % 160])


def test_a_short_read_throws_the_rest_of_the_block_away() -> None:
    """As the kernel driver does: the next read begins with the next block."""
    succeeds(
        FakeOffice(),
        """
        fd = opened(flags=0)
        one, two = os.read(fd, 10), os.read(fd, 1000)
        assert (len(one), len(two)) == (10, 160)
        assert two[0] == (one[0] + 160) % 256
        """,
    )


def test_a_blocking_read_and_write_wait() -> None:
    """Reads give a block each 20 ms; writes wait for room; so a program that only writes is paced too."""
    succeeds(
        FakeOffice(),
        """
        fd = opened(flags=0, buffers=2)
        def takes(act, times):
            began = time.monotonic()
            for _ in range(times): act()
            return 0.16 < time.monotonic() - began < 0.4
        os.read(fd, 160)
        on_time(lambda: takes(lambda: os.read(fd, 160), 10))
        on_time(lambda: takes(lambda: os.write(fd, bytes(160)), 12))
        """,
    )


@pytest.mark.parametrize("size", [16, 80, 200, 1024, 8192])
def test_any_block_size_is_read_whole_and_in_order(size: int) -> None:
    """Small blocks too: they come at their own times, not in heaps."""
    succeeds(
        FakeOffice(),
        f"""
        def unbroken():
            fd, heard = opened(block={size}, buffers=4), b""
            for _ in range(max(2, 1600 // {size})):
                part = block(fd, {size})
                assert len(part) == {size}
                heard += part
            os.close(fd)
            return heard == bytes((heard[0] + n) % 256 for n in range(len(heard)))
        on_time(unbroken)
        """,
    )


def test_an_event_stops_reading_and_writing_until_it_is_fetched() -> None:
    """POLLPRI, errno 500 from both, GETEVENT gives it, then all goes on and no sample was lost."""
    office = FakeOffice(from_open=True, script={12: [(0, "polarity")] * 2})
    succeeds(
        office,
        """
        fd = opened(buffers=32)
        assert ask(fd, GETEVENT) == 0
        before = block(fd)
        assert ready(fd, select.POLLPRI) & select.POLLPRI
        fails(500, os.read, fd, 160)
        fails(500, os.write, fd, bytes(160))
        assert ask(fd, GETEVENT) == 17
        assert ready(fd, select.POLLPRI, 0) & select.POLLPRI, "the second event"
        fails(500, os.read, fd, 160)
        assert ask(fd, GETEVENT) == 17
        assert ask(fd, GETEVENT) == 0
        assert ready(fd, select.POLLPRI, 0) == 0
        after = b"".join(block(fd) for _ in range(9))
        assert after == bytes((after[0] + n) % 256 for n in range(len(after)))
        """,
    )


def test_no_sample_is_lost_around_events() -> None:
    """An event every 40 ms, fetched at once: the sound has no hole and the buffers do not fill up."""
    office = FakeOffice(from_open=True, script={n: [(0, "polarity")] for n in range(10, 90, 2)})
    succeeds(
        office,
        """
        fd = opened(buffers=16)
        heard, events = b"", 0
        while len(heard) < 160 * 70:
            now = ready(fd, select.POLLIN | select.POLLPRI)
            if now & select.POLLPRI:
                assert ask(fd, GETEVENT) == 17
                events += 1
            else:
                try: heard += os.read(fd, 160)
                except OSError as error: assert error.errno in (errno.EAGAIN, 500), error  # 500: it came after the poll
        assert events > 20
        assert heard == bytes((heard[0] + n) % 256 for n in range(len(heard)))
        """,
    )


def test_a_flush_leaves_nothing_stale() -> None:
    """What waited is gone at once; the next block is a new one."""
    succeeds(
        FakeOffice(),
        """
        other, fd = opened(2, buffers=32), opened(1, buffers=32)
        time.sleep(0.2)
        ask(fd, FLUSH, 1)
        on_time(lambda: ask(fd, FLUSH, 1) and ready(fd, select.POLLIN, 0) == 0)
        since, all_of_them = waiting(fd), waiting(other)
        assert all_of_them - since > 6, (since, all_of_them)
        """,
    )


def test_a_flush_reaches_behind_an_event() -> None:
    """Blocks that came after an event which is still queued are thrown away too."""
    succeeds(
        FakeOffice(from_open=True, script={8: [(0, "polarity")]}),
        """
        # A second channel that is not flushed tells how many came: a late office hands over several at once.
        other, fd = opened(2, buffers=32), opened(1, buffers=32)
        assert ready(fd, select.POLLPRI) & select.POLLPRI
        time.sleep(0.1)
        ask(fd, FLUSH, 1)
        assert ask(fd, GETEVENT) == 17
        since, all_of_them = waiting(fd), waiting(other)
        assert all_of_them - since > 8, (since, all_of_them)
        """,
    )


def test_iomux_waits_for_what_is_asked() -> None:
    """READ, WRITE, WRITEEMPTY; NOWAIT does not wait; nothing asked is EINVAL."""
    succeeds(
        FakeOffice(),
        """
        fd = opened(buffers=4)
        on_time(lambda: ask(fd, FLUSH, 1) and ask(fd, IOMUX, 1 | 256) == 0)
        assert ask(fd, IOMUX, 1) == 1
        assert ask(fd, IOMUX, 2) == 2
        def waits_until_sent():
            for _ in range(3): os.write(fd, bytes(160))
            began = time.monotonic()
            assert ask(fd, IOMUX, 4) == 4
            return time.monotonic() - began > 0.03
        on_time(waits_until_sent)
        assert ask(fd, IOMUX, 4 | 256) == 4
        fails(errno.EINVAL, ask, fd, IOMUX, 0)
        """,
    )


def test_an_event_wakes_iomux() -> None:
    """SIGEVENT."""
    succeeds(
        FakeOffice(from_open=True, script={30: [(0, "polarity")]}),
        "fd = opened()\nassert ask(fd, IOMUX, 8) == 8\nassert event(fd) == 17",
    )


def test_a_blocking_flash_returns_when_it_is_over() -> None:
    """750 ms and the time before it."""
    office = FakeOffice()
    succeeds(
        office,
        """
        fd = opened(flags=0)
        ask(fd, HOOK, 1)
        ready(fd, select.POLLPRI, 1000)  # the contact settles for 600 ms
        began = time.monotonic()
        ask(fd, HOOK, 3)
        assert 0.7 < time.monotonic() - began < 3
        assert ready(fd, select.POLLPRI, 100) == 0, "who has waited is not told"
        """,
    )
    assert [state for _, _, state in office.hooks] == [True, False, True, False]


def test_the_timer_keeps_the_offices_time() -> None:
    """Fifty 20 ms expiries a second, by POLLPRI."""
    succeeds(
        FakeOffice(),
        """
        fd = os.open("/dev/dahdi/timer", os.O_RDWR)
        fails(errno.ENOSYS, os.read, fd, 1)
        ask(fd, TIMERCONFIG, 160)
        line = opened(buffers=32)
        def as_many_as_blocks():
            waiting(line)
            for _ in range(20):
                assert ready(fd, select.POLLPRI) & select.POLLPRI
                assert ask(fd, GETEVENT) == 15
                ask(fd, TIMERACK, 1)
            return abs(waiting(line) - 20) <= 1
        on_time(as_many_as_blocks)
        """,
    )


def test_a_pulled_card_ends_reads_and_writes() -> None:
    """ENODEV from all of them, POLLIN to wake who waits, EVENT_REMOVED from GETEVENT with ENODEV."""
    succeeds(
        FakeOffice(from_open=True, script={20: [(0, "removed")]}),
        """
        fd = opened(flags=0)
        try:
            while True: os.read(fd, 160)
        except OSError as error:
            assert error.errno == errno.ENODEV
        fails(errno.ENODEV, os.write, fd, b"x")
        fails(errno.ENODEV, ask, fd, HOOK, 1)
        assert ready(fd, select.POLLIN, 0)
        other = opened(2)
        assert len(block(other)) == 160
        """,
    )


# -- processes, threads, descriptors ---------------------------------------------------------------------------------


def test_children_share_the_devices_they_inherit() -> None:
    """fork, exec and dup: the channel is the same, and is closed with its last descriptor."""
    succeeds(
        FakeOffice(),
        f"""
        fd = opened()
        os.set_inheritable(fd, True)
        if os.fork() == 0:
            assert ask(fd, CHANNO) == 1 and len(block(fd)) == 160
            os._exit(0)
        assert os.wait()[1] == 0
        assert ask(fd, CHANNO) == 1
        code = {PROBE_INHERITED!r}
        if os.fork() == 0:
            os.execv(sys.executable, [sys.executable, "-S", "-c", code, str(fd)])
        assert os.wait()[1] == 0
        copy = os.dup(fd)
        os.close(fd)
        assert ask(copy, CHANNO) == 1
        fails(errno.EBUSY, os.open, "/dev/dahdi/1", os.O_RDWR)
        os.dup2(copy, 200)
        os.close(copy)
        assert len(block(200)) == 160
        os.close(200)
        os.close(os.open("/dev/dahdi/1", os.O_RDWR))
        """,
    )


PROBE_INHERITED = """
import fcntl, os, select, struct, sys
fd = int(sys.argv[1])
poll = select.poll(); poll.register(fd, select.POLLIN); assert poll.poll(2000)
assert len(os.read(fd, 160)) == 160, "read before any ioctl: the block's header must not be seen"
assert struct.unpack("i", fcntl.ioctl(fd, 0x8004da22, bytes(4)))[0] == 1
"""


def test_close_on_exec_closes() -> None:
    """An exec'd child does not hold the channel of a descriptor it did not get."""
    succeeds(
        FakeOffice(),
        """
        import subprocess
        fd = os.open("/dev/dahdi/1", os.O_RDWR | os.O_CLOEXEC)
        child = subprocess.Popen(["sleep", "5"], close_fds=False)
        os.close(fd)
        os.close(os.open("/dev/dahdi/1", os.O_RDWR))
        child.kill()
        child.wait()
        """,
    )


VFORK = r"""
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	int fd = open("/dev/dahdi/1", O_RDWR), null = open("/dev/null", O_RDWR), value;

	if (vfork() == 0) {
		dup2(fd, null);
		close(fd);
		_exit(0);
	}
	wait(&value);
	return ioctl(fd, 0x8004da22, &value) || value != 1 || write(null, "x", 1) != 1;
}
"""


def test_a_vfork_child_closes_only_its_own(tmp_path: Path) -> None:
    """It runs in the parent's memory: the parent's table must not learn from it."""
    flags = ["-D_GNU_SOURCE", "-Wno-deprecated-declarations"]
    assert run(FakeOffice(), [str(compiled(VFORK, tmp_path / "client", *flags))]) == 0


def test_a_subprocess_leaves_our_devices_alone() -> None:
    """It closes and copies descriptors between vfork and exec: the parent's devices stay devices."""
    succeeds(
        FakeOffice(),
        """
        import subprocess
        fd, other = opened(), opened(2)
        for closing in (True, False):
            subprocess.run(["true"], close_fds=closing, stdin=fd, stdout=other, check=True)
        assert len(block(fd)) == len(block(other)) == 160
        assert ask(fd, CHANNO) == 1 and ask(other, CHANNO) == 2
        """,
    )


def test_a_killed_program_frees_its_channels_at_once() -> None:
    """kill -9: the next program opens them without waiting."""
    office = FakeOffice()
    succeeds(
        office,
        """
        import signal
        pid = os.fork()
        if pid == 0:
            fd = opened()
            ask(fd, HOOK, 1)
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(pid, 0)
        fd = opened()
        assert len(block(fd)) == 160
        """,
    )
    assert not office.off_hook(0)


def test_a_program_that_closes_every_number_goes_on() -> None:
    """Daemons do: our own control socket survives, or is made anew."""
    succeeds(
        FakeOffice(),
        """
        fd = opened()
        assert ask(fd, CHANNO) == 1
        for n in range(3, 2000):
            if n != fd:
                try: os.close(n)
                except OSError: pass
        assert any(int(n) >= 20 for n in os.listdir("/proc/self/fd")), "the control socket was closed"
        assert ask(fd, CHANNO) == 1
        os.closerange(fd + 1, 5000)
        assert ask(fd, CHANNO) == 1
        assert len(block(fd)) == 160
        os.closerange(3, 5000)
        again = os.open("/dev/null", os.O_RDWR)
        assert os.read(again, 10) == b"", "the number of a closed device is another file's now"
        """,
    )


def test_threads_share_the_control_socket() -> None:
    """Eight threads on four channels: every answer goes to who asked."""
    succeeds(
        FakeOffice(),
        """
        import threading
        wrong = []
        def work(number):
            if number > 4: fd = os.open("/dev/dahdi/pseudo", os.O_RDWR)
            else: fd = opened(number)
            expected = ask(fd, CHANNO)
            if expected != number and number <= 4: wrong.append(number)
            for _ in range(300):
                if ask(fd, CHANNO) != expected: wrong.append(number)
            os.close(fd)
        threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 9)]
        for t in threads: t.start()
        for t in threads: t.join()
        assert not wrong, wrong
        """,
    )


def test_other_files_are_left_alone() -> None:
    """Pipes, files, /dev/null, unknown ioctls: as without us; /dev/dahdi looks like a folder of character devices."""
    succeeds(
        FakeOffice(),
        """
        import stat
        a, b = os.pipe()
        os.write(b, b"x"); assert os.read(a, 1) == b"x"
        fails(errno.ENOTTY, fcntl.ioctl, a, GETEVENT, bytes(4))
        assert sorted(os.listdir("/dev/dahdi")) == ["1", "2", "3", "4", "chan", "channel", "ctl", "pseudo", "timer"]
        assert stat.S_ISCHR(os.stat("/dev/dahdi/2").st_mode)
        assert os.stat("/dev/dahdi/2").st_rdev == os.makedev(196, 2)
        for path, minor in ("3", 3), ("chan/001/004", 4), ("ctl", 0), ("timer", 253), ("channel", 254):
            status = os.fstat(os.open("/dev/dahdi/" + path, os.O_RDWR))
            assert (status.st_mode >> 12, status.st_rdev) == (2, os.makedev(196, minor)), path
        fd = opened()
        assert stat.S_ISCHR(os.fstat(fd).st_mode)
        assert os.access("/dev/dahdi/1", os.R_OK | os.W_OK)
        assert not os.path.exists("/dev/dahdi/77")
        fails(errno.ENOENT, os.open, "/dev/dahdi/77", os.O_RDWR)
        assert "fxsks=1-4" in open("/etc/dahdi/system.conf").read()
        time.sleep(0.1)
        assert "(In use)" in open("/proc/dahdi/1").read()
        """,
    )


# -- running ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "status"), [(["sh", "-c", "exit 7"], 7), (["sh", "-c", "kill -9 $$"], 137), (["true"], 0)]
)
def test_the_status_is_the_commands(command: list[str], status: int) -> None:
    """128 + n for a signal."""
    assert run(FakeOffice(), command) == status


def test_a_command_that_cannot_be_run(capfd: pytest.CaptureFixture[str]) -> None:
    """127 and 126, as a shell would say, with the reason."""
    assert run(FakeOffice(), ["/no/such/program"]) == 127
    assert run(FakeOffice(), ["/etc/passwd"]) == 126
    assert "/no/such/program: No such file" in capfd.readouterr().err


def test_signals_go_to_the_command() -> None:
    """SIGTERM to us is SIGTERM to the command, and its status is ours."""
    command = program("import signal\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(5))\nopened()\ntime.sleep(30)")
    seen: list[int] = []

    def once(tick: object) -> None:
        if len(seen) < 60:
            seen.append(1)
        if len(seen) == 50:
            signal.raise_signal(signal.SIGTERM)

    assert run(FakeOffice(), command, on_tick=once) == 5


def test_the_tick_can_end_the_command() -> None:
    """A true value of on_tick ends it, as SIGTERM does; also from another thread than the main one."""
    status: list[int] = []
    thread = threading.Thread(
        target=lambda: status.append(run(FakeOffice(), ["sleep", "30"], on_tick=lambda tick: True))
    )
    thread.start()
    thread.join(20)
    assert status == [128 + signal.SIGTERM]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No socket, no folder, no descriptor, no signal handler of ours."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = len(os.listdir("/proc/self/fd")), signal.getsignal(signal.SIGTERM)
    run(FakeOffice(), program("opened(); opened(2)"))
    assert not list(tmp_path.iterdir())
    assert (len(os.listdir("/proc/self/fd")), signal.getsignal(signal.SIGTERM)) == before


def test_a_program_outliving_its_office_sees_its_card_pulled(tmp_path: Path) -> None:
    """A daemon left behind by the command: ENODEV, no hang."""
    out = tmp_path / "said"
    code = f"""
    fd = opened(flags=0)
    if os.fork(): os._exit(0)
    try:
        while True: os.read(fd, 160)
    except OSError as error: first = error.errno
    try: ask(fd, CHANNO)
    except OSError as error: second = error.errno
    open({str(out)!r} + ".part", "w").write(f"{{first}} {{second}}")
    os.rename({str(out)!r} + ".part", {str(out)!r})
    """
    assert run(FakeOffice(), program(code)) == 0
    wait = ["sh", "-c", f"for i in $(seq 100); do [ -e {out} ] && exit 0; sleep 0.1; done; exit 1"]
    subprocess.run(wait, check=True)
    assert out.read_text() == "19 19"


# -- the library itself ----------------------------------------------------------------------------------------------

CLIENT = r"""
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(what)                                                                        \
	do {                                                                                \
		if (!(what)) {                                                              \
			fprintf(stderr, "line %d: %s (errno %d)\n", __LINE__, #what, errno); \
			return 1;                                                           \
		}                                                                           \
	} while (0)

static int one(int number)
{
	char path[64], block[160];
	struct stat status;
	struct pollfd poll_one;
	int info[6] = {0, 0, 4, 160, 0, 0}, value, fd;

	snprintf(path, sizeof(path), "/dev/dahdi/%d", number);
	CHECK((fd = open(path, O_RDWR | O_NONBLOCK)) >= 0);
	CHECK(ioctl(fd, 0x4018da1b, info) == 0);
	CHECK(ioctl(fd, 0x8004da22, &value) == 0 && value == number);
	CHECK(fstat(fd, &status) == 0 && S_ISCHR(status.st_mode));
	CHECK(ioctl(fd, 0x8004da22, (void *)8) < 0 && errno == EFAULT);
	for (int i = 0; i < 10; i++) {
		poll_one = (struct pollfd){fd, POLLIN | POLLOUT, 0};
		CHECK(poll(&poll_one, 1, 2000) == 1);
		if (poll_one.revents & POLLIN)
			CHECK(read(fd, block, sizeof(block)) == sizeof(block));
		if (poll_one.revents & POLLOUT)
			CHECK(write(fd, block, sizeof(block)) == sizeof(block));
	}
	value = dup(fd);
	CHECK(close(fd) == 0 && ioctl(value, 0x8004da08, &info[0]) == 0);
	CHECK(close(value) == 0);
	CHECK(ioctl(value, 0x8004da08, &info[0]) < 0 && errno == EBADF);
	return 0;
}

int main(void)
{
	int status;

	for (int i = 0; i < 3; i++)
		if (one(1 + i))
			return 1;
	if (fork() == 0)
		_exit(one(1));
	CHECK(wait(&status) > 0 && status == 0);
	return one(2);
}
"""


def test_pointers_that_lead_nowhere() -> None:
    """EFAULT as from the kernel, also from the ioctls that the library answers by itself."""
    succeeds(
        FakeOffice(),
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        def asked(fd, cmd):
            assert libc.ioctl(fd, ctypes.c_ulong(cmd), ctypes.c_void_p(0x1000)) == -1
            return ctypes.get_errno()
        fd, ctl = opened(), os.open("/dev/dahdi/ctl", os.O_RDWR)
        for cmd in (GETEVENT, IOMUX, FLUSH, HOOK, SET_BUFINFO, SET_BLOCKSIZE):
            assert asked(fd, cmd) == errno.EFAULT, hex(cmd)
        for cmd in (INDIRECT, LOADZONE):
            assert asked(ctl, cmd) == errno.EFAULT, hex(cmd)
        assert ask(fd, GETEVENT) == 0
        """,
    )


def test_the_library_under_the_sanitizers(tmp_path: Path) -> None:
    """The library's own sources linked with a C program under address and undefined behaviour sanitizers."""
    sources = sorted(str(f) for f in preload_library().parent.glob("*.c"))
    flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-std=gnu11", "-D_GNU_SOURCE"]
    client = compiled(CLIENT, tmp_path / "client", *flags, *sources, "-ldl", "-lpthread")
    # Linked in, the library comes before libc; the environment must not bring it in a second time.
    command = ["env", "-u", "LD_PRELOAD", "ASAN_OPTIONS=detect_leaks=0", str(client)]
    assert run(FakeOffice(), command) == 0


def test_a_fortified_program(tmp_path: Path) -> None:
    """-D_FORTIFY_SOURCE calls other functions than it is written with."""
    client = compiled(CLIENT, tmp_path / "client", "-O2", "-D_GNU_SOURCE", "-D_FORTIFY_SOURCE=2")
    assert run(FakeOffice(), [str(client)]) == 0


HANDLER = r"""
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

static int fd, other;
static volatile int calls, wrong;

static void handler(int number)
{
	int value = 0;

	(void)number;
	calls++;
	if (ioctl(other, 0x8004da22, &value) || value != 2)
		wrong++;
}

int main(void)
{
	struct itimerval often = {{0, 300}, {0, 300}};
	int value;

	fd = open("/dev/dahdi/1", O_RDWR);
	other = open("/dev/dahdi/2", O_RDWR);
	signal(SIGALRM, handler);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 3000 || calls < 50; i++) {
		value = 0;
		if (ioctl(fd, 0x8004da22, &value) || value != 1)
			wrong++;
	}
	return wrong || !calls;
}
"""


def test_a_signal_handler_may_use_a_device(tmp_path: Path) -> None:
    """It interrupts an ioctl and makes one of its own: both get their answers."""
    assert run(FakeOffice(), [str(compiled(HANDLER, tmp_path / "client", "-D_GNU_SOURCE"))]) == 0


def test_proc_shows_an_alarm_as_it_comes_and_goes() -> None:
    """Nobody opens or closes anything meanwhile: lsdahdi and its like read the state of now."""
    office = FakeOffice(script={10: [(1, "battery_lost")], 60: [(1, "battery_back")]})
    code = """
    def told(red):
        end = time.monotonic() + 5
        while ("RED" in open("/proc/dahdi/1").read()) != red:
            assert time.monotonic() < end, open("/proc/dahdi/1").read()
            time.sleep(0.02)
    told(True)
    told(False)
    """
    succeeds(office, code)


def test_a_signal_is_no_pulled_card() -> None:
    """Signals that come at any moment of a read: there is a block, or none yet; the line is not gone."""
    code = """
    import signal
    fd = opened()
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
    errors, end = set(), time.monotonic() + 1
    while time.monotonic() < end:
        try:
            os.read(fd, 160)
        except OSError as error:
            errors.add(errno.errorcode[error.errno])
    signal.setitimer(signal.ITIMER_REAL, 0)
    assert errors == {"EAGAIN"}, errors
    """
    succeeds(FakeOffice(), code)


def test_a_long_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than a socket's address: the office goes elsewhere."""
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    succeeds(FakeOffice(), "opened()")


def test_without_an_office_the_library_does_nothing() -> None:
    """Preloaded by mistake: every program behaves as ever."""
    code = "import os; assert os.read(os.open('/dev/zero', 0), 4) == bytes(4); print(os.path.exists('/dev/dahdi/ctl'))"
    made = subprocess.run(
        [sys.executable, "-c", code],
        env={"LD_PRELOAD": str(preload_library())},
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout == f"{os.path.exists('/dev/dahdi/ctl')}\n"
