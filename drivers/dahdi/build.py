"""Builds the C extension `drivers.dahdi._dahdi`: setup.py runs this; `python setup.py build_ext --inplace` by hand."""

from __future__ import annotations

from pathlib import Path

from cffi import FFI

HERE = Path("drivers/dahdi")  # setuptools runs this file from the root of the repository
SOURCES = [str(HERE / name) for name in ("dahdi.c", "line.c", "pace.c", "sys.c")]
WARNINGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"]


def _declarations() -> str:
    """The one text that the compiler and cffi read."""
    return (HERE / "_dahdi.h").read_text(encoding="ascii")


ffibuilder = FFI()
ffibuilder.cdef(_declarations())
ffibuilder.set_source(
    "drivers.dahdi._dahdi",
    '#include <stdint.h>\n#include "_dahdi.h"',
    sources=SOURCES,
    depends=[str(HERE / name) for name in ("_dahdi.h", "abi.h", "line.h", "pace.h", "sys.h")],
    include_dirs=[str(HERE)],
    extra_compile_args=WARNINGS,
)
