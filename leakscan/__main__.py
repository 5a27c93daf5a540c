"""`python -m leakscan`: the folder that is scanned must not lend us modules."""

import os  # Python has loaded both before it looked at the current folder
import sys

if sys.path and os.path.realpath(sys.path[0] or ".") != os.path.realpath(os.path.join(__file__, "../..")):
    del sys.path[0]

from leakscan.cli import entry

entry()
