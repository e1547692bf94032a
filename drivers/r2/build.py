"""Builds the C extension `drivers.r2._r2` over the static libopenr2: setup.py runs this."""

from __future__ import annotations

from pathlib import Path

from cffi import FFI

HERE = Path("drivers/r2")  # setuptools runs this file from the root of the repository
NAMES = ("kernel", "meaning", "tones", "signals", "events", "setup", "verbs", "span", "silence")
SOURCES = [str(HERE / f"{name}.c") for name in NAMES]
WARNINGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"]
CALLS = ("ioctl", "read", "write", "gettimeofday")
"""What the library asks of the system; `kernel.c` answers."""


def _declarations() -> str:
    """The one text that the compiler and cffi read."""
    return (HERE / "_r2.h").read_text(encoding="ascii")


ffibuilder = FFI()
ffibuilder.cdef(_declarations() + 'extern "Python+C" int r2_wants_digit(void *owner, int slot, const char *called);')
ffibuilder.set_source(
    "drivers.r2._r2",
    '#include <stdint.h>\n#include "_r2.h"',
    sources=SOURCES,
    depends=[str(HERE / name) for name in ("_r2.h", "line.h")],
    include_dirs=[str(HERE)],
    extra_compile_args=[*WARNINGS, "-fvisibility=hidden"],
    extra_link_args=[*(f"-Wl,--wrap={call}" for call in CALLS), "-Wl,--exclude-libs,ALL", "-l:libopenr2.a", "-lm"],
)
