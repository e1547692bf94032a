"""Builds the C extension `hw_sim.dahdi.bulk._bulk`: setup.py runs this; `setup.py build_ext --inplace` by hand."""

from __future__ import annotations

from pathlib import Path

from cffi import FFI

HERE = Path("hw_sim/dahdi/bulk")  # setuptools runs this file from the root of the repository
WARNINGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"]


def _declarations() -> str:
    """The one text that the compiler and cffi read."""
    return (HERE / "bulk.h").read_text(encoding="ascii")


ffibuilder = FFI()
ffibuilder.cdef(_declarations())
ffibuilder.set_source(
    "hw_sim.dahdi.bulk._bulk",
    '#include <stdint.h>\n#include "bulk.h"',
    sources=[str(HERE / "bulk.c")],
    depends=[str(HERE / "bulk.h"), str(HERE.parent / "wire.h")],
    include_dirs=[str(HERE)],
    extra_compile_args=WARNINGS,
)
