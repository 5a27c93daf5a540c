"""Parses the rules, and adds the compiled kernel where Cython and a compiler are; without them the install goes on.

LEAKSCAN_REQUIRE_KERNEL=1 makes it an error: a wheel that is published must have it."""

import os
import sys
from pathlib import Path

from setuptools import Extension, setup

sys.path.insert(0, str(Path(__file__).parent))
from leakscan.rules import build_rules

MODULES = (
    "anchors/_matcher",
    "detect/_counts",
    "gitstore/_kernel",
    "gitstore/_kernel_tables",
    "gitstore/_kernel_trees",
    "gitstore/_kernel_walk",
)
INCLUDED = [
    f"leakscan/{name}.pxi"
    for name in (
        "anchors/_hidden",
        "anchors/_phrases",
        "anchors/_stretches",
        "anchors/_tokens",
        "anchors/_words",
        "gitstore/_names",
    )
]

try:
    from Cython.Build import cythonize
except ImportError:
    extensions = []
else:
    extensions = cythonize(
        [
            Extension(
                f"leakscan/{name}".replace("/", "."),
                [f"leakscan/{name}.pyx"],
                depends=INCLUDED,
            )
            for name in MODULES
        ],
        build_dir="build",
    )
    for extension in extensions:
        # cythonize forgets it when it is an argument of Extension
        extension.optional = os.environ.get("LEAKSCAN_REQUIRE_KERNEL") != "1"
        if os.name == "posix":
            # No paths of the building machine: the same source gives the same bytes. A CFLAGS of the builder replaces
            # Python's own flags, and without these two gcc 12 leaves the loops over 64 bytes as they are written.
            extension.extra_compile_args = ["-g0", "-O3", "-fwrapv"]
            extension.extra_link_args = ["-Wl,-s"] if sys.platform == "linux" else []

build_rules()
setup(ext_modules=extensions)
