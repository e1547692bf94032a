"""The commands for cards, as a technician types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from drivers.cli import app
from tests.drivers.fake_kernel import Channel, FakeKernel

RUN = CliRunner()
CARDS = 'spec: 1\ncards:\n  - name: front\n    device: "dahdi:1-3"\n'


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """A good cards.yaml."""
    file = tmp_path / "cards.yaml"
    file.write_text(CARDS)
    return file


def test_check_tells_what_there_is(cards: Path) -> None:
    """Status 0 and a line for each card; no hardware is touched."""
    done = RUN.invoke(app, ["check", str(cards)])
    assert done.exit_code == 0
    assert "front: dahdi:1-3" in done.output


def test_check_lists_all_faults(tmp_path: Path) -> None:
    """Status 2, each fault with its place."""
    file = tmp_path / "cards.yaml"
    file.write_text(CARDS.replace("spec: 1", "spec: 9").replace("dahdi:1-3", "dadhi:1-3"))
    done = RUN.invoke(app, ["check", str(file)])
    assert done.exit_code == 2
    assert f"{file}:1:7: spec" in done.output
    assert f"{file}:4:13: device" in done.output


def test_lines_shows_each_line_and_how_a_hang_up_is_told(cards: Path) -> None:
    """Signalling, law, alarms from the kernel, also for a channel that is not configured."""
    channels = Channel(1), Channel(2, signalling=0x2001, law=1, alarms=8), Channel(3, signalling=0)
    with FakeKernel(*channels, nodes=("/dev/dahdi/ctl",)):
        done = RUN.invoke(app, ["lines", str(cards)])
    assert done.exit_code == 0, done.output
    rows = [" ".join(line.split()) for line in done.output.splitlines() if "/dev/dahdi/" in line]
    assert "fxs_ks alaw none" in rows[0]
    assert "the loop opening (kewl start)" in rows[0]
    assert "fxs_ls mulaw red" in rows[1]
    assert "busy tone" in rows[1]
    assert "not configured" in rows[2]


def test_lines_believes_the_operator_that_the_exchange_gives_no_supervision(cards: Path) -> None:
    """As the card does: fxs_ls in cards.yaml stays where the kernel says fxs_ks; nothing else that is said there."""
    cards.write_text(
        CARDS + "    lines: [{name: a, signalling: fxs_ls}, {name: b}, {name: c, signalling: fxs_ls, law: mulaw}]\n"
    )
    channels = Channel(1), Channel(2, signalling=0x2001), Channel(3, signalling=0x80)
    with FakeKernel(*channels, nodes=("/dev/dahdi/ctl",)):
        done = RUN.invoke(app, ["lines", str(cards)])
    rows = [" ".join(line.split()) for line in done.output.splitlines() if "/dev/dahdi/" in line]
    assert "fxs_ls alaw" in rows[0]
    assert "busy tone, dial tone" in rows[0]
    assert "fxs_ls alaw" in rows[1]
    assert "clear alaw" in rows[2]


def test_lines_works_while_another_program_has_them(cards: Path) -> None:
    """The state is asked of the control device: nothing is opened, nothing is disturbed."""
    channels = [Channel(n, fd=n) for n in (1, 2, 3)]
    with FakeKernel(*channels, nodes=("/dev/dahdi/ctl",)) as kernel:
        assert RUN.invoke(app, ["lines", str(cards)]).exit_code == 0
        assert [channel.fd for channel in kernel.channels.values()] == [1, 2, 3]
        assert RUN.invoke(app, ["lines", "--watch", str(cards)]).exit_code == 3


def test_watch_shows_what_the_lines_see(cards: Path) -> None:
    """A ring comes up with its time and its line."""
    with FakeKernel() as kernel:
        kernel.channels[2].buffers = 8
        original = kernel._poll

        def ring_once(*args: object) -> int:
            if kernel.channels[2].made == 10:
                kernel.channels[2].event(18)
            return original(*args)  # type: ignore[arg-type]

        kernel.replace("poll", ring_once)
        done = RUN.invoke(app, ["lines", "--watch", "--for", "1", str(cards)])
    assert done.exit_code == 0, done.output
    assert "watching 3 lines" in done.output
    assert "channel-2 Ringing ring=1" in done.output


def test_without_a_driver_it_says_what_to_do(cards: Path) -> None:
    """Status 3 and the remedy."""
    with FakeKernel(nodes=()):
        done = RUN.invoke(app, ["lines", str(cards)])
    assert done.exit_code == 3
    assert "modprobe dahdi" in done.output


def test_an_unknown_card(cards: Path) -> None:
    """--card names one of the file's cards."""
    done = RUN.invoke(app, ["lines", "--card", "back", str(cards)])
    assert done.exit_code == 2
    assert "no card named 'back'" in done.output
