"""The messages between preload and office: whatever comes, the office goes on."""

import contextlib
import socket
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_sim.dahdi import wire
from hw_sim.dahdi.kernel import abi
from tests.hw_sim.virtual_dahdi import FakeOffice, served

MESSAGES = st.one_of(
    st.binary(max_size=200),
    st.builds(
        lambda op, payload, flags, handle, cmd: wire.request(op, payload, flags=flags, handle=handle, cmd=cmd),
        st.sampled_from([wire.OPEN, wire.IOCTL, wire.BUSY, wire.IDENTIFY]),
        st.binary(max_size=600),
        st.integers(0, 7),
        st.integers(0, 6),
        st.one_of(st.sampled_from(sorted(abi.IOCTLS.values())), st.integers(0, 2**32 - 1)),
    ),
)


@given(st.binary(max_size=300))
def test_the_parser_gives_a_request_or_a_value_error(message: bytes) -> None:
    """No other exception, whatever the bytes."""
    with contextlib.suppress(ValueError):
        assert wire.parse(message).op


@given(st.sampled_from([wire.OPEN, wire.IOCTL]), st.binary(max_size=2000), st.integers(0, 2**32 - 1))
def test_what_is_packed_is_parsed(op: int, payload: bytes, cmd: int) -> None:
    """Requests come through as they were sent."""
    parsed = wire.parse(wire.request(op, payload, handle=7, cmd=cmd, flags=1, channel=-3))
    assert (parsed.op, parsed.payload, parsed.cmd, parsed.handle, parsed.flags, parsed.channel) == (
        op,
        payload,
        cmd,
        7,
        1,
        -3,
    )


def test_the_header_file_is_the_only_text_of_the_constants() -> None:
    """The structs have the sizes that the C compiler gives them."""
    assert len(wire.request(wire.BUSY)) == struct.calcsize("=IHHIIiI") == 24
    assert len(wire.Reply().packed()) == 32
    assert wire.BLOCK.size == 8


@settings(max_examples=25, deadline=None)
@given(messages=st.lists(MESSAGES, max_size=30))
def test_garbage_on_the_sockets_does_not_stop_the_office(
    messages: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """After any messages, by a client that then vanishes, another client is served and the clock runs."""
    with served(FakeOffice(), tmp_path_factory.mktemp("o")) as client:
        for message in messages:
            control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            control.connect(str(client.server._listener.getsockname()))
            with control:
                for _ in range(2):
                    try:
                        control.send(message)
                    except (BrokenPipeError, ConnectionResetError):
                        break
                    client.attend()
            client.server.tick()
        client.attend()
        result, device = client.open("/dev/dahdi/1")
        assert result == 0
        assert device.number("CHANNO") == 1


@settings(max_examples=60, deadline=None)
@given(
    requests=st.lists(
        st.tuples(st.sampled_from(sorted(abi.IOCTLS)), st.binary(max_size=600), st.integers(0, 7)), max_size=12
    ),
    path=st.sampled_from(
        ["/dev/dahdi/1", "/dev/dahdi/ctl", "/dev/dahdi/timer", "/dev/dahdi/pseudo", "/dev/dahdi/channel"]
    ),
)
def test_any_ioctl_with_any_bytes_is_answered(
    requests: list[tuple[str, bytes, int]], path: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A result or a refusal, never a dead office; and the next tick comes."""
    with served(FakeOffice(), tmp_path_factory.mktemp("o")) as client:
        _, device = client.open(path)
        for name, argument, flags in requests:
            size = abi.IOCTLS[name] >> 16 & 0x3FFF
            result, _ = device.ioctl(name, (argument + bytes(size))[: max(size, len(argument))], flags)
            assert -600 < result <= 0
            client.server.tick()
            device.blocks()


def test_the_master_of_a_pseudo_channel_is_asked_for(tmp_path: Path) -> None:
    """Its number does not fit twice into the answer, which wraps round as the kernel's does."""
    with served(FakeOffice(), tmp_path) as client:
        _, device = client.open("/dev/dahdi/pseudo")
        argument = abi.INT.pack(abi.RETURN_MASTER) + bytes(abi.PARAMS.size - 4)
        assert device.ioctl("GET_PARAMS", argument, 0)[0] == 0


def test_a_client_that_takes_no_replies_is_hung_up_on(tmp_path: Path) -> None:
    """It cannot fill the office's memory or stop its clock."""
    with served(FakeOffice(), tmp_path) as client:
        deaf = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        deaf.connect(str(tmp_path / "socket"))
        deaf.setblocking(False)
        sent = 0
        for _ in range(5000):
            try:
                deaf.send(wire.request(wire.IDENTIFY, handle=99))
            except (BrokenPipeError, ConnectionResetError):
                break
            except BlockingIOError:
                pass
            sent += 1
            client.server.attend(0.0)
        assert sent < 5000, "the office queued replies for ever"
        assert client.open("/dev/dahdi/1")[0] == 0


def test_no_descriptors_left_is_told_and_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open fails with EMFILE while the office has none to give, and works again afterwards."""
    with served(FakeOffice(), tmp_path) as client:
        with monkeypatch.context() as patch:

            def exhausted() -> None:
                raise OSError(24, "Too many open files")

            patch.setattr("hw_sim.dahdi.devices.socket.socketpair", exhausted)
            assert client.open("/dev/dahdi/1")[0] == -24
        assert client.open("/dev/dahdi/1")[0] == 0
