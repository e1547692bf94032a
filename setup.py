"""C extension and packages; all metadata and tool settings are in pyproject.toml."""

from setuptools import Extension, setup

WARNINGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"]

setup(
    cffi_modules=["drivers/dahdi/build.py:ffibuilder"],
    # Not a Python module: the preload library of the virtual /dev/dahdi, built beside its sources.
    ext_modules=[
        Extension(
            "hw_sim.dahdi.preload",
            sources=[f"hw_sim/dahdi/{name}.c" for name in ("preload", "paths", "device", "link")],
            depends=[f"hw_sim/dahdi/{name}.h" for name in ("wire", "paths", "device", "link", "ioctls")],
            define_macros=[("_GNU_SOURCE", None)],
            undef_macros=["_FORTIFY_SOURCE"],  # its inline open and read are what this library defines
            extra_compile_args=WARNINGS,
            libraries=["dl", "pthread"],
        )
    ],
)
