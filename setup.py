"""Adds the compiled kernel where Cython and a compiler are there; without them the install goes on."""

from setuptools import Extension, setup

SOURCE = "leakscan/gitstore/_kernel.pyx"

try:
    from Cython.Build import cythonize
except ImportError:
    extensions = []
else:
    extensions = cythonize([Extension("leakscan.gitstore._kernel", [SOURCE])], build_dir="build")
    for extension in extensions:
        extension.optional = True  # cythonize forgets it when it is an argument of Extension

setup(ext_modules=extensions)
