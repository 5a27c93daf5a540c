"""Adds the compiled kernel where Cython and a compiler are there; without them the install goes on."""

from setuptools import Extension, setup

MODULES = ("_kernel", "_kernel_tables", "_kernel_trees")

try:
    from Cython.Build import cythonize
except ImportError:
    extensions = []
else:
    extensions = cythonize(
        [Extension(f"leakscan.gitstore.{name}", [f"leakscan/gitstore/{name}.pyx"]) for name in MODULES],
        build_dir="build",
    )
    for extension in extensions:
        extension.optional = True  # cythonize forgets it when it is an argument of Extension

setup(ext_modules=extensions)
