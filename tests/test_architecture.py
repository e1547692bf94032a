"""The arrows of the house: dsp <- drivers <- {ivr_runtime, hw_sim} <- workbench."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "dsp": set(),
    "drivers": {"dsp"},
    "ivr_runtime": {"dsp", "drivers"},
    "hw_sim": {"dsp", "drivers"},
    "workbench": {"dsp", "drivers", "ivr_runtime", "hw_sim"},
}
ROOMS = set(MAY_IMPORT) | {"flows", "tests", "bench"}


def imports(file: Path) -> set[str]:
    """The top-level names a file imports, wherever in the file the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    """No arrow points up, and ivr_runtime and hw_sim do not know each other."""
    for file in sorted((ROOT / room).rglob("*.py")):
        wrong = (imports(file) & ROOMS) - MAY_IMPORT[room] - {room}
        assert not wrong, f"{file.relative_to(ROOT)} imports {sorted(wrong)}"


def test_dsp_touches_nothing_but_numbers() -> None:
    """dsp has no clock, no I/O, no logging, no asyncio."""
    for file in sorted((ROOT / "dsp").rglob("*.py")):
        wrong = imports(file) & {
            "time",
            "asyncio",
            "logging",
            "structlog",
            "os",
            "socket",
            "threading",
            "subprocess",
            "soundfile",
        }
        assert not wrong, f"{file.relative_to(ROOT)} imports {sorted(wrong)}"
