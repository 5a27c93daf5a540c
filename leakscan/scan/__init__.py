"""The one place where sources, detectors and findings meet."""

from leakscan.scan.options import ScanOptions
from leakscan.scan.run import Scan

__all__ = ["Scan", "ScanOptions"]
