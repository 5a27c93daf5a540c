"""`python -m leakscan`: the folder that is scanned must not lend us modules."""

import sys
from pathlib import Path

if sys.path and Path(sys.path[0] or ".").resolve() != Path(__file__).resolve().parents[1]:
    del sys.path[0]

from leakscan.cli import entry

entry()
