"""C extension and packages; all metadata and tool settings are in pyproject.toml."""

from glob import glob

from setuptools import Extension, setup

WARNINGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"]

setup(
    cffi_modules=[
        "drivers/dahdi/build.py:ffibuilder",
        "drivers/isdn/build.py:ffibuilder",
        "hw_sim/hdlc/build.py:ffibuilder",
        "drivers/fax/build.py:ffibuilder",
        "drivers/r2/build.py:ffibuilder",
        "hw_sim/dahdi/bulk/build.py:ffibuilder",
    ],
    # Not a Python module: the preload library of the virtual /dev/dahdi, built beside its sources.
    ext_modules=[
        Extension(
            "hw_sim.dahdi.preload",
            sources=sorted(glob("hw_sim/dahdi/*.c")),
            depends=sorted(glob("hw_sim/dahdi/*.h")),
            define_macros=[("_GNU_SOURCE", None)],
            undef_macros=["_FORTIFY_SOURCE"],  # its inline open and read are what this library defines
            extra_compile_args=WARNINGS,
            libraries=["dl", "pthread"],
        )
    ],
)
