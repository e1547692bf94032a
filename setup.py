"""C extension and packages; all metadata and tool settings are in pyproject.toml."""

from setuptools import Extension, setup

WARNINGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"]

setup(
    cffi_modules=["drivers/dahdi/build.py:ffibuilder"],
    # Not a Python module: the preload library of the virtual /dev/dahdi, built beside its sources.
    ext_modules=[
        Extension(
            "hw_sim.dahdi.preload",
            sources=["hw_sim/dahdi/preload.c"],
            depends=["hw_sim/dahdi/wire.h"],
            extra_compile_args=WARNINGS,
            libraries=["dl", "pthread"],
        )
    ],
)
