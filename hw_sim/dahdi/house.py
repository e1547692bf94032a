"""An office that runs, with or without programs: they come and go, also from other shells."""

from __future__ import annotations

import contextlib
import importlib.machinery
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hw_sim.dahdi import meeting, wire
from hw_sim.dahdi.clock import MakeClock, real_time
from hw_sim.dahdi.kernel import sysfs
from hw_sim.dahdi.server import Server
from hw_sim.dahdi.stores import Stores
from hw_sim.equipment import OfficeLike

MEMORY = "/dev/shm"


class House:
    """A folder with the server's socket and the files beside the devices. Use `with`.

    server: its clock stands still until `serve`; `server.on_tick` is called after every tick. country: whose tone zone
    is loaded, the office's own by default. configured: False leaves the channels as they are before dahdi_cfg.
    name: under which programs of other shells find it (`meeting.find`), None for nobody.

    Raises FileNotFoundError when the preload library was not built, FileExistsError when another office that runs has
    the name.
    """

    def __init__(
        self,
        office: OfficeLike,
        *,
        country: str | None = None,
        configured: bool = True,
        clock: MakeClock = real_time,
        name: str | None = None,
    ) -> None:
        self._country = country or str(getattr(getattr(office, "config", None), "country", "cn"))
        self._stack = contextlib.ExitStack()
        with contextlib.ExitStack() as stack:
            preload_library()
            self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=meeting.FOLDER, dir=_place())))
            self.server = stack.enter_context(
                Server(office, self.folder, country=self._country, configured=configured, clock=clock)
            )
            sysfs.populate(self.folder / "root", self.server.board, self._country)
            self._stores = Stores(self.server.board)
            stack.enter_context(self._stores.opened(self.folder / "root"))
            for descriptor in self._stores.descriptors:
                self.server.watch(descriptor, self._stores.take)
                stack.callback(self.server.forget, descriptor)
            if name is not None:
                stack.enter_context(meeting.published(name, self.folder))
            self.server.on_settle = self._settle
            self._stack = stack.pop_all()

    def __enter__(self) -> House:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a program must have in its environment to see the cards: this process's, and that."""
        return environment(self.folder, more)

    def start(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[bytes]:
        """Start a program. It is killed when the house is closed. options: of Popen. Raises OSError."""
        child = subprocess.Popen(list(command), env=self.environment(environment), **options)
        self._stack.enter_context(_ended(child))
        return child

    def serve(self, child: subprocess.Popen[bytes] | None = None, stopped: Callable[[], bool] | None = None) -> None:
        """Keep the clock until the child has ended, or `stopped`, which is asked at least once a tick."""
        with contextlib.ExitStack() as stack:
            ended = stack.enter_context(self._watched(child)) if child else _never
            self.server.serve(lambda: ended() or (stopped is not None and stopped()))

    @contextlib.contextmanager
    def _watched(self, child: subprocess.Popen[bytes]) -> Iterator[Callable[[], bool]]:
        end = os.pidfd_open(child.pid)
        ended = False

        def ending() -> None:
            nonlocal ended
            ended = True

        self.server.watch(end, ending)
        try:
            yield lambda: ended
        finally:
            self.server.forget(end)
            os.close(end)

    def _settle(self) -> None:
        """Somebody looks: the files show how things are."""
        self._stores.take()
        if self.server.devices.changed or self.server.board.changed:
            self.server.devices.changed = False
            sysfs.refresh(self.folder / "root", self.server.board)


def environment(folder: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment, for a program that is to see the cards of the office in that folder.
    Raises FileNotFoundError when the preload library was not built."""
    made = {**os.environ, **(more or {})}
    others = made.get("LD_PRELOAD", "")
    made["LD_PRELOAD"] = f"{preload_library()}:{others}" if others else str(preload_library())
    made[wire.ENVIRONMENT] = str(folder)
    return made


def preload_library() -> Path:
    """The built preload library, beside its sources. Raises FileNotFoundError with the remedy."""
    here = Path(__file__).parent
    for suffix in importlib.machinery.EXTENSION_SUFFIXES:
        if (built := here / f"preload{suffix}").exists():
            return built
    raise FileNotFoundError(f"{here}/preload.*.so is not built: run `make` or `pip install -e .`")


def _never() -> bool:
    return False


def _place() -> str | None:
    """In memory where that can be: sixteen spans have 6,500 small files beside them, for which a disk takes seconds.
    The socket's path must stay within the 107 bytes that an address has room for."""
    if os.access(MEMORY, os.W_OK | os.X_OK):
        return MEMORY
    return None if len(os.fsencode(tempfile.gettempdir())) < 80 else "/tmp"


@contextlib.contextmanager
def _ended(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """However this ends, the child does not outlive its cards."""
    try:
        yield
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
