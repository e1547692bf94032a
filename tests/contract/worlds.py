"""The far ends: an office's files, and a kernel made of Python that rings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from tests.contract.behaviours import CALLEE, LENGTH, Behaviour
from tests.drivers.fake_kernel import Channel, FakeKernel

RINGBEGIN, RINGOFFHOOK, ONHOOK = 18, 2, 1


def office_file(folder: Path, behaviours: Sequence[Behaviour]) -> Path:
    """OFFICE.yaml and its callers for the behaviours, line by line."""
    ports = [
        {"number": f"8{i:04}", "disconnect": "loop" if b.supervised else "none", "caller_id": "none"}
        for i, b in enumerate(behaviours)
    ]
    callers = [
        {"script": _caller(folder, f"c{i}-{n}", f"8{i:04}", story), "at": f"{story[0][0]}s"}
        for i, b in enumerate(behaviours)
        for n, story in enumerate(_stories(b))
    ]
    # Somebody stays to the end, or the command would be ended when the last caller has gone.
    callers.append({"script": _caller(folder, "stays", "00000", [(0, "ring"), (LENGTH + 30, "give_up")]), "at": "0s"})
    office = {
        "spec": 1,
        "country": "cn",
        "cards": [{"type": "analog-fxo", "name": "card", "ports": ports}],
        "phones": [{"number": CALLEE, "rings": 3, "talk": "30s"}],
        "callers": callers,
    }
    file = folder / "office.yaml"
    file.write_text(yaml.safe_dump(office))
    return file


def _stories(behaviour: Behaviour) -> list[list[tuple[float, str]]]:
    """The world's acts call by call: each begins with ringing."""
    stories: list[list[tuple[float, str]]] = []
    for act in behaviour.world:
        if act[1] == "ring":
            stories.append([])
        stories[-1].append(act)
    return stories


def _caller(folder: Path, name: str, number: str, story: Sequence[tuple[float, str]]) -> str:
    script: list[object] = [{"dial": number}]
    now = story[0][0] + 0.7  # dialling takes about as long
    for at, act in story[1:]:
        script.append({"wait": f"{at - now:.3f}s"})
        script.append({"press": "5"} if act == "press" else "hang_up")
        now = at
    caller = {"spec": 1, "who": {"number": "13900001111"}, "patience": "90s", "script": script}
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(caller))
    return f"{name}.yaml"


class RingingKernel(FakeKernel):
    """FXO ports whose exchange does what the behaviours say. Cadence 1/4."""

    def __init__(self, behaviours: Sequence[Behaviour]) -> None:
        super().__init__(*(Channel(i + 1) for i in range(len(behaviours))))
        self._acts = sorted((s, i + 1, act) for i, b in enumerate(behaviours) for s, act in b.world)
        self._ringing: dict[int, float] = {}

    def advance(self, now: float) -> None:
        """What is due at this second."""
        while self._acts and self._acts[0][0] <= now:
            _, number, act = self._acts.pop(0)
            if act == "ring":
                self._ringing[number] = now
            elif act == "hang_up" and self.channels[number].off_hook:
                self.channels[number].event(ONHOOK)
            else:
                self._ringing.pop(number, None)
        for number, began in list(self._ringing.items()):
            self._ring(number, round((now - began) * 50) % 250)

    def _ring(self, number: int, phase: int) -> None:
        channel = self.channels[number]
        if channel.off_hook:
            del self._ringing[number]
        elif phase in (0, 53):
            channel.event(RINGBEGIN if phase == 0 else RINGOFFHOOK)
