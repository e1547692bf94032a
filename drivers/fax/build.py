"""Builds the C extension `drivers.fax._fax`: setup.py runs this; `python setup.py build_ext --inplace` by hand.

libspandsp is linked as a shared library: Debian's static one is not made for shared objects.
"""

from __future__ import annotations

from pathlib import Path

from cffi import FFI

HERE = Path("drivers/fax")  # setuptools runs this file from the root of the repository
WARNINGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"]


def _declarations() -> str:
    """The one text that the compiler and cffi read."""
    return (HERE / "_fax.h").read_text(encoding="ascii")


ffibuilder = FFI()
ffibuilder.cdef(_declarations())
ffibuilder.set_source(
    "drivers.fax._fax",
    '#include <stdint.h>\n#include "_fax.h"',
    sources=[str(HERE / name) for name in ("fax.c", "level.c")],
    depends=[str(HERE / name) for name in ("_fax.h", "level.h")],
    include_dirs=[str(HERE)],
    extra_compile_args=WARNINGS,
    libraries=["spandsp", "tiff", "m"],
)
