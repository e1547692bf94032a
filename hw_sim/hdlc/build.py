"""Builds the C extension `hw_sim.hdlc._hdlc`: setup.py runs this; `python setup.py build_ext --inplace` by hand."""

from __future__ import annotations

from pathlib import Path

from cffi import FFI

HERE = Path("hw_sim/hdlc")  # setuptools runs this file from the root of the repository
WARNINGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"]


def _declarations() -> str:
    """The one text that the compiler and cffi read."""
    return (HERE / "hdlc.h").read_text(encoding="ascii")


ffibuilder = FFI()
ffibuilder.cdef(_declarations())
ffibuilder.set_source(
    "hw_sim.hdlc._hdlc",
    '#include <stdint.h>\n#include "hdlc.h"',
    sources=[str(HERE / "hdlc.c")],
    depends=[str(HERE / "hdlc.h")],
    include_dirs=[str(HERE)],
    extra_compile_args=WARNINGS,
)
