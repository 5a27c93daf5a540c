"""leakscan as it is where nothing could be compiled: python benchmarks/no_kernel.py scan …"""

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path

spec = find_spec("leakscan")
assert spec is not None
assert spec.origin is not None
package = Path(spec.origin).parent
for file in package.rglob("*"):
    for suffix in EXTENSION_SUFFIXES:
        if file.name.endswith(suffix):
            name = file.relative_to(package).as_posix().removesuffix(suffix).replace("/", ".")
            sys.modules[f"leakscan.{name}"] = None  # type: ignore[assignment]  # an import of it now fails

from leakscan.cli import entry  # noqa: E402
from leakscan.gitstore.kernel import COMPILED  # noqa: E402

assert not COMPILED
entry()
