"""Reports that were saved, read back: JSON, JSON lines and SARIF of our own -> `ScanResult`; several into one."""

from leakscan.saved.merge import merge as merge
from leakscan.saved.read import load_saved as load_saved
from leakscan.saved.trend import Trend as Trend
from leakscan.saved.trend import trend_of as trend_of
