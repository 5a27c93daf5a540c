"""The one place where sources, detectors and findings meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leakscan.scanning.options import ScanOptions
    from leakscan.scanning.run import Scan

__all__ = ["Scan", "ScanOptions"]


def __getattr__(name: str) -> Any:
    """Imports what is asked for when it is asked for: a hook needs no history."""
    if name == "Scan":
        from leakscan.scanning.run import Scan

        return Scan
    if name == "ScanOptions":
        from leakscan.scanning.options import ScanOptions

        return ScanOptions
    raise AttributeError(name)
